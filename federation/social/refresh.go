package social

import (
	"context"
	"encoding/json"
	"net/http"

	"github.com/fedhub/fedhub/federation"
	"github.com/markbates/goth"
)

// Refresh refreshes a user's profile (RFC 6749 §6), if the provider issues
// refresh tokens.
func (c *Connector) Refresh(ctx context.Context, tokens federation.Tokens) (federation.Identity, error) {
	ctx, cancel := context.WithTimeout(ctx, c.Env.Patience)
	defer cancel()

	if err := c.described(); err != nil {
		return federation.Identity{}, err
	}
	v := &visit{connector: c}
	refresh, err := c.renew(ctx, v, tokens.Refresh)
	if err != nil {
		return federation.Identity{}, err
	}
	user, err := c.fetch(ctx, v)
	if err != nil {
		return federation.Identity{}, err
	}
	user.RefreshToken = refresh
	id, err := c.identity(ctx, v, user)
	return c.Again(tokens, id, err)
}

// renews reports whether goth can renew a token of this provider.
func (c *Connector) renews() bool {
	return c.open(nil, &http.Client{Transport: closed{}}).RefreshTokenAvailable()
}

// renew gets a new access token and returns the next refresh token.
func (c *Connector) renew(ctx context.Context, v *visit, refresh string) (next string, err error) {
	ended := federation.NewRefusal(c.Key.Name, "invalid_grant", "")
	if refresh == "" {
		return "", ended
	}
	if !c.renews() {
		return "", ended
	}
	err = c.Step(ctx, "token", func(func(string, string)) error {
		return v.do(ctx, func(p goth.Provider) error {
			token, err := p.RefreshToken(refresh)
			if err != nil {
				return err
			}
			if next = token.RefreshToken; next == "" {
				next = refresh
			}
			// Providers' sessions use different names for the token.
			text, err := json.Marshal(map[string]string{"AccessToken": token.AccessToken, "Token": token.AccessToken})
			if err != nil {
				return err
			}
			v.session, err = p.UnmarshalSession(string(text))
			return err
		})
	})
	return next, err
}
