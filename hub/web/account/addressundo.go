package account

import (
	"errors"
	"net/http"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/maillinks"
	"github.com/fedhub/fedhub/hub/users/linking"
	"github.com/fedhub/fedhub/hub/web"
	"github.com/fedhub/fedhub/templates"
	"github.com/fedhub/fedhub/templates/locales"
)

// AddressWasntMeShow is GET /wasnt-me/address, the link in the email to the
// address that was replaced. Opening it changes nothing: mail scanners open
// links too.
func (d *Handler) AddressWasntMeShow(c *gin.Context) error {
	change, err := d.MailLinks.AddressChange(c.Request.Context(), c.Query("token"))
	if err != nil {
		return undoError(err)
	}
	return d.Responder.Show(c, http.StatusOK, templates.WasntMyAddress{Token: c.Query("token"), Before: change.Before, After: change.After, Made: change.Made, Until: change.Until})
}

// AddressWasntMe is POST /wasnt-me/address: it restores the address, ends all
// sessions of the account, and emails the address a link to choose a new
// password.
func (d *Handler) AddressWasntMe(c *gin.Context) error {
	form, err := web.Form(c)
	if err != nil {
		return err
	}
	ctx := c.Request.Context()
	change, err := d.MailLinks.AddressChange(ctx, form["token"])
	if err != nil {
		return undoError(err)
	}
	user, err := d.MailLinks.RestoreAddress(ctx, change)
	if errors.Is(err, maillinks.ErrAddressTaken) {
		return &web.ErrorPage{Status: http.StatusConflict, Heading: locales.Say("wasntmyaddress.taken"), Text: locales.Say("wasntmyaddress.taken-do"), Cause: err}
	}
	if err != nil {
		return undoError(err)
	}
	d.Audit.Record(ctx, by(c, linking.ByEmail).Did(audit.Event{Kind: audit.EmailRestored, Target: user.ID, Detail: map[string]string{"email": user.Email}}))
	if err := d.Self.EndedForGood(ctx, user); err != nil {
		return err
	}
	return d.afterUndo(c, linking.ByEmail, user)
}
