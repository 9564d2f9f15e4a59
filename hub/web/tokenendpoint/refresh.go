package tokenendpoint

import (
	"errors"
	"io/fs"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/hub/grants"
	"github.com/fedhub/fedhub/hub/oauth"
	"github.com/fedhub/fedhub/hub/upstreamtokens"
	"github.com/fedhub/fedhub/hub/users"
)

// refresh exchanges a refresh token (RFC 6749 §6). The ID token that comes
// with it tells of the same sign-in, and carries no nonce of old
// (OIDC Core §12.2).
func (d *Handler) refresh(c *gin.Context, r request) (answer, error) {
	client, form := r.client, r.form
	token, err := form.Require("refresh_token")
	if err != nil {
		return answer{}, err
	}
	narrow, err := oauth.ParseScope(form["scope"])
	if err != nil {
		return answer{}, err
	}
	user, err := d.stillEntitled(c, r, token)
	if err != nil {
		return answer{}, err
	}
	f, next, err := d.Grants.Refresh(c.Request.Context(), token, grants.RefreshRequest{
		ClientID: client.ID, Narrow: narrow, Proven: r.bound, Keep: client.Secure(), // FAPI 2.0 Security Profile §5.3.2.1
	})
	if err != nil {
		return answer{}, err
	}
	scopes := f.Scopes
	if len(narrow) > 0 {
		scopes = narrow
	}
	f.Nonce = ""
	a, err := d.issue(c, r, f, user, scopes)
	a.RefreshToken = next
	return a, err
}

// stillEntitled looks, before the token is used up, at what its answer will
// need, and returns whose it is; nil if the token is not good. A database that
// fails between would otherwise cost the sign-in: the client's second try
// would look like theft.
func (d *Handler) stillEntitled(c *gin.Context, r request, token string) (*users.User, error) {
	f, err := d.Grants.ByRefresh(c.Request.Context(), token)
	if errors.Is(err, fs.ErrNotExist) || (err == nil && f.ClientID != r.client.ID) {
		return nil, nil // Refresh knows what to say
	}
	if err != nil {
		return nil, err
	}
	if _, err := narrowed(f.Terms, r.form); err != nil {
		return nil, err
	}
	if err := d.lookUpstream(c, f); err != nil {
		return nil, err
	}
	return d.userOf(c, r.client, f)
}

// lookUpstream asks the upstream by which the person came about them again.
// Who was turned off there is so here; who has a new role there has it here.
func (d *Handler) lookUpstream(c *gin.Context, f grants.TokenFamily) error {
	if f.LoginKey == "" {
		return nil
	}
	err := d.UpstreamTokens.Look(c.Request.Context(), f.UserID, f.LoginKey)
	switch {
	case errors.Is(err, upstreamtokens.ErrEnded):
		return d.ended(c, f, err)
	case errors.Is(err, upstreamtokens.ErrSilent):
		return oauth.TemporarilyUnavailable("oauth.refresh.away").Because(err)
	}
	return err
}
