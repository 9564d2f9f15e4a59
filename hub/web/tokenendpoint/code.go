package tokenendpoint

import (
	"slices"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/clients/habits"
	"github.com/fedhub/fedhub/hub/grants"
	"github.com/fedhub/fedhub/hub/tokens"
	"github.com/fedhub/fedhub/hub/traces"
)

// code redeems an authorization code (RFC 6749 §4.1.3, RFC 7636 §4.5).
func (d *Handler) code(c *gin.Context, r request) (answer, error) {
	client, form := r.client, r.form
	code, err := form.Require("code")
	if err != nil {
		return answer{}, err
	}
	f, refresh, err := d.Grants.Redeem(c.Request.Context(), code, grants.CodeRedemption{
		ClientID:    client.ID,
		RedirectURI: form["redirect_uri"],
		Verifier:    form["code_verifier"],
		Proven:      r.bound,
		Refresh:     client.AllowsGrant("refresh_token"),
		Bound:       r.renewable(),
		Access:      tokens.AccessLife,
	})
	if err != nil {
		return answer{}, err
	}
	traces.Of(c.Request.Context()).Continue(f.Trace)
	d.Clients.Saw(c.Request.Context(), client, habitOf(f))
	a, err := d.issue(c, r, f, nil, f.Scopes)
	a.RefreshToken = refresh
	return a, err
}

// habitOf is how the client protected the code (PKCE and the like).
func habitOf(f grants.TokenFamily) habits.Habit {
	switch {
	case f.Challenge != "":
		return habits.Challenge
	case f.Nonce != "" && slices.Contains(f.Scopes, "openid"):
		return habits.Nonce
	}
	return habits.Neither
}
