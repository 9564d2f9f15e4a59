// Package clientauth is how a client proves who it is, as far as plain values
// tell: whom a certificate names and which published key it is for. It knows no
// client and reads nothing; what was registered is handed in.
package clientauth

import (
	"bytes"
	"crypto"
	"crypto/sha256"
	"crypto/x509"
	"net"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
)

// VerifyChain reports whether one of the roots vouches for the first of the
// certificates as a client's, by way of the others (RFC 8705 §2.1).
func VerifyChain(chain []*x509.Certificate, roots *x509.CertPool, now time.Time) error {
	between := x509.NewCertPool()
	for _, certificate := range chain[1:] {
		between.AddCert(certificate)
	}
	_, err := chain[0].Verify(x509.VerifyOptions{
		Roots: roots, Intermediates: between, CurrentTime: now, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
	})
	return err
}

// A TLSName is whom a client certificate must name, in exactly one way
// (RFC 8705 §2.1.2).
type TLSName struct {
	SubjectDN string `bson:"subject_dn,omitempty"` // RFC 4514
	DNS       string `bson:"dns,omitempty"`
	URI       string `bson:"uri,omitempty"`
	IP        string `bson:"ip,omitempty"`
	Email     string `bson:"email,omitempty"`
}

// Names reports whether the certificate is for whom the client registered.
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

// Published reports whether the certificate is for one of the published keys. A key that
// is published with a certificate is for that certificate alone.
func Published(keys []jose.JSONWebKey, certificate *x509.Certificate) bool {
	sum := sha256.Sum256(certificate.Raw)
	return slices.ContainsFunc(keys, func(key jose.JSONWebKey) bool {
		public, ok := key.Key.(interface{ Equal(crypto.PublicKey) bool })
		return ok && public.Equal(certificate.PublicKey) &&
			(len(key.Certificates) == 0 || key.Certificates[0].Equal(certificate)) &&
			(len(key.CertificateThumbprintSHA256) == 0 || bytes.Equal(key.CertificateThumbprintSHA256, sum[:]))
	})
}
