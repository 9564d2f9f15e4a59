package hub

import (
	"net/http"
	"slices"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/federation/hubaddress"
	"github.com/fedhub/fedhub/hub/web/aliases"
)

// HEAD is GET without the body (RFC 9110 §9.3.2): monitors and proxies ask by
// it. net/http leaves the body out, so the same handler answers.

// takingUp are the routes of which GET is no mere look: it begins, takes up or
// ends something of a person's, once. HEAD does nothing there.
func takingUp() []string {
	return []string{
		"/oauth2/authorize", aliases.Frappe + "authorize", aliases.Keycloak + "auth", // begins a flow, or gives out a code
		"/oauth2/logout",                 // ends a session
		hubaddress.CallbackPath + ":key", // takes up what a provider answers
		"/signin/quiet",                  // asks a provider, once for each flow
	}
}

// head answers HEAD where the route answers GET.
func (r route) head() gin.HandlerFunc {
	if slices.Contains(takingUp(), r.path) {
		return func(c *gin.Context) { c.Status(http.StatusOK) }
	}
	return r.guard.wrap(r.handler)
}
