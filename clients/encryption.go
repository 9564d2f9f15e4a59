package clients

import (
	"context"
	"crypto/ecdsa"
	"crypto/rsa"
	"errors"
	"fmt"
	"strings"

	"github.com/go-jose/go-jose/v4"
)

// EncryptionKey returns the public key that something for the client is
// encrypted to with this algorithm (OIDC Core §10.2). Of several the first in
// its JWKS counts. The keys are read again when they are an hour old, and
// also at once when none fits.
func (r *Registry) EncryptionKey(ctx context.Context, c Client, alg string) (jose.JSONWebKey, error) {
	published, err := r.keysThatFit(ctx, c, func(k keys) bool { return len(k.encrypting(alg)) > 0 })
	if err != nil {
		return jose.JSONWebKey{}, fmt.Errorf("the encryption key of client %s: %w", c.ID, err)
	}
	fitting := published.encrypting(alg)
	if len(fitting) == 0 {
		return jose.JSONWebKey{}, fmt.Errorf("client %s publishes no key for %s: %w", c.ID, alg, ErrNoKey)
	}
	return fitting[0], nil
}

// ErrNoKey says that a client publishes no key of the kind that is needed.
var ErrNoKey = errors.New("it must publish one with use=enc in its JWKS")

// keysThatFit returns the keys of a registered client, whatever they are
// for.
func (r *Registry) keysThatFit(ctx context.Context, c Client, fit func(keys) bool) (keys, error) {
	switch {
	case c.JWKS != "":
		return r.inlineKeys(c)
	case c.JWKSURI != "":
		return r.fetchedKeys(ctx, c, fit)
	}
	return nil, ErrNoKey
}

// encrypting returns the keys that a content key may be encrypted to. A key
// that says it is for signatures, or for another algorithm, is for nothing
// else (RFC 7517 §4.2, §4.4).
func (k keys) encrypting(alg string) keys {
	var fit keys
	for _, key := range k {
		if key.Use != "sig" && (key.Algorithm == "" || key.Algorithm == alg) && encrypts(key, alg) {
			fit = append(fit, key)
		}
	}
	return fit
}

// encrypts reports whether a key is of the kind and size an algorithm needs.
func encrypts(key jose.JSONWebKey, alg string) bool {
	switch public := key.Key.(type) {
	case *ecdsa.PublicKey: // go-jose parses P-256, P-384 and P-521 only
		return strings.HasPrefix(alg, "ECDH-ES")
	case *rsa.PublicKey:
		bits := public.N.BitLen()
		return strings.HasPrefix(alg, "RSA-OAEP") && 2048 <= bits && bits <= 8192
	}
	return false
}
