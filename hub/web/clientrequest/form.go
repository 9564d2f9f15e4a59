package clientrequest

import (
	"context"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/hub/authrequest"
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

// Access reads the scopes and APIs of a request without a browser (RFC 6749 §3.3,
// RFC 8707 §2.2). usual are the scopes of one that names none.
func (a *Authenticator) Access(ctx context.Context, client clients.Client, grant string, form oauth.Params, usual []string) (authrequest.Access, error) {
	got, err := a.Requests.Resolve(ctx, authrequest.Wish{Client: client, Grant: grant, Scope: form["scope"], Resources: form.All("resource"), Usual: usual})
	slices.Sort(got.Resources)
	return got, err
}

// PersonalAccess is Access of a request for a user's consent. The default is
// openid, as at the authorization endpoint.
func (a *Authenticator) PersonalAccess(ctx context.Context, client clients.Client, grant string, form oauth.Params) (authrequest.Access, error) {
	got, err := a.Access(ctx, client, grant, form, []string{"openid"})
	if err == nil && strings.TrimSpace(form["scope"]) == "" && !slices.Contains(client.Scopes, "openid") {
		err = oauth.InvalidScope("oauth.scope.client", "scope", "openid")
	}
	return got, err
}
