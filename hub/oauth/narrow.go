package oauth

import (
	"encoding/json"
	"reflect"
	"slices"

	"github.com/fedhub/fedhub/internal/jsonx"
)

// NarrowDetails returns the authorization_details that a token request asks
// for, if each of them is covered by a granted one (RFC 9396 §6). What a detail
// covers depends on its type. Without knowledge of the type one rule is safe:
// the same members with the same values, where lists of strings may be shorter.
func NarrowDetails(granted, asked string) (string, error) {
	details, err := ParseDetails(asked)
	if err != nil {
		return "", err
	}
	if len(details) == 0 {
		return "", InvalidDetails("oauth.details.empty")
	}
	want, err := decodeDetails(JoinDetails(details))
	if err != nil {
		return "", InvalidDetails("oauth.details.unreadable").Because(err)
	}
	have, err := decodeDetails(granted)
	if err != nil {
		return "", ServerError("oauth.details.granted").Because(err)
	}
	for _, one := range want {
		if !slices.ContainsFunc(have, func(h any) bool { return covers(h, one) }) {
			return "", InvalidDetails("oauth.details.more")
		}
	}
	out, err := json.Marshal(want)
	return string(out), err
}

// decodeDetails keeps numbers as they are written, so that amounts are not
// rounded.
func decodeDetails(text string) ([]any, error) {
	if text == "" {
		return nil, nil
	}
	value, err := jsonx.Decode([]byte(text))
	list, _ := value.([]any)
	return list, err
}

// covers reports whether one detail covers another.
func covers(have, want any) bool {
	granted, _ := have.(map[string]any)
	asked, _ := want.(map[string]any)
	if len(granted) != len(asked) || asked["type"] == nil {
		return false // a member that is left out may mean "all"
	}
	for name, value := range asked {
		have, ok := granted[name]
		if !ok || !(reflect.DeepEqual(have, value) || someOf(have, value)) {
			return false
		}
	}
	return true
}

// someOf reports whether both are lists of strings and the second is a
// non-empty subset of the first: actions, locations, datatypes (RFC 9396 §2.2).
func someOf(have, want any) bool {
	all, ok := have.([]any)
	some, ok2 := want.([]any)
	if !ok || !ok2 || len(some) == 0 {
		return false
	}
	for _, w := range some {
		if word, isWord := w.(string); !isWord || !slices.Contains(all, any(word)) {
			return false
		}
	}
	return true
}
