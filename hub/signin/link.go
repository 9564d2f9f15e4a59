package signin

import (
	"net/http"
	"net/url"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/flows"
	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/hub/web"
	"github.com/fedhub/fedhub/templates"
)

// linking is what is remembered while the person proves that the account they
// have here is theirs.
type linking struct {
	Way      way
	KeyID    string
	KeyName  string
	Identity federation.Identity
	UserID   string
	Email    string
}

// askToLink asks for the password of the account that the identity matches.
// Nothing is linked before.
func (d *Door) askToLink(c *gin.Context, j journey, key federation.LoginKey, identity federation.Identity, user users.User) error {
	name := flows.Name()
	browser := d.Sessions.Browser(c.Writer, c.Request)
	l := linking{j.way, key.ID, key.Name, identity, user.ID, user.Email}
	if err := d.Stops.Keep(c.Request.Context(), stopLink, name, browser, l); err != nil {
		return err
	}
	return web.SeeOther(c, "/signin/link?stop="+name)
}

// LinkShow is GET /signin/link.
func (d *Door) LinkShow(c *gin.Context) error {
	l, j, err := d.linking(c, c.Query("stop"))
	if err != nil {
		return err
	}
	again, ok := d.retried(c)
	if !ok {
		again.Status = http.StatusOK
	}
	return d.linkPage(c, again.Status, c.Query("stop"), l, j, again.Alert)
}

func (d *Door) linking(c *gin.Context, name string) (linking, journey, error) {
	var l linking
	err := d.Stops.Peek(c.Request.Context(), stopLink, name, d.Sessions.SameBrowser(c.Request), &l)
	if err != nil {
		return linking{}, journey{}, err
	}
	j, err := d.journey(c, l.Way)
	return l, j, err
}

func (d *Door) linkPage(c *gin.Context, status int, name string, l linking, j journey, alert templates.Note) error {
	user, err := d.Users.Get(c.Request.Context(), l.UserID)
	if err != nil {
		return err
	}
	return d.Edge.Show(c, status, templates.Link{
		Stop: name, Client: j.shown(), Provider: l.KeyName, Email: l.Email, Alert: alert,
		Password: user.Password != "", Cancel: "/signin" + local(j),
	})
}

// LinkConfirm is POST /signin/link: with the password of the account the two
// are joined, and the person is signed in.
func (d *Door) LinkConfirm(c *gin.Context) error {
	form, err := web.Form(c)
	if err != nil {
		return err
	}
	l, j, err := d.linking(c, form["stop"])
	if err != nil {
		return err
	}
	user, err := d.Users.Authenticate(c.Request.Context(), l.Email, form["password"])
	if err == nil && user.ID != l.UserID {
		err = users.ErrWrongPassword
	}
	if alert, status, ok := mistake(err, d.Now()); ok {
		d.failed(c, j, err)
		return d.retry(c, "/signin/link?stop="+url.QueryEscape(form["stop"]), retry{Alert: alert, Status: status})
	}
	if err != nil {
		return err
	}
	// From here on the stop is used up, whatever comes of it.
	if err := d.Stops.Take(c.Request.Context(), stopLink, form["stop"], d.Sessions.SameBrowser(c.Request), &l); err != nil {
		return err
	}
	key, err := d.Upstreams.Get(c.Request.Context(), l.KeyID)
	if err != nil {
		return err
	}
	decision, err := d.Users.Confirm(c.Request.Context(), user, users.ClaimOf(l.Identity), users.PolicyOf(key), users.ProofPassword)
	if err != nil {
		return err
	}
	event := audit.Event{Kind: audit.LinkMade, Actor: user.ID, LoginKey: key.ID, IP: c.ClientIP(), Ref: web.Ref(c),
		Reason: decision.Reason, Detail: map[string]string{"row": decision.Row}}
	if decision.Action == users.Refuse {
		event.Kind = audit.LinkRefused
		d.Audit.Record(c.Request.Context(), event)
		return refusedUpstream(key.Name, j)
	}
	d.Audit.Record(c.Request.Context(), event)
	return d.finish(c, j, started(decision.User, l.Identity))
}
