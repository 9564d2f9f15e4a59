package hubtest

import (
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/go-jose/go-jose/v4"

	"github.com/fedhub/fedhub/clients/clientauth"
)

// relyingName is the subject name in the certificates of relying parties.
const relyingName = "rp.example.org"

// askForCertificates opens a second address of the hub, the only one that
// requests client certificates (RFC 8705 §5).
func (s *Site) askForCertificates(t *testing.T, serve http.HandlerFunc) {
	t.Helper()
	server := serveTLS(t, serve, &tls.Config{ClientAuth: tls.RequestClientCert})
	s.alias, s.authority = server.URL, NewIssuer(t)
}

// serveTLS serves on this machine, and does not log failed handshakes.
func serveTLS(t *testing.T, serve http.HandlerFunc, config *tls.Config) *httptest.Server {
	t.Helper()
	server := httptest.NewUnstartedServer(serve)
	server.TLS = config
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	t.Cleanup(server.Close)
	return server
}

// believed are the trusted authorities for client certificates.
func (s *Site) believed() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(s.authority.Leaf)
	return pool
}

// Showing is the site for a client with a certificate.
func (s *Site) Showing(c *tls.Certificate) *Site {
	transport := s.http.Transport.(*http.Transport).Clone()
	transport.TLSClientConfig.Certificates = []tls.Certificate{*c}
	transport.DisableKeepAlives = true
	other := *s
	other.http = &http.Client{Transport: transport, CheckRedirect: followNothing}
	return &other
}

// Secure is the address of an endpoint for clients with a certificate
// (mtls_endpoint_aliases).
func (s *Site) Secure(t *testing.T, name string) string {
	t.Helper()
	aliases, _ := s.Meta["mtls_endpoint_aliases"].(map[string]any)
	address, _ := aliases[name].(string)
	if !strings.HasPrefix(address, s.alias+"/") {
		t.Fatalf("the alias of %s is %q", name, address)
	}
	return address
}

// issued is a certificate of the trusted authority.
func (e *Exam) issued() *tls.Certificate {
	e.Helper()
	return Certificate(e.T, e.Site.authority.Certificate, relyingCertificate())
}

// Own is a self-signed certificate.
func (e *Exam) Own() *tls.Certificate {
	e.Helper()
	return Certificate(e.T, nil, relyingCertificate())
}

func relyingCertificate() *x509.Certificate {
	return &x509.Certificate{Subject: pkix.Name{CommonName: relyingName}, DNSNames: []string{relyingName}, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}}
}

func certificateKeys(c *tls.Certificate) map[string]any {
	return map[string]any{"keys": []jose.JSONWebKey{{Key: c.Leaf.PublicKey, KeyID: "cert", Use: "sig", Certificates: []*x509.Certificate{c.Leaf}}}}
}

// WithCertificate registers a client that authenticates with a certificate.
func (e *Exam) WithCertificate(method string, pairs ...any) *Party {
	e.Helper()
	shown := e.issued()
	more := []any{"token_endpoint_auth_method", method, "tls_client_auth_san_dns", relyingName}
	if method == clientauth.MethodOwnTLS {
		shown = e.Own()
		more = []any{"token_endpoint_auth_method", method, "jwks", certificateKeys(shown)}
	}
	p := e.Client(append(more, pairs...)...)
	p.Certificate = shown
	return p
}

// present sends a form with the client's certificate, after a look-alike
// certificate was refused.
func (p *Party) present(endpoint string, form url.Values) Reply {
	p.E.Helper()
	form.Set("client_id", p.ID)
	address := p.E.Site.Secure(p.E.T, endpoint)
	forged := p.E.Site.Showing(p.E.Own()).Post(p.E.T, address, form)
	Want(p.E, endpoint+" with another's certificate", forged.Status, http.StatusUnauthorized)
	return p.E.Site.Showing(p.Certificate).Post(p.E.T, address, form)
}
