package clients

import (
	"bytes"
	"context"
	"crypto"
	"crypto/sha256"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"slices"
	"strings"

	"github.com/go-jose/go-jose/v4"
)

// checkCertificate authenticates by a certificate that a trusted authority
// issued and that names the client (RFC 8705 §2.1). The TLS handshake, ours or
// the proxy's, showed that the client holds its key.
func (r *Registry) checkCertificate(c Client, chain []*x509.Certificate) error {
	if r.clientCAs == nil {
		return errors.New("no authority for client certificates is set: FEDHUB_TLS_CLIENT_CA")
	}
	between := x509.NewCertPool()
	for _, certificate := range chain[1:] {
		between.AddCert(certificate)
	}
	_, err := chain[0].Verify(x509.VerifyOptions{
		Roots: r.clientCAs, Intermediates: between, CurrentTime: r.now(), KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
	})
	if err != nil {
		return fmt.Errorf("its certificate: %w", err)
	}
	if !c.TLS.names(chain[0]) {
		return errors.New("its certificate names somebody else")
	}
	return nil
}

// names reports whether the certificate is for whom the client registered.
func (n TLSName) names(certificate *x509.Certificate) bool {
	switch {
	case n.SubjectDN != "":
		return sameDN(n.SubjectDN, certificate.RawSubject)
	case n.DNS != "":
		return slices.ContainsFunc(certificate.DNSNames, func(name string) bool { return strings.EqualFold(name, n.DNS) })
	case n.URI != "":
		return slices.ContainsFunc(certificate.URIs, func(u *url.URL) bool { return u.String() == n.URI })
	case n.IP != "":
		want, err := netip.ParseAddr(n.IP)
		return err == nil && slices.ContainsFunc(certificate.IPAddresses, func(ip net.IP) bool {
			got, ok := netip.AddrFromSlice(ip)
			return ok && got.Unmap() == want.Unmap()
		})
	case n.Email != "":
		return slices.Contains(certificate.EmailAddresses, n.Email)
	}
	return false
}

// checkOwnCertificate authenticates by a certificate that nobody but the
// client vouches for, by publishing its key (RFC 8705 §2.2). When it expires
// is not looked at: the key counts for as long as it is published.
func (r *Registry) checkOwnCertificate(ctx context.Context, c Client, certificate *x509.Certificate) error {
	published, err := r.keysThatFit(ctx, c, func(k keys) bool { return k.certified(certificate) })
	if err != nil {
		return err
	}
	if !published.certified(certificate) {
		return errors.New("its certificate is not for any of its published keys")
	}
	return nil
}

// certified reports whether the certificate is for one of the keys. A key that
// is published with a certificate is for that certificate alone.
func (k keys) certified(certificate *x509.Certificate) bool {
	sum := sha256.Sum256(certificate.Raw)
	return slices.ContainsFunc(k, func(key jose.JSONWebKey) bool {
		public, ok := key.Key.(interface{ Equal(crypto.PublicKey) bool })
		return ok && public.Equal(certificate.PublicKey) &&
			(len(key.Certificates) == 0 || key.Certificates[0].Equal(certificate)) &&
			(len(key.CertificateThumbprintSHA256) == 0 || bytes.Equal(key.CertificateThumbprintSHA256, sum[:]))
	})
}

// checkAssertion holds the registered algorithm against the method.
func checkAssertion(c Client, _ bool) Problems {
	alg := c.Algs.Assertion
	if alg == "" {
		return nil
	}
	if c.AuthMethod != MethodKey && c.AuthMethod != MethodSecretJWT {
		return problem("assertion_alg", "A client that uses %s signs no assertions; leave their algorithm out.", c.AuthMethod)
	}
	if allowed := namesOf(algorithmsOf(c.AuthMethod)); !slices.Contains(allowed, alg) {
		return problem("assertion_alg", "With %s the client can sign with one of %s.", c.AuthMethod, strings.Join(allowed, ", "))
	}
	return nil
}

// checkTLSName: exactly one name, or it would not be clear which decides.
func checkTLSName(c Client, _ bool) Problems {
	if c.AuthMethod != MethodTLS {
		return nil
	}
	n := c.TLS
	given := slices.DeleteFunc([]string{n.SubjectDN, n.DNS, n.URI, n.IP, n.Email}, func(s string) bool { return s == "" })
	_, notDN := parseDN(n.SubjectDN)
	_, notIP := netip.ParseAddr(n.IP)
	u, notURI := url.Parse(n.URI)
	switch {
	case len(given) != 1:
		return problem("tls", "Say whom the client's certificate names, in exactly one way: a subject, a DNS name, a URI, an IP address or an e-mail address.")
	case n.SubjectDN != "" && notDN != nil:
		return problem("tls.subject_dn", "The subject of the certificate %v; write it like CN=payroll,O=Example,C=DE.", notDN)
	case n.IP != "" && notIP != nil:
		return problem("tls.ip", "%.100q is not an IP address.", n.IP)
	case n.URI != "" && (notURI != nil || !u.IsAbs()):
		return problem("tls.uri", "%.100q is not an absolute URI.", n.URI)
	case n.Email != "" && strings.Count(n.Email, "@") != 1:
		return problem("tls.email", "%.100q is not an e-mail address.", n.Email)
	case n.DNS != "" && strings.ContainsAny(n.DNS, " /:@*"):
		return problem("tls.dns", "%.100q is not a DNS name; a wildcard names nobody.", n.DNS)
	}
	return nil
}
