package clientauth

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/rsa"
	_ "crypto/sha256" // for Thumbprint
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/go-jose/go-jose/v4"

	"github.com/fedhub/fedhub/internal/cache"
	"github.com/fedhub/fedhub/internal/jsonx"
	"github.com/fedhub/fedhub/internal/jwt"
	"github.com/fedhub/fedhub/internal/texts"
)

const (
	maxKeys = 50
	maxJWKS = 64 << 10 // bytes
)

// Keys are the public keys of a client, for signatures and encryption.
type Keys []jose.JSONWebKey

// ParseKeys reads a JWK Set (RFC 7517 §5). Unsupported keys are skipped, as the
// RFC requires. A private or shared key refuses the whole set, because everyone
// who can read it can sign.
func ParseKeys(text []byte) (Keys, error) {
	if len(text) > maxJWKS {
		return nil, texts.Err("keys.long")
	}
	var set struct {
		Keys []jsonx.Object `json:"keys"`
	}
	if err := jsonx.Unmarshal(text, &set); err != nil {
		return nil, texts.Err("keys.form")
	}
	if len(set.Keys) > maxKeys {
		return nil, texts.Err("keys.many", "max", maxKeys)
	}
	var usable Keys
	for _, members := range set.Keys {
		// Checked before the key is parsed, also because checking the primes of
		// a private key is expensive.
		if jwt.IsPrivate(members) {
			return nil, texts.Err("keys.private")
		}
		if key, ok := parseKey(members); ok {
			usable = append(usable, key)
		}
	}
	if len(usable) == 0 {
		return nil, fmt.Errorf("%w (%w)", texts.Err("keys.none"), cache.ErrNothingYet)
	}
	return usable, nil
}

func parseKey(members jsonx.Object) (jose.JSONWebKey, bool) {
	key, ok := jwt.PublicKey(members)
	if !ok {
		return jose.JSONWebKey{}, false
	}
	bindCertificate(&key, members)
	return key, forSignatures(key) || slices.ContainsFunc(EncryptionAlgs(), func(alg string) bool { return len(Keys{key}.Encrypting(alg)) > 0 })
}

// bindCertificate reads the certificate that a key is published with; only that
// one may be used with the key in a handshake (RFC 8705 §2.2). If it belongs to
// another key or is unreadable, the key still verifies signatures, but accepts
// no certificate.
func bindCertificate(key *jose.JSONWebKey, members jsonx.Object) {
	if !members.Says("x5c") && !members.Says("x5t#S256") {
		return
	}
	var with jose.JSONWebKey
	text, err := json.Marshal(members)
	if err != nil || with.UnmarshalJSON(text) != nil || len(with.Certificates) == 0 && len(with.CertificateThumbprintSHA256) == 0 {
		key.CertificateThumbprintSHA256 = noCertificate
		return
	}
	key.Certificates, key.CertificateThumbprintSHA256 = with.Certificates, with.CertificateThumbprintSHA256
}

// noCertificate is a thumbprint that no certificate has: it is too short.
var noCertificate = []byte{0}

// forSignatures reports whether a key may verify signatures.
func forSignatures(key jose.JSONWebKey) bool {
	ok := slices.ContainsFunc(KeyAlgs(), func(alg jose.SignatureAlgorithm) bool { return jwt.Fits(key.Key, alg) })
	return ok && (key.Use == "" || key.Use == "sig") && !slices.Contains(EncryptionAlgs(), key.Algorithm)
}

// Signing returns the keys that may verify signatures.
func (k Keys) Signing() Keys {
	var fit Keys
	for _, key := range k {
		if forSignatures(key) {
			fit = append(fit, key)
		}
	}
	return fit
}

// fitting returns the keys that may have made such a signature. A key that
// names its algorithm is for that one only (RFC 8725 §3.1).
func (k Keys) fitting(kid string, alg jose.SignatureAlgorithm) Keys {
	var fit Keys
	only := len(k.Signing()) == 1
	for _, key := range k {
		if key.Use != "enc" && jwt.Named(key, kid, only) && (key.Algorithm == "" || key.Algorithm == string(alg)) && jwt.Fits(key.Key, alg) {
			fit = append(fit, key)
		}
	}
	return fit
}

// Thumbprints returns the RFC 7638 thumbprints of the signing keys, in order.
func (k Keys) Thumbprints() []string {
	var prints []string
	for _, key := range k.Signing() {
		if sum, err := key.Thumbprint(crypto.SHA256); err == nil {
			prints = append(prints, base64.RawURLEncoding.EncodeToString(sum))
		}
	}
	slices.Sort(prints)
	return slices.Compact(prints)
}

// Encrypting returns the keys that can encrypt a content key. A key that is
// marked for signatures, or for another algorithm, is excluded (RFC 7517 §4.2,
// §4.4).
func (k Keys) Encrypting(alg string) Keys {
	var fit Keys
	for _, key := range k {
		if key.Use != "sig" && (key.Algorithm == "" || key.Algorithm == alg) && encrypts(key, alg) {
			fit = append(fit, key)
		}
	}
	return fit
}

// encrypts reports whether a key has the kind and size that an algorithm needs.
func encrypts(key jose.JSONWebKey, alg string) bool {
	switch public := key.Key.(type) {
	case *ecdsa.PublicKey: // go-jose only parses P-256, P-384 and P-521
		return strings.HasPrefix(alg, "ECDH-ES")
	case *rsa.PublicKey:
		return strings.HasPrefix(alg, "RSA-OAEP") && jwt.RSAFits(public)
	}
	return false
}
