// Package claims reads a provider's profile of a user: a JSON document, and a
// path for each value.
//
// Numbers keep their digits (an id of twenty digits does not fit into a
// float64). A value of another type than requested counts as missing.
package claims

import (
	"bytes"
	"errors"
	"mime"
	"strings"

	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/federation/mapping"
	"github.com/fedhub/fedhub/internal/jsonx"
)

const maxID = 255 // bytes

// A Document is one JSON object or array.
type Document struct {
	object jsonx.Object // nil for an array
	root   jsonx.Value
}

// Of wraps an object that was parsed already.
func Of(o jsonx.Object) Document { return Document{object: o} }

// Parse reads a document.
func Parse(text []byte) (Document, error) {
	var root jsonx.Value
	if err := jsonx.Unmarshal(text, &root); err != nil {
		return Document{}, err
	}
	if !bytes.HasPrefix(root, []byte("{")) && !bytes.HasPrefix(root, []byte("[")) {
		return Document{}, errors.New("it is neither a JSON object nor an array")
	}
	object, err := jsonx.ParseObject(root)
	if err != nil {
		return Document{root: root}, nil // an array
	}
	return Document{object: object}, nil
}

// At returns the value at a path, see jsonx.At; null counts as missing.
func (d Document) At(path string) (value jsonx.Value, found bool) {
	p, err := federation.ParsePath(path)
	if err != nil {
		return nil, false
	}
	if d.object != nil {
		value, found = d.object.At(p)
	} else {
		value, found = jsonx.At(d.root, p)
	}
	return value, found && !jsonx.IsNull(value)
}

// Exact is a text as written; a value of another type is empty.
func (d Document) Exact(path string) string {
	value, _ := d.At(path)
	text, _ := jsonx.Text(value)
	return text
}

// Text returns a text without unprintable characters, shortened to max bytes.
func (d Document) Text(path string, max int) string {
	return federation.CleanText(d.Exact(path), max)
}

// IsTrue reports whether there is a JSON true: not "true", not 1 (FE-16).
func (d Document) IsTrue(path string) bool {
	value, _ := d.At(path)
	return string(value) == "true"
}

// ID returns the permanent id of a user: a text, or a whole number as written.
func (d Document) ID(path string) (string, error) {
	value, found := d.At(path)
	if !found {
		return "", errors.New("there is no user id")
	}
	if id, ok := jsonx.Text(value); ok {
		return id, CheckID(id)
	}
	id := string(value)
	switch {
	case id[0] != '-' && (id[0] < '0' || id[0] > '9'):
		return "", errors.New("the user's id is neither a text nor a number")
	case strings.ContainsAny(id, ".eE-"):
		return "", errors.New("the user's id is not a whole number")
	}
	return id, CheckID(id)
}

// CheckID refuses ids that identify no user: libraries turn a missing id into
// an empty text or a zero, and all such users would share one account (FE-25).
func CheckID(id string) error {
	switch {
	case strings.Trim(id, "0") == "" || id == "null" || id == "<nil>" || id == "undefined":
		return errors.New("the user's id is empty")
	case len(id) > maxID:
		return errors.New("the user's id is too long")
	case id != federation.CleanText(id, maxID):
		return errors.New("the user's id has characters that are not printable")
	}
	return nil
}

// Names returns the roles or groups at a path, see mapping.Names.
func (d Document) Names(path, separator string) []mapping.Name {
	value, _ := d.At(path)
	return mapping.Names(value, separator)
}

// IsJSON recognises the content types of JSON, including ones like
// application/vnd.api+json (RFC 6839 §3.1).
func IsJSON(contentType string) bool {
	media, _, err := mime.ParseMediaType(contentType)
	return err == nil && (media == "application/json" || strings.HasPrefix(media, "application/") && strings.HasSuffix(media, "+json"))
}
