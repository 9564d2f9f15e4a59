// Package claims reads what an upstream says about a person, in whatever form
// it likes to say it: a JSON document, and for each thing that we want to know
// the path to where it is.
//
// A Document is read the way a careful person reads: names count letter by
// letter, none occurs twice, and numbers stay the digits that were written
// (an id of twenty digits does not survive a float64). A value of another type
// than the one asked for is as good as none.
package claims

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"strings"

	"github.com/fedhub/fedhub/federation"
)

const (
	maxDepth = 32  // of nesting in a document
	maxWord  = 255 // bytes of an id or a role
	maxWords = 500 // roles
)

// A Document is one JSON object or array.
type Document struct{ root any }

var (
	errNotJSON = errors.New("it is not JSON")
	errTwice   = errors.New("it has a member twice")
	errDeep    = errors.New("it is nested too deeply")
)

// Parse reads a document.
func Parse(text []byte) (Document, error) {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	root, err := parse(d, 0)
	if err != nil {
		return Document{}, err
	}
	if _, err := d.Token(); err != io.EOF {
		return Document{}, errors.New("something follows the JSON document")
	}
	switch root.(type) {
	case map[string]any, []any:
		return Document{root}, nil
	}
	return Document{}, errors.New("it is neither a JSON object nor an array")
}

func parse(d *json.Decoder, depth int) (any, error) {
	if depth > maxDepth {
		return nil, errDeep
	}
	token, err := d.Token()
	if err != nil {
		return nil, errNotJSON
	}
	switch token {
	case json.Delim('{'):
		return parseObject(d, depth)
	case json.Delim('['):
		return parseArray(d, depth)
	}
	return token, nil
}

// parseObject refuses a name that occurs twice: of two readers each could take
// another of the values for the person's.
func parseObject(d *json.Decoder, depth int) (any, error) {
	object := map[string]any{}
	for d.More() {
		token, err := d.Token()
		if err != nil {
			return nil, errNotJSON
		}
		name, _ := token.(string) // in this place a token is always a name
		if _, found := object[name]; found {
			return nil, errTwice
		}
		if object[name], err = parse(d, depth+1); err != nil {
			return nil, err
		}
	}
	if _, err := d.Token(); err != nil { // the closing brace
		return nil, errNotJSON
	}
	return object, nil
}

func parseArray(d *json.Decoder, depth int) (any, error) {
	array := []any{}
	for d.More() {
		value, err := parse(d, depth+1)
		if err != nil {
			return nil, err
		}
		array = append(array, value)
	}
	if _, err := d.Token(); err != nil { // the closing bracket
		return nil, errNotJSON
	}
	return array, nil
}

// At returns what is at a path, see federation.Path.
func (d Document) At(path string) (value any, found bool) {
	p, err := federation.ParsePath(path)
	if err != nil {
		return nil, false
	}
	value, found = p.Find(d.root)
	return value, found && value != nil
}

// Text returns a text, without what does not print and cut to max bytes.
func (d Document) Text(path string, max int) string {
	value, _ := d.At(path)
	text, _ := value.(string)
	return federation.CleanText(text, max)
}

// IsTrue tells whether there is a JSON true: not "true", not 1 (FE-16).
func (d Document) IsTrue(path string) bool {
	value, _ := d.At(path)
	return value == true
}

// ID returns what names a person for ever: a text, or a whole number as it
// was written.
func (d Document) ID(path string) (string, error) {
	value, found := d.At(path)
	switch id := value.(type) {
	case string:
		return id, CheckID(id)
	case json.Number:
		if strings.ContainsAny(id.String(), ".eE-") {
			return "", errors.New("the user's id is not a whole number")
		}
		return id.String(), CheckID(id.String())
	}
	if !found {
		return "", errors.New("there is no user id")
	}
	return "", errors.New("the user's id is neither a text nor a number")
}

// CheckID refuses ids that name nobody: libraries make an empty text or a zero
// of an answer that has no id at all, and whoever signed in with it would meet
// everybody else with none (FE-25).
func CheckID(id string) error {
	switch {
	case strings.Trim(id, "0") == "" || id == "null" || id == "<nil>" || id == "undefined":
		return errors.New("the user's id is empty")
	case len(id) > maxWord:
		return errors.New("the user's id is too long")
	case id != federation.CleanText(id, maxWord):
		return errors.New("the user's id has characters that do not print")
	}
	return nil
}

// Words returns the sane ones of a list of texts, or of words in one text.
func (d Document) Words(path string) []string {
	var list []string
	switch value, _ := d.At(path); words := value.(type) {
	case string:
		list = strings.Fields(words)
	case []any:
		for _, word := range words {
			if text, ok := word.(string); ok {
				list = append(list, text)
			}
		}
	}
	if len(list) > maxWords {
		return nil
	}
	var sane []string
	for _, word := range list {
		if word != "" && len(word) <= maxWord && word == federation.CleanText(word, maxWord) {
			sane = append(sane, word)
		}
	}
	return sane
}

// IsJSON knows the content types of JSON, also ones like
// application/vnd.api+json (RFC 6839 §3.1).
func IsJSON(contentType string) bool {
	media, _, err := mime.ParseMediaType(contentType)
	return err == nil && (media == "application/json" || strings.HasPrefix(media, "application/") && strings.HasSuffix(media, "+json"))
}
