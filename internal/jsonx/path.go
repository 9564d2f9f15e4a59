package jsonx

import (
	"strconv"
	"strings"
)

// At follows a path into a value. Its steps are member names and, in a list,
// numbers counted from 0; an empty path finds nothing. Names may contain dots,
// as claims that are URLs do: several steps joined by dots are one name if
// there is such a member. The longest name that leads to a value is used.
//
// An object with two names that differ only in case is skipped, because readers
// may disagree about it.
func At(value Value, path []string) (Value, bool) {
	if o, err := ParseObject(value); err == nil {
		return o.At(path)
	}
	return inside(value, path)
}

// At follows a path into the object, see the function At.
func (o Object) At(path []string) (Value, bool) {
	for n := len(path); n > 0; n-- {
		value, found := o[strings.Join(path[:n], ".")]
		if found && n < len(path) {
			value, found = inside(value, path[n:])
		}
		if found {
			return value, true
		}
	}
	return nil, false
}

func inside(value Value, path []string) (Value, bool) {
	if o, err := ParseObject(value); err == nil && !o.Ambiguous() {
		return o.At(path)
	}
	var list []Value
	if len(path) == 0 || Unmarshal(value, &list) != nil {
		return nil, false
	}
	i, err := strconv.ParseUint(path[0], 10, 16)
	switch {
	case err != nil || int(i) >= len(list) || path[0] != strconv.FormatUint(i, 10):
		return nil, false
	case len(path) == 1:
		return list[i], true
	}
	return inside(list[i], path[1:])
}
