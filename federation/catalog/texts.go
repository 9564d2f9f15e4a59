package catalog

import (
	"cmp"

	"github.com/fedhub/fedhub/internal/texts"
)

// A Step is one step of a guide. If it names an address, its sentence has the
// URL as argument url, in part 1.
type Step struct {
	Text    texts.Text
	Address string // name of one of Addresses, or empty
}

// The words of an entry are messages of the catalogue of texts, named by the
// entry: guide.google.create, guide.google.hd.label. Those of several entries
// are under guide.step, guide.note and guide.field.
func text(name string, pairs ...any) texts.Text { return texts.New("guide."+name, pairs...) }

func step(name string) Step { return Step{Text: text(name)} }

// stepWith is a step whose sentence has an address.
func stepWith(address, name string) Step { return Step{text(name), address} }

// enter is a step that enters an address in a field of the provider, which has
// the provider's own name.
func enter(address, field string) Step {
	return Step{text("step.enter", "field", field), address}
}

// ends is a step that enters the address of a server, which always ends alike.
func ends(end string) Step { return Step{Text: text("step.ends", "end", end)} }

func notes(names ...string) []texts.Text {
	all := make([]texts.Text, len(names))
	for i, name := range names {
		all[i] = text(name)
	}
	return all
}

// labelled returns the entry with the labels and helps of its fields, except
// those that a field already has.
func (e Entry) labelled() Entry {
	for i := range e.Fields {
		f := &e.Fields[i]
		name := e.Preset + "." + f.Name
		if f.Label.IsZero() {
			f.Label = text(name + ".label")
		}
		if f.Help.IsZero() {
			f.Help = text(name + ".help")
		}
	}
	return e
}

// Title is what an entry without a provider's name is called.
func (e Entry) Title() texts.Text {
	if e.Name != "" {
		return texts.Text{}
	}
	return text(e.Preset + ".name")
}

// GroupText is the name of a group.
func GroupText(group string) texts.Text { return text("group." + group) }

// title is the name of an entry in words.
func (e Entry) title(words texts.Words) string { return cmp.Or(e.Name, e.Title().In(words, "")) }
