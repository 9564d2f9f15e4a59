package secrets

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"strings"
)

var errPrivateKey = errors.New("it is not a private key for ES256, as in the .p8 file that Apple lets you download once")

// ParsePrivateKey reads the P-256 key of a .p8 file. A form may have removed
// its line breaks, so only the text between the two markers is used.
func ParsePrivateKey(text string) (*ecdsa.PrivateKey, error) {
	_, text, _ = strings.Cut(text, "-----BEGIN PRIVATE KEY-----")
	text, _, found := strings.Cut(text, "-----END PRIVATE KEY-----")
	if !found {
		return nil, errPrivateKey
	}
	der, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(text), ""))
	if err != nil {
		return nil, errPrivateKey
	}
	parsed, err := x509.ParsePKCS8PrivateKey(der)
	if err != nil {
		return nil, errPrivateKey
	}
	private, ok := parsed.(*ecdsa.PrivateKey)
	if !ok || private.Curve != elliptic.P256() {
		return nil, errPrivateKey
	}
	return private, nil
}
