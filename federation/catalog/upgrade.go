package catalog

import (
	"fmt"
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/fedhub/fedhub/federation"
)

// AskedOffline says of login keys of before LoginKey.AskOffline that they ask
// for offline_access, where they did: those of OpenID providers that keep tokens,
// and those of providers that give no refresh token without it. Nobody who is
// looked at again today stops being so.
func AskedOffline(raw bson.Raw) (bson.Raw, error) {
	kind, _ := raw.Lookup("kind").StringValueOK()
	preset, _ := raw.Lookup("preset").StringValueOK()
	keeps, _ := raw.Lookup("keep_tokens").BooleanOK()
	if kind != federation.KindOpenID || !keeps && !slices.Contains(offline, preset) || raw.Lookup("ask_offline").Type != 0 {
		return nil, nil
	}
	var doc bson.D
	if err := bson.Unmarshal(raw, &doc); err != nil {
		return nil, fmt.Errorf("read a login key: %w", err)
	}
	return bson.Marshal(append(doc, bson.E{Key: "ask_offline", Value: true}))
}
