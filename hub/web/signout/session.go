package signout

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/hub/web"
	"github.com/fedhub/fedhub/templates"
)

// CheckSession is GET /oauth2/session, the frame in which an app's page asks
// whether the session has changed (OIDC Session Management §3.3). Any site may embed
// it: it reveals nothing to a page without the session_state. Where a browser
// blocks third-party cookies, the answer is always "changed".
func (d *Handler) CheckSession(c *gin.Context) error {
	if err := d.Sessions.DropState(c.Writer, c.Request); err != nil {
		return err
	}
	body, err := templates.SessionFrame(d.Sessions.StateCookie())
	if err != nil {
		return err
	}
	web.AllowEmbedding(c)
	c.Header("Cache-Control", "no-store")
	c.Data(http.StatusOK, "text/html; charset=utf-8", body)
	return nil
}
