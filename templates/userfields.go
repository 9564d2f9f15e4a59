package templates

import "github.com/fedhub/fedhub/templates/locales"

// A UserField is a user's value of a field that administrators defined. Its
// control is named field_ and the name of the field.
type UserField struct {
	Name, Label string
	Type        string // "text", "number", "boolean", "date" or "choice"
	Value       string // as typed
	Choices     []string
	Fixed       bool         // the user sees it and cannot change it
	Wrong       locales.Text // the mistake in it
}

// Mistakes are the mistake in it, for the form control.
func (f UserField) Mistakes() []Mistake {
	if f.Wrong.IsZero() {
		return nil
	}
	return []Mistake{{f.Control(), f.Wrong}}
}

// Control is the name of the form control.
func (f UserField) Control() string { return "field_" + f.Name }

// Kind is the type of the input.
func (f UserField) Kind() string {
	switch f.Type {
	case "number", "date":
		return map[string]string{"number": "text", "date": "date"}[f.Type]
	case "boolean", "choice":
		return "select"
	}
	return "text"
}

// Options are the choices of a select; the first is none.
func (f UserField) Options() []Option {
	all := []Option{{}}
	if f.Type == "boolean" {
		return append(all, Option{"true", locales.Say("fields.user-yes")}, Option{"false", locales.Say("fields.user-no")})
	}
	for _, c := range f.Choices {
		all = append(all, Option{c, locales.Stored(c)})
	}
	return all
}

// Shown is the value for users to read.
func (f UserField) Shown() locales.Text {
	for _, o := range f.Options() {
		if f.Kind() == "select" && o.Name == f.Value {
			return o.Value
		}
	}
	return locales.Stored(f.Value)
}

// AdminFields lists the user fields that administrators defined. Its forms post
// to /admin/fields.
type AdminFields struct {
	Fields []FieldRow
	Form   FieldForm
	Types  []Option
	Most   int
	// Mistakes are in the form to add a field.
	Mistakes []Mistake
}

func (p AdminFields) look() look {
	return look{"userfields", desk, locales.Say("userfields.tab"), len(p.Mistakes) > 0}
}

// A FieldRow is one field in the list.
type FieldRow struct {
	Name, Label string
	Type        locales.Text
	Chips       []Chip
}

// A FieldForm is a new field, as typed.
type FieldForm struct {
	Name, Label, Type, Max string
	Choices                string // one per line
	Visible, Edited        bool
}
