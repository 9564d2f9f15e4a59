package users

import (
	"strings"

	"github.com/fedhub/fedhub/internal/emailaddr"
)

// A Problem is one thing wrong with one field of a form, in a sentence that
// says what to do.
type Problem struct {
	Field string // "email", "name", "password", "roles", …
	Text  string
}

func (p Problem) Error() string { return p.Field + ": " + p.Text }

// Problems is everything wrong with an input; it is never empty as an error.
type Problems []Problem

func (ps Problems) Error() string {
	texts := make([]string, len(ps))
	for i, p := range ps {
		texts[i] = p.Error()
	}
	return strings.Join(texts, "; ")
}

func (ps *Problems) add(field, text string) { *ps = append(*ps, Problem{field, text}) }

// err keeps an empty list from becoming a non-nil error.
func (ps Problems) err() error {
	if len(ps) == 0 {
		return nil
	}
	return ps
}

// person checks what says who somebody is and what they may do, and returns
// the canonical address and the roles.
func (ps *Problems) person(email string, roles []string) (key string, clean []string) {
	key, err := emailaddr.Canonical(email)
	if err != nil {
		ps.add("email", "Enter one e-mail address, like ada@example.org.")
	}
	clean, problem := cleanRoles(roles)
	if problem != "" {
		ps.add("roles", problem)
	}
	return key, clean
}
