package mail

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"log/slog"
	"net"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

// A member is a session of a server that takes emails from Ada alone.
type member struct {
	session
	in bool
}

func (*member) AuthMechanisms() []string { return []string{sasl.Plain} }

func (m *member) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, password string) error {
		if m.in = user == "ada" && password == "h/ush"; !m.in {
			return smtp.ErrAuthFailed
		}
		return nil
	}), nil
}

func (m *member) Mail(from string, o *smtp.MailOptions) error {
	if !m.in {
		return smtp.ErrAuthRequired
	}
	return m.session.Mail(from, o)
}

// newSecure is a mail server with TLS, from the first byte (RFC 8314 §3) or by
// STARTTLS, and who vouches for it.
func newSecure(t *testing.T, implicit bool) (*server, *x509.CertPool) {
	t.Helper()
	web := httptest.NewTLSServer(nil) // for its certificate
	web.Close()
	roots := x509.NewCertPool()
	roots.AddCert(web.Certificate())
	config := &tls.Config{Certificates: web.TLS.Certificates, MinVersion: tls.VersionTLS12}

	s := &server{T: t, got: make(chan string, 10)}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s.address = l.Addr().String()
	serve := smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) { return &member{session: session{server: s}}, nil }))
	serve.Domain, serve.TLSConfig = "mail.example.org", config
	serve.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	if implicit {
		l = tls.NewListener(l, config)
	}
	go serve.Serve(l)                   //nolint:errcheck // ends with the test
	t.Cleanup(func() { serve.Close() }) //nolint:errcheck // the test is over
	return s, roots
}

func TestLettersGoEncryptedByWhoMaySendThem(t *testing.T) {
	for _, implicit := range []bool{true, false} {
		s, roots := newSecure(t, implicit)
		scheme := map[bool]string{true: "smtps://", false: "smtp://"}[implicit]
		send := func(user string, roots *x509.CertPool) error {
			to, err := Parse(scheme+user+"@"+s.address, "Example ID <id@example.org>", roots)
			if err != nil {
				t.Fatal(err)
			}
			to.plain = false // as if it were elsewhere
			return to.Send(t.Context(), Message{To: "ada@example.org", Subject: "Hello", Text: "x"})
		}
		if err := send("ada:h%2Fush", roots); err != nil {
			t.Errorf("%s: %v", scheme, err)
			continue
		}
		if to, _, _ := s.next(); to != "ada@example.org;" {
			t.Errorf("%s: it went to %q", scheme, to)
		}
		wrong := send("ada:wrong", roots)
		if f, ok := errors.AsType[*Failure](wrong); !ok || !f.Permanent {
			t.Errorf("%s: another password: got %v, want a refusal for good", scheme, wrong)
		}
		if wrong != nil && strings.Contains(wrong.Error(), "wrong") {
			t.Errorf("%s: the error shows the password: %v", scheme, wrong)
		}
		if err := send("ada:h%2Fush", x509.NewCertPool()); err == nil {
			t.Errorf("%s: a server that nobody vouches for got the password", scheme)
		}
		if len(s.got) > 0 {
			t.Errorf("%s: an email went to who is not known", scheme)
		}
	}
}
