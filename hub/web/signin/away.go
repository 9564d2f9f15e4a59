package signin

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/hub/web"
	"github.com/fedhub/fedhub/templates"
	"github.com/fedhub/fedhub/templates/locales"
)

// away is the page for a provider that does not respond: the user can try again,
// or use a method without a provider. For this case administrators have a password
// at this hub. Users who are signed in stay signed in.
func (d *Handler) away(c *gin.Context, p *web.ErrorPage, keyID string, j pendingLogin) {
	key, err := d.Upstreams.Get(c.Request.Context(), keyID)
	if err != nil {
		return
	}
	p.Status, p.Heading = http.StatusServiceUnavailable, locales.Say("away.isnt-answering", "name", key.Name)
	p.Text = locales.Say("away.nothing-is-wrong-with-your")
	p.Other = templates.Action{Label: locales.Say("away.sign-in-with-a-password"), URL: "/signin" + local(j)}
	p.Action = templates.Action{Label: locales.Say("away.try-again"), URL: "/signin" + j.query()}
}
