package openid

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/url"

	"github.com/fedhub/fedhub/federation"
)

// keep returns the tokens that the hub stores, if the key says so: the refresh
// token for refreshing profiles, and the id_token to compare with the next one
// and as a hint for the sign-out there.
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

// Refresh refreshes a user's profile (OpenID Connect Core §12). The provider
// may return a new refresh token, which replaces the old one (RFC 6749 §6). It
// need not return an id_token; then the userinfo is used.
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

// claimsAgain returns the claims of the new id_token, or those of the sign-in:
// the user's identity does not change.
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
	// Only the identifying claims: the profile must be current.
	claims := object{}
	for _, name := range []string{"iss", "sub", "sid", "auth_time", "acr", "amr", "tid", "oid"} {
		if old.Has(name) {
			claims[name] = old[name]
		}
	}
	return claims, nil
}

// refreshChecks are those of Core §12.2: a nonce is optional, and identifying
// claims must be unchanged.
var refreshChecks = []func(idToken) error{
	idToken.hash,
	idToken.subject,
	idToken.same,
	idToken.preset,
}

// same compares the token with the earlier one.
func (t idToken) same() error {
	if t.Loose("sub") != t.leg.Extra {
		return errors.New("it is about another subject than before")
	}
	for _, name := range t.lasting() {
		if t.before.Has(name) && t.Has(name) && string(t.before[name]) != string(t.object[name]) {
			return fmt.Errorf("its %s has changed", name)
		}
	}
	// An unusable time counts as missing, in both tokens.
	before, had, errBefore := t.before.Seconds("auth_time")
	if now, has, err := t.Seconds("auth_time"); had && has && err == nil && errBefore == nil && before != now {
		return errors.New("its auth_time has changed")
	}
	if t.Has("nonce") && t.Loose("nonce") != t.before.Loose("nonce") {
		return errors.New("its nonce is not that of the sign-in")
	}
	return nil
}

// lasting are the claims that identify the user, or us, and must not change.
// tid and oid do so at one provider; at others they have no meaning.
func (t idToken) lasting() []string {
	names := []string{"iss", "azp"}
	if t.manners.subject != "" {
		names = append(names, "tid", t.manners.subject)
	}
	return names
}

// unverified reads the claims of a token that was verified when it was
// received, and has been stored encrypted since.
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

// renew calls the token endpoint with the refresh token (RFC 6749 §6).
func (c *Connector) renew(ctx context.Context, doc Discovery, before federation.Tokens) (tokens, error) {
	proof, err := c.prove(ctx, doc)
	if err != nil {
		return tokens{}, err
	}
	return c.tokens(ctx, doc, proof, url.Values{"grant_type": {"refresh_token"}, "refresh_token": {before.Refresh}})
}
