package oauth

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
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
		return "", InvalidDetails("authorization_details is empty")
	}
	var have, want []map[string]any
	if err := decodeExactly(JoinDetails(details), &want); err != nil {
		return "", InvalidDetails("authorization_details cannot be read").Because(err)
	}
	if granted != "" {
		if err := decodeExactly(granted, &have); err != nil {
			return "", ServerError("the granted authorization_details cannot be read").Because(err)
		}
	}
	for _, one := range want {
		if !slices.ContainsFunc(have, func(h map[string]any) bool { return covers(h, one) }) {
			return "", InvalidDetails("authorization_details asks for more than was granted")
		}
	}
	out, err := json.Marshal(want)
	return string(out), err
}

// decodeExactly keeps numbers as they are written: an amount is not rounded.
func decodeExactly(text string, out any) error {
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.UseNumber()
	return decoder.Decode(out)
}

// covers says whether one detail grants another.
func covers(granted, asked map[string]any) bool {
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
