package mail

import (
	"context"
	"fmt"
	"time"
)

// An Email is an email before it has a text: recipient, code and arguments.
// hub/web/emails has the texts. An argument is a string, a bool, a
// time.Duration, a texts.Text or []texts.Text.
type Email struct {
	To     string // one address
	Locale string // of the person it is for, if their profile has one
	Code   string
	Args   map[string]any
	// Life is how long the link or code in it works, by the argument "life". It is
	// not sent after that. 0: it has none.
	Life time.Duration
	// Void: it is written and accepted as any other, and never sent. What an
	// address of no account costs must not differ from what one of an account
	// costs.
	Void bool
}

// Voided is the email, not to be sent.
func (e Email) Voided() Email {
	e.Void = true
	return e
}

// In is the email for a person with this locale in their profile. Without one
// it is in the language of the request that caused it.
func (e Email) In(locale string) Email {
	e.Locale = locale
	return e
}

// A Mailer writes and sends emails for services.
type Mailer interface {
	// Mail sends an email; see Sender for what a nil error means.
	Mail(ctx context.Context, e Email) error
	// Delivers reports whether emails are really sent.
	Delivers() bool
}

// NewEmail makes an email from its code and its arguments, as pairs of a name
// and a value.
func NewEmail(to, code string, pairs ...any) Email {
	e := Email{To: to, Code: code, Args: map[string]any{}}
	for i := 0; i+1 < len(pairs); i += 2 {
		e.Args[fmt.Sprint(pairs[i])] = pairs[i+1]
	}
	if life, ok := e.Args["life"].(time.Duration); ok {
		e.Life = life
	}
	return e
}
