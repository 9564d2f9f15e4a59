package oauth2

import (
	"context"
	"fmt"
	"net/http"

	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/federation/internal/claims"
	"github.com/fedhub/fedhub/federation/internal/oauth2client"
)

// identity reads the user of the token.
func (c *Connector) identity(ctx context.Context, token oauth2client.Tokens) (federation.Identity, error) {
	document, err := c.userinfo(ctx, token.Access)
	if err != nil {
		return federation.Identity{}, err
	}
	var id federation.Identity
	err = c.Step(ctx, "claims", func(fact func(name, value string)) (err error) {
		if id, err = document.Identity(c.Key.Claims, c.Key.RoleMap, c.Key.GroupMap...); err != nil {
			return c.Fault(federation.Untrusted, fmt.Errorf("the user information: %w", err))
		}
		fact("subject", id.Subject)
		fact("email", id.Email)
		fact("email_verified", fmt.Sprint(id.EmailVerified))
		return nil
	})
	if err != nil {
		return federation.Identity{}, err
	}
	id.Key, id.Issuer = c.Key.ID, c.Key.BaseURL
	if c.Key.KeepTokens && token.Refresh != "" {
		id.Tokens = federation.Tokens{Refresh: token.Refresh, Subject: id.Subject}
	}
	return id, nil
}

// userinfo gets the profile, with the token in the header so that it appears in
// no log or referrer (RFC 6750 §2.1).
func (c *Connector) userinfo(ctx context.Context, token string) (claims.Document, error) {
	var document claims.Document
	err := c.Step(ctx, "userinfo", func(fact func(name, value string)) error {
		answer, err := c.Line.Resource(ctx, c.Key.Endpoints.Userinfo, token)
		switch {
		case err != nil:
			return c.Fault(federation.Untrusted, fmt.Errorf("get the user information: %w", err))
		case answer.Status >= 500:
			return c.Faultf(federation.Unreachable, "the user information address answered %d", answer.Status)
		case answer.Status != http.StatusOK:
			return c.Faultf(federation.Untrusted, "the user information address answered %d", answer.Status)
		case !claims.IsJSON(answer.Type):
			return c.Faultf(federation.Untrusted, "the user information is not JSON but %q", federation.CleanText(answer.Type, 100))
		}
		if document, err = claims.Parse(answer.Body); err != nil {
			return c.Fault(federation.Untrusted, fmt.Errorf("the user information: %w", err))
		}
		return nil
	})
	return document, err
}
