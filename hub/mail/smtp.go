package mail

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/mail"
	"net/netip"
	"net/textproto"
	"net/url"
	"strconv"
	"strings"
	"time"

	smtp "github.com/wneessen/go-mail"
)

// SendTimeout is how long sending one email may take.
const SendTimeout = 30 * time.Second

// SMTP sends each email over a new connection.
type SMTP struct {
	host, user, password string
	port                 int
	from                 string
	implicit             bool // TLS from the first byte (RFC 8314 §3)
	plain                bool // no TLS: the server is on this machine
	roots                *x509.CertPool
}

// Parse reads the operator's settings: the mail server, as
// smtps://user:password@host:465 or smtp://user:password@host:587, and the
// sender. roots are trusted CAs for the server; nil for those of this machine.
// Its errors say what is wrong.
func Parse(address, from string, roots *x509.CertPool) (*SMTP, error) {
	u, err := url.Parse(address)
	if err != nil || u.Hostname() == "" || u.Scheme != "smtp" && u.Scheme != "smtps" {
		// The error must not contain the address, which has a password.
		return nil, errors.New(`FEDHUB_MAIL_URL is not the address of a mail server; it must look like "smtps://user:password@mail.example.org:465"`)
	}
	if u.Path != "" && u.Path != "/" || u.RawQuery != "" || u.Fragment != "" {
		return nil, errors.New("FEDHUB_MAIL_URL must end after the host and its port; write characters like / ? # in the password as %2F %3F %23")
	}
	sender, err := mail.ParseAddress(from)
	if err != nil {
		return nil, errors.New(`FEDHUB_MAIL_FROM must be the sender of emails, like "Example ID <id@example.org>"`)
	}
	s := &SMTP{host: u.Hostname(), user: u.User.Username(), from: sender.String(), implicit: u.Scheme == "smtps", roots: roots}
	s.password, _ = u.User.Password()
	s.port = map[bool]int{true: 465, false: 587}[s.implicit]
	if u.Port() != "" {
		if s.port, err = strconv.Atoi(u.Port()); err != nil || s.port < 1 || s.port > 65535 {
			return nil, errors.New("FEDHUB_MAIL_URL has an invalid port; use a number from 1 to 65535")
		}
	}
	s.plain = !s.implicit && loopback(s.host)
	return s, nil
}

func loopback(host string) bool {
	if host == "localhost" {
		return true
	}
	addr, err := netip.ParseAddr(host)
	return err == nil && addr.IsLoopback()
}

// Send sends the email and waits until the server has accepted it.
func (s *SMTP) Send(ctx context.Context, l Message) error {
	message, err := s.message(l)
	if err != nil {
		return &Failure{err, 0, true, true}
	}
	client, err := smtp.NewClient(s.host, s.options()...)
	if err != nil {
		return explain(fmt.Errorf("reach the mail server: %w", err))
	}
	connection, err := client.DialToSMTPClientWithContext(ctx)
	if err != nil {
		return explain(fmt.Errorf("reach the mail server: %w", err))
	}
	defer context.AfterFunc(ctx, func() { connection.Close() })() //nolint:errcheck // only to interrupt it
	// After the email was accepted, an error of QUIT is ignored: sent again,
	// the email would arrive twice.
	defer client.CloseWithSMTPClient(connection) //nolint:errcheck // see above
	if err := client.SendWithSMTPClient(connection, message); err != nil {
		return explain(err)
	}
	return nil
}

func (s *SMTP) options() []smtp.Option {
	policy := smtp.TLSMandatory // STARTTLS or nothing (RFC 8314 §4.1)
	if s.plain {
		policy = smtp.NoTLS
	}
	options := []smtp.Option{
		smtp.WithPort(s.port), smtp.WithTLSPolicy(policy), smtp.WithTimeout(SendTimeout), smtp.WithoutNoop(),
		smtp.WithTLSConfig(&tls.Config{ServerName: s.host, RootCAs: s.roots, MinVersion: tls.VersionTLS12}),
	}
	if s.implicit {
		options = append(options, smtp.WithSSL())
	}
	if s.user != "" {
		options = append(options, smtp.WithSMTPAuth(smtp.SMTPAuthAutoDiscover), smtp.WithUsername(s.user), smtp.WithPassword(s.password))
	}
	return options
}

func (s *SMTP) message(l Message) (*smtp.Msg, error) {
	l, err := l.Tidy()
	if err != nil {
		return nil, err
	}
	m := smtp.NewMsg()
	if err := m.From(s.from); err != nil {
		return nil, err
	}
	if err := m.To(l.To); err != nil {
		return nil, err
	}
	m.Subject(l.Subject)
	m.SetDate()
	m.SetMessageID()
	if _, domain, ok := strings.Cut(m.GetFrom()[0].Address, "@"); ok && l.ID != "" {
		m.SetMessageIDWithValue(l.ID + "@" + domain)
	}
	// Suppresses automatic replies (RFC 3834 §5).
	m.SetGenHeader("Auto-Submitted", "auto-generated")
	m.SetBodyString(smtp.TypeTextPlain, l.Text)
	if l.HTML != "" {
		m.AddAlternativeString(smtp.TypeTextHTML, l.HTML)
	}
	return m, nil
}

// explain separates temporary from permanent failures: a server answers 5yz if
// it will refuse the same email again (RFC 5321 §4.2.1).
func explain(err error) error {
	var sent *smtp.SendError
	var answer *textproto.Error
	f := &Failure{Cause: err}
	switch {
	case errors.As(err, &sent):
		step := sent.Reason // a code
		f.code, f.Recipient = sent.ErrorCode(), step == smtp.ErrSMTPRcptTo
	case errors.As(err, &answer):
		f.code = answer.Code
	}
	f.Permanent = f.code >= 500
	return f
}

// A Failure is why an email was not accepted.
type Failure struct {
	Cause     error
	code      int  // of the mail server's reply; 0 if there was none
	Permanent bool // the server would refuse the same email again
	Recipient bool // because of its recipient
}

func (f *Failure) Error() string {
	if f.Cause == nil {
		return "the mail server replied " + f.Code()
	}
	return f.Cause.Error()
}

// Unwrap returns what the server said.
func (f *Failure) Unwrap() error { return f.Cause }

// Code is the reply code, or "unreachable".
func (f *Failure) Code() string {
	if f.code == 0 {
		return "unreachable"
	}
	return strconv.Itoa(f.code)
}
