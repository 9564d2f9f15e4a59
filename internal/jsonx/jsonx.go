// Package jsonx reads JSON that strangers wrote, so that every reader of one
// text sees the same: a name counts letter by letter and occurs once in its
// object, text is UTF-8 (RFC 8259 §8.1), nothing follows the value, and
// neither its size nor its depth is without end. encoding/json alone takes
// "SUB" for "sub", the last of two, and any bytes in a string.
//
// It is the only package that imports the reader under it, which is
// encoding/json/v2 where Go has that.
package jsonx

import (
	"bytes"
	stdjson "encoding/json"
	"errors"
	"fmt"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/fedhub/fedhub/internal/texts"
)

const (
	maxSize  = 4 << 20 // bytes; most callers have a smaller limit of their own
	maxDepth = 32
)

// The reasons for which a text is refused. Each is a clause about "it".
var (
	ErrSyntax    = texts.Failure("it is not JSON", "json.syntax")
	ErrNotObject = texts.Failure("it is not a JSON object", "json.object")
	ErrTwice     = texts.Failure("it contains a member twice", "json.twice")
	ErrDeep      = texts.Failure("it is nested too deeply", "json.deep")
	ErrSize      = texts.Failure("it is too long", "json.long")
	ErrType      = texts.Failure("it has the wrong type", "json.type")
)

// A Value is the text of one JSON value.
type Value = stdjson.RawMessage

// A Number is a number as it was written: an id of twenty digits does not
// survive a float64.
type Number = stdjson.Number

// Unmarshal decodes the only value of a text. Null makes the zero value, and
// members that the target does not have are passed over.
func Unmarshal(text []byte, target any) error { return unmarshal(text, target) }

// Decode returns the only value of a text as maps, slices, strings, bools,
// Numbers and nil.
func Decode(text []byte) (value any, err error) {
	err = unmarshal(text, &value, numbers)
	return value, err
}

// IsValid reports whether Unmarshal would read a text.
func IsValid(text []byte) bool { return unmarshal(text, new(Value)) == nil }

var numbers = json.WithUnmarshalers(json.UnmarshalFromFunc(func(d *jsontext.Decoder, target *any) error {
	if d.PeekKind() != '0' {
		return errors.ErrUnsupported // read as usual
	}
	number, err := d.ReadValue()
	*target = Number(number)
	return err
}))

func unmarshal(text []byte, target any, options ...json.Options) error {
	if len(text) > maxSize {
		return ErrSize
	}
	if Depth(text) > maxDepth {
		return ErrDeep
	}
	err := json.Unmarshal(text, target, options...)
	var semantic *json.SemanticError
	switch {
	case err == nil:
		return nil
	case errors.Is(err, jsontext.ErrDuplicateName):
		return ErrTwice
	case errors.As(err, &semantic):
		return fmt.Errorf("%w: %w", ErrType, err)
	}
	return fmt.Errorf("%w: %w", ErrSyntax, err)
}

// WithoutMark is a document without the byte order mark that some servers begin
// theirs with. RFC 8259 §8.1 lets a reader ignore it; nobody may send one, so
// signed texts, which we hold to the letter, have none.
func WithoutMark(document []byte) []byte { return bytes.TrimPrefix(document, []byte("\xef\xbb\xbf")) }

// Depth is how deeply a text is nested. Where it is no JSON the number means
// nothing, and the reader says so.
func Depth(text []byte) int {
	most, now, quoted := 0, 0, false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '{' || c == '[':
			now++
			most = max(most, now)
		case c == '}' || c == ']':
			now--
		}
	}
	return most
}
