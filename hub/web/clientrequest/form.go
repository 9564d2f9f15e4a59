package clientrequest

import (
	"context"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/hub/oauth"
	"github.com/fedhub/fedhub/hub/web"
)

// Form reads the body, and refuses secrets in the query string, because URLs
// end up in logs (RFC 6749 §2.3.1).
func Form(c *gin.Context) (oauth.Params, error) {
	query, err := web.Query(c)
	if err != nil {
		return nil, err
	}
	for _, name := range []string{"client_secret", "client_assertion", "code", "device_code", "subject_token", "actor_token", "assertion", "auth_req_id", "refresh_token", "token", "access_token"} {
		if query.Has(name) {
			return nil, oauth.InvalidRequest("oauth.body.only", "name", name)
		}
	}
	return web.Form(c)
}

// Authorization is the header of the request. Several headers are joined, as an
// intermediary may do (RFC 9110 §5.3); the result is never valid credentials.
func Authorization(c *gin.Context) string {
	return strings.Join(c.Request.Header.Values("Authorization"), ", ")
}

// Clip shortens an untrusted id so that it cannot fill the log.
func Clip(s string) string {
	const most = 200
	if len(s) > most {
		return s[:most]
	}
	return s
}

// PersonalScopes reads the scope parameter of a request for a user's consent.
// The default is openid, as at the authorization endpoint (RFC 6749 §3.3).
func (a *Authenticator) PersonalScopes(ctx context.Context, client clients.Client, form oauth.Params) ([]string, error) {
	scopes, err := a.Requests.Scopes(ctx, client, form["scope"])
	if err != nil || len(scopes) > 0 {
		return scopes, err
	}
	if !slices.Contains(client.Scopes, "openid") {
		return nil, oauth.InvalidScope("oauth.scope.client", "scope", "openid")
	}
	return []string{"openid"}, nil
}

// Targets returns the resources that a token request names. All must be among
// the allowed ones (RFC 8707 §2.2).
func Targets(allowed []string, form oauth.Params) ([]string, error) {
	asked := form.All("resource")
	for _, resource := range asked {
		if !slices.Contains(allowed, resource) {
			return nil, oauth.InvalidTarget("oauth.resource.ungranted", "resource", Clip(resource))
		}
	}
	return slices.Compact(slices.Sorted(slices.Values(asked))), nil
}
