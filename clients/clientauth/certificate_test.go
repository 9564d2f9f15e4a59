package clientauth

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/json"
	"math/big"
	"net"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/fedhub/fedhub/internal/testkit/keytest"
)

// An authority issues certificates.
type authority struct {
	t    testing.TB
	key  crypto.Signer
	cert *x509.Certificate
}

func certify(t testing.TB, template, parent *x509.Certificate, public crypto.PublicKey, by crypto.Signer) *x509.Certificate {
	t.Helper()
	der, err := x509.CreateCertificate(rand.Reader, template, parent, public, by)
	if err != nil {
		t.Fatal(err)
	}
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return certificate
}

func (w *world) authority() *authority {
	w.Helper()
	key := keytest.New(w.T, "", jose.ES256).Key.(crypto.Signer)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Authority"}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: w.clock.Now().Add(-time.Hour), NotAfter: w.clock.Now().Add(time.Hour), KeyUsage: x509.KeyUsageCertSign,
	}
	return &authority{w.T, key, certify(w.T, template, template, key.Public(), key)}
}

func (a *authority) pool() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(a.cert)
	return pool
}

// issue makes a certificate for payroll; change edits it first.
func (a *authority) issue(change ...func(*x509.Certificate)) *x509.Certificate {
	a.t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		a.t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: "payroll", Organization: []string{"Example"}, Country: []string{"DE"}},
		NotBefore: a.cert.NotBefore, NotAfter: a.cert.NotAfter, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
		DNSNames: []string{"payroll.example.org"}, IPAddresses: []net.IP{net.ParseIP("192.0.2.7")}, EmailAddresses: []string{"payroll@example.org"},
		URIs: []*url.URL{{Scheme: "spiffe", Host: "example.org", Path: "/payroll"}},
	}
	for _, edit := range change {
		edit(template)
	}
	return certify(a.t, template, a.cert, key.Public(), a.key)
}

func byCertificate(id string, chain ...*x509.Certificate) Credentials {
	return Credentials{Method: MethodNone, ID: id, Certificates: chain}
}

func TestACertificateAuthenticatesWhomItNames(t *testing.T) {
	w := newWorld(t)
	trusted := w.authority()
	w.ClientCAs, w.Certificates = trusted.pool(), true
	for id, name := range map[string]TLSName{
		"dn": {SubjectDN: "cn=Payroll, O=Example,C=DE"}, "dns": {DNS: "payroll.example.org"}, "uri": {URI: "spiffe://example.org/payroll"},
		"ip": {IP: "192.0.2.7"}, "email": {Email: "payroll@example.org"},
	} {
		w.add(id, MethodTLS, func(r *Registered) { r.TLS = name })
		if err := w.login(byCertificate(id, trusted.issue())); err != nil {
			t.Errorf("%s: %v", id, err)
		}
		other := trusted.issue(func(c *x509.Certificate) {
			c.Subject, c.DNSNames, c.IPAddresses = pkix.Name{CommonName: "other"}, []string{"x.payroll.example.org"}, []net.IP{net.ParseIP("192.0.2.8")}
			c.EmailAddresses, c.URIs = []string{"other@example.org"}, []*url.URL{{Scheme: "spiffe", Host: "example.org", Path: "/other"}}
		})
		if err := w.login(byCertificate(id, other)); code(err) != InvalidClient {
			t.Errorf("%s: somebody else's certificate: got %v", id, err)
		}
	}
}

func TestCertificatesThatProveNothing(t *testing.T) {
	w := newWorld(t)
	trusted, stranger := w.authority(), w.authority()
	w.ClientCAs, w.Certificates = trusted.pool(), true
	w.add("web1", MethodTLS, func(r *Registered) { r.TLS.DNS = "payroll.example.org" })
	w.add("spa1", MethodNone)
	secretly := w.add("secretly", MethodBasic)
	for name, cred := range map[string]Credentials{
		"none":                     byCertificate("web1"),
		"of a stranger":            byCertificate("web1", stranger.issue()),
		"for servers":              byCertificate("web1", trusted.issue(func(c *x509.Certificate) { c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth} })),
		"that has expired":         byCertificate("web1", trusted.issue(func(c *x509.Certificate) { c.NotAfter = c.NotBefore.Add(time.Minute) })),
		"a secret beside it":       {Method: MethodPost, ID: "web1", Secret: "x", Certificates: []*x509.Certificate{trusted.issue()}},
		"for a client of a secret": byCertificate(secretly.ID, trusted.issue()),
	} {
		if err := w.login(cred); code(err) != InvalidClient {
			t.Errorf("a certificate %s: got %v", name, err)
		}
	}
	if err := w.login(byCertificate("spa1", stranger.issue())); err != nil {
		t.Errorf("a public client may show any certificate, to bind tokens to: %v", err)
	}
	w.ClientCAs = nil
	if err := w.login(byCertificate("web1", trusted.issue())); code(err) != InvalidClient {
		t.Errorf("without an authority: got %v", err)
	}
}

func TestAPublishedKeyVouchesForItsOwnCertificate(t *testing.T) {
	w := newWorld(t)
	maker := w.authority()
	certificate, sibling := maker.issue(), maker.issue()
	sum, stranger := sha256.Sum256(certificate.Raw), keytest.New(t, "", jose.ES256)
	again := certify(t, &x509.Certificate{SerialNumber: big.NewInt(3)}, maker.cert, certificate.PublicKey, maker.key)
	for _, row := range []struct {
		name             string
		key              jose.JSONWebKey
		own, same, other bool
	}{
		{"bare", jose.JSONWebKey{Key: certificate.PublicKey}, true, true, false},
		{"x5c", jose.JSONWebKey{Key: certificate.PublicKey, Certificates: []*x509.Certificate{certificate}}, true, false, false},
		{"thumb", jose.JSONWebKey{Key: certificate.PublicKey, CertificateThumbprintSHA256: sum[:]}, true, false, false},
		{"another's x5c", jose.JSONWebKey{Key: certificate.PublicKey, KeyID: "another's"}, false, false, false},
		{"unrelated", jose.JSONWebKey{Key: stranger.Public().Key}, false, false, false},
	} {
		text, err := json.Marshal(jose.JSONWebKeySet{Keys: []jose.JSONWebKey{row.key}})
		if err != nil {
			t.Fatal(err)
		}
		if row.name == "another's x5c" { // the library writes none
			odd := base64.StdEncoding.EncodeToString(sibling.Raw)
			text = []byte(strings.Replace(string(text), `"kid":`, `"x5c":["`+odd+`"],"kid":`, 1))
			if keys, err := ParseKeys(text); err != nil || len(keys.Signing()) != 1 {
				t.Errorf("the key verifies no signature: %v", err)
			}
		}
		w.add(row.name, MethodOwnTLS, func(r *Registered) { r.JWKS = string(text) })
		for what, try := range map[string]struct {
			certificate *x509.Certificate
			ok          bool
		}{"its own": {certificate, row.own}, "another for the same key": {again, row.same}, "another": {sibling, row.other}} {
			if err := w.login(byCertificate(row.name, try.certificate)); (err == nil) != try.ok {
				t.Errorf("%s: %s: got %v", row.name, what, err)
			}
		}
	}
}
