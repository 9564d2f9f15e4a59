package account

import (
	"errors"
	"io/fs"
	"net/http"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/maillinks"
	"github.com/fedhub/fedhub/hub/sessions"
	"github.com/fedhub/fedhub/hub/users/linking"
	"github.com/fedhub/fedhub/hub/users/passkeys"
	"github.com/fedhub/fedhub/hub/web"
	"github.com/fedhub/fedhub/templates"
	"github.com/fedhub/fedhub/templates/locales"
)

const passkeysPage = "/account/passkeys"

// PasskeysShow is GET /account/passkeys.
func (d *Handler) PasskeysShow(c *gin.Context) error {
	p, err := d.Sessions.Current(c.Request)
	if err != nil {
		return err
	}
	return d.showPasskeys(c, http.StatusOK, p, templates.Passkeys{})
}

// showPasskeys fills in what the page always has.
func (d *Handler) showPasskeys(c *gin.Context, status int, p sessions.Person, page templates.Passkeys) error {
	ctx := c.Request.Context()
	all, err := d.Passkeys.Of(ctx, p.User.ID)
	if err != nil {
		return err
	}
	for _, k := range all {
		shown := templates.Passkey{ID: k.ID, Name: k.Name, Created: k.Created, Used: k.Used, Synced: k.Credential.Synced}
		if !d.Passkeys.Here(k) {
			shown.Elsewhere = k.RPID
		}
		page.List = append(page.List, shown)
	}
	if page.Fresh, err = d.Sessions.IsFresh(ctx, p.Session); err != nil {
		return err
	}
	available, why := d.Passkeys.Available()
	if page.Full = len(all) >= passkeys.Most; !available {
		page.Off = locales.Of(why)
	}
	if available && page.Fresh && !page.Full {
		begun, err := d.Passkeys.BeginRegistration(ctx, p.User, d.Sessions.Browser(c.Writer, c.Request))
		if err != nil {
			return err
		}
		page.Add = templates.Ceremony(begun)
	}
	page.Suggested = device(c.Request.UserAgent())
	return d.Responder.Show(c, status, page)
}

// AddPasskey is POST /account/passkeys.
func (d *Handler) AddPasskey(c *gin.Context) error {
	p, form, err := d.asked(c)
	if err != nil {
		return err
	}
	if sent, err := d.Sessions.ProveFirst(c, p, passkeysPage); sent || err != nil {
		return err
	}
	ctx := c.Request.Context()
	added, err := d.Passkeys.FinishRegistration(ctx, p.User, d.Sessions.BoundToBrowser(c.Request), form["passkey_state"], form["passkey_answer"], form["name"])
	if wrong, ok := web.Mistakes(err, nil); ok {
		return d.showPasskeys(c, http.StatusUnprocessableEntity, p, templates.Passkeys{Name: form["name"], Mistakes: wrong})
	}
	if errors.Is(err, passkeys.ErrOff) {
		return web.NotFound(err)
	}
	if alert, ok := notAdded(err); ok {
		return d.showPasskeys(c, http.StatusUnprocessableEntity, p, templates.Passkeys{Name: form["name"], Alert: alert})
	}
	if err != nil {
		return err
	}
	d.record(c, p, audit.Event{Kind: audit.PasskeyAdded, Detail: map[string]string{"passkey": added.ID, "name": added.Name}})
	if err := d.MailLinks.TellPasskey(ctx, maillinks.PasskeyChange{User: p.User, Passkey: added.ID, Name: added.Name}); err != nil {
		return err
	}
	return web.SeeOther(c, passkeysPage+"?done=passkey")
}

// notAdded is what the person is told of a passkey that was not added, if it is
// for the person at all.
func notAdded(err error) (templates.Note, bool) {
	tell := func(title, text string) (templates.Note, bool) {
		return templates.Note{Tone: "danger", Title: locales.Say(title), Text: locales.Say(text)}, true
	}
	switch {
	case errors.Is(err, passkeys.ErrStale):
		return tell("passkeys.stale", "passkeys.stale-do")
	case errors.Is(err, passkeys.ErrUnverified):
		return tell("passkeys.unverified", "passkeys.unverified-do")
	case errors.Is(err, passkeys.ErrTaken):
		return tell("passkeys.on-this-device", "passkeys.taken-do")
	case errors.Is(err, passkeys.ErrMost):
		return tell("passkeys.full", "passkeys.full-do")
	case errors.As(err, new(*passkeys.RefusedError)):
		return tell("passkeys.refused", "passkeys.add-again")
	}
	return templates.Note{}, false
}

// RenamePasskey is POST /account/passkeys/rename.
func (d *Handler) RenamePasskey(c *gin.Context) error {
	p, form, err := d.asked(c)
	if err != nil {
		return err
	}
	renamed, err := d.Passkeys.Rename(c.Request.Context(), p.User.ID, form["passkey"], form["name"])
	if wrong, ok := web.Mistakes(err, map[string]string{"name": ""}); ok {
		return d.showPasskeys(c, http.StatusUnprocessableEntity, p, templates.Passkeys{Mistakes: wrong})
	}
	if errors.Is(err, fs.ErrNotExist) {
		return web.SeeOther(c, passkeysPage) // gone already, in another window
	}
	if err != nil {
		return err
	}
	d.record(c, p, audit.Event{Kind: audit.PasskeyRenamed, Detail: map[string]string{"passkey": renamed.ID, "name": renamed.Name}})
	return web.SeeOther(c, passkeysPage+"?done=saved")
}

// RemovePasskey is POST /account/passkeys/remove. Everything else of the person
// ends, for whoever holds the passkey may be signed in; this browser goes on.
func (d *Handler) RemovePasskey(c *gin.Context) error {
	p, form, err := d.asked(c)
	if err != nil {
		return err
	}
	if sent, err := d.Sessions.ProveFirst(c, p, passkeysPage); sent || err != nil {
		return err
	}
	ctx := c.Request.Context()
	removed, user, err := d.Passkeys.Remove(ctx, p.User.ID, form["passkey"])
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return web.SeeOther(c, passkeysPage)
	case errors.Is(err, linking.ErrLastWayIn):
		return d.showPasskeys(c, http.StatusConflict, p, templates.Passkeys{Alert: templates.Note{Tone: "danger",
			Title: locales.Say("connections.this-is-your-only-way"), Text: locales.Say("connections.without-it-nobody-could-sign")}})
	case err != nil:
		return err
	}
	d.record(c, p, audit.Event{Kind: audit.PasskeyRemoved, Detail: map[string]string{"passkey": removed.ID, "name": removed.Name}})
	signedOut := d.Sessions.Renew(ctx, p.Session, user.SessionGeneration)
	if signedOut != nil && !errors.Is(signedOut, sessions.ErrNobody) {
		return signedOut
	}
	if err := d.Logouts.EndAll(ctx, user); err != nil {
		return err
	}
	if err := d.MailLinks.TellPasskey(ctx, maillinks.PasskeyChange{User: user, Passkey: removed.ID, Name: removed.Name, Removed: true}); err != nil {
		return err
	}
	if signedOut != nil {
		return signedOut
	}
	return web.SeeOther(c, passkeysPage+"?done=unkeyed")
}
