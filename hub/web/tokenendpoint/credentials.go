package tokenendpoint

import (
	"slices"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/hub/oauth"
	"github.com/fedhub/fedhub/hub/tokens"
)

// credentials issues a token to the client itself (RFC 6749 §4.4), without a
// refresh token (§4.4.3): the client can always request a new one.
func (d *Handler) credentials(c *gin.Context, r request) (answer, error) {
	client, form := r.client, r.form
	usual := slices.DeleteFunc(slices.Clone(client.Scopes), isPersonal)
	got, err := d.Authenticator.Access(c.Request.Context(), client, clients.GrantClientCredentials, form, usual)
	if err != nil {
		return answer{}, err
	}
	if i := slices.IndexFunc(got.Scopes, isPersonal); i >= 0 {
		return answer{}, oauth.InvalidScope("oauth.scope.user", "scope", got.Scopes[i])
	}
	if form["authorization_details"] != "" {
		return answer{}, oauth.InvalidDetails("oauth.details.user")
	}
	token, err := d.Tokens.ForClient(c.Request.Context(), client.ID, got.Scopes, got.Resources, r.bound)
	return answer{AccessToken: token.Token, ExpiresIn: token.ExpiresIn, Scope: oauth.JoinScope(got.Scopes)}, err
}

// isPersonal reports whether a scope is about a user, which a client that acts
// for itself does not have. All scopes that the hub defines are.
func isPersonal(scope string) bool {
	return slices.ContainsFunc(tokens.Scopes(), func(s tokens.Scope) bool { return s.Name == scope })
}
