package jwt

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"encoding/json"
	"slices"

	"github.com/fedhub/fedhub/internal/jsonx"
	"github.com/go-jose/go-jose/v4"
)

// private are the members of private and shared keys.
var private = []string{"d", "p", "q", "dp", "dq", "qi", "oth", "k", "priv"}

// IsPrivate reports whether a JWK contains a private or shared key.
func IsPrivate(jwk jsonx.Object) bool { return slices.ContainsFunc(private, jwk.Has) }

// PublicKey reads one key of a JWK Set (RFC 7517 §5) and ignores members that
// it does not use: the library would refuse a valid key because of a wrong
// certificate beside it (x5c, x5t, x5u). Members of the key are read strictly,
// and use and alg must be texts or missing. A kid that is not a text counts as
// missing. ok is false for an unusable key, which readers of a set skip.
func PublicKey(jwk jsonx.Object) (key jose.JSONWebKey, ok bool) {
	if IsPrivate(jwk) || jwk.Ambiguous(keyMembers...) {
		return jose.JSONWebKey{}, false
	}
	used := jsonx.Object{}
	for _, name := range keyMembers {
		if !jwk.Says(name) {
			continue
		}
		if _, isText := jsonx.Text(jwk[name]); isText {
			used[name] = jwk[name]
		} else if name != "kid" {
			return jose.JSONWebKey{}, false
		}
	}
	text, err := json.Marshal(used)
	if err != nil || key.UnmarshalJSON(text) != nil || !key.Valid() || !key.IsPublic() {
		return jose.JSONWebKey{}, false
	}
	return key, true
}

// keyMembers are the members that PublicKey uses (RFC 7517 §4, RFC 7518 §6, RFC
// 8037 §2).
var keyMembers = []string{"kty", "crv", "x", "y", "n", "e", "use", "alg", "kid"}

// Named reports whether a key may be the one that a token names. A key without
// a kid may be meant if it is the only one of its set; the signature decides.
func Named(key jose.JSONWebKey, kid string, only bool) bool {
	return kid == "" || key.KeyID == kid || only && key.KeyID == ""
}

// Fits reports whether a key, public or shared, has the kind and size that an
// algorithm needs (RFC 7518 §3.2 to §3.4, RFC 8037 §3.1).
func Fits(key any, alg jose.SignatureAlgorithm) bool {
	switch key := key.(type) {
	case *ecdsa.PublicKey:
		return alg == jose.ES256 && key.Curve == elliptic.P256() || alg == jose.ES384 && key.Curve == elliptic.P384()
	case *rsa.PublicKey:
		return (alg == jose.RS256 || alg == jose.PS256) && RSAFits(key)
	case ed25519.PublicKey:
		return alg == jose.EdDSA
	case []byte:
		// At least as long as the hash. Published sets never contain such keys.
		least := map[jose.SignatureAlgorithm]int{jose.HS256: 32, jose.HS384: 48, jose.HS512: 64}[alg]
		return least > 0 && len(key) >= least
	}
	return false
}

// RSAFits reports whether an RSA key is strong enough, and not so large that
// its use takes milliseconds.
func RSAFits(key *rsa.PublicKey) bool {
	bits := key.N.BitLen()
	return 2048 <= bits && bits <= 8192
}
