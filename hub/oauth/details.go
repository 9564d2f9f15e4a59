package oauth

import (
	"encoding/json"
	"strings"

	"github.com/fedhub/fedhub/internal/jsonx"
)

// A Detail is one member of authorization_details: what a client wants to do,
// in a form that the API defines by its type (RFC 9396 §2).
type Detail struct {
	Type string
	Text jsonx.Value // the whole detail, as canonical JSON
}

const (
	maxDetails     = 20
	maxDetailBytes = 16 << 10
	maxDetailDepth = 10
)

// ParseDetails reads authorization_details; an empty one asks for nothing. The
// error is *Error.
func ParseDetails(raw string) ([]Detail, error) {
	if raw == "" {
		return nil, nil
	}
	if len(raw) > maxDetailBytes {
		return nil, InvalidDetails("oauth.details.long")
	}
	var list []jsonx.Value
	if jsonx.Unmarshal([]byte(raw), &list) != nil || list == nil {
		return nil, InvalidDetails("oauth.details.list")
	}
	if len(list) > maxDetails {
		return nil, InvalidDetails("oauth.details.many")
	}
	var details []Detail
	for _, text := range list {
		one, err := parseDetail(text)
		if err != nil {
			return nil, err
		}
		details = append(details, one)
	}
	return details, nil
}

func parseDetail(text jsonx.Value) (Detail, error) {
	var members jsonx.Object
	if jsonx.Unmarshal(text, &members) != nil || members == nil {
		return Detail{}, InvalidDetails("oauth.details.member")
	}
	var d Detail
	if jsonx.Unmarshal(members["type"], &d.Type) != nil || d.Type == "" {
		return Detail{}, InvalidDetails("oauth.details.type")
	}
	if jsonx.Depth(text) > maxDetailDepth {
		return Detail{}, InvalidDetails("oauth.details.deep")
	}
	// Members that are common to all types must have the right type (RFC 9396
	// §2.2).
	for _, name := range []string{"locations", "actions", "datatypes", "privileges"} {
		var words []string
		if value, found := members[name]; found && jsonx.Unmarshal(value, &words) != nil {
			return Detail{}, InvalidDetails("oauth.details.strings", "member", name)
		}
	}
	if value, found := members["identifier"]; found && jsonx.Unmarshal(value, new(string)) != nil {
		return Detail{}, InvalidDetails("oauth.details.identifier")
	}
	var err error
	d.Text, err = canonical(text)
	return d, err
}

// canonical writes JSON in one form, with sorted members, each once, so that
// the API reads exactly what the user agreed to.
func canonical(text []byte) ([]byte, error) {
	value, err := jsonx.Decode(text) // numbers such as amounts must not be rounded
	if err != nil {
		return nil, InvalidDetails("oauth.details.json").Because(err)
	}
	out, err := json.Marshal(value)
	if err != nil {
		return nil, InvalidDetails("oauth.details.json").Because(err)
	}
	return out, nil
}

// JoinDetails is the inverse of ParseDetails; no details give "".
func JoinDetails(details []Detail) string {
	if len(details) == 0 {
		return ""
	}
	texts := make([]string, 0, len(details))
	for _, d := range details {
		texts = append(texts, string(d.Text))
	}
	return "[" + strings.Join(texts, ",") + "]"
}
