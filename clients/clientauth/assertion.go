package clientauth

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/fedhub/fedhub/internal/jsonx"
	"github.com/fedhub/fedhub/internal/jwt"
	"github.com/fedhub/fedhub/internal/secrets"
	"github.com/fedhub/fedhub/internal/texts"
)

const (
	// Skew is the tolerance for a client's clock, in both directions.
	Skew = 60 * time.Second
	// maxLife is how far in the future an assertion may expire, and so how long
	// its jti must be remembered.
	maxLife = 10 * time.Minute
)

// Assertion authenticates by a JWT for one of the audiences. find returns the
// keys that may have signed it; the one that did is returned. If the assertion
// is wrong, the error is *AuthError.
func (v *Verifier) Assertion(ctx context.Context, cred Credentials, find func(*jwt.Token) (Keys, error), audiences []string) (jose.JSONWebKey, error) {
	if v.Replay == nil {
		return jose.JSONWebKey{}, errors.New("authenticate a client: there is no replay memory, so no assertion can be accepted")
	}
	policy := assertionPolicy(cred.Method)
	by, c, err := v.assertedBy(policy, cred, find, audiences)
	if err != nil {
		return jose.JSONWebKey{}, rejected(err)
	}
	err = v.UseOnce(ctx, cred.ID+"\x00"+c.ID, policy.Until(c))
	if errors.Is(err, fs.ErrExist) {
		err = rejected(jwt.Flaw("jwt.used"))
	}
	return by, err
}

func (v *Verifier) assertedBy(policy jwt.Policy, cred Credentials, find func(*jwt.Token) (Keys, error), audiences []string) (by jose.JSONWebKey, c jwt.Claims, err error) {
	token, err := policy.Parse(cred.Assertion)
	if err != nil {
		return by, c, err
	}
	if cred.ID == "" {
		return by, c, jwt.Flaw("jwt.iss.client")
	}
	c, err = policy.Claims(token, jwt.Want{Issuer: cred.ID, Audience: audiences, Now: v.Now()})
	if err == nil && c.Subject != cred.ID {
		err = jwt.Flaw("jwt.sub.foreign")
	}
	if err != nil {
		return by, c, err
	}
	candidates, err := find(token)
	if err != nil {
		return by, c, err
	}
	_, by, err = candidates.Verify(token)
	return by, c, err
}

// audiences are the audiences that a client's assertion may name. Our issuer
// always; also the token endpoint, as RFC 7523 §3 says and most libraries still
// do, unless the client is another hub or has a security profile (FAPI 2.0
// §5.3.2.1).
func (v *Verifier) audiences(r Registered, audience string, also []string) []string {
	if audience == "" {
		audience = v.Issuer
	}
	if r.Hub || r.HighSecurity {
		return []string{audience}
	}
	return slices.Concat([]string{audience}, v.TokenEndpoints, also)
}

// UseOnce remembers a value that may be used once, under a hash of its name; a
// repeated one is fs.ErrExist. It is the last check of a token, so that an
// invalid token cannot use up a jti. It remembers the value as long as the
// token would be accepted, tolerance included.
func (v *Verifier) UseOnce(ctx context.Context, name string, until time.Time) error {
	if err := v.Replay(ctx, secrets.HexHash(name), until); err != nil {
		return fmt.Errorf("remember that a token was used: %w", err)
	}
	return nil
}

// rejected tells the developer what is wrong with the assertion. It is the
// client's own, so this reveals nothing.
func rejected(err error) *AuthError {
	return &AuthError{Code: InvalidClient, Why: texts.New("oauth.assertion.refused", "cause", jwt.Reason(err)), cause: err}
}

// TokenPolicies are the rules for tokens that clients authenticate with, and
// those that they present as grants.
func TokenPolicies() []jwt.Policy {
	return []jwt.Policy{assertionPolicy(MethodKey), assertionPolicy(MethodSecretJWT), grantPolicy()}
}

// assertionPolicy is for client authentication (RFC 7523 §3, as tightened by
// rfc7523bis). typ is optional, because most clients set none. The algorithms
// are those of one method, never both kinds at once, because otherwise a public
// key could be used as a shared secret (RFC 8725 §3.1).
func assertionPolicy(method string) jwt.Policy {
	return jwt.Policy{
		Use: "client assertion", Algorithms: algsOf(method), Types: []string{"client-authentication+jwt", "JWT"}, Untyped: true,
		Audience: jwt.One, MaxSize: maxAssertion, By: "jwt.by.client", For: "jwt.for.issuer",
		Required: []string{"sub", "exp", "jti"}, Leeway: Skew, MaxLife: maxLife,
	}
}

// Verify returns the claims of a token that one of the keys signed, and that
// key.
func (k Keys) Verify(t *jwt.Token) (jsonx.Object, jose.JSONWebKey, error) {
	alg := jose.SignatureAlgorithm(t.Algorithm)
	fitting := k.fitting(t.KeyID, alg)
	switch {
	case len(fitting) == 0:
		return nil, jose.JSONWebKey{}, jwt.Flaw("jwt.keys.unfit")
	case t.KeyID == "" && len(fitting) > 1 && !slices.Contains(sharedAlgs(), alg):
		return nil, jose.JSONWebKey{}, jwt.Flaw("jwt.kid") // OIDC Core §10.1
	}
	for _, key := range fitting {
		payload, err := t.Verify(key.Key)
		if err != nil {
			continue
		}
		claims, err := jsonx.ParseObject(payload)
		if err != nil {
			return nil, jose.JSONWebKey{}, jwt.Flaw("jwt.payload.bad", "cause", err)
		}
		return claims, key, nil
	}
	return nil, jose.JSONWebKey{}, jwt.Flaw("jwt.signature")
}
