package onetime

import (
	"errors"
	"net/http"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/flows"
	"github.com/fedhub/fedhub/hub/maillinks"
	"github.com/fedhub/fedhub/hub/web"
	"github.com/fedhub/fedhub/internal/emailaddr"
	"github.com/fedhub/fedhub/internal/texts"
	"github.com/fedhub/fedhub/templates"
	"github.com/fedhub/fedhub/templates/locales"
)

// ForgotShow is GET /password/forgot. Without a mail server it refers the user to
// the administrator.
func (d *Handler) ForgotShow(c *gin.Context) error {
	page, err := d.forgot(c, c.Query("flow"), c.Query("to"))
	if err != nil {
		return err
	}
	return d.Responder.Show(c, http.StatusOK, page)
}

// forgot is the page of a user who was on the way to an application or a page of
// this hub. If the application waits no more, the link can be requested all the same.
func (d *Handler) forgot(c *gin.Context, flow, to string) (templates.Forgot, error) {
	_, again, err := d.Waiting(c, flow, to)
	if errors.Is(err, flows.ErrGone) || errors.Is(err, flows.ErrFinished) {
		flow, again, err = "", "/signin?local=1", nil
	}
	return templates.Forgot{Mail: d.MailLinks.Delivers(), Flow: flow, To: web.LocalPath(to, ""), Cancel: again}, err
}

// Forgot is POST /password/forgot. The response does not reveal whether a user has
// this address.
func (d *Handler) Forgot(c *gin.Context) error {
	form, err := web.Form(c)
	if err != nil {
		return err
	}
	page, err := d.forgot(c, form["flow"], form["to"])
	if err != nil {
		return err
	}
	if !page.Mail {
		return d.Responder.Show(c, http.StatusConflict, page)
	}
	if _, err := emailaddr.Canonical(form["email"]); err != nil {
		page.Email, page.Mistakes = form["email"], []templates.Mistake{{Field: "email", Text: locales.Say("user.email.bad")}}
		return d.Responder.Show(c, http.StatusUnprocessableEntity, page)
	}
	if err := d.MailLinks.Forgot(c.Request.Context(), form["email"]); err != nil {
		return err
	}
	d.Audit.Record(c.Request.Context(), audit.Event{Kind: audit.PasswordForgot, IP: c.ClientIP(), Ref: web.Ref(c)})
	return d.Responder.Show(c, http.StatusOK, templates.Told{Title: locales.Say("forgot.look-into-your-mail"),
		Text:   locales.Say("forgot.if-there-is-an-account"),
		Action: templates.Action{Label: locales.Say("forgot.back-to-signing-in"), URL: page.Cancel}})
}

// ResetShow is GET /password/reset/{token}, the link in the email. Opening it
// changes nothing.
func (d *Handler) ResetShow(c *gin.Context) error {
	u, err := d.MailLinks.Resets(c.Request.Context(), c.Param("token"))
	if err != nil {
		return d.deadReset(err)
	}
	return d.Responder.Show(c, http.StatusOK, templates.ResetPassword{Token: c.Param("token"), Email: u.Email, Shortest: d.MinPassword})
}

// Reset is POST /password/reset/{token}. It ends all sessions and starts none: the
// user signs in with the new password.
func (d *Handler) Reset(c *gin.Context) error {
	form, err := web.Form(c)
	if err != nil {
		return err
	}
	before, err := d.MailLinks.Resets(c.Request.Context(), c.Param("token"))
	if err != nil {
		return d.deadReset(err)
	}
	u, err := d.MailLinks.ResetBy(c.Request.Context(), c.Param("token"), form["password"])
	if wrong, ok := web.Mistakes(err, nil); ok {
		return d.Responder.Show(c, http.StatusUnprocessableEntity, templates.ResetPassword{Token: c.Param("token"), Email: before.Email, Shortest: d.MinPassword, Mistakes: wrong})
	}
	if err != nil {
		return d.deadReset(err)
	}
	d.Audit.Record(c.Request.Context(), audit.Event{Kind: audit.PasswordChanged, Actor: u.ID, Target: u.ID, IP: c.ClientIP(), Agent: c.Request.UserAgent(), Ref: web.Ref(c), Why: texts.New("reset.used")})
	if err := d.Logouts.EndAll(c.Request.Context(), u); err != nil {
		return err
	}
	if err := d.MailLinks.Changed(c.Request.Context(), u); err != nil {
		return err
	}
	return d.Responder.Show(c, http.StatusOK, templates.Told{Title: locales.Say("forgot.your-password-is-set"),
		Text: locales.Say("forgot.you-are-signed-out-everywhere"), Action: templates.Action{Label: locales.Say("forgot.sign-in"), URL: "/signin?local=1&switch=1"}})
}

// deadReset is the page for an invalid reset link; it offers to request a new one.
func (d *Handler) deadReset(err error) error {
	if !d.MailLinks.Delivers() {
		return deadLink(err, templates.Action{})
	}
	return deadLink(err, templates.Action{Label: locales.Say("forgot.ask-for-a-new-one"), URL: "/password/forgot"})
}

// deadLink is the page for an emailed link that is no longer valid; other errors
// are returned unchanged.
func deadLink(err error, next templates.Action) error {
	if !errors.Is(err, maillinks.ErrLink) {
		return err
	}
	return &web.ErrorPage{Status: http.StatusGone, Heading: locales.Say("forgot.this-link-doesnt-work-any"), Text: locales.Say("forgot.it-was-used-or-it"), Cause: err, Action: next}
}
