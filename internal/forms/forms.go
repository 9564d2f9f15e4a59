// Package forms reports what is wrong with an input, field by field.
package forms

import (
	"errors"
	"strings"

	"github.com/fedhub/fedhub/internal/texts"
)

// A Problem is one reason why an input is refused, and its field. Field is the
// stored name of the property, such as "redirect_uris".
type Problem struct {
	Field string
	texts.Text
}

// Problems are all reasons together, so that a page shows each at its field. As
// an error it must not be empty: return it with Err.
type Problems []Problem

// New is one problem; pairs are as for texts.New.
func New(field, code string, pairs ...any) Problems {
	return Problems{{Field: field, Text: texts.New(code, pairs...)}}
}

// Of returns the problems in an error's chain or, for any other error, one
// problem without a field.
func Of(err error) Problems {
	if problems, ok := errors.AsType[Problems](err); ok || err == nil {
		return problems
	}
	return Problems{{Text: texts.Of(err)}}
}

// Add appends a problem; see New.
func (p *Problems) Add(field, code string, pairs ...any) {
	*p = append(*p, New(field, code, pairs...)...)
}

// Err is nil if there are no problems.
func (p Problems) Err() error {
	if len(p) == 0 {
		return nil
	}
	return p
}

// Sentence is the first problem, for a record that holds one sentence.
func (p Problems) Sentence() texts.Text {
	if len(p) == 0 {
		return texts.Text{}
	}
	return p[0].Text
}

// Words are all sentences in a row; say turns a code into a sentence, as
// templates.Sentence does.
func (p Problems) Words(say texts.Words) string {
	all := make([]string, len(p))
	for i, problem := range p {
		all[i] = say(problem.Code, problem.Args)
	}
	return strings.Join(all, " ")
}

// Error is for logs: fields and codes.
func (p Problems) Error() string {
	all := make([]string, len(p))
	for i, problem := range p {
		all[i] = strings.TrimPrefix(problem.Field+": "+problem.Text.String(), ": ")
	}
	return strings.Join(all, "; ")
}
