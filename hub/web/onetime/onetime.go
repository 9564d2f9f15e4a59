// Package onetime has the pages of links that work once: setup of the hub,
// invitation, password reset, and confirmation of a browser. The token in the link
// is the proof; opening the page does not use it up.
package onetime

import (
	"time"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/logouts"
	"github.com/fedhub/fedhub/hub/maillinks"
	"github.com/fedhub/fedhub/hub/settings"
	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/hub/web"
	"github.com/fedhub/fedhub/hub/web/cookies"
)

// A Handler shows these pages and handles their forms.
type Handler struct {
	MinPassword int
	Upstreams   *federation.Registry
	Sessions    *cookies.Service
	Users       *users.Service
	Logouts     *logouts.Service
	MailLinks   *maillinks.Service
	Settings    *settings.Service
	Audit       *audit.Recorder
	Responder   *web.Responder
	Now         func() time.Time

	// SignIn starts the session of a new user, who has just chosen a password,
	// and sends the browser to a page of this hub.
	SignIn func(c *gin.Context, user users.User, to string) error
}
