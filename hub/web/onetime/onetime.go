// Package onetime has the pages that links lead to which work once: setting the
// hub up, an invitation, a new password, and a browser that an account is to
// know. What is in such a link is the proof; looking at its page uses nothing up.
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

// A Handler shows these pages and does what they are for.
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

	// SignIn starts the session of somebody new, who has just chosen a password,
	// and sends the browser to a page of ours.
	SignIn func(c *gin.Context, user users.User, to string) error
}
