// Package jsonx parses untrusted JSON strictly, so that every reader sees the
// same: names are compared exactly and are unique in their object, text is
// UTF-8 (RFC 8259 §8.1), nothing follows the value, and size and depth are
// bounded. encoding/json alone accepts "SUB" for "sub", the last of two equal
// names, and invalid UTF-8.
//
// Only this package imports the parser, which is encoding/json/v2 if Go has it.
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
	maxSize  = 4 << 20 // bytes; most callers have a smaller limit
	maxDepth = 32
)

// The reasons why a text is refused. Each completes a sentence about "it".
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

// A Number is a number as written: an id of twenty digits does not fit into a
// float64.
type Number = stdjson.Number

// Unmarshal decodes a text with one value. Null gives the zero value, and
// unknown members are ignored.
func Unmarshal(text []byte, target any) error { return unmarshal(text, target) }

// Decode returns the value of a text as maps, slices, strings, bools, Numbers
// and nil.
func Decode(text []byte) (value any, err error) {
	err = unmarshal(text, &value, numbers)
	return value, err
}

// IsValid reports whether Unmarshal accepts a text.
func IsValid(text []byte) bool { return unmarshal(text, new(Value)) == nil }

var numbers = json.WithUnmarshalers(json.UnmarshalFromFunc(func(d *jsontext.Decoder, target *any) error {
	if d.PeekKind() != '0' {
		return errors.ErrUnsupported // decode it as usual
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

// WithoutMark removes the byte order mark that some servers send. RFC 8259 §8.1
// allows readers to ignore it, but not senders to add it, so in signed texts it
// stays an error.
func WithoutMark(document []byte) []byte { return bytes.TrimPrefix(document, []byte("\xef\xbb\xbf")) }

// Depth is the nesting depth of a text. For invalid JSON it is meaningless, and
// the parser reports the error.
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
