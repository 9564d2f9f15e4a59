package web

import (
	"strings"

	"github.com/fedhub/fedhub/hub/users/fields"
	"github.com/fedhub/fedhub/templates"
)

// UserFields are a user's values of these fields for a form. typed has what was
// typed, by the names of the fields; nil shows what is stored.
func UserFields(all []fields.Field, values []fields.Value, typed map[string]string, wrong []templates.Mistake) []templates.UserField {
	var out []templates.UserField
	for _, f := range all {
		shown := templates.UserField{Name: f.Name, Label: f.Label, Type: f.Type, Value: f.Of(values), Choices: f.Choices}
		if text, there := typed[f.Name]; there {
			shown.Value = text
		}
		for _, m := range wrong {
			if m.Field == shown.Control() {
				shown.Wrong = m.Text
			}
		}
		out = append(out, shown)
	}
	return out
}

// TypedFields are the values of user fields in a form, by the names of the fields.
func TypedFields(form map[string]string) map[string]string {
	typed := map[string]string{}
	for name, value := range form {
		if field, ok := strings.CutPrefix(name, "field_"); ok {
			typed[field] = value
		}
	}
	return typed
}
