package web

import (
	"errors"

	"github.com/fedhub/fedhub/internal/forms"
	"github.com/fedhub/fedhub/templates"
	"github.com/fedhub/fedhub/templates/locales"
)

// Mistakes describes rejected input for a form; ok is false for every error that
// is not forms.Problems. rename maps the name of a field to its name in the
// form.
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
