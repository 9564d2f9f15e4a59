package jsonx

import (
	"bytes"
	"errors"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/fedhub/fedhub/internal/texts"
)

// An Object is a JSON object: its members by name.
type Object map[string]Value

// ParseObject parses a text that must be an object.
func ParseObject(text []byte) (Object, error) {
	var o Object
	err := Unmarshal(text, &o)
	if err == nil && o == nil || errors.Is(err, ErrType) || errors.Is(err, ErrSyntax) {
		return nil, ErrNotObject
	}
	return o, err
}

// Ambiguous reports whether two names differ only in case: a less strict reader
// would see one member, possibly the other one. If names are given, only those
// count.
func (o Object) Ambiguous(names ...string) bool {
	seen := make(map[string]int, len(o))
	twice := false
	for name := range o {
		fold := strings.ToLower(name)
		seen[fold]++
		twice = twice || seen[fold] > 1
	}
	if len(names) == 0 {
		return twice
	}
	return twice && slices.ContainsFunc(names, func(name string) bool { return seen[strings.ToLower(name)] > 1 })
}

// Has reports whether a member exists, null or not.
func (o Object) Has(name string) bool { _, found := o[name]; return found }

// Says reports whether a member exists and is not null.
func (o Object) Says(name string) bool { return o.Has(name) && !IsNull(o[name]) }

// IsNull reports whether a value is null.
func IsNull(v Value) bool { return string(bytes.TrimSpace(v)) == "null" }

// Read decodes members into the given pointers. A missing member leaves its
// target unchanged.
func (o Object) Read(targets map[string]any) error {
	for name, target := range targets {
		if err := o.Member(name, target); err != nil {
			return err
		}
	}
	return nil
}

// Member decodes one member; a missing one leaves its target unchanged.
func (o Object) Member(name string, target any) error {
	value, found := o[name]
	if !found {
		return nil
	}
	if err := Unmarshal(value, target); err != nil {
		return wrong(name, " has the wrong type", "json.member.type")
	}
	return nil
}

// Text returns a member that is a string; a missing one is "".
func (o Object) Text(name string) (string, error) {
	value, found := o[name]
	if !found {
		return "", nil
	}
	text, ok := Text(value)
	if !ok {
		return "", wrong(name, " is not a string", "json.member.string")
	}
	return text, nil
}

// Text returns a value that is a string.
func Text(v Value) (text string, ok bool) {
	var s *string
	if err := Unmarshal(v, &s); err != nil || s == nil {
		return "", false
	}
	return *s, true
}

// Loose is Text for unimportant members: it ignores errors.
func (o Object) Loose(name string) string {
	text, _ := Text(o[name])
	return text
}

// IsTrue reports whether a member is the JSON value true: not "true", not 1.
func (o Object) IsTrue(name string) bool { return string(bytes.TrimSpace(o[name])) == "true" }

// List returns the strings of a member that is an array of strings or a single
// string; a missing one has none.
func (o Object) List(name string) ([]string, error) {
	value, found := o[name]
	if !found {
		return nil, nil
	}
	if one, ok := Text(value); ok {
		return []string{one}, nil
	}
	var many []*string
	if err := Unmarshal(value, &many); err != nil {
		return nil, wrong(name, " is not a list of strings", "json.member.strings")
	}
	list := make([]string, 0, len(many))
	for _, s := range many {
		if s == nil {
			return nil, wrong(name, " is not a list of strings", "json.member.strings")
		}
		list = append(list, *s)
	}
	return list, nil
}

// Texts is List for unimportant members: it skips items that are not strings,
// and other values have none.
func (o Object) Texts(name string) []string {
	if one, ok := Text(o[name]); ok {
		return []string{one}
	}
	var many []Value
	if Unmarshal(o[name], &many) != nil {
		return nil
	}
	var list []string
	for _, value := range many {
		if text, ok := Text(value); ok {
			list = append(list, text)
		}
	}
	return list
}

// Seconds returns a NumericDate (RFC 7519 §2) in whole seconds. A quoted number
// is refused.
func (o Object) Seconds(name string) (at int64, found bool, err error) {
	value, found := o[name]
	if !found {
		return 0, false, nil
	}
	n, err := strconv.ParseFloat(string(bytes.TrimSpace(value)), 64)
	if err != nil || math.IsNaN(n) || n < 0 || n > 1<<53 {
		return 0, true, wrong(name, " is not a time", "json.member.time")
	}
	return int64(n), true, nil
}

// wrong reports that a member has a wrong type or value.
func wrong(name, what, code string) error { return texts.Failure(name+what, code, "member", name) }
