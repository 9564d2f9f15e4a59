// Package texts names sentences by code: what is stored, compared and handed
// from rule to page is a code and what it speaks of. Words are made where they
// are shown (templates.Sentence), in the language of who reads them.
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

// A Text is one sentence, not yet in words. The zero value says nothing. Code
// and names of arguments are stored and stay as they are; the words may change.
type Text struct {
	Code string            `bson:"code,omitempty" json:"code,omitempty"`
	Args map[string]string `bson:"args,omitempty" json:"args,omitempty"`
}

// Unexplained is the code of an error that has no sentence of its own; its
// argument "cause" is what the program said.
const Unexplained = "error"

// maxArg is how much of an argument is kept, in bytes: some come from strangers.
const maxArg = 500

// New names a sentence by its code and its arguments, as pairs of a name and a
// value: New("scopes.bad", "scope", s). A list is joined by commas. A value may
// be a sentence itself: a Text, or an error that stands for one.
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

// set gives one argument its value. A sentence is kept by its code, under the
// argument's name with nested before it, and each of its own arguments under
// that, a slash and the argument's name: @cause and @cause/address.
func (t *Text) set(name string, value any) {
	inner, _ := value.(Text)
	if err, ok := value.(error); ok {
		inner = known(err)
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

// nested begins the names of arguments that are codes; templates.Sentence looks
// for it.
const nested = "@"

// Of is the sentence that an error stands for: that of the first in its chain
// that has one, or Unexplained with the error's own words as its cause.
func Of(err error) Text {
	t := known(err)
	if err == nil || !t.IsZero() {
		return t
	}
	return New(Unexplained, "cause", err)
}

// known is Of for errors that have a sentence.
func known(err error) Text {
	var says interface{ Sentence() Text }
	if errors.As(err, &says) {
		return says.Sentence()
	}
	return Text{}
}

// Failure is an error that stands for a sentence; message is what it says to
// developers.
func Failure(message, code string, pairs ...any) error {
	return &failure{message, New(code, pairs...)}
}

// Err is an error that stands for a sentence, and says its code to developers.
func Err(code string, pairs ...any) error { return &failure{"", New(code, pairs...)} }

type failure struct {
	message string
	says    Text
}

func (f *failure) Error() string  { return cmp.Or(f.message, f.says.String()) }
func (f *failure) Sentence() Text { return f.says }

// Words makes the sentence of a code and its arguments; templates.Sentence is
// one, and who may not import it is handed it.
type Words func(code string, args map[string]string) string

// In is the text in words. kept is the sentence that an earlier program stored
// in place of a code: where there is one, it is shown as it is. Without words
// the code stands for itself.
func (t Text) In(words Words, kept string) string {
	switch {
	case kept != "" || t.IsZero():
		return kept
	case words == nil:
		return t.Code
	}
	return words(t.Code, t.Args)
}

// With is the text with each argument changed, as by whoever hides secrets.
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

// IsZero reports whether there is nothing to say; a record leaves it out then.
func (t Text) IsZero() bool { return t.Code == "" }

// String is for logs and tests: the code and its arguments, no words.
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

// clean keeps arguments short and free of what cannot be seen.
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
