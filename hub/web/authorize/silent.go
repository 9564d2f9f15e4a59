package authorize

import (
	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/hub/flows"
)

// mayAskQuietly reports whether the hub may ask a provider without showing a page:
// the request says prompt=none, and no provider was asked for it yet. For a
// signed-in user only the provider of the session is asked, because another one
// may return another user.
func (d *Handler) mayAskQuietly(c *gin.Context, flow flows.Flow, b browser) (bool, error) {
	if b.unsure || b.absent || !flow.Request.Prompt.None || flow.Quiet || !d.Sessions.Persistent(c.Request) {
		return false, nil
	}
	last, known := d.Sessions.SignInMethod(c.Request)
	key, found, err := d.Upstreams.Quiet(c.Request.Context(), last, known)
	if err != nil || !found {
		return false, err
	}
	if b.person == nil {
		return len(b.others) == 0, nil
	}
	return b.person.Session.LoginKey == key.ID, nil
}
