package account

import (
	"context"
	"errors"
	"io/fs"
	"net/http"
	"slices"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/authentication"
	"github.com/fedhub/fedhub/hub/maillinks"
	"github.com/fedhub/fedhub/hub/sessions"
	"github.com/fedhub/fedhub/hub/users/linking"
	"github.com/fedhub/fedhub/hub/users/passkeys"
	"github.com/fedhub/fedhub/hub/web"
	"github.com/fedhub/fedhub/hub/web/proof"
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

// showPasskeys fills in the fields that every version of the page needs.
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
	if page.AddressFirst, err = d.needsAddress(ctx, p); err != nil {
		return err
	}
	if available && page.Fresh && !page.Full && !page.AddressFirst {
		begun, err := d.Passkeys.BeginRegistration(ctx, p.User, d.Sessions.Browser(c.Writer, c.Request))
		if err != nil {
			return err
		}
		page.Add = templates.Ceremony(begun)
	}
	if page.Second, page.NoCodes, err = d.asksPasskey(ctx, p.User.ID, all); err != nil {
		return err
	}
	page.Suggested = web.Device(c.Request.UserAgent())
	return d.Responder.Show(c, status, page)
}

// asksPasskey reports whether one of these passkeys is the user's second factor,
// and whether the user lacks recovery codes in case it is lost.
func (d *Handler) asksPasskey(ctx context.Context, userID string, all []passkeys.Passkey) (asks, noCodes bool, err error) {
	rules, err := d.Second.Settings(ctx)
	if err != nil || !rules.AsksSecondFactor() || !slices.ContainsFunc(all, d.Passkeys.Here) {
		return false, false, err
	}
	f, err := d.Second.Codes.Of(ctx, userID)
	return true, len(f.Recovery.Codes) == 0, err
}

// AddPasskey is POST /account/passkeys. Creating a passkey verifies the user, as
// using it does.
func (d *Handler) AddPasskey(c *gin.Context) error {
	p, form, err := d.asked(c)
	if err != nil {
		return err
	}
	if sent, err := d.Sessions.ProveFirst(c, p, passkeysPage); sent || err != nil {
		return err
	}
	if sent, err := d.addressFirst(c, p, "passkeys"); sent || err != nil {
		return err
	}
	ctx := c.Request.Context()
	added, err := d.Passkeys.FinishRegistration(ctx, p.User, d.Sessions.BoundToBrowser(c.Request), form[proof.PasskeyState], form[proof.PasskeyAnswer], form["name"])
	if wrong, ok := web.Mistakes(err, nil); ok {
		return d.showPasskeys(c, http.StatusUnprocessableEntity, p, templates.Passkeys{Name: form["name"], Mistakes: wrong})
	}
	if errors.Is(err, passkeys.ErrOff) {
		return web.NotFound(err)
	}
	if title, text, ok := proof.PasskeyNotAdded(err); ok {
		alert := templates.Note{Tone: "danger", Title: locales.Of(title), Text: locales.Of(text)}
		return d.showPasskeys(c, http.StatusUnprocessableEntity, p, templates.Passkeys{Name: form["name"], Alert: alert})
	}
	if err != nil {
		return err
	}
	d.record(c, p, audit.Event{Kind: audit.PasskeyAdded, Detail: map[string]string{"passkey": added.ID, "name": added.Name}})
	if err := d.factorsChanged(c, p); err != nil {
		return err
	}
	if err := d.MailLinks.TellPasskey(ctx, maillinks.PasskeyChange{User: p.User, Passkey: added.ID, Name: added.Name}); err != nil {
		return err
	}
	if !p.Session.TwoFactors() {
		if err := d.Sessions.Proved(c.Request, p, authentication.WithPasskey(p.AsShown(), d.Now(), added.Credential.Synced)); err != nil {
			return err
		}
	}
	return web.SeeOther(c, passkeysPage+"?done=passkey")
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
		return web.SeeOther(c, passkeysPage) // removed already, in another window
	}
	if err != nil {
		return err
	}
	d.record(c, p, audit.Event{Kind: audit.PasskeyRenamed, Detail: map[string]string{"passkey": renamed.ID, "name": renamed.Name}})
	return web.SeeOther(c, passkeysPage+"?done=saved")
}

// RemovePasskey is POST /account/passkeys/remove. All other sessions of the user
// end, because the holder of the passkey may have one; this browser stays signed in.
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
	if err := d.Second.Removed(ctx, p.User.ID); err != nil {
		return err
	}
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
