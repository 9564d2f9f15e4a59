package oidc

import (
	"errors"
	"io/fs"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/hub/oauth"
)

// refresh exchanges a refresh token (RFC 6749 §6). The ID token that comes
// with it tells of the same sign-in, and carries no nonce of old
// (OIDC Core §12.2).
func (d *Door) refresh(c *gin.Context, client clients.Client, form oauth.Params) (answer, error) {
	token, err := form.Require("refresh_token")
	if err != nil {
		return answer{}, err
	}
	narrow, err := oauth.ParseScope(form["scope"])
	if err != nil {
		return answer{}, err
	}
	if err := d.stillEntitled(c, client, token); err != nil {
		return answer{}, err
	}
	f, next, err := d.Grants.Refresh(c.Request.Context(), token, client.ID, narrow)
	if err != nil {
		return answer{}, err
	}
	scopes := f.Scopes
	if len(narrow) > 0 {
		scopes = narrow
	}
	f.Nonce = ""
	a, err := d.issue(c, client, f, scopes)
	a.RefreshToken = next
	return a, err
}

// stillEntitled looks, before the token is used up, at what its answer will
// need. A database that fails between would otherwise cost the sign-in: the
// client's second try would look like theft.
func (d *Door) stillEntitled(c *gin.Context, client clients.Client, token string) error {
	f, err := d.Grants.ByRefresh(c.Request.Context(), token)
	if errors.Is(err, fs.ErrNotExist) || (err == nil && f.ClientID != client.ID) {
		return nil // Refresh knows what to say
	}
	if err != nil {
		return err
	}
	_, err = d.Tokens.UserOf(c.Request.Context(), f)
	if errors.Is(err, fs.ErrNotExist) {
		return d.ended(c, f, err)
	}
	return err
}
