package tokenendpoint

import (
	"slices"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/hub/oauth"
	"github.com/fedhub/fedhub/hub/tokens"
	"github.com/fedhub/fedhub/hub/web/clientrequest"
)

// credentials issues a token to the client itself (RFC 6749 §4.4), without a
// refresh token (§4.4.3): the client can always request a new one.
func (d *Handler) credentials(c *gin.Context, r request) (answer, error) {
	client, form := r.client, r.form
	scopes, err := d.Authenticator.Requests.Scopes(c.Request.Context(), client, form["scope"])
	if err != nil {
		return answer{}, err
	}
	if len(scopes) == 0 {
		scopes = slices.DeleteFunc(slices.Clone(client.Scopes), isPersonal) // RFC 6749 §3.3
	}
	if i := slices.IndexFunc(scopes, isPersonal); i >= 0 {
		return answer{}, oauth.InvalidScope("oauth.scope.user", "scope", scopes[i])
	}
	resources, err := clientrequest.Targets(client.Resources, form)
	if err != nil {
		return answer{}, err
	}
	if form["authorization_details"] != "" {
		return answer{}, oauth.InvalidDetails("oauth.details.user")
	}
	token, err := d.Tokens.ForClient(c.Request.Context(), client.ID, scopes, resources, r.bound)
	return answer{AccessToken: token, Scope: oauth.JoinScope(scopes)}, err
}

// isPersonal reports whether a scope is about a user, which a client that acts
// for itself does not have. All scopes that the hub defines are.
func isPersonal(scope string) bool {
	return slices.ContainsFunc(tokens.Scopes(), func(s tokens.Scope) bool { return s.Name == scope })
}
