package oauth

import (
	"encoding/json"
	"reflect"
	"slices"

	"github.com/fedhub/fedhub/internal/jsonx"
)

// NarrowDetails returns the authorization_details that a token request asks
// for, if each of them is covered by one that was granted (RFC 9396 §6). What
// covers what is a matter of each type; without knowing it, only this is safe:
// the same members with the same values, and of lists of words some.
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

// decodeDetails keeps numbers as they are written: an amount is not rounded.
func decodeDetails(text string) ([]any, error) {
	if text == "" {
		return nil, nil
	}
	value, err := jsonx.Decode([]byte(text))
	list, _ := value.([]any)
	return list, err
}

// covers says whether one detail grants another.
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

// someOf says whether both are lists of words, and the second is not empty and
// holds only words of the first: actions, locations, datatypes (RFC 9396 §2.2).
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
