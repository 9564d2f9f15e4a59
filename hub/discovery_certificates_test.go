package hub_test

import (
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/go-jose/go-jose/v4"

	"github.com/fedhub/fedhub/clients"
)

// relyingName is whom the certificates of relying parties name.
const relyingName = "rp.example.org"

// askForCertificates opens a second address of the hub, the only one at which
// clients are asked for certificates (RFC 8705 §5).
func (s *site) askForCertificates(t *testing.T, serve http.HandlerFunc) {
	t.Helper()
	server := serveTLS(t, serve, &tls.Config{ClientAuth: tls.RequestClientCert})
	s.alias, s.authority = server.URL, newIssuer(t)
}

// serveTLS serves on this machine, and keeps to itself who could not greet it.
func serveTLS(t *testing.T, serve http.HandlerFunc, config *tls.Config) *httptest.Server {
	t.Helper()
	server := httptest.NewUnstartedServer(serve)
	server.TLS = config
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	t.Cleanup(server.Close)
	return server
}

// believed are the authorities that say who a client is.
func (s *site) believed() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(s.authority.Leaf)
	return pool
}

// showing is the site as seen by who shows a certificate.
func (s *site) showing(c *tls.Certificate) *site {
	transport := s.http.Transport.(*http.Transport).Clone()
	transport.TLSClientConfig.Certificates = []tls.Certificate{*c}
	transport.DisableKeepAlives = true
	other := *s
	other.http = &http.Client{Transport: transport, CheckRedirect: followNothing}
	return &other
}

// secure is the address of an endpoint for who shows a certificate.
func (s *site) secure(t *testing.T, name string) string {
	t.Helper()
	aliases, _ := s.meta["mtls_endpoint_aliases"].(map[string]any)
	address, _ := aliases[name].(string)
	if !strings.HasPrefix(address, s.alias+"/") {
		t.Fatalf("the alias of %s is %q", name, address)
	}
	return address
}

// issued is a certificate by the authority that the hub believes.
func (e *exam) issued() *tls.Certificate {
	e.Helper()
	return certificate(e.T, e.site.authority.Certificate, relyingCertificate())
}

// own is one that nobody vouches for.
func (e *exam) own() *tls.Certificate {
	e.Helper()
	return certificate(e.T, nil, relyingCertificate())
}

func relyingCertificate() *x509.Certificate {
	return &x509.Certificate{Subject: pkix.Name{CommonName: relyingName}, DNSNames: []string{relyingName}, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}}
}

func certificateKeys(c *tls.Certificate) map[string]any {
	return map[string]any{"keys": []jose.JSONWebKey{{Key: c.Leaf.PublicKey, KeyID: "cert", Use: "sig", Certificates: []*x509.Certificate{c.Leaf}}}}
}

// withCertificate registers a client that proves itself by a certificate.
func (e *exam) withCertificate(method string, pairs ...any) *party {
	e.Helper()
	shown := e.issued()
	more := []any{"token_endpoint_auth_method", method, "tls_client_auth_san_dns", relyingName}
	if method == clients.MethodOwnTLS {
		shown = e.own()
		more = []any{"token_endpoint_auth_method", method, "jwks", certificateKeys(shown)}
	}
	p := e.client(append(more, pairs...)...)
	p.certificate = shown
	return p
}

// present sends a form with the client's certificate, after it was refused
// with one that only looks the same.
func (p *party) present(endpoint string, form url.Values) reply {
	p.e.Helper()
	form.Set("client_id", p.ID)
	address := p.e.site.secure(p.e.T, endpoint)
	forged := p.e.site.showing(p.e.own()).post(p.e.T, address, form)
	want(p.e, endpoint+" with another's certificate", forged.Status, http.StatusUnauthorized)
	return p.e.site.showing(p.certificate).post(p.e.T, address, form)
}

// exerciseBinding: a hub that sees no certificates binds no tokens to them.
func exerciseBinding(e *exam, value string) {
	want(e, "the value", value, "true")
	exerciseCertificateBound(e)
}

// exerciseCertificateBound gets a token that works with the certificate only
// (RFC 8705 §3).
func exerciseCertificateBound(e *exam) {
	p := e.withCertificate(clients.MethodOwnTLS, "tls_client_certificate_bound_access_tokens", true)
	l := p.signIn(e.browser())
	sum := sha256.Sum256(p.certificate.Certificate[0])
	confirm, _ := claimsOf(e, l.access)["cnf"].(map[string]any)
	want(e, "x5t#S256", confirm["x5t#S256"], any(base64.RawURLEncoding.EncodeToString(sum[:])))

	authorization := []string{"Authorization", "Bearer " + l.access}
	address := e.site.secure(e.T, "userinfo_endpoint")
	e.checkUserinfo(l, e.site.showing(p.certificate).get(e.T, address, authorization...))
	want(e, "userinfo with another's certificate", e.site.showing(e.own()).get(e.T, address, authorization...).Status, http.StatusUnauthorized)
	want(e, "userinfo without a certificate", e.site.get(e.T, address, authorization...).Status, http.StatusUnauthorized)
	want(e, "userinfo at the plain address", e.site.get(e.T, e.site.at(e.T, "userinfo_endpoint"), authorization...).Status, http.StatusUnauthorized)
}

// exerciseAlias uses an endpoint at the address at which certificates are
// shown.
func exerciseAlias(e *exam, name string) {
	switch name {
	case "token_endpoint":
		exerciseAuth(e, clients.MethodTLS)
	case "userinfo_endpoint":
		exerciseCertificateBound(e)
	case "revocation_endpoint":
		exerciseRevocationAuth(e, clients.MethodTLS)
	case "introspection_endpoint":
		exerciseIntrospectionAuth(e, clients.MethodTLS)
	case "pushed_authorization_request_endpoint":
		p := e.withCertificate(clients.MethodTLS)
		request := p.request()
		p.complete(e.browser().visit(p.push(request)), request)
	case "device_authorization_endpoint":
		e.exerciseDevice(e.withCertificate(clients.MethodTLS, decoupled(grantDevice)...))
	case "backchannel_authentication_endpoint":
		e.exerciseCIBA(e.withCertificate(clients.MethodTLS, decoupled(grantCIBA)...))
	default:
		e.Errorf("nobody knows how to use %s at %s", name, e.site.secure(e.T, name))
	}
}
