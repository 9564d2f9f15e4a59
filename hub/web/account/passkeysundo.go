package account

import (
	"errors"
	"io/fs"
	"net/http"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/maillinks"
	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/hub/users/linking"
	"github.com/fedhub/fedhub/hub/web"
	"github.com/fedhub/fedhub/internal/texts"
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

// PasskeyWasntMe is POST /wasnt-me/passkey: a passkey that was added goes,
// everybody who is signed in to the account is signed out, and an email leads
// to a new password. A passkey that was removed is not put back: who removed it
// may hold it.
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
	if change.Removed || errors.Is(err, fs.ErrNotExist) { // or its owner was faster
		kind = audit.SessionsEnded
		user, err = d.Users.EndEverything(ctx, change.User.ID)
	}
	if err != nil {
		return err
	}
	d.Audit.Record(ctx, audit.Event{Kind: kind, Actor: linking.ByEmail, Target: user.ID, IP: c.ClientIP(), Ref: web.Ref(c),
		Detail: map[string]string{"passkey": change.Passkey, "name": change.Name}})
	if err := d.Second.Removed(ctx, user.ID); err != nil {
		return err
	}
	if err := d.Logouts.EndAll(ctx, user); err != nil {
		return err
	}
	return d.afterUndo(c, user)
}

// afterUndo emails a user a link to a new password, if one signs them in here,
// and shows what was done.
func (d *Handler) afterUndo(c *gin.Context, u users.User) error {
	ctx := c.Request.Context()
	s, err := d.Settings.Current(ctx)
	if err != nil {
		return err
	}
	if u.Disabled || !u.EmailVerified || !s.SignsInByPassword(u.Admin()) {
		return web.SeeOther(c, "/wasnt-me/done")
	}
	err = d.MailLinks.ProveByReset(ctx, u)
	if errors.Is(err, maillinks.ErrOften) {
		return web.SeeOther(c, "/wasnt-me/done") // they have some
	}
	if err != nil {
		return err
	}
	d.Audit.Record(ctx, audit.Event{Kind: audit.PasswordForgot, Actor: linking.ByEmail, Target: u.ID, IP: c.ClientIP(), Ref: web.Ref(c), Why: texts.New("prove.mailed")})
	return web.SeeOther(c, "/wasnt-me/done?mailed=1")
}
