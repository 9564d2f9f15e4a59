package locales

import (
	"errors"

	"github.com/fedhub/fedhub/internal/texts"
)

// A Text is something to show to people: a message of the catalogue, the
// sentence of a rule, or what is stored and shown as it is. Its fields are
// closed, so that no other words can reach a page.
type Text struct {
	id     string
	pairs  []any
	rule   func(texts.Words) string
	stored string
	kept   texts.Text // what Of was given
}

// Say names a message and its arguments, as pairs of a name and a value. A value
// may be a Text.
func Say(id string, pairs ...any) Text { return Text{id: id, pairs: pairs} }

// Stored is what somebody entered, or what came from elsewhere: a name, an
// address, a code.
func Stored(s string) Text { return Text{stored: s} }

// Of is the sentence that a rule gave.
func Of(t texts.Text) Text {
	if t.IsZero() {
		return Text{}
	}
	text := From(func(words texts.Words) string { return t.In(words, "") })
	text.kept = t
	return text
}

// From is what a record says in words, like audit.Event.Words. What says nothing
// is the zero Text.
func From(rule func(texts.Words) string) Text {
	if rule(English().Sentence) == "" {
		return Text{}
	}
	return Text{rule: rule}
}

// Then is the text and what follows it, each a sentence of its own.
func (t Text) Then(next Text) Text {
	switch {
	case t.IsZero():
		return next
	case next.IsZero():
		return t
	}
	return Say("bits.then", "first", t, "next", next)
}

// IsZero reports whether there is nothing to show.
func (t Text) IsZero() bool { return t.id == "" && t.rule == nil && t.stored == "" }

// In is the text in words.
func (t Text) In(w *Words) (string, error) {
	switch {
	case t.rule != nil:
		return t.rule(w.Sentence), nil
	case t.id == "":
		return t.stored, nil
	}
	return w.Text(t.id, t.pairs...)
}

// Parts is the text in pieces, with the numbers from 1 to count. What is stored
// is plain and has none.
func (t Text) Parts(w *Words, count int) ([]Part, error) {
	if t.id != "" {
		return w.Parts(t.id, count, t.pairs...)
	}
	s, err := t.In(w)
	return []Part{{0, s}}, err
}

// Kept is the text as a code with arguments, for records.
func (t Text) Kept() texts.Text {
	switch {
	case !t.kept.IsZero():
		return t.kept
	case t.id != "":
		return texts.New(t.id, t.pairs...)
	case t.IsZero():
		return texts.Text{}
	}
	return texts.New(texts.Unexplained, "cause", t.English())
}

// English is the text for logs and developers.
func (t Text) English() string {
	s, err := t.In(English())
	if err != nil {
		return t.id
	}
	return s
}

// StoredAll is Stored for each of several.
func StoredAll(all []string) []Text {
	out := make([]Text, len(all))
	for i, s := range all {
		out[i] = Stored(s)
	}
	return out
}

// OfAll is Of for each of several.
func OfAll(all []texts.Text) []Text {
	out := make([]Text, len(all))
	for i, t := range all {
		out[i] = Of(t)
	}
	return out
}

// errStored is why a Text cannot be stored: words are made when they are shown,
// so a record holds a code (internal/texts).
var errStored = errors.New("a text of a page cannot be stored: store its code")

// MarshalBSONValue refuses.
func (t Text) MarshalBSONValue() (byte, []byte, error) { return 0, nil, errStored }

// MarshalJSON refuses.
func (t Text) MarshalJSON() ([]byte, error) { return nil, errStored }
