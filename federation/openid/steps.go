package openid

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/federation/mapping"
)

// The steps of a sign-in, each reported with its facts. The facts are stored
// for administrators, so they contain no code, state, nonce, verifier or token,
// and only the claims that decisions depend on.

func (c *Connector) stepDiscovery(ctx context.Context) (doc Discovery, err error) {
	err = federation.Observe(ctx, "discovery", c.env.Now, func(fact func(name, value string)) (err error) {
		if doc, err = c.reach(ctx); err != nil {
			return err
		}
		tell := telling(fact)
		tell("issuer", doc.Issuer)
		tell("authorization endpoint", doc.AuthorizationEndpoint)
		tell("token endpoint", doc.TokenEndpoint)
		tell("userinfo endpoint", doc.UserinfoEndpoint)
		tell("key set", doc.JWKSURI)
		tell("signature algorithms", strings.Join(doc.SigningAlgs, " "))
		tell("client authentication", strings.Join(doc.AuthMethods, " "))
		tell("answers name the issuer", strconv.FormatBool(doc.SendsIssuer))
		return nil
	})
	return doc, err
}

func (c *Connector) stepAuthorize(ctx context.Context, doc Discovery, leg *federation.AuthState, hints federation.AuthRequestOptions) (redirect string, err error) {
	err = federation.Observe(ctx, "authorize", c.env.Now, func(fact func(name, value string)) (err error) {
		if redirect, err = c.authorize(doc, leg, hints); err != nil {
			return err
		}
		tell := telling(fact)
		tell("client id", c.dialect.ClientID)
		tell("redirect uri", leg.Redirect)
		tell("scopes", strings.Join(c.scopes(doc), " "))
		tell("prompt", hints.Prompt)
		tell("max_age", hints.MaxAge)
		tell("acr_values", hints.ACRValues)
		return nil
	})
	return redirect, err
}

// stepAnswer reads the discovery document again, because the answer is checked
// against the current one.
func (c *Connector) stepAnswer(ctx context.Context, leg federation.AuthState, query url.Values) (doc Discovery, a answer, err error) {
	err = federation.Observe(ctx, "answer", c.env.Now, func(fact func(name, value string)) (err error) {
		if a, err = c.readAnswer(leg, query); err != nil {
			return err
		}
		tell := telling(fact)
		tell("issuer", a.issuer)
		tell("error", a.err)
		tell("error description", a.description)
		if doc, err = c.Discover(ctx); err != nil {
			return err
		}
		return c.checkAnswer(doc, leg, a)
	})
	return doc, a, err
}

func (c *Connector) stepToken(ctx context.Context, doc Discovery, ask func() (tokens, error)) (got tokens, err error) {
	err = federation.Observe(ctx, "token", c.env.Now, func(fact func(name, value string)) (err error) {
		fact("endpoint", doc.TokenEndpoint)
		if got, err = ask(); err != nil {
			return err
		}
		fact("refresh token", strconv.FormatBool(got.Refresh != ""))
		return nil
	})
	return got, err
}

func (c *Connector) stepIDToken(ctx context.Context, raw string, verify func() (object, error)) (claims object, err error) {
	err = federation.Observe(ctx, "id_token", c.env.Now, func(fact func(name, value string)) (err error) {
		tell := telling(fact)
		if header, err := idTokenPolicy().Header(raw); err == nil {
			tell("algorithm", header.Algorithm)
			tell("key id", header.KeyID)
		}
		if claims, err = verify(); err != nil {
			return err
		}
		tell("issuer", claims.Loose("iss"))
		tell("lifetime", lifetime(claims))
		tell("claims", names(claims))
		return nil
	})
	return claims, err
}

// stepUserinfo requests what the id_token lacks. If that is only a name, a
// failing userinfo endpoint only costs the name. In a refresh without an
// id_token it is the only source, so it must succeed.
func (c *Connector) stepUserinfo(ctx context.Context, doc Discovery, claims object, got tokens) (profile object, err error) {
	wanted := c.wants(doc, claims)
	if doc.UserinfoEndpoint == "" || wanted == nothing {
		return nil, nil
	}
	err = federation.Observe(ctx, "userinfo", c.env.Now, func(fact func(name, value string)) (err error) {
		fact("endpoint", doc.UserinfoEndpoint)
		tell := telling(fact)
		profile, err = c.profile(ctx, doc, claims, got)
		if err == nil {
			tell("claims", names(profile))
			return nil
		}
		left := errors.Is(ctx.Err(), context.Canceled)
		if wanted == decision || got.ID == "" || left || errors.Is(err, errNotTheirs) {
			return err
		}
		tell("left out", err.Error())
		return nil
	})
	return profile, err
}

func (c *Connector) stepClaims(ctx context.Context, doc Discovery, got tokens, claims, profile, handed object) (id federation.Identity, err error) {
	err = federation.Observe(ctx, "claims", c.env.Now, func(fact func(name, value string)) (err error) {
		id = c.identity(doc, claims, profile, handed)
		id.Tokens = c.keep(got, claims)
		tell := telling(fact)
		tell("email", id.Email)
		tell("email verified", strconv.FormatBool(id.EmailVerified))
		tell("name", id.Name)
		roles := c.roles(claims, profile)
		theirs := roles.Theirs
		tell("roles there", strings.Join(mapping.Texts(theirs), ", "))
		cut := slices.DeleteFunc(theirs, func(n mapping.Name) bool { return !n.Cut })
		tell("of them cut out of a text", strings.Join(mapping.Texts(cut), ", "))
		tell("roles here", strings.Join(id.Roles, ", "))
		if id.RolesUnknown {
			tell("roles elsewhere", strings.Join(roles.Elsewhere, ", "))
		}
		tell("acr", claims.Loose("acr"))
		tell("amr", strings.Join(words(claims, "amr"), " "))
		return nil
	})
	return id, err
}

// maxFact bounds external text in a fact, in bytes.
const maxFact = 300

// telling cleans a provider's text and drops empty facts.
func telling(fact func(name, value string)) func(name, value string) {
	return func(name, value string) {
		if value = federation.CleanText(value, maxFact); value != "" {
			fact(name, value)
		}
	}
}

// names lists the names of an object's members, sorted.
func names(o object) string { return strings.Join(slices.Sorted(maps.Keys(o)), ", ") }

func lifetime(claims object) string {
	from, _, _ := claims.Seconds("iat")
	to, _, _ := claims.Seconds("exp")
	return fmt.Sprint(time.Duration(to-from) * time.Second)
}
