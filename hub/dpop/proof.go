package dpop

import (
	"crypto"
	"encoding/base64"
	"slices"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/fedhub/fedhub/internal/jsonx"
	"github.com/fedhub/fedhub/internal/jwt"
	"github.com/fedhub/fedhub/internal/secrets"
)

const (
	// window bounds the age of a proof, and the difference of its clock.
	window   = 60 * time.Second
	maxProof = 8 << 10 // bytes
)

// algorithms are the allowed signature algorithms: no shared keys (RFC 9449
// §4.3 rule 5).
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

// Policy is the rule for a proof (RFC 9449 §4.2). It has no audience: htu and
// htm name the request.
func Policy() jwt.Policy {
	return jwt.Policy{
		Use: "DPoP proof", Algorithms: algorithms(), Types: []string{"dpop+jwt"}, EmbeddedKey: true,
		Audience: jwt.Elsewhere, MaxSize: maxProof, Required: []string{"jti", "iat", "htm", "htu"}, Ignored: []string{"iss", "sub"},
		Leeway: window, Fresh: window,
	}
}

// A proof is a DPoP proof with a valid signature.
type proof struct {
	jwt.Claims
	thumbprint        string // of its key (RFC 7638)
	alg               string
	method, address   string
	accessHash, nonce string
}

// issued is when the proof was made.
func (p proof) issued() time.Time { return time.UnixMilli(int64(*p.Made * 1000)) }

// parse checks a proof by the rules 2 to 7 and 11 of RFC 9449 §4.3. Its errors
// complete a sentence.
func parse(raw string, now time.Time) (proof, error) {
	token, err := Policy().Parse(raw)
	if err != nil {
		return proof{}, err
	}
	key := token.Key
	if key == nil || !key.Valid() || !key.IsPublic() || !jwt.Fits(key.Key, jose.SignatureAlgorithm(token.Algorithm)) {
		return proof{}, jwt.Flaw("jwt.jwk.unfit")
	}
	payload, err := token.Verify(key.Key)
	if err != nil {
		return proof{}, jwt.Flaw("jwt.signature")
	}
	members, err := jsonx.ParseObject(payload)
	if err != nil {
		return proof{}, jwt.Flaw("jwt.payload")
	}
	p := proof{alg: token.Algorithm}
	if p.Claims, err = Policy().Check(members, jwt.Want{Now: now}); err != nil {
		return proof{}, err
	}
	err = members.Read(map[string]any{"htm": &p.method, "htu": &p.address, "ath": &p.accessHash, "nonce": &p.nonce})
	if err != nil {
		return proof{}, jwt.Flaw("jwt.member", "cause", err)
	}
	sum, err := key.Thumbprint(crypto.SHA256)
	p.thumbprint = base64.RawURLEncoding.EncodeToString(sum)
	return p, err
}

// fits compares the proof with its request, by the rules 8, 9 and 12 of RFC
// 9449 §4.3.
func (p proof) fits(want Want) error {
	switch {
	case len(want.Algs) > 0 && !slices.Contains(want.Algs, p.alg):
		return jwt.Flaw("jwt.alg.one", "algs", want.Algs)
	case p.method != want.Method:
		return jwt.Flaw("jwt.htm")
	case !slices.ContainsFunc(want.URLs, func(u string) bool { return sameAddress(p.address, u) }):
		return jwt.Flaw("jwt.htu")
	case want.Token == "": // not required, so not checked
		return nil
	case !secrets.Same(p.accessHash, secrets.Hash(want.Token)): // the ath claim of §4.2
		return jwt.Flaw("jwt.ath")
	}
	return nil
}
