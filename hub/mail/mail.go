// Package mail sends emails, for example to verify an address or to report that
// an identity was linked.
//
// A service makes an Email by its code and gives it to a Mailer, which writes
// its text (hub/web/emails) and gives the Message to a Sender. There are two
// senders: the outbox in front of a mail server (package outbox, SMTP), which
// survives restarts, and Log, for hubs without a server. The package contains no
// texts.
package mail

import (
	"context"
	"errors"
	"net/mail"
	"strings"
	"time"
	"unicode"

	"golang.org/x/net/idna"
)

// A Message is an email with its text, in plain text, where links are
// addresses, and in HTML.
type Message struct {
	ID      string // of the Message-ID, the same at each try; random if empty
	To      string // one address
	Subject string
	Text    string
	HTML    string

	Code string        // of the Email
	Life time.Duration // of the link in it: after that it is not sent; 0: it has none
	Void bool          // it is not sent, see Email.Void
}

// A Sender sends emails. A nil error means that the email was accepted, not
// that it has arrived.
type Sender interface {
	Send(ctx context.Context, l Message) error
}

// Delivers reports whether a sender really sends emails. Functions that need
// email are not offered otherwise.
func Delivers(s Sender) bool {
	_, logged := s.(*Log)
	return s != nil && !logged
}

// errAddress refuses an email without a valid recipient.
var errAddress = errors.New("the email's address is not a single plain email address")

// Tidy makes an email safe for a mail server, or reports why it cannot be sent:
// the recipient is one address and the subject one line, so that no user-chosen
// name or address can add a recipient, a header or text.
func (l Message) Tidy() (Message, error) {
	l.To = strings.TrimSpace(l.To)
	local, domain, _ := strings.Cut(l.To, "@")
	if local == "" || strings.Contains(domain, "@") || strings.ContainsFunc(l.To, unfit) || strings.ContainsAny(l.To, `<>()[],;:\"`) {
		return Message{}, errAddress
	}
	ascii, err := idna.Lookup.ToASCII(domain)
	if err != nil || ascii == "" {
		return Message{}, errAddress
	}
	l.To = local + "@" + ascii
	if parsed, err := mail.ParseAddress(l.To); err != nil || parsed.Name != "" || parsed.Address != l.To {
		return Message{}, errAddress
	}
	l.Subject = strings.Join(strings.FieldsFunc(l.Subject, func(r rune) bool { return unicode.IsControl(r) || r == ' ' }), " ")
	l.Text = strings.ReplaceAll(l.Text, "\r\n", "\n")
	return l, nil
}

func unfit(r rune) bool { return unicode.IsControl(r) || unicode.IsSpace(r) }
