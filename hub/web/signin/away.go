package signin

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/hub/web"
	"github.com/fedhub/fedhub/templates"
)

// away says what to do where an upstream does not answer: try again, or use
// the way in that needs nobody else. Whoever administers this hub has a
// password here for just that, and people who are signed in stay so.
func (d *Handler) away(c *gin.Context, p *web.ErrorPage, keyID string, j pendingLogin) {
	key, err := d.Upstreams.Get(c.Request.Context(), keyID)
	if err != nil {
		return
	}
	p.Status, p.Heading = http.StatusServiceUnavailable, key.Name+" isn't answering."
	p.Text = "Nothing is wrong with your account. Try again in a moment, or sign in here with a password if you have one."
	p.Other = templates.Action{Label: "Sign in with a password", URL: "/signin" + local(j)}
	p.Action = templates.Action{Label: "Try again", URL: "/signin" + j.query()}
}
