// Package mail sends people emails: that an address is theirs to prove, that
// an identity was linked to their account, that somebody waits for an answer.
//
// A service names an Email by its code and hands it to a Mailer, which puts it
// into words (hub/web/emails) and hands the Message to a Sender. There are two
// of those: a Queue before a mail server (SMTP), which tries again for hours
// and keeps nobody waiting, and Log, for hubs without one. The package itself
// writes nothing.
package mail

import (
	"context"
	"errors"
	"net/mail"
	"strings"
	"unicode"

	"golang.org/x/net/idna"
)

// A Message is an email in words. The text is plain; a page of ours that it leads to
// is an address in it.
type Message struct {
	To      string // one address
	Subject string
	Text    string
}

// A Sender takes emails. A nil error means that the email is on its way, not
// that it has arrived.
type Sender interface {
	Send(ctx context.Context, l Message) error
}

// Delivers says whether emails given to a sender reach anybody. What only an
// email can do is not offered where they do not.
func Delivers(s Sender) bool {
	_, logged := s.(*Log)
	return s != nil && !logged
}

// errAddress is for an email to nobody.
var errAddress = errors.New("the email's address is not a single plain email address")

// tidy makes an email safe to hand to a mail server, or says why it cannot be
// sent: an address is one address, and a subject one line, so that no name or
// address that somebody chose adds a recipient, a header or a text.
func (l Message) tidy() (Message, error) {
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
