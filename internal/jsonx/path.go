package jsonx

import (
	"strconv"
	"strings"
)

// At follows a path into a value. Its steps are names of members and, where a
// list is, numbers counted from 0; no steps lead nowhere. Names may have dots in
// them, as those of claims like addresses of web pages and of applications have:
// several steps with dots between are one name where there is such a member. Of
// the names that lead to something the longest counts.
//
// An object on the way with two names that differ in case alone is passed
// over: what it says depends on the reader.
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
