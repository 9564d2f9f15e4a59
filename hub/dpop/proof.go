package dpop

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"encoding/base64"
	"errors"
	"math"
	"slices"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/fedhub/fedhub/internal/jsonx"
	"github.com/fedhub/fedhub/internal/jwt"
	"github.com/fedhub/fedhub/internal/secrets"
)

const (
	// window is how old a proof may be, and how far ahead its clock.
	window   = 60 * time.Second
	maxProof = 8 << 10 // bytes
	maxJTI   = 512     // bytes
)

// algorithms are those a proof may be signed with: none that shares a key
// (RFC 9449 §4.3 rule 5).
func algorithms() []jose.SignatureAlgorithm {
	return []jose.SignatureAlgorithm{jose.ES256, jose.ES384, jose.PS256, jose.RS256, jose.EdDSA}
}

// Algs returns the names of those algorithms, for metadata and challenges.
func Algs() []string {
	var names []string
	for _, alg := range algorithms() {
		names = append(names, string(alg))
	}
	return names
}

// Policy is what a proof must be (RFC 9449 §4.2). It names no audience: htu
// and htm are the request that it was made for.
func Policy() jwt.Policy {
	return jwt.Policy{
		Use: "DPoP proof", Algorithms: algorithms(), Types: []string{"dpop+jwt"}, EmbeddedKey: true,
		Audience: jwt.Elsewhere, MaxSize: maxProof, Required: []string{"jti", "iat", "htm", "htu"}, Leeway: window,
	}
}

// A proof is a DPoP proof whose signature is right.
type proof struct {
	thumbprint       string // of its key (RFC 7638)
	method, address  string
	jti, hash, nonce string
	issued           time.Time
	ends, begins     *float64
}

// parse checks what a proof says of itself, by the rules 2 to 7 of RFC 9449
// §4.3. Errors end a sentence.
func parse(raw string) (proof, error) {
	token, err := Policy().Parse(raw)
	if err != nil {
		return proof{}, err
	}
	key := token.Key
	if key == nil || !key.Valid() || !key.IsPublic() || !signs(key.Key, jose.SignatureAlgorithm(token.Algorithm)) {
		return proof{}, errors.New("its jwk is not a public key that fits its alg")
	}
	payload, err := token.Verify(key.Key)
	if err != nil {
		return proof{}, errors.New("its signature is wrong")
	}
	p, err := parseClaims(payload)
	if err != nil {
		return proof{}, err
	}
	sum, err := key.Thumbprint(crypto.SHA256)
	p.thumbprint = base64.RawURLEncoding.EncodeToString(sum)
	return p, err
}

// signs reports whether a key is of the kind and size an algorithm needs.
func signs(key any, alg jose.SignatureAlgorithm) bool {
	switch public := key.(type) {
	case *ecdsa.PublicKey:
		return alg == jose.ES256 && public.Curve == elliptic.P256() || alg == jose.ES384 && public.Curve == elliptic.P384()
	case *rsa.PublicKey:
		bits := public.N.BitLen()
		return (alg == jose.RS256 || alg == jose.PS256) && 2048 <= bits && bits <= 8192
	case ed25519.PublicKey:
		return alg == jose.EdDSA
	}
	return false
}

// parseClaims reads names exactly as they are spelled, and types exactly as
// they must be.
func parseClaims(payload []byte) (proof, error) {
	raw, err := jsonx.ParseObject(payload)
	if err != nil {
		return proof{}, errors.New("its payload is not a JSON object")
	}
	var p proof
	var issued *float64
	for name, into := range map[string]any{
		"htm": &p.method, "htu": &p.address, "jti": &p.jti, "ath": &p.hash, "nonce": &p.nonce,
		"iat": &issued, "exp": &p.ends, "nbf": &p.begins,
	} {
		if value, found := raw[name]; found && jsonx.Unmarshal(value, into) != nil {
			return proof{}, errors.New("its " + name + " has the wrong type")
		}
	}
	switch {
	case p.jti == "" || len(p.jti) > maxJTI:
		return proof{}, errors.New("it has no jti, or one that is too long")
	case issued == nil || math.Abs(*issued) > 1<<40:
		return proof{}, errors.New("it has no iat that is a time")
	}
	p.issued = time.UnixMilli(int64(*issued * 1000))
	return p, nil
}

// fits holds the proof against the request it came with, by the rules 8 to 12
// of RFC 9449 §4.3.
func (p proof) fits(want Want, now time.Time) error {
	seconds, drift := float64(now.UnixMilli())/1000, window.Seconds()
	switch {
	case p.method != want.Method:
		return errors.New("its htm is not the method of the request")
	case !slices.ContainsFunc(want.URLs, func(u string) bool { return sameAddress(p.address, u) }):
		return errors.New("its htu is not the address of the request")
	case p.issued.Before(now.Add(-window)):
		return errors.New("its iat is too long ago")
	case p.issued.After(now.Add(window)):
		return errors.New("its iat is in the future")
	case p.ends != nil && *p.ends <= seconds-drift:
		return errors.New("it has expired")
	case p.begins != nil && *p.begins > seconds+drift:
		return errors.New("its nbf is in the future")
	case want.Token == "" && p.hash != "":
		return nil // not asked for, so not looked at
	case want.Token != "" && !secrets.Same(p.hash, hashOf(want.Token)):
		return errors.New("its ath is not the hash of the access token")
	}
	return nil
}
