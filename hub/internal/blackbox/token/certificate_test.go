package token_test

import (
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/go-jose/go-jose/v4"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/clients/clientauth"
	"github.com/fedhub/fedhub/hub"
	"github.com/fedhub/fedhub/hub/internal/hubtest"
)

// A tlsWorld is a hub that requests client certificates at a second address.
type tlsWorld struct {
	*hubtest.World
	alias string
	*hubtest.Issuer
}

func newTLSWorld(t *testing.T) *tlsWorld {
	t.Helper()
	w := &tlsWorld{Issuer: hubtest.NewIssuer(t)}
	var handler atomic.Pointer[hub.Hub]
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) { handler.Load().ServeHTTP(rw, r) }))
	server.TLS = &tls.Config{ClientAuth: tls.RequestClientCert}
	server.StartTLS()
	t.Cleanup(server.Close)
	w.alias = server.URL
	pool := x509.NewCertPool()
	pool.AddCert(w.Leaf)
	w.World = hubtest.NewWorldAs(t, hubtest.OpenSQLite(t), hub.Config{ClientCerts: true, ClientCAs: pool, CertURL: server.URL})
	handler.Store(w.Hub)
	return w
}

// by sends a request over TLS with a certificate, or without one if nil.
func (w *tlsWorld) by(shown *tls.Certificate, req *http.Request) hubtest.Reply {
	w.Helper()
	transport := &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, DisableKeepAlives: true} //nolint:gosec // the test's own server
	if shown != nil {
		transport.TLSClientConfig.Certificates = []tls.Certificate{*shown}
	}
	r, err := hubtest.AskWith(&http.Client{Transport: transport}, req)
	if err != nil {
		w.Error(err)
	}
	return r
}

// post sends a form to the alias with the client_id of an app.
func (w *tlsWorld) post(a *hubtest.App, shown *tls.Certificate, path string, pairs ...string) hubtest.Reply {
	w.Helper()
	return w.by(shown, hubtest.FormFor(w.World, w.alias+path, hubtest.Edited(url.Values{"client_id": {a.ID}}, pairs)))
}

func x5t(c *tls.Certificate) string {
	sum := sha256.Sum256(c.Leaf.Raw)
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

func byAuthority(c *clients.Client) {
	c.AuthMethod, c.TLS.SubjectDN = clientauth.MethodTLS, "CN=payroll,O=Example"
}

// published publishes the key of a certificate in the client's JWKS.
func published(t testing.TB, own *tls.Certificate) func(*clients.Client) {
	t.Helper()
	text, err := json.Marshal(jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: own.Leaf.PublicKey, Certificates: []*x509.Certificate{own.Leaf}}}})
	if err != nil {
		t.Fatal(err)
	}
	return func(c *clients.Client) { c.AuthMethod, c.JWKS = clientauth.MethodOwnTLS, string(text) }
}

func TestAClientProvesItselfByItsCertificate(t *testing.T) {
	w := newTLSWorld(t)
	own := hubtest.Certificate(t, nil, &x509.Certificate{Subject: pkix.Name{CommonName: "own"}})
	for _, row := range []struct {
		name string
		app  *hubtest.App
		good *tls.Certificate
	}{
		{"tls_client_auth", w.App(hubtest.OnItsOwn, byAuthority), w.Issue("payroll")},
		{"self_signed_tls_client_auth", w.App(hubtest.OnItsOwn, published(t, own)), own},
	} {
		hubtest.Want(t, row.name, w.post(row.app, row.good, "/oauth2/token", hubtest.ForItself...).Status, 200)
		hubtest.Refused(t, row.name+" without a certificate", w.post(row.app, nil, "/oauth2/token", hubtest.ForItself...), 401, "invalid_client")
		hubtest.Refused(t, row.name+" with another's", w.post(row.app, w.Issue("other"), "/oauth2/token", hubtest.ForItself...), 401, "invalid_client")
		forged := hubtest.Certificate(t, nil, &x509.Certificate{Subject: pkix.Name{CommonName: "payroll", Organization: []string{"Example"}}})
		hubtest.Refused(t, row.name+" with one that only looks right", w.post(row.app, forged, "/oauth2/token", hubtest.ForItself...), 401, "invalid_client")
		hubtest.Refused(t, row.name+" and a secret", w.post(row.app, row.good, "/oauth2/token", append(hubtest.ForItself, "client_secret", "x")...), 401, "invalid_client")
	}
	secretly := w.App(hubtest.OnItsOwn)
	hubtest.Refused(t, "a certificate instead of the secret", w.post(secretly, w.Issue("payroll"), "/oauth2/token", hubtest.ForItself...), 401, "invalid_client")
	req := hubtest.FormFor(w.World, w.alias+"/oauth2/token", hubtest.Edited(url.Values{}, hubtest.ForItself))
	req.SetBasicAuth(url.QueryEscape(secretly.ID), url.QueryEscape(secretly.Secret))
	hubtest.Want(t, "a certificate beside the secret", w.by(w.Issue("payroll"), req).Status, 200)
}

// userinfoBy calls userinfo at the alias.
func (w *tlsWorld) userinfoBy(shown *tls.Certificate, token string) hubtest.Reply {
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
	w.Person("ada@example.org")
	a := w.App(hubtest.Spa, func(c *clients.Client) { c.CertificateBound = true })
	mine, other := w.Issue("anybody"), w.Issue("other")
	code := func() string { return w.Browser().SignInTo(a, "ada@example.org").Get("code") }
	hubtest.Refused(t, "ensure-holder-of-key-required", w.post(a, nil, "/oauth2/token", hubtest.CodeForm(a, code())...), 400, "invalid_request")
	got := w.post(a, mine, "/oauth2/token", hubtest.CodeForm(a, code())...)
	token := got.Str("access_token")
	hubtest.Want(t, "token_type", got.Str("token_type"), "Bearer")
	cnf, _ := hubtest.ClaimsOf(t, token)["cnf"].(map[string]any)
	hubtest.Want[any](t, "cnf", cnf["x5t#S256"], x5t(mine))

	hubtest.Want(t, "userinfo with the certificate", w.userinfoBy(mine, token).Status, 200)
	hubtest.Refused(t, "userinfo with another", w.userinfoBy(other, token), 401, "invalid_token")
	hubtest.Refused(t, "userinfo without", w.userinfoBy(nil, token), 401, "invalid_token")
	hubtest.Refused(t, "userinfo without TLS", w.Userinfo(token), 401, "invalid_token")

	again := []string{"grant_type", "refresh_token", "refresh_token", got.Str("refresh_token")}
	hubtest.Refused(t, "refresh with another certificate", w.post(a, other, "/oauth2/token", again...), 400, "invalid_grant")
	hubtest.Want(t, "refresh with the certificate", w.post(a, mine, "/oauth2/token", again...).Status, 200)

	b := w.App(hubtest.OnItsOwn, func(c *clients.Client) { byAuthority(c); c.CertificateBound = true })
	payroll := w.Issue("payroll")
	own := w.post(b, payroll, "/oauth2/token", hubtest.ForItself...).Str("access_token")
	cnf, _ = w.post(b, payroll, "/oauth2/introspect", "token", own).JSON["cnf"].(map[string]any)
	hubtest.Want[any](t, "introspection's cnf", cnf["x5t#S256"], x5t(payroll))
}

// escaped is nginx's $ssl_client_escaped_cert.
func escaped(c *tls.Certificate) string {
	return url.PathEscape(string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Leaf.Raw})))
}

func sequence(c *tls.Certificate) string {
	return ":" + base64.StdEncoding.EncodeToString(c.Leaf.Raw) + ":"
}

func TestATrustedProxySaysWhatCertificateItSaw(t *testing.T) {
	authority := hubtest.NewIssuer(t)
	pool := x509.NewCertPool()
	pool.AddCert(authority.Leaf)
	payroll := authority.Issue("payroll")
	for trusted, proxy := range map[string]netip.Prefix{"trusted": netip.MustParsePrefix("127.0.0.0/8"), "any": netip.MustParsePrefix("192.0.2.0/24")} {
		w := hubtest.NewWorldAs(t, hubtest.OpenSQLite(t), hub.Config{ClientCertHeader: "Client-Cert", ClientCAs: pool, TrustedProxies: []netip.Prefix{proxy}})
		a := w.App(hubtest.OnItsOwn, byAuthority, func(c *clients.Client) { c.CertificateBound = true })
		ask := func(values ...string) hubtest.Reply {
			req := hubtest.FormFor(w, w.URL+"/oauth2/token", hubtest.Edited(url.Values{"client_id": {a.ID}}, hubtest.ForItself))
			req.Header["Client-Cert"] = values
			return w.Call(req)
		}
		for name, value := range map[string]string{"RFC 9440": sequence(payroll), "nginx": escaped(payroll), "base64": base64.StdEncoding.EncodeToString(payroll.Leaf.Raw)} {
			r := ask(value)
			if trusted == "any" {
				hubtest.Refused(t, name+" from anybody", r, 401, "invalid_client")
				continue
			}
			cnf, _ := hubtest.ClaimsOf(t, r.Str("access_token"))["cnf"].(map[string]any)
			hubtest.Want[any](t, name, cnf["x5t#S256"], x5t(payroll))
		}
		for name, values := range map[string][]string{
			"nothing": nil, "an empty header": {""}, "nonsense": {"yes"}, "an open sequence": {strings.TrimSuffix(sequence(payroll), ":")},
			"two headers": {sequence(payroll), sequence(payroll)}, "another's": {sequence(authority.Issue("other"))}, "too much": {strings.Repeat("A", 20<<10)},
			"two certificates": {escaped(payroll) + escaped(payroll)},
		} {
			hubtest.Refused(t, name, ask(values...), 401, "invalid_client")
		}
	}
}

func TestCertificatesAreAdvertisedOnlyWhereTheyCanBeShown(t *testing.T) {
	plain := hubtest.NewWorld(t, hubtest.OpenSQLite(t)).Metadata()
	secure := newTLSWorld(t)
	for _, method := range []string{clientauth.MethodTLS, clientauth.MethodOwnTLS} {
		hubtest.Want(t, method+" without TLS", slices.Contains(plain["token_endpoint_auth_methods_supported"].([]any), any(method)), false)
		hubtest.Want(t, method+" with TLS", slices.Contains(secure.Metadata()["token_endpoint_auth_methods_supported"].([]any), any(method)), true)
	}
	hubtest.Want[any](t, "bound tokens without TLS", plain["tls_client_certificate_bound_access_tokens"], false)
	hubtest.Want[any](t, "bound tokens with TLS", secure.Metadata()["tls_client_certificate_bound_access_tokens"], true)
	hubtest.Want[any](t, "aliases without TLS", plain["mtls_endpoint_aliases"], nil)
	aliases, _ := secure.Metadata()["mtls_endpoint_aliases"].(map[string]any)
	hubtest.Want[any](t, "the alias of the token endpoint", aliases["token_endpoint"], secure.alias+"/oauth2/token")
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
