package templates

import "strings"

// A Mistake is one thing to put right in a form.
type Mistake struct {
	Field string // name of the form control, which is also its id; empty for the form as a whole
	Text  string // a sentence that says what to do
}

// A Note is a short message in a box: a sentence, and what to do about it.
type Note struct {
	Tone  string // "ok", "info", "warn" or "danger"; "info" if empty
	Title string // shown in bold
	Text  string
}

// Some tells whether there is anything to show.
func (n Note) Some() bool { return n.Title != "" || n.Text != "" }

// Kind is the tone, or "info".
func (n Note) Kind() string { return either(n.Tone, "info") }

// A Chip is the state of something in a word or two.
type Chip struct {
	Tone string // "ok", "info", "warn", "danger", or empty for a quiet one
	Text string
}

// An Action is a link that people follow next: on this hub or to an https address.
type Action struct {
	Label string
	URL   string
}

// A Pair is a name and a value: a row of a list, or a hidden input.
type Pair struct {
	Name  string
	Value string
}

// A Pick is one of several choices, with what it means.
type Pick struct{ Value, Label, Hint string }

// A Field is one form control with its label, hint and mistake, so that the
// part "field" joins them for people who cannot see the page. Templates build
// it: {{template "field" field "email" "Email" .Page.Email | kind "email"}}.
type Field struct {
	Name     string // of the control, and its id
	Label    string
	Value    string
	Hint     string
	Kind     string // type of the input; "area" for a technical text area, "lines" for a plain one, "select" for a choice
	Auto     string // autocomplete
	Wrong    string // what is wrong with it
	Locked   string // the variable that sets it, which makes it read-only
	Rows     string // label of the rows into which the script splits a text area
	Options  []Pair // of a select: value and label
	Picks    []Pick // of a list of radio buttons
	Mono     bool   // technical text
	Focus    bool   // takes the focus when the page opens
	Optional bool
	On       bool // a box that is ticked
	Alerted  bool // the alert on top of the page is about it too
}

// DescribedBy lists the ids of everything that explains the control, the most
// urgent first.
func (f Field) DescribedBy() string {
	var ids []string
	if f.Wrong != "" {
		ids = append(ids, f.Name+"-error")
	}
	if f.Alerted {
		ids = append(ids, "problems")
	}
	if f.Locked != "" {
		ids = append(ids, f.Name+"-locked")
	}
	if f.Hint != "" {
		ids = append(ids, f.Name+"-hint")
	}
	return strings.Join(ids, " ")
}

func newField(name, label, value string) Field {
	return Field{Name: name, Label: label, Value: value, Kind: "text"}
}

// Templates chain what follows, so each takes the field last and returns it.

func hint(text string, f Field) Field   { f.Hint = text; return f }
func kind(kind string, f Field) Field   { f.Kind = kind; return f }
func auto(words string, f Field) Field  { f.Auto = words; return f }
func rows(label string, f Field) Field  { f.Kind, f.Rows = "area", label; return f }
func mono(f Field) Field                { f.Mono = true; return f }
func optional(f Field) Field            { f.Optional = true; return f }
func alerted(when bool, f Field) Field  { f.Alerted = when; return f }
func on(when bool, f Field) Field       { f.On = when; return f }
func focus(when bool, f Field) Field    { f.Focus = when; return f }
func picks(all []Pick, f Field) Field   { f.Picks = all; return f }
func choices(all []Pair, f Field) Field { f.Kind, f.Options = "select", all; return f }

// wrong looks up what is wrong with this field.
func wrong(mistakes []Mistake, f Field) Field {
	for _, mistake := range mistakes {
		if mistake.Field == f.Name {
			f.Wrong = mistake.Text
		}
	}
	return f
}

// locked looks up the variable that sets this field at start, if one does.
func locked(variables map[string]string, f Field) Field {
	f.Locked = variables[f.Name]
	return f
}
