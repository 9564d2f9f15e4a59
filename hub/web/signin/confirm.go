package signin

import (
	"errors"
	"net/http"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/web"
	"github.com/fedhub/fedhub/internal/emailaddr"
	"github.com/fedhub/fedhub/internal/texts"
	"github.com/fedhub/fedhub/templates"
)

// After many wrong passwords in a row an account asks of browsers that it does
// not know for a link to its address besides the password. The link makes the
// browser in which it is opened one that the account knows, and nothing else:
// the password is still to be typed.

// ConfirmShow is GET /signin/confirm, where the link is asked for.
func (d *Handler) ConfirmShow(c *gin.Context) error {
	if !d.MailLinks.Delivers() {
		return web.NotFound(errors.New("no mail server is set up"))
	}
	return d.Responder.Show(c, http.StatusOK, templates.ConfirmBrowser{Flow: c.Query("flow"), To: web.LocalPath(c.Query("to"), "")})
}

// Confirm is POST /signin/confirm. It says the same whether or not there is
// anybody with the address.
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
		return d.Responder.Show(c, http.StatusUnprocessableEntity, templates.ConfirmBrowser{Email: form["email"], Flow: j.Flow, To: j.To,
			Mistakes: []templates.Mistake{{Field: "email", Text: templates.Sentence("user.email.bad", nil)}}})
	}
	if err := d.MailLinks.AskToConfirm(c.Request.Context(), form["email"]); err != nil {
		return err
	}
	d.Audit.Record(c.Request.Context(), audit.Event{Kind: audit.BrowserAsked, IP: c.ClientIP(), Ref: web.Ref(c)})
	return d.Responder.Show(c, http.StatusOK, templates.Told{Title: "Look into your mail",
		Text:   "If there is an account with this address, an email is on its way. Open its link in this browser, within an hour, and then sign in.",
		Action: templates.Action{Label: "Back to signing in", URL: "/signin" + local(j)}})
}

// ConfirmedShow is GET /signin/confirm/{token}, where the email leads. Looking
// does nothing.
func (d *Handler) ConfirmedShow(c *gin.Context) error {
	u, err := d.MailLinks.Confirms(c.Request.Context(), c.Param("token"))
	if err != nil {
		return deadLink(err, signInHere())
	}
	return d.Responder.Show(c, http.StatusOK, templates.ConfirmedBrowser{Token: c.Param("token"), Email: u.Email})
}

// Confirmed is POST /signin/confirm/{token}. It signs nobody in, and leads to the
// plain sign-in page: whoever asked for the link may be a stranger.
func (d *Handler) Confirmed(c *gin.Context) error {
	ctx := c.Request.Context()
	u, err := d.MailLinks.ConfirmBy(ctx, c.Param("token"))
	if err != nil {
		return deadLink(err, signInHere())
	}
	name, err := d.Users.KnowBrowser(ctx, u, d.from(c))
	if err != nil {
		return err
	}
	d.Sessions.RememberBrowser(c.Writer, c.Request, name)
	d.Audit.Record(ctx, audit.Event{Kind: audit.BrowserConfirmed, Actor: u.ID, Target: u.ID, IP: c.ClientIP(), Ref: web.Ref(c), Why: texts.New("browser.confirmed")})
	return web.SeeOther(c, signInHere().URL)
}

func signInHere() templates.Action { return templates.Action{Label: "Sign in", URL: "/signin?local=1"} }
