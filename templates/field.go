package templates

import (
	"fmt"
	"strings"

	"github.com/fedhub/fedhub/templates/locales"
)

// A Mistake is one thing to correct in a form.
type Mistake struct {
	Field string       // name of the form control, which is also its id; empty for the form as a whole
	Text  locales.Text // a sentence that says what to do
}

// A Note is a short message in a box: a sentence and the advice.
type Note struct {
	Tone  string       // "ok", "info", "warn" or "danger"; "info" if empty
	Title locales.Text // shown in bold
	Text  locales.Text
}

// Some reports whether there is anything to show.
func (n Note) Some() bool { return !n.Title.IsZero() || !n.Text.IsZero() }

// Kind is the tone, or "info".
func (n Note) Kind() string { return either(n.Tone, "info") }

// A Chip is a state in one or two words.
type Chip struct {
	Tone string // "ok", "info", "warn", "danger", or empty for a quiet one
	Text locales.Text
}

// An Action is a link to the next step: on this hub or to an https address.
type Action struct {
	Label locales.Text
	URL   string
}

// An Option is a choice of a select: users read its value.
type Option struct {
	Name  string
	Value locales.Text
}

// A Row is a name and a value for users to read.
type Row struct{ Name, Value locales.Text }

// A Pair is a name and a value, like a hidden input.
type Pair struct {
	Name  string
	Value string
}

// A Pick is one of several choices, with its meaning.
type Pick struct {
	Value       string
	Label, Hint locales.Text
}

// A Field is one form control with its label, hint and mistake; the part
// "field" connects them for screen readers. Templates build it: {{template
// "field" field "email" "Email" .Page.Email | kind "email"}}.
type Field struct {
	Name     string // of the control, and its id
	Label    locales.Text
	Value    string
	Hint     locales.Text
	Kind     string       // type of the input; "area" for a technical text area, "lines" for a plain one, "select" for a choice
	Auto     string       // autocomplete
	Wrong    locales.Text // the mistake in it
	Locked   string       // the variable that sets it, which makes it read-only
	Rows     locales.Text // label of the rows into which the script splits a text area
	Options  []Option     // of a select: value and label
	Picks    []Pick       // of a list of radio buttons
	Accepts  string       // types of files
	Mono     bool         // technical text
	Focus    bool         // gets the focus when the page opens
	Optional bool
	On       bool // a box that is ticked
	Alerted  bool // the alert at the top of the page is about it too
}

// DescribedBy lists the ids of the texts about the control, the most urgent
// first.
func (f Field) DescribedBy() string {
	var ids []string
	if !f.Wrong.IsZero() {
		ids = append(ids, f.Name+"-error")
	}
	if f.Alerted {
		ids = append(ids, "problems")
	}
	if f.Locked != "" {
		ids = append(ids, f.Name+"-locked")
	}
	if !f.Hint.IsZero() {
		ids = append(ids, f.Name+"-hint")
	}
	return strings.Join(ids, " ")
}

func newField(name string, label any, value string) Field {
	return Field{Name: name, Label: shown(label), Value: value, Kind: "text"}
}

// Templates chain these methods, so each returns the field.

func hint(text any, f Field) Field     { f.Hint = shown(text); return f }
func kind(kind string, f Field) Field  { f.Kind = kind; return f }
func accepts(a string, f Field) Field  { f.Accepts = a; return f }
func auto(words string, f Field) Field { f.Auto = words; return f }
func rows(label any, f Field) Field    { f.Kind, f.Rows = "area", shown(label); return f }

// shown is a text from the catalogue or from the page.
func shown(text any) locales.Text {
	if t, ok := text.(locales.Text); ok {
		return t
	}
	return locales.Stored(fmt.Sprint(text))
}
func mono(f Field) Field                  { f.Mono = true; return f }
func optional(f Field) Field              { f.Optional = true; return f }
func alerted(when bool, f Field) Field    { f.Alerted = when; return f }
func on(when bool, f Field) Field         { f.On = when; return f }
func focus(when bool, f Field) Field      { f.Focus = when; return f }
func picks(all []Pick, f Field) Field     { f.Picks = all; return f }
func choices(all []Option, f Field) Field { f.Kind, f.Options = "select", all; return f }

// wrong finds the mistake in this field.
func wrong(mistakes []Mistake, f Field) Field {
	for _, mistake := range mistakes {
		if mistake.Field == f.Name {
			f.Wrong = mistake.Text
		}
	}
	return f
}

// locked finds the environment variable that sets this field, if there is one.
func locked(variables map[string]string, f Field) Field {
	f.Locked = variables[f.Name]
	return f
}
