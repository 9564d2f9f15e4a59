package mail

import (
	"context"
	"fmt"
)

// An Email is one email, not yet in words: to whom, its code, and what it
// speaks of. hub/web/emails has the words. An argument is a string, a bool, a
// time.Duration, or []texts.Text.
type Email struct {
	To   string // one address
	Code string
	Args map[string]any
}

// A Mailer puts emails into words and sends them. Services are handed one.
type Mailer interface {
	// Mail sends an email; see Sender for what a nil error means.
	Mail(ctx context.Context, e Email) error
	// Delivers says whether emails reach anybody.
	Delivers() bool
}

// NewEmail names an email by its code and its arguments, as pairs of a name and
// a value.
func NewEmail(to, code string, pairs ...any) Email {
	e := Email{To: to, Code: code, Args: map[string]any{}}
	for i := 0; i+1 < len(pairs); i += 2 {
		e.Args[fmt.Sprint(pairs[i])] = pairs[i+1]
	}
	return e
}
