package account

import (
	"errors"
	"io/fs"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/federation/hubaddress"
	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/authentication"
	"github.com/fedhub/fedhub/hub/maillinks"
	"github.com/fedhub/fedhub/hub/sessions"
	"github.com/fedhub/fedhub/hub/users/linking"
	"github.com/fedhub/fedhub/hub/web"
	"github.com/fedhub/fedhub/templates"
	"github.com/fedhub/fedhub/templates/locales"
)

const connections = "/account/connections"

// Connections is GET /account/connections: the user's sign-in methods, the
// methods that can be added, and the recent changes.
func (d *Handler) Connections(c *gin.Context) error {
	p, err := d.Sessions.Current(c.Request)
	if err != nil {
		return err
	}
	keys, err := d.Upstreams.All(c.Request.Context())
	if err != nil {
		return err
	}
	linked, err := d.Linking.ByUser(c.Request.Context(), p.User.ID)
	if err != nil {
		return err
	}
	records, err := d.Linking.Records(c.Request.Context(), p.User.ID)
	if err != nil {
		return err
	}
	fresh, err := d.Sessions.IsFresh(c.Request.Context(), p.Session)
	if err != nil {
		return err
	}
	passkeys, err := d.Passkeys.Usable(c.Request.Context(), p.User.ID)
	if err != nil {
		return err
	}
	page := templates.Connections{Password: p.User.Password != "", Passkeys: len(passkeys), Fresh: fresh}
	has := map[string]bool{}
	for _, i := range linked {
		has[i.LoginKey] = true
		page.Linked = append(page.Linked, connection(keys, i, p.Session.SignedInWith(i.LoginKey, i.Subject)))
	}
	for _, k := range keys {
		if k.Ready() && !k.Hidden && !has[k.ID] {
			page.Others = append(page.Others, templates.Upstream{Key: k.ID, Name: k.Name, Icon: iconOf(k)})
		}
	}
	for _, r := range records {
		page.Changes = append(page.Changes, change(keys, r, p.User.ID))
	}
	return d.Responder.Show(c, http.StatusOK, page)
}

func connection(keys []federation.LoginKey, i linking.Identity, current bool) templates.Connection {
	out := templates.Connection{ID: i.ID, Provider: i.LoginKey, Who: i.Email, Since: i.Linked, LastUsed: i.LastUsed, Current: current, Off: true}
	for _, k := range keys {
		if k.ID == i.LoginKey {
			out.Provider, out.Icon, out.Off = k.Name, iconOf(k), !k.Ready()
			out.Trust = trust(authentication.PolicyOf(k).Worth(i.Email))
		}
	}
	return out
}

// trust says how reliable the address is that a provider reports.
func trust(authoritative, trusted bool) locales.Text {
	switch {
	case authoritative:
		return locales.Say("connections.runs-this-mailbox")
	case trusted:
		return locales.Say("connections.trusted-to-check-addresses")
	}
	return locales.Say("connections.its-address-is-not-relied")
}

func change(keys []federation.LoginKey, r linking.LinkEvent, userID string) templates.LinkChange {
	out := templates.LinkChange{ID: r.ID, Provider: r.KeyName, Unlinked: r.Action == linking.Unlinked, Moved: r.Action == linking.Moved, Made: r.Made, Until: r.Expires, Undone: r.Undone, Kept: r.ByAdministrator()}
	switch r.By {
	case userID:
		out.By = locales.Say("connections.you")
	case "":
		out.By = locales.Say("connections.signing-in")
	default:
		out.By = locales.Say("connections.an-administrator")
	}
	for _, k := range keys {
		if k.ID == r.LoginKey {
			out.Provider = k.Name
		}
	}
	if out.Provider == "" {
		out.Provider = r.LoginKey
	}
	return out
}

func iconOf(k federation.LoginKey) string {
	if k.Icon != "" {
		return k.Icon
	}
	return k.Kind
}

// Disconnect is POST /account/connections/remove. It ends the sessions that
// started with this provider and all other sessions of the user. This browser
// stays signed in, unless its session started with this provider.
func (d *Handler) Disconnect(c *gin.Context) error {
	p, form, err := d.asked(c)
	if err != nil {
		return err
	}
	if sent, err := d.Sessions.ProveFirst(c, p, connections); sent || err != nil {
		return err
	}
	ctx := c.Request.Context()
	linked, err := d.Linking.ByUser(ctx, p.User.ID)
	if err != nil {
		return err
	}
	var identity linking.Identity
	for _, i := range linked {
		if i.ID == form["identity"] {
			identity = i
		}
	}
	if identity.ID == "" {
		return web.SeeOther(c, connections) // gone already, in another window
	}
	user, err := d.Linking.Unlink(ctx, p.User.ID, identity.ID, p.User.ID)
	if err != nil {
		return linkError(err)
	}
	d.record(c, p, audit.Event{Kind: audit.LinkRemoved, LoginKey: identity.LoginKey})
	stays := !p.Session.SignedInWith(identity.LoginKey, identity.Subject)
	if stays {
		err := d.Sessions.Renew(ctx, p.Session, user.SessionGeneration)
		if stays = err == nil; err != nil && !errors.Is(err, sessions.ErrNobody) {
			return err
		}
	}
	if err := d.Logouts.EndAll(ctx, user); err != nil {
		return err
	}
	if err := d.UpstreamTokens.Disconnect(ctx, identity); err != nil {
		return err
	}
	if !stays {
		return web.SeeOther(c, hubaddress.SignedOutPath)
	}
	return web.SeeOther(c, connections+"?done=unlinked")
}

// UndoChange is POST /account/connections/undo.
func (d *Handler) UndoChange(c *gin.Context) error {
	p, form, err := d.asked(c)
	if err != nil {
		return err
	}
	if sent, err := d.Sessions.ProveFirst(c, p, connections); sent || err != nil {
		return err
	}
	ctx := c.Request.Context()
	r, err := d.Linking.Record(ctx, form["record"])
	if err == nil && r.UserID != p.User.ID {
		err = fs.ErrNotExist
	}
	if err != nil {
		return linkError(err)
	}
	_, user, err := d.Linking.Undo(ctx, r.ID, p.User.ID)
	if err != nil {
		return linkError(err)
	}
	d.record(c, p, audit.Event{Kind: audit.LinkUndone, LoginKey: r.LoginKey, Detail: map[string]string{"record": r.ID}})
	if err := d.Logouts.EndAll(ctx, user); err != nil {
		return err
	}
	return web.SeeOther(c, hubaddress.SignedOutPath)
}

// linkError explains why a change of links is refused.
func linkError(err error) error {
	back := templates.Action{Label: locales.Say("connections.tab"), URL: connections}
	switch {
	case errors.Is(err, linking.ErrLastWayIn):
		return &web.ErrorPage{Status: http.StatusConflict, Heading: locales.Say("connections.this-is-your-only-way"), Action: back,
			Text: locales.Say("connections.without-it-nobody-could-sign")}
	case errors.Is(err, linking.ErrNotYours):
		return &web.ErrorPage{Status: http.StatusForbidden, Heading: locales.Say("connections.an-administrator-removed-this"), Text: locales.Say("connections.only-an-administrator-can-put"), Action: back}
	case errors.Is(err, linking.ErrUndone), errors.Is(err, fs.ErrNotExist):
		return &web.ErrorPage{Status: http.StatusGone, Heading: locales.Say("connections.that-is-undone-already-or"), Text: locales.Say("connections.nothing-was-changed"), Action: back}
	case errors.Is(err, fs.ErrExist):
		return &web.ErrorPage{Status: http.StatusConflict, Heading: locales.Say("connections.it-signs-in-to-another"), Text: locales.Say("connections.nothing-was-changed-disconnect-it"), Action: back}
	}
	return err
}

// WasntMeShow is GET /wasnt-me, the link in an email about a change. Opening it
// changes nothing: mail scanners open links too.
func (d *Handler) WasntMeShow(c *gin.Context) error {
	r, err := d.Linking.ByUndoToken(c.Request.Context(), c.Query("token"))
	if err != nil {
		return undoError(err)
	}
	return d.Responder.Show(c, http.StatusOK, templates.WasntMe{Token: c.Query("token"), Provider: d.shown(c, r), Unlinked: r.Action == linking.Unlinked, Made: r.Made, Until: r.Expires})
}

func (d *Handler) shown(c *gin.Context, r linking.LinkEvent) string {
	if key, err := d.Upstreams.Get(c.Request.Context(), r.LoginKey); err == nil {
		return key.Name
	}
	return r.LoginKey
}

// WasntMe is POST /wasnt-me: it reverts the change, once, and ends all sessions
// of the account. The link in the email is proof enough, because its reader may
// have no way to sign in.
func (d *Handler) WasntMe(c *gin.Context) error {
	form, err := web.Form(c)
	if err != nil {
		return err
	}
	ctx := c.Request.Context()
	r, err := d.Linking.ByUndoToken(ctx, form["token"])
	if err != nil {
		return undoError(err)
	}
	_, user, err := d.Linking.Undo(ctx, r.ID, linking.ByEmail)
	if err != nil {
		return undoError(err)
	}
	d.Audit.Record(ctx, by(c, linking.ByEmail).Did(audit.Event{Kind: audit.LinkUndone, Target: r.UserID, LoginKey: r.LoginKey,
		Detail: map[string]string{"record": r.ID}}))
	if err := d.Self.EndedForGood(ctx, user); err != nil {
		return err
	}
	return d.afterUndo(c, linking.ByEmail, user)
}

// WasntMeDone is GET /wasnt-me/done.
func (d *Handler) WasntMeDone(c *gin.Context) error {
	return d.Responder.Show(c, http.StatusOK, templates.WasntMe{Done: true, Mailed: c.Query("mailed") != "", Made: time.Time{}})
}

func undoError(err error) error {
	switch {
	case errors.Is(err, linking.ErrUndoLink), errors.Is(err, linking.ErrUndone), errors.Is(err, maillinks.ErrLink), errors.Is(err, fs.ErrNotExist):
		return &web.ErrorPage{Status: http.StatusGone, Heading: locales.Say("connections.this-link-doesnt-work-any"),
			Text:   locales.Say("connections.it-was-used-or-it"),
			Action: templates.Action{Label: locales.Say("connections.sign-in"), URL: "/signin"}}
	case errors.Is(err, fs.ErrExist):
		return linkError(err)
	}
	return err
}
