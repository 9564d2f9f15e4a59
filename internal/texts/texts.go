// Package texts identifies sentences by code. Code and arguments are stored,
// compared and passed from services to pages. The sentence is made where it is
// shown (templates.Sentence), in the reader's language.
package texts

import (
	"cmp"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// A Text is a sentence as code and arguments. The zero value is empty. Code and
// argument names are stored and must not change; the wording may.
type Text struct {
	Code string            `bson:"code,omitempty" json:"code,omitempty"`
	Args map[string]string `bson:"args,omitempty" json:"args,omitempty"`
}

// Unexplained is the code for an error without its own sentence; its argument
// "cause" is the program's message.
const Unexplained = "error"

// maxArg is the maximum length of an argument, in bytes, because some come from
// unauthenticated requests.
const maxArg = 500

// New makes a Text from its code and its arguments, as pairs of a name and a
// value: New("scopes.bad", "scope", s). A list is joined by commas. A value may
// be another Text, or an error with one.
func New(code string, pairs ...any) Text {
	t := Text{Code: code}
	if len(pairs) > 0 {
		t.Args = make(map[string]string, len(pairs)/2)
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		t.set(fmt.Sprint(pairs[i]), pairs[i+1])
	}
	return t
}

// set sets one argument. A nested Text is stored by its code, under the
// argument's name with the prefix nested, and each of its own arguments under
// that name, a slash and the argument's name: @cause and @cause/address.
func (t *Text) set(name string, value any) {
	var inner Text
	switch v := value.(type) {
	case Text:
		inner = v
	case interface{ Kept() Text }: // a text of a page
		inner = v.Kept()
	case error:
		inner = known(v)
	}
	if inner.IsZero() {
		t.Args[name] = argument(value)
		return
	}
	t.Args[nested+name] = inner.Code
	for of, v := range inner.Args {
		t.Args[nested+name+"/"+of] = v
	}
}

// nested is the prefix of arguments that are codes; templates.Sentence looks
// for it.
const nested = "@"

// Of is the Text of an error: that of the first error in its chain that has
// one, or Unexplained with the error's message as its cause.
func Of(err error) Text {
	t := known(err)
	if err == nil || !t.IsZero() {
		return t
	}
	return New(Unexplained, "cause", err)
}

// known is Of only for errors that have a Text.
func known(err error) Text {
	var says interface{ Sentence() Text }
	if errors.As(err, &says) {
		return says.Sentence()
	}
	return Text{}
}

// Failure is an error with a Text; message is for developers.
func Failure(message, code string, pairs ...any) error {
	return &failure{message, New(code, pairs...)}
}

// Err is an error with a Text; developers see its code.
func Err(code string, pairs ...any) error { return &failure{"", New(code, pairs...)} }

type failure struct {
	message string
	says    Text
}

func (f *failure) Error() string  { return cmp.Or(f.message, f.says.String()) }
func (f *failure) Sentence() Text { return f.says }

// Words makes the sentence for a code and its arguments, as templates.Sentence
// does. Packages that cannot import templates get it as a value.
type Words func(code string, args map[string]string) string

// In is the sentence of the text. kept is a sentence that an earlier program
// stored instead of a code; if there is one, it is returned unchanged. Without
// words it is the code.
func (t Text) In(words Words, kept string) string {
	switch {
	case kept != "" || t.IsZero():
		return kept
	case words == nil:
		return t.Code
	}
	return words(t.Code, t.Args)
}

// With returns the text with each argument changed, for example to hide
// secrets.
func (t Text) With(change func(name, value string) string) Text {
	out := Text{Code: t.Code}
	for name, value := range t.Args {
		if out.Args == nil {
			out.Args = make(map[string]string, len(t.Args))
		}
		out.Args[name] = change(name, value)
	}
	return out
}

// IsZero reports whether the text is empty; then records leave it out.
func (t Text) IsZero() bool { return t.Code == "" }

// String is for logs and tests: the code and its arguments.
func (t Text) String() string {
	if len(t.Args) == 0 {
		return t.Code
	}
	return t.Code + fmt.Sprint(t.Args)[len("map"):]
}

func argument(value any) string {
	switch v := value.(type) {
	case []string:
		return clean(strings.Join(v, ", "))
	case time.Time:
		return v.UTC().Format(time.DateOnly)
	case error:
		return clean(v.Error())
	case Text:
		return ""
	}
	return clean(fmt.Sprint(value))
}

// clean shortens arguments and removes invisible characters.
func clean(s string) string {
	s = strings.Map(func(r rune) rune {
		if unicode.Is(unicode.C, r) || r == utf8.RuneError {
			return -1
		}
		return r
	}, s)
	if len(s) <= maxArg {
		return s
	}
	cut := s[:maxArg]
	for !utf8.ValidString(cut) {
		cut = cut[:len(cut)-1]
	}
	return cut + "…"
}
