package social

import (
	"context"
	"fmt"
	"net/http"

	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/federation/internal/claims"
	"github.com/markbates/goth"
)

// fetch makes goth read the user of the token.
func (c *Connector) fetch(ctx context.Context, v *visit) (goth.User, error) {
	var user goth.User
	err := c.Step(ctx, "userinfo", func(func(string, string)) error {
		return v.do(ctx, func(p goth.Provider) (err error) {
			user, err = p.FetchUser(v.session)
			return err
		})
	})
	return user, err
}

// identity says who the user is at the provider.
func (c *Connector) identity(ctx context.Context, v *visit, user goth.User) (federation.Identity, error) {
	var id federation.Identity
	err := c.Step(ctx, "claims", func(fact func(name, value string)) error {
		document, err := c.document(v, user)
		if err != nil {
			return err
		}
		id = describe(user)
		id.Key, id.Issuer, id.Subject = c.Key.ID, c.Key.BaseURL, user.UserID
		if c.provider.username != "" {
			id.PreferredUsername = document.Text(c.provider.username, maxName)
		}
		if id.Email, id.EmailVerified, err = c.email(ctx, v, document, user); err != nil {
			return err
		}
		if c.Key.KeepTokens && user.RefreshToken != "" && c.renews() {
			id.Tokens = federation.Tokens{Refresh: user.RefreshToken, Subject: id.Subject}
		}
		fact("subject", id.Subject)
		fact("email", id.Email)
		fact("email_verified", fmt.Sprint(id.EmailVerified))
		return nil
	})
	if err != nil {
		return federation.Identity{}, err
	}
	return id, nil
}

// document parses the first answer of the step again, and checks that a strict
// reader finds the same user as goth: an answer without an id, with two, or
// with one that does not fit into a machine word is refused (FE-25).
func (c *Connector) document(v *visit, user goth.User) (claims.Document, error) {
	if len(v.records) == 0 {
		return claims.Document{}, c.Faultf(federation.Untrusted, "the provider was not asked for the user")
	}
	if status := v.records[0].status; status != http.StatusOK {
		return claims.Document{}, c.Faultf(federation.Untrusted, "the provider answered %d", status)
	}
	document, err := v.records[0].document()
	if err != nil {
		return claims.Document{}, c.Faultf(federation.Untrusted, "the user information: %w", err)
	}
	subject, err := document.ID(c.provider.subject)
	if err != nil {
		return claims.Document{}, c.Faultf(federation.Untrusted, "the user information: %w", err)
	}
	if subject != user.UserID {
		return claims.Document{}, c.Faultf(federation.Untrusted, "the user information is ambiguous")
	}
	return document, nil
}

// describe takes usable profile data from goth's user: several providers put
// the name or the address into the user name.
func describe(user goth.User) federation.Identity {
	id := federation.Identity{
		Name:       federation.CleanText(user.Name, maxName),
		GivenName:  federation.CleanText(user.FirstName, maxName),
		FamilyName: federation.CleanText(user.LastName, maxName),
		Picture:    claims.Picture(user.AvatarURL),
	}
	if user.NickName != user.Name && user.NickName != user.Email {
		id.PreferredUsername = federation.CleanText(user.NickName, maxName)
	}
	return id
}

const maxName = 200 // bytes

// email returns the address and whether the provider confirms, as documented,
// that it belongs to the user.
func (c *Connector) email(ctx context.Context, v *visit, document claims.Document, user goth.User) (string, bool, error) {
	address, verified := claims.Address(user.Email), c.provider.proven || len(c.provider.verified) > 0
	if c.provider.email != "" {
		address = claims.Address(document.Text(c.provider.email, 255))
	}
	for _, path := range c.provider.verified {
		verified = verified && document.IsTrue(path)
	}
	if c.provider.emails != nil {
		return c.listed(ctx, v, c.provider.emails(c.Key.BaseURL), address, user.AccessToken)
	}
	return address, address != "" && verified, nil
}

// listed finds the address that the provider's list marks as primary and
// verified. Without the list, which needs its own scope, the address in the
// profile is only what the user chose to show and proves nothing.
func (c *Connector) listed(ctx context.Context, v *visit, list, shown, token string) (string, bool, error) {
	var answer record
	err := v.do(ctx, func(goth.Provider) (err error) {
		r, err := http.NewRequestWithContext(v.ctx, http.MethodGet, list, nil)
		if err != nil {
			return err
		}
		r.Header.Set("Authorization", "Bearer "+token)
		answer, err = v.send(r)
		return err
	})
	switch {
	case err != nil:
		return "", false, err
	case answer.status >= 500:
		return "", false, c.Faultf(federation.Unreachable, "the list of addresses: the provider answered %d", answer.status)
	case answer.status != http.StatusOK: // the scope was not granted
		return shown, false, nil
	}
	document, err := answer.document()
	if err != nil {
		return "", false, c.Faultf(federation.Untrusted, "the list of addresses: %w", err)
	}
	for i := range maxAddresses {
		if at := fmt.Sprint(i, "."); document.IsTrue(at+"primary") && document.IsTrue(at+"verified") {
			address := claims.Address(document.Text(at+"email", 255))
			return address, address != "", nil
		}
	}
	return shown, false, nil
}

const maxAddresses = 100
