package clientauth

import (
	"context"
	"errors"
	"io/fs"
	"slices"

	"github.com/fedhub/fedhub/internal/jwt"
	"github.com/fedhub/fedhub/internal/texts"
)

// A TrustedIssuer is an issuer whose assertions about users are accepted (RFC
// 7523 §2.1).
type TrustedIssuer struct {
	Issuer   string
	JWKSURI  string
	LoginKey string // it may only assert users who sign in here by this provider
}

// An AssertionGrant is the content of a verified JWT bearer assertion.
type AssertionGrant struct {
	Issuer  string
	Subject string
	ID      string // its jti, used once
	By      TrustedIssuer
}

// Own reports whether the client asserts itself.
func (g AssertionGrant) Own(clientID string) bool {
	return g.Issuer == clientID && g.Subject == clientID
}

// Grant verifies an assertion that a client presents as a grant (RFC 7523 §3),
// signed by a trusted issuer or, about itself only, by the client. It can be
// used once. If it is invalid, the error is *GrantError; any other error is
// ours.
func (v *Verifier) Grant(ctx context.Context, client Registered, raw string, trusted []TrustedIssuer) (AssertionGrant, error) {
	if v.Replay == nil {
		return AssertionGrant{}, errors.New("check an assertion: there is no replay memory, so no assertion can be accepted")
	}
	g, claims, err := v.grantBy(ctx, client, raw, trusted)
	if err != nil {
		return AssertionGrant{}, refusedGrant(err)
	}
	err = v.UseOnce(ctx, "grant "+g.Issuer+"\x00"+claims.ID, grantPolicy().Until(claims))
	if errors.Is(err, fs.ErrExist) {
		err = refusedGrant(jwt.Flaw("jwt.used"))
	}
	if err != nil {
		return AssertionGrant{}, err
	}
	return g, nil
}

func (v *Verifier) grantBy(ctx context.Context, client Registered, raw string, trusted []TrustedIssuer) (g AssertionGrant, claims jwt.Claims, err error) {
	token, err := grantPolicy().Parse(raw)
	if err != nil {
		return g, claims, err
	}
	named, err := token.Unverified()
	if g.Issuer = named.Loose("iss"); err != nil || g.Issuer == "" {
		return g, claims, jwt.Flaw("jwt.iss.missing")
	}
	signer, err := signerOf(client, &g, trusted)
	if err != nil {
		return g, claims, err
	}
	claims, err = grantPolicy().Check(named, jwt.Want{Issuer: g.Issuer, Audience: v.audiences(client, "", nil), Now: v.Now()})
	if err == nil && g.Issuer == client.ID && claims.Subject != client.ID {
		err = jwt.Flaw("jwt.itself")
	}
	if err != nil {
		return g, claims, err
	}
	_, err = v.Keys.Verify(ctx, signer, token)
	g.Subject, g.ID = claims.Subject, claims.ID
	return g, claims, err
}

// signerOf returns the publisher of the keys that verify the assertion.
func signerOf(client Registered, g *AssertionGrant, trusted []TrustedIssuer) (Publisher, error) {
	if g.Issuer == client.ID {
		if client.JWKS == "" && client.JWKSURI == "" {
			return Publisher{}, jwt.Flaw("jwt.keys.unpublished")
		}
		return client.Publisher, nil
	}
	i := slices.IndexFunc(trusted, func(t TrustedIssuer) bool { return t.Issuer == g.Issuer })
	if i < 0 {
		return Publisher{}, jwt.Flaw("jwt.iss.nobody")
	}
	g.By = trusted[i]
	// Its id in the key cache; no client has such an id.
	return Publisher{ID: "assertions " + g.By.JWKSURI, JWKSURI: g.By.JWKSURI}, nil
}

// grantPolicy is for an assertion used as a grant (RFC 7523 §2.1). A client
// authentication assertion is refused.
func grantPolicy() jwt.Policy {
	p := assertionPolicy(MethodKey)
	p.Use, p.Types, p.By = "assertion grant", []string{"authorization-grant+jwt", "JWT"}, "jwt.by.signer"
	p.For = "jwt.for.either"
	return p
}

// A GrantError says what is wrong with an assertion.
type GrantError struct {
	Why   texts.Text
	cause error
}

func (e *GrantError) Error() string { return e.Why.String() }

// Unwrap returns the private cause.
func (e *GrantError) Unwrap() error { return e.cause }

func refusedGrant(err error) error {
	if !jwt.IsFlaw(err) && !errors.Is(err, jwt.ErrSignature) {
		return err
	}
	return &GrantError{Why: texts.New("oauth.grant.refused", "cause", jwt.Reason(err)), cause: err}
}
