package hub_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"math/big"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/hub"
)

// An issuer makes client certificates.
type issuer struct {
	*tls.Certificate
	t testing.TB
}

func newIssuer(t testing.TB) *issuer {
	t.Helper()
	return &issuer{certificate(t, nil, &x509.Certificate{
		Subject: pkix.Name{CommonName: "Authority"}, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}), t}
}

func (i *issuer) issue(name string) *tls.Certificate {
	i.t.Helper()
	return certificate(i.t, i.Certificate, &x509.Certificate{
		Subject: pkix.Name{CommonName: name, Organization: []string{"Example"}}, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
	})
}

// certificate is signed by itself where there is no one else.
func certificate(t testing.TB, by *tls.Certificate, template *x509.Certificate) *tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template.SerialNumber, template.NotBefore, template.NotAfter = big.NewInt(1), time.Now().Add(-time.Hour), time.Now().Add(time.Hour)
	parent, signer := template, crypto.PrivateKey(key)
	if by != nil {
		parent, signer = by.Leaf, by.PrivateKey
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, key.Public(), signer)
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return &tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key, Leaf: leaf}
}

// A tlsWorld is a hub that asks for client certificates at another address.
type tlsWorld struct {
	*world
	alias string
	*issuer
}

func newTLSWorld(t *testing.T) *tlsWorld {
	t.Helper()
	w := &tlsWorld{issuer: newIssuer(t)}
	var handler atomic.Pointer[hub.Hub]
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) { handler.Load().ServeHTTP(rw, r) }))
	server.TLS = &tls.Config{ClientAuth: tls.RequestClientCert}
	server.StartTLS()
	t.Cleanup(server.Close)
	w.alias = server.URL
	pool := x509.NewCertPool()
	pool.AddCert(w.Leaf)
	w.world = newWorldAs(t, openSQLite(t), hub.Config{ClientCerts: true, ClientCAs: pool, CertURL: server.URL})
	handler.Store(w.Hub)
	return w
}

// by sends a request over TLS with a certificate; nil shows none.
func (w *tlsWorld) by(shown *tls.Certificate, req *http.Request) reply {
	w.Helper()
	transport := &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, DisableKeepAlives: true} //nolint:gosec // the test's own server
	if shown != nil {
		transport.TLSClientConfig.Certificates = []tls.Certificate{*shown}
	}
	r, err := askWith(&http.Client{Transport: transport}, req)
	if err != nil {
		w.Error(err)
	}
	return r
}

// post sends a form to the alias with the client_id of an app.
func (w *tlsWorld) post(a *app, shown *tls.Certificate, path string, pairs ...string) reply {
	w.Helper()
	return w.by(shown, formFor(w.world, w.alias+path, edited(url.Values{"client_id": {a.ID}}, pairs)))
}

func formFor(w *world, address string, v url.Values) *http.Request {
	w.Helper()
	req, err := http.NewRequest(http.MethodPost, address, strings.NewReader(v.Encode()))
	if err != nil {
		w.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return req
}

func x5t(c *tls.Certificate) string {
	sum := sha256.Sum256(c.Leaf.Raw)
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

func onItsOwn(c *clients.Client) { c.ClientCredentials = true }

func byAuthority(c *clients.Client) {
	c.AuthMethod, c.TLS.SubjectDN = clients.MethodTLS, "CN=payroll,O=Example"
}

// published makes the client publish the key of a certificate.
func published(t testing.TB, own *tls.Certificate) func(*clients.Client) {
	t.Helper()
	text, err := json.Marshal(jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: own.Leaf.PublicKey, Certificates: []*x509.Certificate{own.Leaf}}}})
	if err != nil {
		t.Fatal(err)
	}
	return func(c *clients.Client) { c.AuthMethod, c.JWKS = clients.MethodOwnTLS, string(text) }
}

var forItself = []string{"grant_type", "client_credentials", "scope", "files"}

func TestAClientProvesItselfByItsCertificate(t *testing.T) {
	w := newTLSWorld(t)
	own := certificate(t, nil, &x509.Certificate{Subject: pkix.Name{CommonName: "own"}})
	for _, row := range []struct {
		name string
		app  *app
		good *tls.Certificate
	}{
		{"tls_client_auth", w.app(onItsOwn, byAuthority), w.issue("payroll")},
		{"self_signed_tls_client_auth", w.app(onItsOwn, published(t, own)), own},
	} {
		want(t, row.name, w.post(row.app, row.good, "/oauth2/token", forItself...).Status, 200)
		refused(t, row.name+" without a certificate", w.post(row.app, nil, "/oauth2/token", forItself...), 401, "invalid_client")
		refused(t, row.name+" with another's", w.post(row.app, w.issue("other"), "/oauth2/token", forItself...), 401, "invalid_client")
		forged := certificate(t, nil, &x509.Certificate{Subject: pkix.Name{CommonName: "payroll", Organization: []string{"Example"}}})
		refused(t, row.name+" with one that only looks right", w.post(row.app, forged, "/oauth2/token", forItself...), 401, "invalid_client")
		refused(t, row.name+" and a secret", w.post(row.app, row.good, "/oauth2/token", append(forItself, "client_secret", "x")...), 401, "invalid_client")
	}
	secretly := w.app(onItsOwn)
	refused(t, "a certificate instead of the secret", w.post(secretly, w.issue("payroll"), "/oauth2/token", forItself...), 401, "invalid_client")
	req := formFor(w.world, w.alias+"/oauth2/token", edited(url.Values{}, forItself))
	req.SetBasicAuth(url.QueryEscape(secretly.ID), url.QueryEscape(secretly.Secret))
	want(t, "a certificate beside the secret", w.by(w.issue("payroll"), req).Status, 200)
}

// userinfoBy asks for userinfo at the alias.
func (w *tlsWorld) userinfoBy(shown *tls.Certificate, token string) reply {
	w.Helper()
	req, err := http.NewRequest(http.MethodGet, w.alias+"/oauth2/userinfo", nil)
	if err != nil {
		w.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+token)
	return w.by(shown, req)
}

func TestATokenIsBoundToTheCertificate(t *testing.T) {
	w := newTLSWorld(t)
	w.person("ada@example.org")
	a := w.app(spa, func(c *clients.Client) { c.CertificateBound = true })
	mine, other := w.issue("anybody"), w.issue("other")
	code := func() string { return w.browser().signInTo(a, "ada@example.org").Get("code") }
	refused(t, "ensure-holder-of-key-required", w.post(a, nil, "/oauth2/token", codeForm(a, code())...), 400, "invalid_request")
	got := w.post(a, mine, "/oauth2/token", codeForm(a, code())...)
	token := got.str("access_token")
	want(t, "token_type", got.str("token_type"), "Bearer")
	cnf, _ := claimsOf(t, token)["cnf"].(map[string]any)
	want[any](t, "cnf", cnf["x5t#S256"], x5t(mine))

	want(t, "userinfo with the certificate", w.userinfoBy(mine, token).Status, 200)
	refused(t, "userinfo with another", w.userinfoBy(other, token), 401, "invalid_token")
	refused(t, "userinfo without", w.userinfoBy(nil, token), 401, "invalid_token")
	refused(t, "userinfo without TLS", w.userinfo(token), 401, "invalid_token")

	again := []string{"grant_type", "refresh_token", "refresh_token", got.str("refresh_token")}
	refused(t, "refresh with another certificate", w.post(a, other, "/oauth2/token", again...), 400, "invalid_grant")
	want(t, "refresh with the certificate", w.post(a, mine, "/oauth2/token", again...).Status, 200)

	b := w.app(onItsOwn, func(c *clients.Client) { byAuthority(c); c.CertificateBound = true })
	payroll := w.issue("payroll")
	own := w.post(b, payroll, "/oauth2/token", forItself...).str("access_token")
	cnf, _ = w.post(b, payroll, "/oauth2/introspect", "token", own).JSON["cnf"].(map[string]any)
	want[any](t, "introspection's cnf", cnf["x5t#S256"], x5t(payroll))
}

// escaped is what nginx sends as $ssl_client_escaped_cert.
func escaped(c *tls.Certificate) string {
	return url.PathEscape(string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Leaf.Raw})))
}

func sequence(c *tls.Certificate) string {
	return ":" + base64.StdEncoding.EncodeToString(c.Leaf.Raw) + ":"
}

func TestATrustedProxySaysWhatCertificateItSaw(t *testing.T) {
	authority := newIssuer(t)
	pool := x509.NewCertPool()
	pool.AddCert(authority.Leaf)
	payroll := authority.issue("payroll")
	for trusted, proxy := range map[string]netip.Prefix{"trusted": netip.MustParsePrefix("127.0.0.0/8"), "any": netip.MustParsePrefix("192.0.2.0/24")} {
		w := newWorldAs(t, openSQLite(t), hub.Config{ClientCertHeader: "Client-Cert", ClientCAs: pool, TrustedProxies: []netip.Prefix{proxy}})
		a := w.app(onItsOwn, byAuthority, func(c *clients.Client) { c.CertificateBound = true })
		ask := func(values ...string) reply {
			req := formFor(w, w.URL+"/oauth2/token", edited(url.Values{"client_id": {a.ID}}, forItself))
			req.Header["Client-Cert"] = values
			return w.call(req)
		}
		for name, value := range map[string]string{"RFC 9440": sequence(payroll), "nginx": escaped(payroll), "base64": base64.StdEncoding.EncodeToString(payroll.Leaf.Raw)} {
			r := ask(value)
			if trusted == "any" {
				refused(t, name+" from anybody", r, 401, "invalid_client")
				continue
			}
			cnf, _ := claimsOf(t, r.str("access_token"))["cnf"].(map[string]any)
			want[any](t, name, cnf["x5t#S256"], x5t(payroll))
		}
		for name, values := range map[string][]string{
			"nothing": nil, "an empty header": {""}, "nonsense": {"yes"}, "an open sequence": {strings.TrimSuffix(sequence(payroll), ":")},
			"two headers": {sequence(payroll), sequence(payroll)}, "another's": {sequence(authority.issue("other"))}, "too much": {strings.Repeat("A", 20<<10)},
			"two certificates": {escaped(payroll) + escaped(payroll)},
		} {
			refused(t, name, ask(values...), 401, "invalid_client")
		}
	}
}

func TestCertificatesAreAdvertisedOnlyWhereTheyCanBeShown(t *testing.T) {
	plain := newWorld(t, openSQLite(t)).metadata()
	secure := newTLSWorld(t)
	for _, method := range []string{clients.MethodTLS, clients.MethodOwnTLS} {
		want(t, method+" without TLS", slices.Contains(plain["token_endpoint_auth_methods_supported"].([]any), any(method)), false)
		want(t, method+" with TLS", slices.Contains(secure.metadata()["token_endpoint_auth_methods_supported"].([]any), any(method)), true)
	}
	want[any](t, "bound tokens without TLS", plain["tls_client_certificate_bound_access_tokens"], false)
	want[any](t, "bound tokens with TLS", secure.metadata()["tls_client_certificate_bound_access_tokens"], true)
	want[any](t, "aliases without TLS", plain["mtls_endpoint_aliases"], nil)
	aliases, _ := secure.metadata()["mtls_endpoint_aliases"].(map[string]any)
	want[any](t, "the alias of the token endpoint", aliases["token_endpoint"], secure.alias+"/oauth2/token")
}

func (w *world) metadata() map[string]any {
	w.Helper()
	req, err := http.NewRequest(http.MethodGet, w.URL+"/.well-known/openid-configuration", nil)
	if err != nil {
		w.Fatal(err)
	}
	return w.call(req).JSON
}

func TestSettingsOfCertificatesThatCannotWorkAreNamed(t *testing.T) {
	good := hub.Config{URL: "https://id.example.org", SecretKey: make([]byte, 32)}
	for name, change := range map[string]func(*hub.Config){
		"FEDHUB_CLIENT_CERT_HEADER is set, but no proxy": func(c *hub.Config) { c.ClientCertHeader = "Client-Cert" },
		"FEDHUB_CLIENT_CERT_HEADER is \"a b\"": func(c *hub.Config) {
			c.ClientCertHeader, c.TrustedProxies = "a b", []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}
		},
		"FEDHUB_TLS_CLIENT_CA is set":   func(c *hub.Config) { c.ClientCAs = x509.NewCertPool() },
		"FEDHUB_MTLS_URL is set":        func(c *hub.Config) { c.CertURL = "https://mtls.example.org" },
		"FEDHUB_MTLS_URL is \"https:":   func(c *hub.Config) { c.ClientCerts, c.CertURL = true, "https://id.example.org/" },
		"FEDHUB_MTLS_URL is \"http://m": func(c *hub.Config) { c.ClientCerts, c.CertURL = true, "http://m.example.org" },
	} {
		c := good
		change(&c)
		if err := c.Check(); err == nil || !strings.HasPrefix(err.Error(), name) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}
