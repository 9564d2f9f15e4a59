package signin

import (
	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/hub/flows"
	"github.com/fedhub/fedhub/hub/sessions"
	"github.com/fedhub/fedhub/hub/web"
	"github.com/fedhub/fedhub/internal/texts"
	"github.com/fedhub/fedhub/templates"
	"github.com/fedhub/fedhub/templates/locales"
)

// A retry is the state with which a form is shown again.
type retry struct {
	Email  string
	Said   said
	Status int
	Stay   sessions.Stay
}

// said is an alert by its codes, stored until the page is shown.
type said struct{ Title, Text texts.Text }

func (s said) note() templates.Note {
	return templates.Note{Tone: "danger", Title: locales.Of(s.Title), Text: locales.Of(s.Text)}
}

// retry shows the page at address again, with the error. It redirects to a GET:
// after a page that answers a POST, the browser's back button asks whether to send
// the password again.
func (d *Handler) retry(c *gin.Context, address string, r retry) error {
	name := flows.Name()
	if err := d.Stops.Keep(c.Request.Context(), stopRetry, name, d.Sessions.Browser(c.Writer, c.Request), r); err != nil {
		return err
	}
	return web.SeeOther(c, address+"&retry="+name)
}

// retried returns the previous error, if this is the GET after it.
func (d *Handler) retried(c *gin.Context) (retry, bool) {
	var r retry
	name := c.Query("retry")
	if name == "" || d.Stops.Peek(c.Request.Context(), stopRetry, name, d.Sessions.BoundToBrowser(c.Request), &r) != nil {
		return retry{}, false
	}
	return r, true
}
