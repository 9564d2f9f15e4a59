package signin_test

import (
	"io"
	"log/slog"
	"net"
	"strings"
	"testing"

	"github.com/emersion/go-smtp"

	"github.com/fedhub/fedhub/hub"
	"github.com/fedhub/fedhub/hub/internal/hubtest"
)

// A mailServer accepts every email.
type mailServer chan string

func (m mailServer) NewSession(*smtp.Conn) (smtp.Session, error) { return m, nil }
func (mailServer) Reset()                                        {}
func (mailServer) Logout() error                                 { return nil }
func (m mailServer) Mail(string, *smtp.MailOptions) error        { return nil }
func (m mailServer) Rcpt(string, *smtp.RcptOptions) error        { return nil }
func (m mailServer) Data(r io.Reader) error {
	text, err := io.ReadAll(r)
	m <- string(text)
	return err
}

func TestLettersGoToTheMailServerOfTheSettings(t *testing.T) {
	emails := make(mailServer, 10)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := smtp.NewServer(emails)
	server.Domain, server.ErrorLog = "mail.example.org", slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	go server.Serve(l)                   //nolint:errcheck // ends with the test
	t.Cleanup(func() { server.Close() }) //nolint:errcheck // the test is over
	w := hubtest.NewWorldAs(t, hubtest.OpenSQLite(t), hub.Config{MailURL: "smtp://" + l.Addr().String(), MailFrom: "Example ID <id@example.org>"})
	w.Person("ada@example.org")
	b := w.Browser()
	b.Submit(b.Open("/password/forgot"), "/password/forgot", "email", "ada@example.org")
	email := hubtest.Arrives(t, emails, "no email came")
	for _, part := range []string{`From: "Example ID" <id@example.org>`, "To: <ada@example.org>", w.URL + "/password/"} {
		if !strings.Contains(email, part) {
			t.Errorf("the email lacks %q: %s", part, email)
		}
	}
}

func TestSettingsOfMailThatCannotWorkAreNamed(t *testing.T) {
	for want, c := range map[string]hub.Config{
		"FEDHUB_MAIL_FROM is set, but no mail server": {MailFrom: "id@example.org"},
		"FEDHUB_MAIL_URL is not the address":          {MailURL: "mail.example.org", MailFrom: "id@example.org"},
		"FEDHUB_MAIL_FROM must be":                    {MailURL: "smtps://mail.example.org"},
	} {
		c.URL, c.SecretKey = "https://id.example.org", make([]byte, 32)
		if err := c.Check(); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("got %v, want it to begin with %q", err, want)
		}
	}
	good := hub.Config{URL: "https://id.example.org", SecretKey: make([]byte, 32), MailURL: "smtps://mail.example.org", MailFrom: "id@example.org"}
	if err := good.Check(); err != nil {
		t.Error(err)
	}
}
