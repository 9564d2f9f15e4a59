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

// private are the members that no published key has.
var private = []string{"d", "p", "q", "dp", "dq", "qi", "oth", "k", "priv"}

// IsPrivate reports whether a JWK gives away what signs.
func IsPrivate(jwk jsonx.Object) bool { return slices.ContainsFunc(private, jwk.Has) }

// PublicKey reads one key of a JWK Set (RFC 7517 §5), of which it takes what it
// uses and nothing else: a certificate beside the key (x5c, x5t, x5u) that
// belongs to another one would make the library refuse a key that is right. What
// the key is, is held to the letter, and so is what it is for: use and alg are
// texts, or not there. A kid that is no text names nothing. ok is false for a key
// that cannot be used, which the reader of a set skips.
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

// keyMembers are those that PublicKey uses (RFC 7517 §4, RFC 7518 §6, RFC 8037 §2).
var keyMembers = []string{"kty", "crv", "x", "y", "n", "e", "use", "alg", "kid"}

// Named reports whether a key may be the one that a token names. One that has no
// name may be meant where it is the only one of its set: there is no other to
// take it for, and the signature decides.
func Named(key jose.JSONWebKey, kid string, only bool) bool {
	return kid == "" || key.KeyID == kid || only && key.KeyID == ""
}

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
