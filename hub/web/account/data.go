package account

import (
	"encoding/json"
	"errors"
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/selfservice"
	"github.com/fedhub/fedhub/hub/sessions"
	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/hub/users/linking"
	"github.com/fedhub/fedhub/hub/web"
	"github.com/fedhub/fedhub/templates"
	"github.com/fedhub/fedhub/templates/locales"
)

const (
	dataPage   = "/account/data"
	deletePage = "/account/delete"
)

// Data is GET /account/data: the page to download the data or delete the account.
func (d *Handler) Data(c *gin.Context) error {
	p, err := d.Sessions.Current(c.Request)
	if err != nil {
		return err
	}
	rules, err := d.Settings.Current(c.Request.Context())
	if err != nil {
		return err
	}
	return d.Responder.Show(c, http.StatusOK, templates.Data{Days: rules.DeletionFor(), Due: p.User.DeletionDue})
}

// Download is POST /account/data: all data that the hub has about the user, as a
// file. It is a POST because it is audited. It needs a recent sign-in, so that an
// unattended browser does not expose the data.
func (d *Handler) Download(c *gin.Context) error {
	p, _, err := d.asked(c)
	if err != nil {
		return err
	}
	if sent, err := d.Sessions.ProveFirst(c, p, dataPage); sent || err != nil {
		return err
	}
	ctx := c.Request.Context()
	all, err := d.Self.Export(ctx, d.Issuer, p.User, d.namesFor(ctx).app, d.Now())
	if err != nil {
		return err
	}
	body, err := json.MarshalIndent(all, "", "  ")
	if err != nil {
		return err
	}
	d.record(c, p, audit.Event{Kind: audit.DataTaken})
	h := c.Writer.Header()
	h.Set("Content-Disposition", `attachment; filename="account.json"`)
	h.Set("Cache-Control", "no-store")
	c.Data(http.StatusOK, "application/json; charset=utf-8", body)
	return nil
}

// DeleteShow is GET /account/delete: it shows what the deletion removes.
func (d *Handler) DeleteShow(c *gin.Context) error {
	p, err := d.Sessions.Current(c.Request)
	if err != nil {
		return err
	}
	if p.User.Leaving() {
		return d.Responder.Show(c, http.StatusOK, templates.DeletionPending{Due: p.User.DeletionDue, Asked: p.User.DeletionAsked})
	}
	if sent, err := d.Sessions.ProveFirst(c, p, deletePage); sent || err != nil {
		return err
	}
	return d.showDelete(c, http.StatusOK, p, "", nil)
}

func (d *Handler) showDelete(c *gin.Context, status int, p sessions.Person, typed string, wrong []templates.Mistake) error {
	has, err := d.Self.Leaving(c.Request.Context(), p.User)
	if err != nil {
		return err
	}
	if has.Days == 0 {
		return web.NotFound(selfservice.ErrDeletionOff)
	}
	return d.Responder.Show(c, status, templates.DeleteAccount{
		Type: toType(p.User), Typed: typed, Days: has.Days, Sessions: has.Sessions, Apps: has.Apps, Identities: has.Identities, Passkeys: has.Passkeys,
		Mail: p.User.EmailVerified && d.MailLinks.Delivers(), Mistakes: wrong,
	})
}

// toType is the text that the user types to confirm the deletion.
func toType(u users.User) string {
	switch {
	case u.Email != "":
		return u.Email
	case u.Username != "":
		return u.Username
	}
	return u.Name
}

// Delete is POST /account/delete. The deletion takes effect after some days; a
// link in an email cancels it, and so does a button after a sign-in.
func (d *Handler) Delete(c *gin.Context) error {
	p, form, err := d.asked(c)
	if err != nil {
		return err
	}
	if p.User.Leaving() {
		return web.SeeOther(c, deletePage)
	}
	if sent, err := d.Sessions.ProveFirst(c, p, deletePage); sent || err != nil {
		return err
	}
	if !strings.EqualFold(strings.TrimSpace(form["confirm"]), toType(p.User)) {
		return d.showDelete(c, http.StatusUnprocessableEntity, p, form["confirm"], []templates.Mistake{{Field: "confirm", Text: locales.Say("deleteaccount.not-the-same")}})
	}
	_, err = d.Self.RequestDeletion(c.Request.Context(), by(c, p.User.ID), p, d.Now())
	switch {
	case errors.Is(err, users.ErrLastAdmin):
		return &web.ErrorPage{Status: http.StatusConflict, Heading: locales.Say("deleteaccount.last-admin"), Text: locales.Say("deleteaccount.last-admin-do"),
			Action: templates.Action{Label: locales.Say("account.title"), URL: "/account"}, Cause: err}
	case errors.Is(err, selfservice.ErrDeletionOff):
		return web.NotFound(err)
	case err != nil:
		return err
	}
	return web.SeeOther(c, deletePage)
}

// CancelDelete is POST /account/delete/cancel.
func (d *Handler) CancelDelete(c *gin.Context) error {
	p, _, err := d.asked(c)
	if err != nil {
		return err
	}
	err = d.Self.CancelDeletion(c.Request.Context(), by(c, p.User.ID), p.User.ID)
	if err != nil && !errors.Is(err, users.ErrNotLeaving) {
		return err
	}
	return web.SeeOther(c, "/account?done=kept")
}

// KeepShow is GET /keep-account, the link in the email about the deletion.
// Opening it changes nothing: mail scanners open links too.
func (d *Handler) KeepShow(c *gin.Context) error {
	u, err := d.MailLinks.Keeps(c.Request.Context(), c.Query("token"))
	if err != nil {
		return undoError(err)
	}
	return d.Responder.Show(c, http.StatusOK, templates.KeepAccount{Token: c.Query("token"), Email: u.Email, Due: u.DeletionDue})
}

// Keep is POST /keep-account. It starts no session.
func (d *Handler) Keep(c *gin.Context) error {
	form, err := web.Form(c)
	if err != nil {
		return err
	}
	u, err := d.MailLinks.Keeps(c.Request.Context(), form["token"])
	if err == nil {
		err = d.Self.CancelDeletion(c.Request.Context(), by(c, linking.ByEmail), u.ID)
	}
	if err != nil {
		return undoError(err)
	}
	return d.Responder.Show(c, http.StatusOK, templates.Told{Title: locales.Say("keepaccount.kept"), Text: locales.Say("keepaccount.kept-do"),
		Action: templates.Action{Label: locales.Say("confirmed.sign-in"), URL: "/signin"}})
}
