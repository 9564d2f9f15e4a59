package signin

import (
	"errors"
	"net/http"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/web"
	"github.com/fedhub/fedhub/internal/emailaddr"
	"github.com/fedhub/fedhub/templates"
	"github.com/fedhub/fedhub/templates/locales"
)

// After many wrong passwords in a row the account requires, in browsers that it
// does not know, a link in an email besides the password. The link makes the
// browser that opens it a known browser, and does nothing else: the user must
// still enter the password.

// ConfirmShow is GET /signin/confirm, the page on which users request the link.
func (d *Handler) ConfirmShow(c *gin.Context) error {
	if !d.MailLinks.Delivers() {
		return web.NotFound(errors.New("no mail server is set up"))
	}
	j, err := d.pendingLogin(c, method{Flow: c.Query("flow"), To: c.Query("to")})
	if err != nil {
		return err
	}
	return d.Responder.Show(c, http.StatusOK, templates.ConfirmBrowser{Flow: j.Flow, To: web.LocalPath(j.To, ""), Cancel: "/signin" + local(j)})
}

// Confirm is POST /signin/confirm. The response does not reveal whether a user has
// this address.
func (d *Handler) Confirm(c *gin.Context) error {
	form, err := web.Form(c)
	if err != nil {
		return err
	}
	if !d.MailLinks.Delivers() {
		return web.NotFound(errors.New("no mail server is set up"))
	}
	j, err := d.pendingLogin(c, method{Flow: form["flow"], To: form["to"]})
	if err != nil {
		return err
	}
	if _, err := emailaddr.Canonical(form["email"]); err != nil {
		return d.Responder.Show(c, http.StatusUnprocessableEntity, templates.ConfirmBrowser{Email: form["email"], Flow: j.Flow, To: j.To, Cancel: "/signin" + local(j),
			Mistakes: []templates.Mistake{{Field: "email", Text: locales.Say("user.email.bad")}}})
	}
	if err := d.MailLinks.AskToConfirm(c.Request.Context(), form["email"]); err != nil {
		return err
	}
	d.Audit.Record(c.Request.Context(), audit.Event{Kind: audit.BrowserAsked, IP: c.ClientIP(), Ref: web.Ref(c)})
	return d.Responder.Show(c, http.StatusOK, templates.Told{Title: locales.Say("confirm.look-into-your-mail"),
		Text:   locales.Say("confirm.if-there-is-an-account"),
		Action: templates.Action{Label: locales.Say("confirm.back-to-signing-in"), URL: "/signin" + local(j)}})
}
