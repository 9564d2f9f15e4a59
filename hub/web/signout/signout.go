// Package signout is the sign-out: by a page of this hub, or on request of an app
// (OpenID Connect RP-Initiated Logout 1.0). It notifies the user's apps from the
// server (logouts) and, where an app is registered for it, in the browser
// (Front-Channel Logout 1.0). It also serves the frame in which an app detects
// that a session has changed (Session Management 1.0).
//
// It does not know how the user signed in, and it ends only sessions of the browser
// that sends the request.
package signout

import (
	"context"
	"errors"
	"io/fs"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/federation/hubaddress"
	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/flows"
	"github.com/fedhub/fedhub/hub/logouts"
	"github.com/fedhub/fedhub/hub/oauth"
	"github.com/fedhub/fedhub/hub/sessions"
	"github.com/fedhub/fedhub/hub/tokens"
	"github.com/fedhub/fedhub/hub/upstreamtokens"
	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/hub/web"
	"github.com/fedhub/fedhub/hub/web/cookies"
	"github.com/fedhub/fedhub/internal/lasting"
	"github.com/fedhub/fedhub/templates"
)

// A Handler signs users out.
type Handler struct {
	Issuer    string
	Upstreams *federation.Registry

	Clients        *clients.Registry
	Stops          *flows.Interruptions
	Sessions       *cookies.Service
	Users          *users.Service
	Tokens         *tokens.Service
	UpstreamTokens *upstreamtokens.Service
	Logouts        *logouts.Service
	Audit          *audit.Recorder
	Responder      *web.Responder
	Now            func() time.Time
}

// Show is GET /signout: it asks first, because a GET must not sign the user out.
func (d *Handler) Show(c *gin.Context) error {
	s, err := d.Sessions.Held(c.Request)
	if errors.Is(err, sessions.ErrNobody) {
		return web.SeeOther(c, hubaddress.SignedOutPath)
	}
	if err != nil {
		return err
	}
	others, err := d.Sessions.Others(c.Request)
	if err != nil {
		return err
	}
	return d.ask(c, http.StatusOK, s, templates.SignOut{Several: len(others) > 0})
}

// ask shows the page with the sign-out button.
func (d *Handler) ask(c *gin.Context, status int, s sessions.Session, page templates.SignOut) error {
	page.Stay, page.Ref = "/account", cookies.Ref(s.UserID)
	u, err := d.Users.Get(c.Request.Context(), s.UserID)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	page.Account = templates.Person{Name: u.Name, Email: u.Email, Username: u.Username}
	for _, id := range s.Clients {
		if client, err := d.Clients.Get(c.Request.Context(), id); err == nil && (client.BackchannelLogoutURI != "" || client.FrontchannelLogoutURI != "") {
			page.Apps = append(page.Apps, shown(client))
		}
	}
	return d.Responder.Show(c, status, page)
}

// shown is a verified name of the client.
func shown(c clients.Client) string { return web.Shown(c).Shown() }

// SignOut is POST /signout. The next steps were stored when the page was shown, so
// that the form cannot change them.
func (d *Handler) SignOut(c *gin.Context) error {
	form, err := web.Form(c)
	if err != nil {
		return err
	}
	then, err := d.recall(c, stopAsked, form["stop"])
	if err != nil {
		return err
	}
	ended, err := d.meant(c, form)
	if err != nil {
		return err
	}
	if len(ended) == 0 {
		return d.goOn(c, then)
	}
	return d.end(c, ended, then)
}

// meant are the sessions that a form ends: all of this browser, or that of one account,
// which the form names, because another tab may have chosen another account since.
// An account that is not signed in any more has none.
func (d *Handler) meant(c *gin.Context, form oauth.Params) ([]sessions.Session, error) {
	if form["all"] != "" {
		return d.Sessions.All(c.Request)
	}
	s, err := d.Sessions.Held(c.Request)
	if form.Has("account") && (err != nil || cookies.Ref(s.UserID) != form["account"]) {
		s, err = d.Sessions.Account(c.Request, form["account"])
	}
	if errors.Is(err, sessions.ErrNobody) {
		return nil, nil
	}
	return []sessions.Session{s}, err
}

// end signs accounts of this browser out, and continues with the next step.
func (d *Handler) end(c *gin.Context, ended []sessions.Session, then onward) error {
	ctx := c.Request.Context()
	var frames []logouts.Frame
	for _, s := range ended {
		of, err := d.Logouts.Frames(ctx, s)
		if err != nil {
			return err
		}
		if err := d.Logouts.Ended(ctx, s); err != nil {
			return err
		}
		// The browser may be closed already; the session must end all the same.
		d.Audit.Record(lasting.Of(ctx), audit.Event{Kind: audit.SignOut, Actor: s.UserID, Client: then.ClientID, IP: c.ClientIP(), Agent: c.Request.UserAgent(), Ref: web.Ref(c)})
		frames = append(frames, of...)
	}
	if err := d.Sessions.LeaveAll(c.Writer, c.Request, ended); err != nil {
		return err
	}
	var err error
	for _, s := range ended {
		if then, err = d.there(c, s, then); err != nil {
			return err
		}
	}
	then.Frames = frames
	if then.SID, err = d.heard(ctx, ended[0]); err != nil {
		return err
	}
	return d.goOn(c, then)
}

// heard is the name of the session, if any app is notified of its end.
func (d *Handler) heard(ctx context.Context, s sessions.Session) (string, error) {
	_, err := d.Logouts.Entry(lasting.Of(ctx), s.SID)
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	return s.SID, err
}
