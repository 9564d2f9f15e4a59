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
	"github.com/fedhub/fedhub/templates"
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

	// Waiting returns the application that waits for the sign-in, if any, and
	// the page on which the user can start again.
	Waiting func(c *gin.Context, flow, to string) (client templates.Client, again string, err error)

	// SignIn starts the session of a new user, who has just chosen a password,
	// and sends the browser to a page of this hub.
	SignIn func(c *gin.Context, user users.User, to string) error
}
