// Package mail sends people letters: that an address is theirs to prove, that
// an identity was linked to their account, that somebody waits for an answer.
//
// Whoever writes a letter hands it to a Sender and goes on. There are two: a
// Queue before a mail server (SMTP), which tries again for hours and keeps
// nobody waiting, and Log, for hubs without one. What letters say is in
// templates/letters; the package itself writes nothing.
package mail

import (
	"context"
	"errors"
	"net/mail"
	"strings"
	"unicode"

	"golang.org/x/net/idna"
)

// A Letter is what is sent. The text is plain; a page of ours that it leads to
// is an address in it.
type Letter struct {
	To      string // one address
	Subject string
	Text    string
}

// A Sender takes letters. A nil error means that the letter is on its way, not
// that it has arrived.
type Sender interface {
	Send(ctx context.Context, l Letter) error
}

// Delivers says whether letters given to a sender reach anybody. What only a
// letter can do is not offered where they do not.
func Delivers(s Sender) bool {
	_, logged := s.(*Log)
	return s != nil && !logged
}

// errAddress is for a letter to nobody.
var errAddress = errors.New("the letter's address is not one plain e-mail address")

// tidy makes a letter safe to hand to a mail server, or says why it cannot be
// sent: an address is one address, and a subject one line, so that no name or
// address that somebody chose adds a recipient, a header or a text.
func (l Letter) tidy() (Letter, error) {
	l.To = strings.TrimSpace(l.To)
	local, domain, _ := strings.Cut(l.To, "@")
	if local == "" || strings.Contains(domain, "@") || strings.ContainsFunc(l.To, unfit) || strings.ContainsAny(l.To, `<>()[],;:\"`) {
		return Letter{}, errAddress
	}
	ascii, err := idna.Lookup.ToASCII(domain)
	if err != nil || ascii == "" {
		return Letter{}, errAddress
	}
	l.To = local + "@" + ascii
	if parsed, err := mail.ParseAddress(l.To); err != nil || parsed.Name != "" || parsed.Address != l.To {
		return Letter{}, errAddress
	}
	l.Subject = strings.Join(strings.FieldsFunc(l.Subject, func(r rune) bool { return unicode.IsControl(r) || r == ' ' }), " ")
	l.Text = strings.ReplaceAll(l.Text, "\r\n", "\n")
	return l, nil
}

func unfit(r rune) bool { return unicode.IsControl(r) || unicode.IsSpace(r) }
