package openid

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/url"

	"github.com/fedhub/fedhub/federation"
)

// keep is what the hub keeps of the tokens, which is nothing unless the key
// says so: the refresh token to look again, the id_token to hold the next one
// against and as the hint for signing out there.
func (c *Connector) keep(got tokens, claims object) federation.Tokens {
	kept := federation.Tokens{Subject: claims.Loose("sub")}
	if c.key.KeepTokens {
		kept.Refresh = got.Refresh
	}
	if c.key.KeepTokens || c.key.SignOutThere {
		kept.ID = got.ID
	}
	return kept
}

// Refresh looks at a person again (OpenID Connect Core §12). The provider may
// answer with a new refresh token, which replaces the one before (RFC 6749
// §6), and need not answer with an id_token: then the userinfo tells.
func (c *Connector) Refresh(ctx context.Context, before federation.Tokens) (federation.Identity, error) {
	if before.Refresh == "" || before.Subject == "" {
		return federation.Identity{}, errors.New("refresh: there is no refresh token")
	}
	ctx, cancel := context.WithTimeout(ctx, c.env.Patience)
	defer cancel()
	doc, err := c.Discover(ctx)
	if err != nil {
		return federation.Identity{}, err
	}
	got, err := c.stepToken(ctx, doc, func() (tokens, error) { return c.renew(ctx, doc, before) })
	if err != nil {
		return federation.Identity{}, err
	}
	claims, err := c.claimsAgain(ctx, doc, got, before)
	if err != nil {
		return federation.Identity{}, err
	}
	profile, err := c.stepUserinfo(ctx, doc, claims, got)
	if err != nil {
		return federation.Identity{}, err
	}
	got.ID = cmp.Or(got.ID, before.ID)
	got.Refresh = cmp.Or(got.Refresh, before.Refresh)
	return c.stepClaims(ctx, doc, got, claims, profile, nil)
}

// claimsAgain are those of the new id_token, or else the ones that the person
// was signed in with: who they are does not change.
func (c *Connector) claimsAgain(ctx context.Context, doc Discovery, got tokens, before federation.Tokens) (object, error) {
	old := unverified(before.ID)
	if got.ID != "" {
		return c.stepIDToken(ctx, got.ID, func() (object, error) {
			if old == nil {
				old = object{}
			}
			return c.verified(ctx, doc, got, idToken{before: old, leg: federation.AuthState{Extra: before.Subject}}, refreshChecks)
		})
	}
	if old.Loose("sub") != before.Subject || doc.UserinfoEndpoint == "" {
		return nil, c.faultf(federation.Misconfigured, "it answered a refresh with neither an id_token nor a userinfo endpoint to ask")
	}
	// Only what identifies: the description must be of today.
	claims := object{}
	for _, name := range []string{"iss", "sub", "sid", "auth_time", "acr", "amr", "tid", "oid"} {
		if old.Has(name) {
			claims[name] = old[name]
		}
	}
	return claims, nil
}

// refreshChecks are those of Core §12.2: a nonce need not be there, and
// whatever names the person must be as it was.
var refreshChecks = []func(idToken) error{
	idToken.hash,
	idToken.subject,
	idToken.same,
	idToken.preset,
}

// same holds the token against the one before.
func (t idToken) same() error {
	if t.Loose("sub") != t.leg.Extra {
		return errors.New("it is about another subject than before")
	}
	for _, name := range t.lasting() {
		if t.before.Has(name) && t.Has(name) && string(t.before[name]) != string(t.object[name]) {
			return fmt.Errorf("its %s has changed", name)
		}
	}
	// A time that is none says nothing, in the one or in the other.
	before, had, errBefore := t.before.Seconds("auth_time")
	if now, has, err := t.Seconds("auth_time"); had && has && err == nil && errBefore == nil && before != now {
		return errors.New("its auth_time has changed")
	}
	if t.Has("nonce") && t.Loose("nonce") != t.before.Loose("nonce") {
		return errors.New("its nonce is not that of the sign-in")
	}
	return nil
}

// lasting are the claims that name the person, or us, and stay. tid and oid do
// so at one provider; at others they may be anything.
func (t idToken) lasting() []string {
	names := []string{"iss", "azp"}
	if t.manners.subject != "" {
		names = append(names, "tid", t.manners.subject)
	}
	return names
}

// unverified reads the claims of a token that was verified when it came, and
// has been kept sealed since.
func unverified(raw string) object {
	token, err := idTokenPolicy().Parse(raw)
	if err != nil {
		return nil
	}
	claims, err := parseObject(token.Payload())
	if err != nil {
		return nil
	}
	return claims
}

// renew asks the token endpoint (RFC 6749 §6).
func (c *Connector) renew(ctx context.Context, doc Discovery, before federation.Tokens) (tokens, error) {
	proof, err := c.prove(ctx, doc)
	if err != nil {
		return tokens{}, err
	}
	return c.tokens(ctx, doc, proof, url.Values{"grant_type": {"refresh_token"}, "refresh_token": {before.Refresh}})
}
