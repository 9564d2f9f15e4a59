package hubtest

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/fedhub/fedhub/clients"
)

// An Issuer makes client certificates.
type Issuer struct {
	*tls.Certificate
	t testing.TB
}

func NewIssuer(t testing.TB) *Issuer {
	t.Helper()
	return &Issuer{Certificate(t, nil, &x509.Certificate{
		Subject: pkix.Name{CommonName: "Authority"}, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}), t}
}

func (i *Issuer) Issue(name string) *tls.Certificate {
	i.t.Helper()
	return Certificate(i.t, i.Certificate, &x509.Certificate{
		Subject: pkix.Name{CommonName: name, Organization: []string{"Example"}}, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
	})
}

// Certificate is self-signed if there is no issuer.
func Certificate(t testing.TB, by *tls.Certificate, template *x509.Certificate) *tls.Certificate {
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

func FormFor(w *World, address string, v url.Values) *http.Request {
	w.Helper()
	req, err := http.NewRequest(http.MethodPost, address, strings.NewReader(v.Encode()))
	if err != nil {
		w.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return req
}

func OnItsOwn(c *clients.Client) { c.SetGrant(clients.GrantClientCredentials, true) }

var ForItself = []string{"grant_type", "client_credentials", "scope", "files"}

func (w *World) Metadata() map[string]any {
	w.Helper()
	req, err := http.NewRequest(http.MethodGet, w.URL+"/.well-known/openid-configuration", nil)
	if err != nil {
		w.Fatal(err)
	}
	return w.Call(req).JSON
}
