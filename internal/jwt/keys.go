package jwt

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"

	"github.com/go-jose/go-jose/v4"
)

// Fits reports whether a key is of the kind and size an algorithm needs (RFC
// 7518 §3.2 to §3.4, RFC 8037 §3.1): a public key, or one that is shared.
func Fits(key any, alg jose.SignatureAlgorithm) bool {
	switch key := key.(type) {
	case *ecdsa.PublicKey:
		return alg == jose.ES256 && key.Curve == elliptic.P256() || alg == jose.ES384 && key.Curve == elliptic.P384()
	case *rsa.PublicKey:
		return (alg == jose.RS256 || alg == jose.PS256) && RSAFits(key)
	case ed25519.PublicKey:
		return alg == jose.EdDSA
	case []byte:
		// No shorter than the hash. What others publish never has such keys.
		least := map[jose.SignatureAlgorithm]int{jose.HS256: 32, jose.HS384: 48, jose.HS512: 64}[alg]
		return least > 0 && len(key) >= least
	}
	return false
}

// RSAFits reports whether an RSA key is strong enough and yet costs no
// milliseconds to use.
func RSAFits(key *rsa.PublicKey) bool {
	bits := key.N.BitLen()
	return 2048 <= bits && bits <= 8192
}
