package hub

import (
	"context"
	"crypto/rsa"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"golang.org/x/net/http/httpguts"

	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/fetch"
	"github.com/fedhub/fedhub/hub/mail"
	"github.com/fedhub/fedhub/hub/seal"
	"github.com/fedhub/fedhub/hub/signing"
	"github.com/fedhub/fedhub/hub/store"
	"github.com/fedhub/fedhub/hub/users/passwords"
	"github.com/fedhub/fedhub/hub/web/publicurl"
)

// Config is what is fixed when the hub starts. What an administrator changes
// while it runs is settings.
type Config struct {
	// URL is the hub's public address and its issuer, without a path:
	// https, or http on this machine only. Required.
	URL string
	// Name is what the hub calls itself until an administrator says otherwise.
	Name string
	// SecretKey, 32 bytes, encrypts what must not lie open in the database.
	// Required; losing it loses the signing keys and upstream secrets.
	SecretKey []byte
	// AllowPrivateAddresses lets the hub fetch from loopback and private
	// addresses and over plain http, which a hub that is itself on loopback
	// always may.
	AllowPrivateAddresses bool
	// AllowedAddresses are private addresses that the hub may fetch from
	// although it may not fetch from others.
	AllowedAddresses []fetch.Allowed
	// Proxy is asked for every connection to somebody else's server; nil for none.
	Proxy *fetch.Proxy
	// Listener is the address and port at which this process serves, and
	// DatabasePorts where its database does. Nothing is fetched from there,
	// but from a listener that is the public address itself.
	Listener      string
	DatabasePorts []uint16
	// HSTSSubdomains has browsers ask by https for the hosts below the hub's too.
	HSTSSubdomains bool
	// ExtraCA holds certificates, as PEM, of authorities that may vouch for
	// the servers the hub fetches from, besides those this machine trusts.
	ExtraCA []byte
	// TrustedProxies may say, by ProxyHeader, whom they speak for: that is
	// X-Forwarded-For if it is empty, or Forwarded. Ranges that together hold
	// everybody are refused, unless TrustEveryProxy confirms them.
	TrustedProxies  []netip.Prefix
	ProxyHeader     string
	TrustEveryProxy bool
	// ClientCerts says that whoever serves the hub by TLS asks clients for a
	// certificate, and ClientCertHeader in which header trusted proxies say
	// what certificate a client showed them; empty for none.
	ClientCerts      bool
	ClientCertHeader string
	// ClientCAs are whose certificates say who a client is; nil for nobody's.
	ClientCAs *x509.CertPool
	// CertURL is another address of the hub, the only one at which clients
	// are asked for certificates; empty if that is URL itself.
	CertURL string
	// LeftOutAlgs are the algorithms that the hub does not sign with.
	LeftOutAlgs []string
	// MinPassword is the shortest password in characters; 15 if zero
	// (NIST SP 800-63B, for passwords that are the only factor).
	MinPassword int
	// Hash is what a password check may cost; sane defaults if zero.
	Hash passwords.HashParams
	// Limits are how often one network may do what costs something.
	Limits Limits

	// MailURL is where the mail server is, and MailFrom from whom emails
	// come; both empty for a hub that sends none. Mail, if set, takes the
	// emails instead: for tests, and for the demo.
	MailURL  string
	MailFrom string
	Mail     mail.Sender

	// AsItIs is for whoever looks into a database, or repairs it: nothing in it
	// is created or upgraded at the start, which a record that cannot be read
	// would stop.
	AsItIs bool

	// NewRSA makes RSA keys, which takes long; for tests, which have theirs ready.
	NewRSA func() (*rsa.PrivateKey, error)

	// Sleep lets a time pass, unless the context ends before; by the clock on the
	// wall if nil. For tests, which have no time.
	Sleep func(context.Context, time.Duration) error

	// RequestLimit is how long a request may take; 15 s if zero.
	RequestLimit time.Duration

	Log *slog.Logger     // slog.Default() if nil
	Now func() time.Time // time.Now if nil

	// DatabaseTime is the database's clock, which all hubs on it go by; it is
	// asked of the database if nil.
	DatabaseTime func(context.Context) (time.Time, error)

	// Watch is told of every audit event, Fetched of every request the hub
	// makes. Both may be nil.
	Watch   func(audit.Event)
	Fetched func(fetch.Call)
}

const defaultMinPassword = 15

// withDefaults fills in what was left out and checks the rest. Its error is a
// sentence for the operator that names the setting and the fix.
func (c Config) withDefaults() (Config, error) {
	c.URL = strings.TrimSuffix(strings.TrimSpace(c.URL), "/")
	if err := publicurl.Check("FEDHUB_URL", c.URL); err != nil {
		return Config{}, err
	}
	if len(c.SecretKey) != seal.KeySize {
		return Config{}, fmt.Errorf("FEDHUB_SECRET_KEY must be %d random bytes as base64; make one with: openssl rand -base64 %d", seal.KeySize, seal.KeySize)
	}
	c.CertURL = strings.TrimSuffix(strings.TrimSpace(c.CertURL), "/")
	if err := c.checkCertificates(); err != nil {
		return Config{}, err
	}
	if err := c.checkProxies(); err != nil {
		return Config{}, err
	}
	if err := signing.CheckLeftOut(c.LeftOutAlgs); err != nil {
		return Config{}, fmt.Errorf("FEDHUB_WITHOUT_ALGORITHMS %w", err)
	}
	if c.MinPassword == 0 {
		c.MinPassword = defaultMinPassword
	}
	if c.MinPassword < 8 || c.MinPassword > 64 {
		return Config{}, errors.New("FEDHUB_MIN_PASSWORD must be a number from 8 to 64")
	}
	var err error
	if c.Limits, err = c.Limits.withDefaults(); err != nil {
		return Config{}, err
	}
	if c.Log == nil {
		c.Log = slog.Default()
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	c.AllowPrivateAddresses = c.AllowPrivateAddresses || c.loopback()
	if _, err := c.roots(); err != nil {
		return Config{}, err
	}
	if _, _, err := c.post(); err != nil {
		return Config{}, err
	}
	return c, nil
}

// post is who takes the hub's emails, and the queue before a mail server,
// which has to be closed at the end; nil if there is no such queue.
func (c Config) post() (mail.Sender, *mail.Queue, error) {
	switch {
	case c.Mail != nil:
		return c.Mail, nil, nil
	case c.MailURL == "" && c.MailFrom != "":
		return nil, nil, errors.New("FEDHUB_MAIL_FROM is set, but no mail server; name it in FEDHUB_MAIL_URL")
	case c.MailURL == "":
		return &mail.Log{Log: c.Log, Console: c.loopback()}, nil, nil
	}
	roots, err := c.roots()
	if err != nil {
		return nil, nil, err
	}
	server, err := mail.Parse(c.MailURL, c.MailFrom, roots)
	if err != nil {
		return nil, nil, err
	}
	queue := mail.NewQueue(server, c.Log)
	return queue, queue, nil
}

// checkCertificates refuses settings about client certificates that could
// never work, or would believe anybody.
func (c Config) checkCertificates() error {
	switch {
	case c.ClientCertHeader != "" && len(c.TrustedProxies) == 0:
		return errors.New("FEDHUB_CLIENT_CERT_HEADER is set, but no proxy may set that header; name the proxy in FEDHUB_TRUSTED_PROXIES")
	case !httpguts.ValidHeaderFieldName(c.ClientCertHeader) && c.ClientCertHeader != "":
		return fmt.Errorf(`FEDHUB_CLIENT_CERT_HEADER is %q, which is no name of a header; it must look like "Client-Cert"`, c.ClientCertHeader)
	case c.ClientCAs != nil && !c.certificates():
		return errors.New("FEDHUB_TLS_CLIENT_CA is set, but clients cannot show a certificate; set FEDHUB_TLS_CERT, or FEDHUB_CLIENT_CERT_HEADER behind a proxy")
	case c.CertURL == "":
		return nil
	case !c.certificates():
		return errors.New("FEDHUB_MTLS_URL is set, but clients cannot show a certificate; set FEDHUB_TLS_CERT, or FEDHUB_CLIENT_CERT_HEADER behind a proxy")
	case !strings.HasPrefix(c.CertURL, "https://") || c.CertURL == c.URL:
		return fmt.Errorf(`FEDHUB_MTLS_URL is %q; it must be another https address of the hub, without a path, like "https://mtls.id.example.org"`, c.CertURL)
	}
	return publicurl.Check("FEDHUB_MTLS_URL", c.CertURL)
}

// certificates says whether clients can show a TLS certificate.
func (c Config) certificates() bool { return c.ClientCerts || c.ClientCertHeader != "" }

// roots are who may vouch for servers; nil for those this machine trusts.
func (c Config) roots() (*x509.CertPool, error) {
	if len(c.ExtraCA) == 0 {
		return nil, nil
	}
	pool, err := x509.SystemCertPool()
	if err != nil {
		pool = x509.NewCertPool() // a container without any
	}
	if !pool.AppendCertsFromPEM(c.ExtraCA) {
		return nil, errors.New("FEDHUB_EXTRA_CA names a file without a certificate; it must hold certificates of authorities as PEM")
	}
	return pool, nil
}

// Check says what New would say, without a database: a sentence for the
// operator, or nil.
func (c Config) Check() error {
	_, err := c.withDefaults()
	return err
}

func (c Config) loopback() bool {
	u, err := url.Parse(c.URL)
	return err == nil && publicurl.Loopback(u.Hostname())
}

// secure says whether browsers reach the hub by https.
func (c Config) secure() bool { return strings.HasPrefix(c.URL, "https://") }

// databaseTime asks for the database's time; nil where it has no clock of its
// own, but that of this machine.
func (c Config) databaseTime(b store.Backend) func(context.Context) (time.Time, error) {
	if c.DatabaseTime != nil {
		return c.DatabaseTime
	}
	if timed, ok := b.(interface {
		Time(context.Context) (time.Time, error)
	}); ok {
		return timed.Time
	}
	return nil
}
