package web

import (
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"log/slog"
	"net/url"
	"strings"

	"github.com/gin-gonic/gin"
)

// A CertificateReader finds the client certificate: on the TLS connection, or in
// the header of a proxy that terminated TLS.
type CertificateReader struct {
	Header string // the header, which only trusted proxies may set; empty for none
	Log    *slog.Logger
}

const certificatesKey = "fedhub/certificates"

// Read stores the certificate for Certificates, and removes the header: any client
// can write it, so later code must not read it.
func (r CertificateReader) Read(c *gin.Context) {
	if r.Header == "" {
		fromConnection(c)
		return
	}
	values := c.Request.Header.Values(r.Header)
	c.Request.Header.Del(r.Header)
	if !byProxy(c) {
		fromConnection(c)
		return
	}
	// On a proxied connection a TLS certificate is the proxy's, not the client's.
	if len(values) == 0 || values[0] == "" {
		return
	}
	cert, err := parseCertificate(values)
	if err != nil {
		r.Log.WarnContext(c, "a trusted proxy sent a client certificate that cannot be read", "header", r.Header, "ref", Ref(c), "error", err)
		return
	}
	c.Set(certificatesKey, []*x509.Certificate{cert})
}

func fromConnection(c *gin.Context) {
	if c.Request.TLS != nil && len(c.Request.TLS.PeerCertificates) > 0 {
		c.Set(certificatesKey, c.Request.TLS.PeerCertificates)
	}
}

// Certificates returns the client's certificates, its own first. TLS has proved
// that the client holds the key; the names in it are not verified yet.
func Certificates(c *gin.Context) []*x509.Certificate {
	chain, _ := c.Get(certificatesKey)
	certificates, _ := chain.([]*x509.Certificate)
	return certificates
}

// Thumbprint is the x5t#S256 of the first certificate (RFC 8705 §3.1); empty
// if there is none.
func Thumbprint(chain []*x509.Certificate) string {
	if len(chain) == 0 {
		return ""
	}
	sum := sha256.Sum256(chain[0].Raw)
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

const maxCertificate = 16 << 10 // bytes, as sent

// parseCertificate reads the three formats that proxies use: a byte sequence
// between colons (RFC 9440), percent-encoded PEM (nginx), and plain base64
// (HAProxy).
func parseCertificate(values []string) (*x509.Certificate, error) {
	if len(values) != 1 {
		return nil, errors.New("the header comes more than once")
	}
	text := strings.TrimSpace(values[0])
	if len(text) > maxCertificate {
		return nil, errors.New("it is too long")
	}
	if inner, found := strings.CutPrefix(text, ":"); found {
		inner, closed := strings.CutSuffix(inner, ":")
		if !closed {
			return nil, errors.New("a byte sequence ends with a colon")
		}
		return decodeCertificate(inner)
	}
	if !strings.HasPrefix(text, "-----BEGIN") {
		return decodeCertificate(text)
	}
	// Form decoding is wrong here: it replaces the plus signs of base64.
	plain, err := url.PathUnescape(text)
	if err != nil {
		return nil, errors.New("it is neither base64 nor PEM with percent signs")
	}
	block, rest := pem.Decode([]byte(plain))
	if block == nil || block.Type != "CERTIFICATE" || strings.TrimSpace(string(rest)) != "" {
		return nil, errors.New("it is not one PEM certificate")
	}
	return x509.ParseCertificate(block.Bytes)
}

func decodeCertificate(text string) (*x509.Certificate, error) {
	der, err := base64.StdEncoding.Strict().DecodeString(text)
	if err != nil {
		return nil, err
	}
	return x509.ParseCertificate(der)
}
