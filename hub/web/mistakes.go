package web

import (
	"errors"

	"github.com/fedhub/fedhub/internal/forms"
	"github.com/fedhub/fedhub/templates"
	"github.com/fedhub/fedhub/templates/locales"
)

// Mistakes puts what a rule refuses into words for a form; ok is false for
// every error that is not forms.Problems. rename says what the form calls a
// field.
func Mistakes(err error, rename map[string]string) (out []templates.Mistake, ok bool) {
	problems, ok := errors.AsType[forms.Problems](err)
	for _, p := range problems {
		field := p.Field
		if name, found := rename[field]; found {
			field = name
		}
		out = append(out, templates.Mistake{Field: field, Text: locales.Of(p.Text)})
	}
	return out, ok
}
