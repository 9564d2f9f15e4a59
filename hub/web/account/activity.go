package account

import (
	"context"
	"errors"
	"io/fs"
	"net/http"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/selfservice"
	"github.com/fedhub/fedhub/hub/sessions"
	"github.com/fedhub/fedhub/hub/users/linking"
	"github.com/fedhub/fedhub/hub/web"
	"github.com/fedhub/fedhub/templates"
	"github.com/fedhub/fedhub/templates/locales"
)

const (
	activityPage = "/account/activity"
	disownPage   = activityPage + "/wasnt-me"
)

// atOnce is how many events one page reads. Events without a sentence for users
// are left out, so a page may show fewer.
const atOnce = 50

// Activity is GET /account/activity: the events of the account and the user's own
// actions, the newest first.
func (d *Handler) Activity(c *gin.Context) error {
	p, err := d.Sessions.Current(c.Request)
	if err != nil {
		return err
	}
	before := c.Query("before")
	page := templates.Activity{Later: before != ""}
	if page.Rows, page.Older, err = d.activity(c.Request.Context(), p.User.ID, before, atOnce); err != nil {
		return err
	}
	return d.Responder.Show(c, http.StatusOK, page)
}

// activity returns the rows of up to limit events, and the event after which the
// older ones follow; empty if there are none.
func (d *Handler) activity(ctx context.Context, userID, before string, limit int) (rows []templates.ActivityRow, older string, err error) {
	events, err := d.Audit.About(ctx, userID, before, limit)
	if err != nil {
		return nil, "", err
	}
	names := d.namesFor(ctx)
	for _, e := range events {
		text, shown := said(e, userID, names)
		if !shown {
			continue
		}
		row := templates.ActivityRow{Text: text, By: doneBy(e, userID), IP: e.IP, Time: e.Time}
		if e.Agent != "" {
			row.Device = web.Device(e.Agent)
		}
		if e.Kind == audit.SignInOK {
			row.App, row.Provider = names.app(e.Client), names.provider(e.LoginKey)
		}
		if selfservice.Disownable(e, userID) {
			row.ID = e.ID
		}
		rows = append(rows, row)
	}
	if len(events) == limit {
		older = events[limit-1].ID
	}
	return rows, older, nil
}

// doneBy names the actor of an event, if it was not the user.
func doneBy(e audit.Event, userID string) locales.Text {
	switch {
	case e.Actor == userID || e.Actor == "" || e.Kind == audit.Collected:
		return locales.Text{}
	case e.Actor == linking.ByEmail:
		return locales.Say("activity.by-email")
	case e.Actor == "provider":
		return locales.Say("activity.by-provider")
	}
	return locales.Say("activity.by-administrator")
}

// DisownShow is GET /account/activity/wasnt-me: what "this wasn't me" does.
func (d *Handler) DisownShow(c *gin.Context) error {
	p, err := d.Sessions.Current(c.Request)
	if err != nil {
		return err
	}
	if c.Query("event") == "" { // an expired form leads here
		return web.SeeOther(c, activityPage)
	}
	of, sent, err := d.disowning(c, p, c.Query("event"))
	if sent || err != nil {
		return err
	}
	names := d.namesFor(c.Request.Context())
	page := templates.Disown{Event: of.Event.ID, Time: of.Event.Time, Sessions: of.Sessions, Apps: of.Apps, Mail: d.MailLinks.Delivers(), Email: p.User.Email}
	page.Text, _ = said(of.Event, p.User.ID, names)
	switch provider := names.provider(of.Event.LoginKey); of.Remedy {
	case selfservice.Disconnect:
		page.Undo = locales.Say("disown.disconnect", "provider", provider)
	case selfservice.Reconnect:
		page.Undo = locales.Say("disown.reconnect", "provider", provider)
	case selfservice.Restore:
		page.Undo, page.Email = locales.Say("disown.restore", "email", of.Name), of.Name
	case selfservice.Withdraw:
		page.Undo = locales.Say("disown.withdraw", "name", of.Name)
	case selfservice.Keep:
		page.Undo = locales.Say("disown.keep")
	case selfservice.None:
	}
	return d.Responder.Show(c, http.StatusOK, page)
}

// disowning finds what disowning an event does. An undo changes how the user
// signs in, so it needs a recent sign-in: sent reports that the user was sent to
// it.
func (d *Handler) disowning(c *gin.Context, p sessions.Person, event string) (of selfservice.Disowning, sent bool, err error) {
	of, err = d.Self.Disowning(c.Request.Context(), p.User, event)
	if errors.Is(err, fs.ErrNotExist) {
		err = web.NotFound(err)
	}
	if err != nil || of.Remedy == selfservice.None {
		return of, false, err
	}
	sent, err = d.Sessions.ProveFirst(c, p, disownPage+"?event="+of.Event.ID)
	return of, sent, err
}

// Disown is POST /account/activity/wasnt-me.
func (d *Handler) Disown(c *gin.Context) error {
	p, form, err := d.asked(c)
	if err != nil {
		return err
	}
	of, sent, err := d.disowning(c, p, form["event"])
	if sent || err != nil {
		return err
	}
	_, mailed, err := d.Self.Disown(c.Request.Context(), by(c, p.User.ID), p.User, of)
	if err != nil {
		return err
	}
	return undone(c, mailed)
}
