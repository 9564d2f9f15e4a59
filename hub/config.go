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

	"github.com/fedhub/fedhub/hub/web/guard"

	"golang.org/x/net/http/httpguts"

	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/fetch"
	"github.com/fedhub/fedhub/hub/mail"
	"github.com/fedhub/fedhub/hub/seal"
	"github.com/fedhub/fedhub/hub/signing"
	"github.com/fedhub/fedhub/hub/store"
	"github.com/fedhub/fedhub/hub/users/passwords"
	"github.com/fedhub/fedhub/hub/web/publicurl"
	"github.com/fedhub/fedhub/internal/forwarded"
	"github.com/fedhub/fedhub/templates/locales"
)

// Config is what is fixed when the hub starts. What an administrator can change
// while it runs is in package settings.
type Config struct {
	// URL is the hub's public address and its issuer, without a path:
	// https, or http on this machine only. Required.
	URL string
	// Name is the hub's name until an administrator changes it.
	Name string
	// SecretKey, 32 bytes, encrypts the secrets in the database. Required;
	// without it the signing keys and the secrets of providers are lost.
	SecretKey []byte
	// AllowPrivateAddresses lets the hub fetch from loopback and private
	// addresses and over plain http. A hub on loopback always may.
	AllowPrivateAddresses bool
	// AllowedAddresses are private addresses that the hub may fetch from even
	// when AllowPrivateAddresses is off.
	AllowedAddresses []fetch.Allowed
	// Proxy is used for every outgoing connection; nil for none.
	Proxy *fetch.Proxy
	// Listener is the address and port that this process serves on, and
	// DatabasePorts those of its database. The hub never fetches from them,
	// except from a listener that is its public address.
	Listener      string
	DatabasePorts []uint16
	// HSTSSubdomains tells browsers to use https for the hub's subdomains too.
	HSTSSubdomains bool
	// ExtraCA holds CA certificates, as PEM, that are trusted for outgoing TLS
	// in addition to those of this machine.
	ExtraCA []byte
	// TrustedProxies may name the client's address in ProxyHeader:
	// X-Forwarded-For if it is empty, or Forwarded. Ranges that together cover
	// every address are refused, unless TrustEveryProxy confirms them.
	TrustedProxies  []netip.Prefix
	ProxyHeader     string
	TrustEveryProxy bool
	// ClientCerts says that the TLS server of the hub asks clients for a
	// certificate. ClientCertHeader is the header in which trusted proxies pass
	// on a client's certificate; empty for none.
	ClientCerts      bool
	ClientCertHeader string
	// ClientCAs issue the certificates that identify clients; nil for none.
	ClientCAs *x509.CertPool
	// CertURL is a second address of the hub, the only one that asks for client
	// certificates; empty if that is URL itself.
	CertURL string
	// LeftOutAlgs are algorithms that the hub does not sign with.
	LeftOutAlgs []string
	// MinPassword is the shortest password in characters; 15 if zero
	// (NIST SP 800-63B, for passwords that are the only factor).
	MinPassword int
	// Hash sets the cost of a password check; good defaults if zero.
	Hash passwords.HashParams
	// Limits bound how often one network may do what is expensive.
	Limits guard.Limits

	// MailURL is the mail server, and MailFrom the sender of emails; both are
	// empty for a hub that sends none. MailServer, if set, is used in place of
	// such a server, as in the demo. Mail, if set, takes the emails at once,
	// without the outbox, as in tests.
	MailURL    string
	MailFrom   string
	MailServer mail.Sender
	Mail       mail.Sender

	// AsItIs opens the database for inspection or repair: nothing is created or
	// upgraded at the start, so a record that cannot be read does not stop it.
	AsItIs bool

	// NewRSA makes RSA keys. That is slow, so tests pass keys that they have.
	NewRSA func() (*rsa.PrivateKey, error)

	// Sleep waits, or returns early if the context ends; by the system clock if
	// nil. Tests replace it so that they do not wait.
	Sleep func(context.Context, time.Duration) error

	// RequestLimit is how long a request may take; 15 s if zero.
	RequestLimit time.Duration

	Log *slog.Logger     // slog.Default() if nil
	Now func() time.Time // time.Now if nil

	// DatabaseTime is the database's clock, which all hubs on that database
	// follow; nil asks the database.
	DatabaseTime func(context.Context) (time.Time, error)

	// Watch is called with every audit event, Fetched with every request that
	// the hub makes. Both may be nil.
	Watch   func(audit.Event)
	Fetched func(fetch.Call)

	// SecondFactor is who needs a second factor until an administrator chooses in
	// the settings, one of the settings.SecondFactor constants; empty:
	// administrators. A demo asks nobody who has none.
	SecondFactor string

	// Words are the words of pages and emails; English if nil. A test replaces
	// them to find texts that are in no catalogue.
	Words *locales.Words
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
	var err error
	if c.TrustedProxies, c.ProxyHeader, err = forwarded.Trusted(c.TrustedProxies, c.TrustEveryProxy, c.ProxyHeader); err != nil {
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
	if c.Limits, err = c.Limits.WithDefaults(); err != nil {
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

// post returns what takes the hub's emails; if it is a mail server, the outbox
// is in front of it.
func (c Config) post() (to mail.Sender, server bool, err error) {
	switch {
	case c.Mail != nil:
		return c.Mail, false, nil
	case c.MailServer != nil:
		return c.MailServer, true, nil
	case c.MailURL == "" && c.MailFrom != "":
		return nil, false, errors.New("FEDHUB_MAIL_FROM is set, but no mail server; set FEDHUB_MAIL_URL")
	case c.MailURL == "":
		return &mail.Log{Log: c.Log, Console: c.loopback()}, false, nil
	}
	roots, err := c.roots()
	if err != nil {
		return nil, false, err
	}
	to, err = mail.Parse(c.MailURL, c.MailFrom, roots)
	return to, true, err
}

// checkCertificates refuses settings of client certificates that cannot work,
// or that would trust everyone.
func (c Config) checkCertificates() error {
	switch {
	case c.ClientCertHeader != "" && len(c.TrustedProxies) == 0:
		return errors.New("FEDHUB_CLIENT_CERT_HEADER is set, but no proxy is trusted to set that header; add the proxy to FEDHUB_TRUSTED_PROXIES")
	case !httpguts.ValidHeaderFieldName(c.ClientCertHeader) && c.ClientCertHeader != "":
		return fmt.Errorf(`FEDHUB_CLIENT_CERT_HEADER is %q, which is not a header name; it must look like "Client-Cert"`, c.ClientCertHeader)
	case c.ClientCAs != nil && !c.certificates():
		return errors.New("FEDHUB_TLS_CLIENT_CA is set, but clients cannot present a certificate; set FEDHUB_TLS_CERT, or FEDHUB_CLIENT_CERT_HEADER behind a proxy")
	case c.CertURL == "":
		return nil
	case !c.certificates():
		return errors.New("FEDHUB_MTLS_URL is set, but clients cannot present a certificate; set FEDHUB_TLS_CERT, or FEDHUB_CLIENT_CERT_HEADER behind a proxy")
	case !strings.HasPrefix(c.CertURL, "https://") || c.CertURL == c.URL:
		return fmt.Errorf(`FEDHUB_MTLS_URL is %q; it must be another https address of the hub, without a path, like "https://mtls.id.example.org"`, c.CertURL)
	}
	return publicurl.Check("FEDHUB_MTLS_URL", c.CertURL)
}

// certificates says whether clients can show a TLS certificate.
func (c Config) certificates() bool { return c.ClientCerts || c.ClientCertHeader != "" }

// roots are the CAs trusted for outgoing TLS; nil for those of this machine.
func (c Config) roots() (*x509.CertPool, error) {
	if len(c.ExtraCA) == 0 {
		return nil, nil
	}
	pool, err := x509.SystemCertPool()
	if err != nil {
		pool = x509.NewCertPool() // a container image without any
	}
	if !pool.AppendCertsFromPEM(c.ExtraCA) {
		return nil, errors.New("FEDHUB_EXTRA_CA names a file without a certificate; it must contain CA certificates as PEM")
	}
	return pool, nil
}

// Check reports what New would report about the settings, without a database: a
// sentence for the operator, or nil.
func (c Config) Check() error {
	_, err := c.withDefaults()
	return err
}

func (c Config) loopback() bool {
	u, err := url.Parse(c.URL)
	return err == nil && publicurl.Loopback(u.Hostname())
}

// secure reports whether browsers reach the hub over https.
func (c Config) secure() bool { return strings.HasPrefix(c.URL, "https://") }

// databaseTime reads the database's clock; nil for a database without one,
// which uses this machine's.
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
