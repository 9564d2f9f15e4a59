// Package emails writes every email that the hub sends. The words are messages
// of the catalogue (templates/locales): for each code that a service may name
// (mail.Email) a subject and a text, "mail.<code>.subject" and
// "mail.<code>.text".
//
// An email has two parts that say the same: plain text, where no link text hides a
// URL, and HTML made of it, which shows the first URL as a button too. It says what
// happened, what to do, and what to do if the reader did not ask for it.
package emails

import (
	"context"
	"fmt"
	"maps"
	"strings"
	"time"
	"unicode"

	"github.com/fedhub/fedhub/hub/mail"
	"github.com/fedhub/fedhub/internal/reader"
	"github.com/fedhub/fedhub/internal/texts"
	"github.com/fedhub/fedhub/templates/locales"
)

// A Mailer writes emails and passes them to a Sender.
type Mailer struct {
	Sender  mail.Sender
	HubName func(context.Context) string
	URL     string         // of the hub
	Words   *locales.Words // for every email; nil: in the reader's language
}

// forAdministrators are the emails that only administrators get. They quote the
// admin pages, which are in English.
var forAdministrators = map[string]bool{"attention": true}

// words are in the language of the recipient: by the locale of the profile, else
// as in the request that caused the email.
func (m *Mailer) words(ctx context.Context, e mail.Email) *locales.Words {
	switch {
	case m.Words != nil:
		return m.Words
	case forAdministrators[e.Code]:
		return locales.English()
	}
	if words, ok := locales.Find(e.Locale); ok {
		return words
	}
	return locales.For(reader.Of(ctx).Known())
}

// Mail sends an email. A nil error means that the Sender has accepted it.
func (m *Mailer) Mail(ctx context.Context, e mail.Email) error {
	args := maps.Clone(e.Args)
	args["hub"], args["address"], args["email"] = m.HubName(ctx), m.URL, e.To // every email may use these
	message, err := render(m.words(ctx, e), e.Code, args)
	if err != nil {
		return fmt.Errorf("write the email %q: %w", e.Code, err)
	}
	message.To, message.Code, message.Life, message.Void = e.To, e.Code, e.Life, e.Void
	if err := m.Sender.Send(ctx, message); err != nil {
		return fmt.Errorf("send an email: %w", err)
	}
	return nil
}

// Delivers reports whether the hub can deliver emails.
func (m *Mailer) Delivers() bool { return mail.Delivers(m.Sender) }

// render writes the subject and both parts of a code.
func render(words *locales.Words, code string, args map[string]any) (mail.Message, error) {
	pairs := make([]any, 0, 2*len(args))
	shown := map[string]any{}
	for name, value := range args {
		var err error
		if shown[name], err = lines(words, value); err != nil {
			return mail.Message{}, err
		}
		pairs = append(pairs, name, shown[name])
	}
	parts := []locales.Text{
		locales.Say("mail."+code+".subject", pairs...),
		locales.Say(body(code, args), pairs...),
		locales.Say("mail.signature", pairs...),
	}
	said := make([]string, len(parts))
	for i, part := range parts {
		var err error
		if said[i], err = part.In(words); err != nil {
			return mail.Message{}, err
		}
	}
	subject, text, signature := said[0], said[1], said[2]
	page, err := markup(words, code, subject, text, shown, pairs)
	return mail.Message{Subject: subject, Text: text + "\n\n" + signature + "\n", HTML: page}, err
}

// body is the message of an email's text. Some emails have a second message; an
// argument selects it.
func body(code string, args map[string]any) string {
	switch {
	case code == "identity.linked" && args["emptied"] == true:
		return "mail.identity.linked.text-emptied"
	case code == "address.changed" && args["link"] == "":
		return "mail.address.changed.text-by-administrator"
	case code == "identity.unlinked" && args["link"] == "":
		return "mail.identity.unlinked.text-by-administrator"
	}
	return "mail." + code + ".text"
}

// lines is an argument in the form that a message needs. Every text is one short
// line, so that a user's name cannot add a paragraph of its own. A list has one
// line for each of its sentences.
func lines(words *locales.Words, value any) (any, error) {
	switch v := value.(type) {
	case string:
		return line(v), nil
	case time.Duration:
		return words.Span(v)
	case texts.Text:
		return line(v.In(words.Sentence, "")), nil
	case []texts.Text:
		all := make([]string, len(v))
		for i, t := range v {
			all[i] = "- " + line(t.In(words.Sentence, ""))
		}
		return strings.Join(all, "\n"), nil
	}
	return value, nil
}

const longest = 500 // runes

func line(s string) string {
	s = strings.Join(strings.FieldsFunc(s, func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r) || unicode.Is(unicode.Cf, r)
	}), " ")
	if runes := []rune(s); len(runes) > longest {
		return string(runes[:longest])
	}
	return s
}
