package mail

import (
	"bytes"
	"errors"
	"io"
	"log/slog"
	"net"
	netmail "net/mail"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/emersion/go-smtp"
)

// A server is a mail server on a port of this machine.
type server struct {
	*testing.T
	address string
	busy    atomic.Int64 // how many emails it defers before it accepts one
	never   atomic.Bool  // it refuses permanently
	nobody  atomic.Bool  // it refuses every recipient
	got     chan string
}

func newServer(t *testing.T) *server {
	t.Helper()
	s := &server{T: t, got: make(chan string, 100)}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s.address = l.Addr().String()
	serve := smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) { return &session{server: s}, nil }))
	serve.Domain = "mail.example.org"
	serve.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	go serve.Serve(l)                   //nolint:errcheck // ends with the test
	t.Cleanup(func() { serve.Close() }) //nolint:errcheck // the test is over
	return s
}

type session struct {
	server *server
	to     string
}

func (s *session) Reset()        {}
func (s *session) Logout() error { return nil }
func (s *session) Mail(string, *smtp.MailOptions) error {
	if s.server.never.Load() {
		return &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 7, 1}, Message: "not from you"}
	}
	if s.server.busy.Add(-1) >= 0 {
		return &smtp.SMTPError{Code: 451, EnhancedCode: smtp.EnhancedCode{4, 7, 1}, Message: "greylisted"}
	}
	return nil
}
func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	if s.server.nobody.Load() {
		return &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "no such mailbox"}
	}
	s.to += to + ";"
	return nil
}
func (s *session) Data(r io.Reader) error {
	text, err := io.ReadAll(r)
	s.server.got <- s.to + "\n" + string(text)
	return err
}

// next is the recipient and the text of the next email.
func (s *server) next() (to string, m *netmail.Message, body string) {
	s.Helper()
	select {
	case raw := <-s.got:
		to, raw, _ = strings.Cut(raw, "\n")
		m, err := netmail.ReadMessage(strings.NewReader(raw))
		if err != nil {
			s.Fatal(err)
		}
		text, err := io.ReadAll(m.Body)
		if err != nil {
			s.Fatal(err)
		}
		return to, m, string(text)
	case <-time.After(20 * time.Second):
		s.Fatal("no email came")
	}
	return "", nil, ""
}

// sender sends to the server.
func (s *server) sender() *SMTP {
	s.Helper()
	to, err := Parse("smtp://"+s.address, "Example ID <id@example.org>", nil)
	if err != nil {
		s.Fatal(err)
	}
	return to
}

type book struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (b *book) Write(p []byte) (int, error) { b.mu.Lock(); defer b.mu.Unlock(); return b.text.Write(p) }
func (b *book) String() string              { b.mu.Lock(); defer b.mu.Unlock(); return b.text.String() }

func TestAnEmailArrivesAsItWasWritten(t *testing.T) {
	s := newServer(t)
	q := s.sender()
	if err := q.Send(t.Context(), Message{To: "ada@example.org", Subject: "Is this yours?", Text: "Open it:\n\nhttps://id.example.org/verify/abc\n"}); err != nil {
		t.Fatal(err)
	}
	to, m, body := s.next()
	if to != "ada@example.org;" || m.Header.Get("To") != "<ada@example.org>" || m.Header.Get("Subject") != "Is this yours?" {
		t.Errorf("to %q, header %v", to, m.Header)
	}
	if m.Header.Get("From") != `"Example ID" <id@example.org>` || m.Header.Get("Auto-Submitted") != "auto-generated" || m.Header.Get("Message-Id") == "" {
		t.Errorf("header %v", m.Header)
	}
	if !strings.Contains(body, "Open it:\r\n\r\nhttps://id.example.org/verify/abc\r\n") {
		t.Errorf("body %q", body)
	}
}

func TestAnEmailHasTwoPartsAndTheSameIDAtEachTry(t *testing.T) {
	s := newServer(t)
	for range 2 {
		if err := s.sender().Send(t.Context(), Message{ID: "abc", To: "ada@example.org", Subject: "x", Text: "Open it", HTML: "<p>Open it</p>"}); err != nil {
			t.Fatal(err)
		}
		_, m, body := s.next()
		if !strings.HasPrefix(m.Header.Get("Content-Type"), "multipart/alternative") || m.Header.Get("Message-Id") != "<abc@example.org>" {
			t.Errorf("header %v", m.Header)
		}
		text, html := strings.Index(body, "text/plain"), strings.Index(body, "text/html") // RFC 2046 §5.1.4: the best comes last
		if text < 0 || html < text || !strings.Contains(body, "<p>Open it</p>") {
			t.Errorf("body %q", body)
		}
	}
}

func TestAFailureSaysWhetherToTryAgain(t *testing.T) {
	s := newServer(t)
	send := func() *Failure {
		t.Helper()
		f, ok := errors.AsType[*Failure](s.sender().Send(t.Context(), Message{To: "ada@example.org", Subject: "x", Text: "x"}))
		if !ok {
			t.Fatal("no failure")
		}
		return f
	}
	s.busy.Store(1)
	if f := send(); f.Permanent || f.Code() != "451" {
		t.Errorf("busy: %+v", f)
	}
	s.never.Store(true)
	if f := send(); !f.Permanent || f.Recipient || f.Code() != "550" {
		t.Errorf("refused: %+v", f)
	}
	s.never.Store(false)
	s.nobody.Store(true)
	if f := send(); !f.Permanent || !f.Recipient || f.Code() != "550" {
		t.Errorf("no such mailbox: %+v", f)
	}
	s.address = "127.0.0.1:1"
	if f := send(); f.Permanent || f.Code() != "unreachable" {
		t.Errorf("away: %+v", f)
	}
}

func TestNobodyAddsARecipientOrAHeader(t *testing.T) {
	s := newServer(t)
	q := s.sender()
	for _, to := range []string{
		"", "ada", "@example.org", "ada@", "ada@example.org\r\nBcc: eve@example.org", "ada@example.org, eve@example.org",
		"Ada <ada@example.org>", "<ada@example.org>", `"a b"@example.org`, "a@b@example.org", "ada@example.org\x00", "ada@exa mple.org",
	} {
		if err := q.Send(t.Context(), Message{To: to, Subject: "x", Text: "x"}); err == nil {
			t.Errorf("%q was taken", to)
		}
	}
	if err := q.Send(t.Context(), Message{To: "ada@bücher.example", Subject: "Hello\r\nBcc: eve@example.org\r\n\r\nText", Text: "x"}); err != nil {
		t.Fatal(err)
	}
	to, m, _ := s.next()
	if to != "ada@xn--bcher-kva.example;" || m.Header.Get("Bcc") != "" || m.Header.Get("Subject") != "Hello Bcc: eve@example.org Text" {
		t.Errorf("to %q, header %v", to, m.Header)
	}
}

func TestAServerElsewhereMustEncrypt(t *testing.T) {
	s := newServer(t)
	to, err := Parse("smtp://"+s.address, "id@example.org", nil)
	if err != nil {
		t.Fatal(err)
	}
	to.plain = false // as if it were elsewhere; the server offers no STARTTLS
	if err := to.Send(t.Context(), Message{To: "ada@example.org", Subject: "x", Text: "x"}); err == nil {
		t.Error("the email went in the clear")
	}
}

func TestSettingsAboutMailAreExplained(t *testing.T) {
	for _, c := range []struct{ address, from, want string }{
		{"mail.example.org", "id@example.org", "FEDHUB_MAIL_URL is not"},
		{"http://mail.example.org", "id@example.org", "FEDHUB_MAIL_URL is not"},
		{"smtp://user:se/cret@mail.example.org", "id@example.org", "FEDHUB_MAIL_URL"},
		{"smtp://mail.example.org:70000", "id@example.org", "port"},
		{"smtp://mail.example.org/?x=y", "id@example.org", "must end"},
		{"smtp://mail.example.org", "", "FEDHUB_MAIL_FROM must"},
		{"smtp://mail.example.org", "id@example.org\nBcc: x@example.org", "FEDHUB_MAIL_FROM must"},
	} {
		_, err := Parse(c.address, c.from, nil)
		if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "cret") {
			t.Errorf("%s from %q: %v", c.address, c.from, err)
		}
	}
	for address, want := range map[string]int{"smtps://mail.example.org": 465, "smtp://mail.example.org": 587, "smtp://u:p%2F@localhost:1025": 1025} {
		s, err := Parse(address, "id@example.org", nil)
		if err != nil || s.port != want || s.plain != strings.Contains(address, "localhost") {
			t.Errorf("%s: %+v, %v", address, s, err)
		}
	}
}

func TestAHubWithoutMailSaysSoAndKeepsTheLinkToItself(t *testing.T) {
	for _, console := range []bool{false, true} {
		log := &book{}
		sender := &Log{Log: slog.New(slog.NewTextHandler(log, nil)), Console: console}
		if err := sender.Send(t.Context(), Message{To: "ada@example.org", Subject: "Choose", Text: "https://id.example.org/reset/secret"}); err != nil {
			t.Fatal(err)
		}
		if got := log.String(); !strings.Contains(got, "was not sent") || strings.Contains(got, "secret") != console {
			t.Errorf("console %v: %s", console, got)
		}
		if err := sender.Send(t.Context(), Message{To: "ada@example.org", Subject: "Void", Void: true}); err != nil || strings.Contains(log.String(), "Void") {
			t.Errorf("an email that is not sent: %v, %s", err, log)
		}
		if Delivers(sender) || Delivers(nil) {
			t.Error("a log delivers nothing")
		}
	}
}
