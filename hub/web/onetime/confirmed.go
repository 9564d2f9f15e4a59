package onetime

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/web"
	"github.com/fedhub/fedhub/internal/texts"
	"github.com/fedhub/fedhub/templates"
	"github.com/fedhub/fedhub/templates/locales"
)

// ConfirmedShow is GET /signin/confirm/{token}, the link in the email. Opening it
// changes nothing.
func (d *Handler) ConfirmedShow(c *gin.Context) error {
	u, err := d.MailLinks.Confirms(c.Request.Context(), c.Param("token"))
	if err != nil {
		return deadLink(err, signInHere())
	}
	return d.Responder.Show(c, http.StatusOK, templates.ConfirmedBrowser{Token: c.Param("token"), Email: u.Email})
}

// Confirmed is POST /signin/confirm/{token}. It starts no session and leads to the
// plain sign-in page, because an attacker may have requested the link.
func (d *Handler) Confirmed(c *gin.Context) error {
	ctx := c.Request.Context()
	u, err := d.MailLinks.ConfirmBy(ctx, c.Param("token"))
	if err != nil {
		return deadLink(err, signInHere())
	}
	name, err := d.Users.KnowBrowser(ctx, u, d.Sessions.From(c))
	if err != nil {
		return err
	}
	d.Sessions.RememberBrowser(c.Writer, c.Request, name)
	d.Audit.Record(ctx, audit.Event{Kind: audit.BrowserConfirmed, Actor: u.ID, Target: u.ID, IP: c.ClientIP(), Ref: web.Ref(c), Why: texts.New("browser.confirmed")})
	return web.SeeOther(c, signInHere().URL)
}

func signInHere() templates.Action {
	return templates.Action{Label: locales.Say("confirmed.sign-in"), URL: "/signin?local=1"}
}
