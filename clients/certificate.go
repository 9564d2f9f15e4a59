package clients

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"slices"
	"strings"

	"github.com/fedhub/fedhub/clients/clientauth"
	"github.com/fedhub/fedhub/internal/forms"
)

// checkCertificate authenticates by a certificate that a trusted authority
// issued and that names the client (RFC 8705 §2.1). The TLS handshake, ours or
// the proxy's, showed that the client holds its key.
func (r *Registry) checkCertificate(c Client, chain []*x509.Certificate) error {
	if r.clientCAs == nil {
		return errors.New("no authority for client certificates is set: FEDHUB_TLS_CLIENT_CA")
	}
	if err := clientauth.VerifyChain(chain, r.clientCAs, r.now()); err != nil {
		return fmt.Errorf("its certificate: %w", err)
	}
	if !c.TLS.Names(chain[0]) {
		return errors.New("its certificate names somebody else")
	}
	return nil
}

// checkOwnCertificate authenticates by a certificate that nobody but the
// client vouches for, by publishing its key (RFC 8705 §2.2). When it expires
// is not looked at: the key counts for as long as it is published.
func (r *Registry) checkOwnCertificate(ctx context.Context, c Client, certificate *x509.Certificate) error {
	published, err := r.keysThatFit(ctx, c, func(k keys) bool { return clientauth.Published(k, certificate) })
	if err != nil {
		return err
	}
	if !clientauth.Published(published, certificate) {
		return errors.New("its certificate is not for any of its published keys")
	}
	return nil
}

// checkAssertion holds the registered algorithm against the method.
func checkAssertion(c Client, _ bool) forms.Problems {
	alg := c.Algs.Assertion
	if alg == "" {
		return nil
	}
	if c.AuthMethod != MethodKey && c.AuthMethod != MethodSecretJWT {
		return forms.New("assertion_alg", "client.assertion_alg.needless", "method", c.AuthMethod)
	}
	if allowed := namesOf(algorithmsOf(c.AuthMethod)); !slices.Contains(allowed, alg) {
		return forms.New("assertion_alg", "client.assertion_alg.bad", "method", c.AuthMethod, "choices", allowed)
	}
	return nil
}

// checkTLSName: exactly one name, or it would not be clear which decides.
func checkTLSName(c Client, _ bool) forms.Problems {
	if c.AuthMethod != MethodTLS {
		return nil
	}
	n := c.TLS
	given := slices.DeleteFunc([]string{n.SubjectDN, n.DNS, n.URI, n.IP, n.Email}, func(s string) bool { return s == "" })
	notDN := clientauth.CheckDN(n.SubjectDN)
	_, notIP := netip.ParseAddr(n.IP)
	u, notURI := url.Parse(n.URI)
	switch {
	case len(given) != 1:
		return forms.New("tls", "client.certificate.names")
	case n.SubjectDN != "" && notDN != nil:
		return forms.New("tls.subject_dn", "client.certificate.subject", "cause", notDN)
	case n.IP != "" && notIP != nil:
		return forms.New("tls.ip", "client.certificate.ip", "ip", n.IP)
	case n.URI != "" && (notURI != nil || !u.IsAbs()):
		return forms.New("tls.uri", "client.certificate.uri", "uri", n.URI)
	case n.Email != "" && strings.Count(n.Email, "@") != 1:
		return forms.New("tls.email", "client.certificate.email", "email", n.Email)
	case n.DNS != "" && strings.ContainsAny(n.DNS, " /:@*"):
		return forms.New("tls.dns", "client.certificate.dns", "dns", n.DNS)
	}
	return nil
}
