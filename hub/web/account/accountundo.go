package account

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/users/linking"
	"github.com/fedhub/fedhub/hub/web"
	"github.com/fedhub/fedhub/templates"
	"github.com/fedhub/fedhub/templates/locales"
)

// reported are the events that emails with such a link tell of.
var reported = map[string]string{
	"browser.new":      audit.SignInOK,
	"password.changed": audit.PasswordChanged,
	"factor.added":     audit.SecondAdded,
	"factor.removed":   audit.SecondRemoved,
	"recovery.used":    audit.RecoveryUsed,
}

// AccountWasntMeShow is GET /wasnt-me/account, the link in the emails about a new
// browser, the password and the second factor. Opening it changes nothing: mail
// scanners open links too.
func (d *Handler) AccountWasntMeShow(c *gin.Context) error {
	r, err := d.MailLinks.Report(c.Request.Context(), c.Query("token"))
	if err != nil {
		return undoError(err)
	}
	kind := reported[r.Code]
	return d.Responder.Show(c, http.StatusOK, templates.WasntMyAccount{Token: c.Query("token"), Made: r.Made, Until: r.Until,
		Text:   locales.Say(sentences[kind]),
		Factor: kind == audit.SecondAdded || kind == audit.SecondRemoved || kind == audit.RecoveryUsed})
}

// AccountWasntMe is POST /wasnt-me/account: it ends everything that was issued to
// the account, here and in apps, and emails a link to choose a new password.
func (d *Handler) AccountWasntMe(c *gin.Context) error {
	form, err := web.Form(c)
	if err != nil {
		return err
	}
	ctx := c.Request.Context()
	r, err := d.MailLinks.TakeReport(ctx, form["token"])
	if err != nil {
		return undoError(err)
	}
	user, err := d.Users.EndEverything(ctx, r.User.ID)
	if err != nil {
		return err
	}
	d.Audit.Record(ctx, by(c, linking.ByEmail).Did(audit.Event{Kind: audit.SessionsEnded, Target: user.ID,
		Detail: map[string]string{"which": "disowned", "about": r.Code}}))
	if err := d.Self.EndedForGood(ctx, user); err != nil {
		return err
	}
	return d.afterUndo(c, linking.ByEmail, user)
}
