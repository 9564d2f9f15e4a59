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
	// Skew is how far a client's clock may be off, either way.
	Skew = 60 * time.Second
	// maxLife is how far ahead an assertion may expire, and so how long its
	// jti must be remembered.
	maxLife = 10 * time.Minute
)

// Assertion authenticates by a JWT, which may name any of the audiences. find
// finds the keys that may have signed it; the one that did is returned. The
// error is *AuthError if the assertion is at fault.
func (v *Verifier) Assertion(ctx context.Context, cred Credentials, find func(*jwt.Token) (Keys, error), audiences []string) (jose.JSONWebKey, error) {
	if v.Replay == nil {
		return jose.JSONWebKey{}, errors.New("authenticate client: no replay memory, so no assertion can be accepted")
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

// audiences is whom a client's assertion may name. Our issuer always; the token
// endpoint too, as RFC 7523 §3 had it and most libraries still do, unless the
// client is another hub or asked for high security (FAPI 2.0 §5.3.2.1).
func (v *Verifier) audiences(r Registered, audience string, also []string) []string {
	if audience == "" {
		audience = v.Issuer
	}
	if r.Hub || r.HighSecurity {
		return []string{audience}
	}
	return slices.Concat([]string{audience}, v.TokenEndpoints, also)
}

// UseOnce remembers what may come once, under a hash of its name; what came
// before is fs.ErrExist. It is the last check of a token, so nobody can use up
// a jti with one that is not valid otherwise. The memory reaches as far as the
// token would be accepted, tolerance included.
func (v *Verifier) UseOnce(ctx context.Context, name string, until time.Time) error {
	if err := v.Replay(ctx, secrets.HexHash(name), until); err != nil {
		return fmt.Errorf("remember that a token was used: %w", err)
	}
	return nil
}

// rejected tells the developer what is wrong with the assertion: it is the
// client's own, so nothing is given away.
func rejected(err error) *AuthError {
	return &AuthError{Code: InvalidClient, Why: texts.New("oauth.assertion.refused", "cause", jwt.Reason(err)), cause: err}
}

// TokenPolicies are what the tokens must be that clients prove themselves with,
// and those that they hand in as grants.
func TokenPolicies() []jwt.Policy {
	return []jwt.Policy{assertionPolicy(MethodKey), assertionPolicy(MethodSecretJWT), grantPolicy()}
}

// assertionPolicy is for what a client proves itself with (RFC 7523 §3, as
// tightened by rfc7523bis). typ is optional, because most clients set none.
// The algorithms are those of one method, never both kinds at once, or a
// public key could pass as a shared one (RFC 8725 §3.1).
func assertionPolicy(method string) jwt.Policy {
	return jwt.Policy{
		Use: "client assertion", Algorithms: algsOf(method), Types: []string{"client-authentication+jwt", "JWT"}, Untyped: true,
		Audience: jwt.One, MaxSize: maxAssertion, By: "jwt.by.client", For: "jwt.for.issuer",
		Required: []string{"sub", "exp", "jti"}, Leeway: Skew, MaxLife: maxLife,
	}
}

// Verify returns the claims of a token that one of the keys signed, and which.
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
