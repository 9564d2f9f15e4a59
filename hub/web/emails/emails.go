// Package emails has the words of every email that the hub sends: one text file
// for each code that a service may name (mail.Email). The first line of a file
// is the subject; the text begins behind the empty line after it.
//
// An email is plain text, so that it reads the same everywhere and hides no
// address behind a word. It says why it came, what to do, and what to do if
// one did not ask for it.
package emails

import (
	"bytes"
	"context"
	"embed"
	"fmt"
	"maps"
	"strings"
	"sync"
	"text/template"

	"github.com/fedhub/fedhub/hub/mail"
	"github.com/fedhub/fedhub/internal/texts"
)

//go:embed *.txt
var files embed.FS

// A Mailer puts emails into words and hands them to a Sender.
type Mailer struct {
	Sender  mail.Sender
	HubName func(context.Context) string
	URL     string      // the hub's
	Words   texts.Words // of arguments that are codes themselves
}

// Mail sends an email. A nil error means that it is on its way.
func (m *Mailer) Mail(ctx context.Context, e mail.Email) error {
	args := maps.Clone(e.Args)
	args["hub"], args["address"], args["email"] = m.HubName(ctx), m.URL, e.To // every email may speak of these
	subject, text, err := render(e.Code, args, m.Words)
	if err != nil {
		return err
	}
	if err := m.Sender.Send(ctx, mail.Message{To: e.To, Subject: subject, Text: text}); err != nil {
		return fmt.Errorf("send an email: %w", err)
	}
	return nil
}

// Delivers says whether emails reach anybody.
func (m *Mailer) Delivers() bool { return mail.Delivers(m.Sender) }

// render makes the words of a code. Every argument is one short line, whatever
// somebody called themselves: no name can continue our text with a paragraph
// of its own.
func render(code string, args map[string]any, words texts.Words) (subject, text string, err error) {
	shown := make(map[string]any, len(args))
	for name, value := range args {
		shown[name] = lines(value, words)
	}
	var whole bytes.Buffer
	if err := parsed().ExecuteTemplate(&whole, code+".txt", shown); err != nil {
		return "", "", fmt.Errorf("write the email %q: %w", code, err)
	}
	subject, text, found := strings.Cut(whole.String(), "\n\n")
	if !found || strings.Contains(subject, "\n") {
		return "", "", fmt.Errorf("write the email %q: the first line must be the subject", code)
	}
	return subject, strings.TrimSpace(text) + "\n", nil
}

// parsed reads every file once. One that does not parse is a mistake of the
// program, which the test of this package meets, so it may panic.
var parsed = sync.OnceValue(func() *template.Template {
	return template.Must(template.New("").Funcs(template.FuncMap{"span": span}).Option("missingkey=error").ParseFS(files, "*.txt"))
})
