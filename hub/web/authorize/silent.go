package authorize

import (
	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/hub/flows"
	"github.com/fedhub/fedhub/hub/sessions"
)

// mayAskQuietly says that an upstream may know the person where this hub may
// not ask them: the request says prompt=none, and no upstream was asked about
// it yet. Somebody who is signed in here is asked about only where they came
// from, or they might come back as somebody else.
func (d *Handler) mayAskQuietly(c *gin.Context, flow flows.Flow, person *sessions.Person) (bool, error) {
	if !flow.Request.Prompt.None || flow.Quiet || !d.Sessions.Persistent(c.Request) {
		return false, nil
	}
	last, known := d.Sessions.SignInMethod(c.Request)
	key, found, err := d.Upstreams.Quiet(c.Request.Context(), last, known)
	if err != nil || !found {
		return false, err
	}
	return person == nil || person.Session.LoginKey == key.ID, nil
}
