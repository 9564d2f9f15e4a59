// Package signout is the sign-out: by a page of this hub, or on request of an app
// (OpenID Connect RP-Initiated Logout 1.0). It notifies the user's apps from the
// server (logouts) and, where an app is registered for it, in the browser
// (Front-Channel Logout 1.0). It also serves the frame in which an app detects
// that a session has changed (Session Management 1.0).
//
// It does not know how the user signed in, and it ends only the session of the
// browser that sends the request.
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
	return d.ask(c, http.StatusOK, s, templates.SignOut{})
}

// ask shows the page with the sign-out button.
func (d *Handler) ask(c *gin.Context, status int, s sessions.Session, page templates.SignOut) error {
	page.Stay = "/account"
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
	s, err := d.Sessions.Held(c.Request)
	if errors.Is(err, sessions.ErrNobody) {
		return d.goOn(c, then)
	}
	if err != nil {
		return err
	}
	return d.end(c, s, then)
}

// end signs this browser out, and continues with the next step.
func (d *Handler) end(c *gin.Context, s sessions.Session, then onward) error {
	ctx := c.Request.Context()
	frames, err := d.Logouts.Frames(ctx, s)
	if err != nil {
		return err
	}
	if err := d.Logouts.Ended(ctx, s); err != nil {
		return err
	}
	if err := d.Sessions.Leave(c.Writer, c.Request); err != nil {
		return err
	}
	// The browser may be closed already; the session must end all the same.
	d.Audit.Record(lasting.Of(ctx), audit.Event{Kind: audit.SignOut, Actor: s.UserID, Client: then.ClientID, IP: c.ClientIP(), Agent: c.Request.UserAgent(), Ref: web.Ref(c)})
	if then, err = d.there(c, s, then); err != nil {
		return err
	}
	then.Frames = frames
	if then.SID, err = d.heard(ctx, s); err != nil {
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
