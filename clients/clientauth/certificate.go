// Package clientauth authenticates clients (RFC 6749 §2.3, RFC 7523, RFC 8705):
// by a secret, a signed assertion or a certificate. It reads and caches the
// keys that clients publish, and verifies assertions that are presented as
// grants. It knows no client: registered values are passed in.
package clientauth

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
	"time"

	"github.com/fedhub/fedhub/internal/cache"
	"github.com/fedhub/fedhub/internal/forms"
	"github.com/go-jose/go-jose/v4"
)

// checkCertificate authenticates by a certificate that a trusted authority
// issued and that names the client (RFC 8705 §2.1). The TLS handshake, ours or
// the proxy's, proved that the client holds its key.
func (v *Verifier) checkCertificate(name TLSName, chain []*x509.Certificate) error {
	if v.ClientCAs == nil {
		return errors.New("no CA for client certificates is set; set FEDHUB_TLS_CLIENT_CA")
	}
	if err := verifyChain(chain, v.ClientCAs, v.Now()); err != nil {
		return fmt.Errorf("its certificate: %w", err)
	}
	if !name.Names(chain[0]) {
		return errors.New("its certificate has another name than the registered one")
	}
	return nil
}

// checkOwnCertificate authenticates by a self-signed certificate with a key
// that the client publishes (RFC 8705 §2.2). Its expiry is not checked: the key
// counts as long as it is published.
func (v *Verifier) checkOwnCertificate(ctx context.Context, p Publisher, certificate *x509.Certificate) error {
	keys, err := v.Keys.thatFit(ctx, v.Keys.Waits, p, func(k Keys) cache.Sight { return orMissing(published(k, certificate)) })
	if err != nil {
		return err
	}
	if !published(keys, certificate) {
		return errors.New("its certificate does not match any of its published keys")
	}
	return nil
}

// verifyChain reports whether one of the roots issued the first certificate as
// a client certificate, through the others (RFC 8705 §2.1).
func verifyChain(chain []*x509.Certificate, roots *x509.CertPool, now time.Time) error {
	between := x509.NewCertPool()
	for _, certificate := range chain[1:] {
		between.AddCert(certificate)
	}
	_, err := chain[0].Verify(x509.VerifyOptions{
		Roots: roots, Intermediates: between, CurrentTime: now, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
	})
	return err
}

// A TLSName is the name that a client certificate must have, in exactly one
// form (RFC 8705 §2.1.2).
type TLSName struct {
	SubjectDN string `bson:"subject_dn,omitempty"` // RFC 4514
	DNS       string `bson:"dns,omitempty"`
	URI       string `bson:"uri,omitempty"`
	IP        string `bson:"ip,omitempty"`
	Email     string `bson:"email,omitempty"`
}

// Check accepts exactly one name: with several it would be unclear which one
// counts.
func (n TLSName) Check() forms.Problems {
	given := slices.DeleteFunc([]string{n.SubjectDN, n.DNS, n.URI, n.IP, n.Email}, func(s string) bool { return s == "" })
	notDN := CheckDN(n.SubjectDN)
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

// Names reports whether the certificate has the registered name.
func (n TLSName) Names(certificate *x509.Certificate) bool {
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

// published reports whether the certificate belongs to one of the published
// keys. A key that is published with a certificate accepts only that
// certificate.
func published(keys []jose.JSONWebKey, certificate *x509.Certificate) bool {
	sum := sha256.Sum256(certificate.Raw)
	return slices.ContainsFunc(keys, func(key jose.JSONWebKey) bool {
		public, ok := key.Key.(interface{ Equal(crypto.PublicKey) bool })
		return ok && public.Equal(certificate.PublicKey) &&
			(len(key.Certificates) == 0 || key.Certificates[0].Equal(certificate)) &&
			(len(key.CertificateThumbprintSHA256) == 0 || bytes.Equal(key.CertificateThumbprintSHA256, sum[:]))
	})
}
