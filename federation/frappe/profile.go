package frappe

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/fedhub/fedhub/federation"
	reading "github.com/fedhub/fedhub/federation/internal/claims"
	"github.com/fedhub/fedhub/federation/internal/oauth2client"
	"github.com/fedhub/fedhub/federation/mapping"
	"github.com/fedhub/fedhub/internal/jsonx"
	"github.com/fedhub/fedhub/internal/texts"
)

// automatic are roles that a site gives automatically to all users of a kind,
// and that of its root account. They say nothing about a user, so no rule maps
// them.
var automatic = []string{"All", "Guest", "Desk User", "Administrator"}

// identify finds the user of the tokens: from the id_token first, if there is
// one, then from the profile, which must be about the same user.
func (c *Connector) identify(ctx context.Context, got oauth2client.Tokens, verify func() (claims, error)) (federation.Identity, error) {
	var signed claims
	if got.ID != "" {
		err := c.Step(ctx, "id_token", func(fact func(name, value string)) (err error) {
			if signed, err = verify(); err != nil {
				return c.Fault(federation.Untrusted, fmt.Errorf("the id_token: %w", err))
			}
			if !signed.there {
				fact("signature", "not checked: there is no client secret to check it with")
				return nil
			}
			fact("issuer", c.spelled(signed.Document))
			if federation.ShortSecret(c.Secret) {
				fact("secret", shortSecret)
			}
			return nil
		})
		if err != nil {
			return federation.Identity{}, err
		}
	}
	profile, err := c.profile(ctx, got.Access, signed)
	if err != nil {
		return federation.Identity{}, err
	}
	return c.described(ctx, got, profile)
}

// profile reads the profile for the token.
func (c *Connector) profile(ctx context.Context, access string, signed claims) (profile reading.Document, err error) {
	err = c.Step(ctx, "userinfo", func(fact func(name, value string)) error {
		answer, err := c.Line.Resource(ctx, c.Key.BaseURL+methodProfile, access)
		if err != nil {
			return c.Fault(federation.Untrusted, fmt.Errorf("get the profile: %w", err))
		}
		if err := c.no(answer); err != nil {
			return c.noProfile(answer.Status, err)
		}
		if profile, err = reading.Parse(answer.Body); err != nil {
			return c.Fault(federation.Untrusted, fmt.Errorf("the profile: %w", err))
		}
		return c.samePerson(profile, signed)
	})
	return profile, err
}

// noProfile adds the likely reason of a refusal, because the token is new.
func (c *Connector) noProfile(status int, err error) error {
	var refusal *federation.Refusal
	if !errors.As(err, &refusal) {
		return err
	}
	hint := "check that the Scopes of the OAuth Client at the site contain openid"
	return c.Faultf(federation.Untrusted, "the site answered %d to its own token (%s %s); %s", status, refusal.Code, refusal.Description, hint)
}

func (c *Connector) samePerson(profile reading.Document, signed claims) error {
	for _, check := range []func(reading.Document) error{c.issuer, c.subject} {
		if err := check(profile); err != nil {
			return c.Fault(federation.Untrusted, fmt.Errorf("the profile: %w", err))
		}
	}
	if !signed.there {
		return nil
	}
	a, errA := profile.ID("sub")
	if b, errB := signed.ID("sub"); errA != nil || errB != nil || a != b { // Core §5.3.2
		return c.Faultf(federation.Untrusted, "the profile is about another subject than the id_token")
	}
	return nil
}

// subject requires an id for the user. Only Administrator has none: every site
// has that account, with the same address.
func (c *Connector) subject(d reading.Document) error {
	value, there := d.At("sub")
	if _, isText := jsonx.Text(value); isText {
		_, err := d.ID("sub")
		return err
	}
	if there {
		return errors.New("its sub is not a text")
	}
	return &federation.Fault{
		Kind:  federation.Untrusted,
		Says:  texts.New("fault.administrator", "name", c.Key.Name),
		Cause: errors.New("its sub is null: the account Administrator of a Frappe site has no id, so it looks the same on every site"),
	}
}

// described makes an identity of a profile.
func (c *Connector) described(ctx context.Context, got oauth2client.Tokens, profile reading.Document) (id federation.Identity, err error) {
	err = c.Step(ctx, "claims", func(fact func(name, value string)) error {
		if id, err = profile.Identity(federation.Claims{Subject: "sub"}, c.rules(), c.Key.GroupMap...); err != nil {
			return c.Fault(federation.Untrusted, fmt.Errorf("the profile: %w", err))
		}
		id.Key, id.Issuer = c.Key.ID, c.Key.BaseURL
		id.Email = strings.ToLower(id.Email) // as the site stores it
		id.EmailVerified = c.vouched(profile, id.Email)
		fact("subject", id.Subject)
		fact("email", id.Email)
		fact("email_verified", fmt.Sprint(id.EmailVerified))
		if _, said := profile.At("email_verified"); !said && id.EmailVerified {
			fact("email_verified by", "your trust in this site; it says nothing itself")
		}
		fact("roles there", federation.CleanText(strings.Join(mapping.Texts(profile.Names("roles", mapping.One)), ", "), 300))
		return nil
	})
	if err != nil {
		return federation.Identity{}, err
	}
	if c.Key.KeepTokens && got.Refresh != "" {
		id.Tokens = federation.Tokens{Refresh: got.Refresh, Subject: id.Subject}
	}
	return id, nil
}

// vouched reports whether an address counts as verified there. A site normally
// does not say, so the administrator's setting for the site or domain counts.
// If a site does say, that counts.
func (c *Connector) vouched(profile reading.Document, address string) bool {
	if _, said := profile.At("email_verified"); said {
		return address != "" && profile.IsTrue("email_verified") // FE-16
	}
	_, domain, found := strings.Cut(address, "@")
	return found && (c.Key.TrustEmail || slices.Contains(c.Key.AuthoritativeDomains, domain))
}

// rules are the key's, without roles that say nothing.
func (c *Connector) rules() mapping.Rules {
	rules := mapping.Rules{}
	for from, to := range c.Key.RoleMap {
		if !slices.Contains(automatic, from) {
			rules[from] = to
		}
	}
	return rules
}

// shortSecret is the warning about a short secret.
const shortSecret = "short: anyone with an ID token can guess it. Create a new one at the site; if it is not longer, update the site first"
