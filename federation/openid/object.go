package openid

import "github.com/fedhub/fedhub/internal/jsonx"

type object = jsonx.Object

// parseObject also refuses an object with two names that differ in case
// alone: of {"sub":"ada","Sub":"eve"} a careless reader takes the last. Where
// several readers look at one document they must see the same one.
func parseObject(text []byte) (object, error) {
	o, err := jsonx.ParseObject(text)
	if err == nil && o.Ambiguous() {
		err = jsonx.ErrTwice
	}
	if err != nil {
		return nil, err
	}
	return o, nil
}
