package account

import (
	"errors"
	"io/fs"
	"net/http"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/hub/users/linking"
	"github.com/fedhub/fedhub/hub/web"
	"github.com/fedhub/fedhub/templates"
)

// PasskeyWasntMeShow is GET /wasnt-me/passkey, the link in an email about a
// passkey. Opening it changes nothing: mail scanners open links too.
func (d *Handler) PasskeyWasntMeShow(c *gin.Context) error {
	change, err := d.MailLinks.PasskeyChange(c.Request.Context(), c.Query("token"))
	if err != nil {
		return undoError(err)
	}
	return d.Responder.Show(c, http.StatusOK, templates.WasntMyPasskey{Token: c.Query("token"), Name: change.Name, Removed: change.Removed, Made: change.Made, Until: change.Until})
}

// PasskeyWasntMe is POST /wasnt-me/passkey: it removes a passkey that was added,
// ends all sessions of the account, and emails a link to a new password. It does
// not restore a passkey that was removed, because the attacker who removed it may
// hold it.
func (d *Handler) PasskeyWasntMe(c *gin.Context) error {
	form, err := web.Form(c)
	if err != nil {
		return err
	}
	ctx := c.Request.Context()
	change, err := d.MailLinks.TakePasskeyChange(ctx, form["token"])
	if err != nil {
		return undoError(err)
	}
	kind, user := audit.PasskeyRemoved, change.User
	if !change.Removed {
		user, err = d.Passkeys.Withdraw(ctx, user.ID, change.Passkey)
	}
	if change.Removed || errors.Is(err, fs.ErrNotExist) { // or its owner has removed it already
		kind = audit.SessionsEnded
		user, err = d.Users.EndEverything(ctx, change.User.ID)
	}
	if err != nil {
		return err
	}
	d.Audit.Record(ctx, by(c, linking.ByEmail).Did(audit.Event{Kind: kind, Target: user.ID,
		Detail: map[string]string{"passkey": change.Passkey, "name": change.Name}}))
	if err := d.Second.Removed(ctx, user.ID); err != nil {
		return err
	}
	if err := d.Self.EndedForGood(ctx, user); err != nil {
		return err
	}
	return d.afterUndo(c, linking.ByEmail, user)
}

// afterUndo emails the user a link to a new password, if passwords sign this user
// in here, and shows the result.
func (d *Handler) afterUndo(c *gin.Context, id string, u users.User) error {
	mailed, err := d.Self.BeginReset(c.Request.Context(), by(c, id), u)
	if err != nil {
		return err
	}
	return undone(c, mailed)
}

func undone(c *gin.Context, mailed bool) error {
	if mailed {
		return web.SeeOther(c, "/wasnt-me/done?mailed=1")
	}
	return web.SeeOther(c, "/wasnt-me/done")
}
