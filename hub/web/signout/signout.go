// Package signout is how people leave: by a page of ours, or sent by an app
// (OpenID Connect RP-Initiated Logout 1.0). Their apps are told behind the
// browser's back (logouts) and, where an app asked for it, in the browser
// itself (Front-Channel Logout 1.0). It also serves the frame in which an app
// sees that a session here has changed (Session Management 1.0).
//
// It does not know how somebody signed in, and it ends no session but that of
// the browser in front of it.
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

// A Handler signs people out.
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

// Show is GET /signout: it asks, for a GET must not sign anybody out.
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

// ask shows the page that signs out by its button.
func (d *Handler) ask(c *gin.Context, status int, s sessions.Session, page templates.SignOut) error {
	page.Stay = "/account"
	for _, id := range s.Clients {
		if client, err := d.Clients.Get(c.Request.Context(), id); err == nil && (client.BackchannelLogoutURI != "" || client.FrontchannelLogoutURI != "") {
			page.Apps = append(page.Apps, shown(client))
		}
	}
	return d.Responder.Show(c, status, page)
}

// shown is the name of a client that a person may rely on.
func shown(c clients.Client) string { return web.Shown(c).Shown() }

// SignOut is POST /signout. What happens afterwards was kept here when the
// page was shown, so that nothing in the form can change it.
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

// end signs this browser out, and sends it on.
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
	// The person may have closed the browser; the session is over all the same.
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

// heard is the name of the session if anybody is to hear of its end.
func (d *Handler) heard(ctx context.Context, s sessions.Session) (string, error) {
	_, err := d.Logouts.Entry(lasting.Of(ctx), s.SID)
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	return s.SID, err
}
