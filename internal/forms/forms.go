// Package forms holds what is wrong with an input, field by field.
package forms

import (
	"errors"
	"strings"

	"github.com/fedhub/fedhub/internal/texts"
)

// A Problem is one reason why an input is refused, at the field where it can be
// mended. Field is the stored name of what is wrong, such as "redirect_uris".
type Problem struct {
	Field string
	texts.Text
}

// Problems are all reasons at once, so that a page shows each at its field. As
// an error it is never empty: return it by Err.
type Problems []Problem

// New is one problem; pairs are as for texts.New.
func New(field, code string, pairs ...any) Problems {
	return Problems{{Field: field, Text: texts.New(code, pairs...)}}
}

// Of are the problems in the chain of an error or, for any other error, one
// without a field that says the same.
func Of(err error) Problems {
	if problems, ok := errors.AsType[Problems](err); ok || err == nil {
		return problems
	}
	return Problems{{Text: texts.Of(err)}}
}

// Add is New, put at the end.
func (p *Problems) Add(field, code string, pairs ...any) {
	*p = append(*p, New(field, code, pairs...)...)
}

// Err is nil if nothing is wrong.
func (p Problems) Err() error {
	if len(p) == 0 {
		return nil
	}
	return p
}

// Sentence is the first of them: a record of what happened holds one.
func (p Problems) Sentence() texts.Text {
	if len(p) == 0 {
		return texts.Text{}
	}
	return p[0].Text
}

// Words are all sentences, one behind the other; say puts a code into words, as
// templates.Sentence does.
func (p Problems) Words(say texts.Words) string {
	all := make([]string, len(p))
	for i, problem := range p {
		all[i] = say(problem.Code, problem.Args)
	}
	return strings.Join(all, " ")
}

// Error is for logs: fields and codes, no words.
func (p Problems) Error() string {
	all := make([]string, len(p))
	for i, problem := range p {
		all[i] = strings.TrimPrefix(problem.Field+": "+problem.Text.String(), ": ")
	}
	return strings.Join(all, "; ")
}
