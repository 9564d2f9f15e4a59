package jwt_test

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"math/big"
	"slices"
	"strings"
	"testing"

	"github.com/fedhub/fedhub/internal/jsonx"
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

const p256 = `"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"`

func TestOfAPublishedKeyOnlyWhatIsUsedIsRead(t *testing.T) {
	for members, want := range map[string]bool{
		p256:                                true,
		p256 + `,"use":"sig","alg":"ES256"`: true,
		p256 + `,"use":null,"alg":null`:     true,
		p256 + `,"x5c":["AA"],"x5t":"AA"`:   true,
		p256 + `,"x5c":7,"x5u":{},"x5t":[]`: true,
		p256 + `,"key_ops":7,"iat":"x"`:     true,
		p256 + `,"kid":7`:                   true,
		p256 + `,"use":7`:                   false,
		p256 + `,"alg":["ES256"]`:           false,
		p256 + `,"KID":"a","kid":"b"`:       false,
		p256 + `,"d":"AA"`:                  false,
		p256 + `,"d":null`:                  false,
		`"kty":"oct","k":"AA"`:              false,
		`"kty":["EC"]`:                      false,
		`"kty":"EC","crv":"P-256","x":"AA"`: false,
		``:                                  false,
	} {
		jwk, err := jsonx.ParseObject([]byte("{" + members + "}"))
		if err != nil {
			t.Fatal(err)
		}
		key, ok := jwt.PublicKey(jwk)
		if ok != want || ok && (len(key.Certificates) > 0 || len(key.CertificateThumbprintSHA1) > 0) {
			t.Errorf("%s: got %v", members, ok)
		}
	}
}

// FuzzPublicKey: members of a JWK that the hub does not use do not change the
// key.
func FuzzPublicKey(f *testing.F) {
	f.Add("x5c", []byte(`["AA"]`))
	f.Add("kid", []byte(`"1"`))
	f.Add("d", []byte(`"AA"`))
	f.Fuzz(func(t *testing.T, name string, value []byte) {
		jwk, err := jsonx.ParseObject([]byte("{" + p256 + "}"))
		if err != nil || !jsonx.IsValid(value) {
			return
		}
		used := slices.ContainsFunc([]string{"kty", "crv", "x", "y", "n", "e", "use", "alg", "kid"}, func(u string) bool { return strings.EqualFold(u, name) })
		jwk[name] = value
		if key, ok := jwt.PublicKey(jwk); !ok && !used && !jwt.IsPrivate(jwk) || ok && (!key.IsPublic() || jwt.IsPrivate(jwk)) {
			t.Errorf("%q: %s: got %v", name, value, ok)
		}
	})
}
