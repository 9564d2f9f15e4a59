package jwt_test

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"math/big"
	"testing"

	"github.com/fedhub/fedhub/internal/jwt"
	"github.com/go-jose/go-jose/v4"
)

func TestAKeyHasTheSizeThatItsAlgorithmNeeds(t *testing.T) { // RFC 7518 §3.3, §3.4, RFC 9449 §4.3
	rsaOf := func(bits int) *rsa.PublicKey {
		return &rsa.PublicKey{N: new(big.Int).Lsh(big.NewInt(1), uint(bits-1)), E: 65537}
	}
	p256, p384 := &ecdsa.PublicKey{Curve: elliptic.P256()}, &ecdsa.PublicKey{Curve: elliptic.P384()}
	for _, row := range []struct {
		name string
		key  any
		alg  jose.SignatureAlgorithm
		fits bool
	}{
		{"RSA of 2048 bits", rsaOf(2048), jose.RS256, true},
		{"RSA of 8192 bits", rsaOf(8192), jose.PS256, true},
		{"RSA of 2047 bits", rsaOf(2047), jose.RS256, false},
		{"RSA of 1024 bits", rsaOf(1024), jose.PS256, false},
		{"RSA of 8193 bits", rsaOf(8193), jose.RS256, false},
		{"RSA for an elliptic curve", rsaOf(2048), jose.ES256, false},
		{"P-256", p256, jose.ES256, true},
		{"P-384", p384, jose.ES384, true},
		{"P-384 for ES256", p384, jose.ES256, false},
		{"P-256 for ES384", p256, jose.ES384, false},
		{"P-256 for RSA", p256, jose.RS256, false},
		{"Ed25519", ed25519.PublicKey(make([]byte, 32)), jose.EdDSA, true},
		{"Ed25519 for ES256", ed25519.PublicKey(make([]byte, 32)), jose.ES256, false},
		{"a shared key", []byte("secret"), jose.HS256, false},
		{"a shared key as long as the hash", make([]byte, 48), jose.HS384, true},
		{"a shared key shorter than the hash", make([]byte, 48), jose.HS512, false},
	} {
		if got := jwt.Fits(row.key, row.alg); got != row.fits {
			t.Errorf("%s: got %v, want %v", row.name, got, row.fits)
		}
	}
}
