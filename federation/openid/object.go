package openid

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
)

// An object is a JSON object as a careful reader sees it: member names count
// letter by letter, and none occurs twice. encoding/json alone would take the
// last of {"sub":"ada","Sub":"eve"}, other readers the first; where several
// readers look at one document they must see the same one.
type object map[string]json.RawMessage

var errNotObject = errors.New("it is not a JSON object")

func parseObject(text []byte) (object, error) {
	d := json.NewDecoder(bytes.NewReader(text))
	if start, err := d.Token(); err != nil || start != json.Delim('{') {
		return nil, errNotObject
	}
	o, seen := object{}, map[string]bool{}
	for d.More() {
		token, err := d.Token()
		if err != nil {
			return nil, errNotObject
		}
		name, _ := token.(string) // in this place a token is always a name
		var value json.RawMessage
		if err := d.Decode(&value); err != nil {
			return nil, errNotObject
		}
		folded := strings.ToLower(name)
		if seen[folded] {
			return nil, errors.New("it has a member twice")
		}
		o[name], seen[folded] = value, true
	}
	if _, err := d.Token(); err != nil { // the closing brace
		return nil, errNotObject
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, errors.New("something follows the JSON object")
	}
	return o, nil
}

// has tells whether a member is there, null or not.
func (o object) has(name string) bool { _, found := o[name]; return found }

// says tells whether a member is there with a value.
func (o object) says(name string) bool {
	return o.has(name) && string(bytes.TrimSpace(o[name])) != "null"
}

// read decodes members into what the pointers point to. A missing or null
// member leaves its target alone.
func (o object) read(targets map[string]any) error {
	for name, target := range targets {
		value, found := o[name]
		if !found {
			continue
		}
		if err := json.Unmarshal(value, target); err != nil {
			return fmt.Errorf("%s has the wrong type", name)
		}
	}
	return nil
}

// text returns a string member; a missing one is "".
func (o object) text(name string) (string, error) {
	value, found := o[name]
	if !found {
		return "", nil
	}
	var s *string
	if err := json.Unmarshal(value, &s); err != nil || s == nil {
		return "", fmt.Errorf("%s is not a string", name)
	}
	return *s, nil
}

// loose is text for members that do not matter enough to stop for.
func (o object) loose(name string) string {
	s, err := o.text(name)
	if err != nil {
		return ""
	}
	return s
}

// isTrue tells whether a member is the JSON value true: not "true", not 1.
func (o object) isTrue(name string) bool {
	return string(bytes.TrimSpace(o[name])) == "true"
}

// list returns the strings of a member that is an array of strings, or one
// string alone.
func (o object) list(name string) ([]string, error) {
	value, found := o[name]
	if !found {
		return nil, nil
	}
	var one *string
	if err := json.Unmarshal(value, &one); err == nil && one != nil {
		return []string{*one}, nil
	}
	var many []*string
	if err := json.Unmarshal(value, &many); err != nil {
		return nil, fmt.Errorf("%s is not a list of strings", name)
	}
	list := make([]string, 0, len(many))
	for _, s := range many {
		if s == nil {
			return nil, fmt.Errorf("%s is not a list of strings", name)
		}
		list = append(list, *s)
	}
	return list, nil
}

// seconds returns a NumericDate (RFC 7519 §2) in whole seconds. A number in
// quotes is not a number here.
func (o object) seconds(name string) (at int64, found bool, err error) {
	value, found := o[name]
	if !found {
		return 0, false, nil
	}
	n, err := strconv.ParseFloat(string(bytes.TrimSpace(value)), 64)
	if err != nil || math.IsNaN(n) || n < 0 || n > 1<<53 {
		return 0, true, fmt.Errorf("%s is not a time", name)
	}
	return int64(n), true, nil
}
