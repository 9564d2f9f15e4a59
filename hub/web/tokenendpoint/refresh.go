package tokenendpoint

import (
	"errors"
	"io/fs"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/hub/grants"
	"github.com/fedhub/fedhub/hub/oauth"
	"github.com/fedhub/fedhub/hub/upstreamtokens"
	"github.com/fedhub/fedhub/hub/users"
)

// refresh exchanges a refresh token (RFC 6749 §6). The new ID token is about
// the same sign-in, without a nonce (OIDC Core §12.2).
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
	current, err := d.Settings.Current(c.Request.Context())
	if err != nil {
		return answer{}, err
	}
	ask := grants.RefreshRequest{
		ClientID: client.ID, Narrow: narrow, Proven: r.bound, Asked: []string{strings.Join(asked(form), " "), form["authorization_details"]},
		Keep: client.Secure(), Public: client.Public(), Grace: current.RefreshGrace(), // FAPI 2.0 Security Profile §5.3.2.1
	}
	user, err := d.stillEntitled(c, r, token, ask)
	if err != nil {
		return answer{}, err
	}
	f, next, err := d.Grants.Refresh(c.Request.Context(), token, ask)
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

// asked are the requested APIs, sorted (RFC 8707 §2.2).
func asked(form oauth.Params) []string { return slices.Sorted(slices.Values(form.All("resource"))) }

// stillEntitled reads what the response needs before the token is used up, and
// returns the user; nil if the token is not valid. Otherwise a database failure
// in between would cost the sign-in: the client's retry would look like theft.
func (d *Handler) stillEntitled(c *gin.Context, r request, token string, ask grants.RefreshRequest) (*users.User, error) {
	f, err := d.Grants.WouldRefresh(c.Request.Context(), token, ask)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil // Refresh returns the error
	}
	if err != nil {
		return nil, err
	}
	if _, _, err := d.remaining(c, r, f, f.Scopes); err != nil {
		return nil, err
	}
	if err := d.lookUpstream(c, f); err != nil {
		return nil, err
	}
	return d.userOf(c, r.client, f)
}

// lookUpstream asks the user's provider about them again. A user who is
// disabled there is refused here; a new role there applies here.
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
