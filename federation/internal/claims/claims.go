// Package claims reads what an upstream says about a person, in whatever form
// it likes to say it: a JSON document, and for each thing that we want to know
// the path to where it is.
//
// Numbers stay the digits that were written (an id of twenty digits does not
// survive a float64). A value of another type than the one asked for is as
// good as none.
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

// Of is an object that was read already.
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

// At returns what is at a path, see jsonx.At; null is nothing.
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

// Exact is a text as it was written; of another type it is none.
func (d Document) Exact(path string) string {
	value, _ := d.At(path)
	text, _ := jsonx.Text(value)
	return text
}

// Text returns a text, without what does not print and cut to max bytes.
func (d Document) Text(path string, max int) string {
	return federation.CleanText(d.Exact(path), max)
}

// IsTrue tells whether there is a JSON true: not "true", not 1 (FE-16).
func (d Document) IsTrue(path string) bool {
	value, _ := d.At(path)
	return string(value) == "true"
}

// ID returns what names a person for ever: a text, or a whole number as it
// was written.
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

// CheckID refuses ids that name nobody: libraries make an empty text or a zero
// of an answer that has no id at all, and whoever signed in with it would meet
// everybody else with none (FE-25).
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

// Names are roles or groups there, see mapping.Names.
func (d Document) Names(path, separator string) []mapping.Name {
	value, _ := d.At(path)
	return mapping.Names(value, separator)
}

// IsJSON knows the content types of JSON, also ones like
// application/vnd.api+json (RFC 6839 §3.1).
func IsJSON(contentType string) bool {
	media, _, err := mime.ParseMediaType(contentType)
	return err == nil && (media == "application/json" || strings.HasPrefix(media, "application/") && strings.HasSuffix(media, "+json"))
}
