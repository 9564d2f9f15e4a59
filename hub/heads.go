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

// takingUp lists the routes where GET has an effect: it starts, consumes or
// ends something, once. HEAD has no effect there.
func takingUp() []string {
	return []string{
		"/oauth2/authorize", aliases.Frappe + "authorize", aliases.Keycloak + "auth", // starts a flow, or issues a code
		"/oauth2/logout",                 // ends a session
		hubaddress.CallbackPath + ":key", // consumes a provider's answer
		"/signin/quiet",                  // asks a provider, once for each flow
	}
}

// head answers HEAD for a GET route.
func (r route) head() gin.HandlerFunc {
	if slices.Contains(takingUp(), r.path) {
		return func(c *gin.Context) { c.Status(http.StatusOK) }
	}
	return r.guard.Wrap(r.handler)
}
