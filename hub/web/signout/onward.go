package signout

import (
	"errors"
	"io/fs"
	"net/http"
	"net/url"
	"slices"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/federation/hubaddress"
	"github.com/fedhub/fedhub/hub/flows"
	"github.com/fedhub/fedhub/hub/logouts"
	"github.com/fedhub/fedhub/hub/web"
	"github.com/fedhub/fedhub/templates"
	"github.com/fedhub/fedhub/templates/locales"
)

// onward is what happens after a sign-out. It is stored on the server and bound to
// the browser; pages and forms carry only a name for it.
type onward struct {
	ClientID string          // the client that requested it; empty: the user did
	Client   string          // its name, as shown to the user
	Address  string          // the checked URL to go to afterwards; empty: none
	Frames   []logouts.Frame // to load first
	Leave    []leavePage     // that the user may open
	SID      string          // of the session that ended, for the ledger; empty: no app is notified
}

// A leavePage is a provider's page that ends its own session, which does not lead
// back.
type leavePage struct{ Provider, Address string }

// The kinds of interruptions of this handler.
const (
	stopAsked = "signout"      // the user is asked
	stopLeft  = "signed-out"   // the user is signed out, and apps are notified
	stopThere = "signed-there" // the user is signed out at the provider too
)

// keep stores the next steps, and returns a name for them.
func (d *Handler) keep(c *gin.Context, kind string, then onward) (string, error) {
	name := flows.Name()
	return name, d.Stops.Keep(c.Request.Context(), kind, name, d.Sessions.Browser(c.Writer, c.Request), then)
}

// recall returns what was stored under the name. It does not use it up, because a
// sign-out can be repeated. An expired name, or another browser's, gives nothing.
func (d *Handler) recall(c *gin.Context, kind, name string) (onward, error) {
	var then onward
	err := d.Stops.Peek(c.Request.Context(), kind, name, d.Sessions.BoundToBrowser(c.Request), &then)
	if errors.Is(err, flows.ErrGone) {
		return onward{}, nil
	}
	return then, err
}

// goOn sends a browser without a session to the next step: the page that notifies
// apps, the app that requested the sign-out, or our own last page.
func (d *Handler) goOn(c *gin.Context, then onward) error {
	switch {
	case len(then.Frames) > 0:
		name, err := d.keep(c, stopLeft, then)
		if err != nil {
			return err
		}
		return web.SeeOther(c, hubaddress.SignedOutPath+"?then="+name)
	case then.Address != "":
		return d.Responder.Redirect(c, then.Address, then.Client)
	case then.SID != "", len(then.Leave) > 0:
		name, err := d.keep(c, stopLeft, then)
		if err != nil {
			return err
		}
		return web.SeeOther(c, hubaddress.SignedOutPath+"?then="+name)
	}
	return web.SeeOther(c, hubaddress.SignedOutPath)
}

// patience is how long apps may take to load, in seconds, before the browser
// continues without them.
const patience = 8

// Done is GET /signed-out: it notifies apps through the browser if there are any
// (OIDC Front-Channel Logout §3), and then continues, once. The page's script
// continues when the frames have loaded or the time is up. Without scripts the
// page's own refresh continues. The page also has a link.
func (d *Handler) Done(c *gin.Context) error {
	if state := c.Query("state"); state != "" {
		return d.back(c, state)
	}
	then, err := d.recall(c, stopLeft, c.Query("then"))
	if err != nil {
		return err
	}
	if len(then.Frames) == 0 || c.Query("told") != "" {
		return d.signedOut(c, then)
	}
	page := templates.SigningOut{Client: then.Client, URL: then.Address}
	next := hubaddress.SignedOutPath + "?" + url.Values{"then": {c.Query("then")}, "told": {"1"}}.Encode()
	page.Next, page.Patience = next, patience
	var origins []string
	for _, f := range then.Frames {
		page.Frames = append(page.Frames, f.Address)
		if !slices.Contains(origins, f.Origin) {
			origins = append(origins, f.Origin)
		}
	}
	web.AllowFrames(c, origins)
	return d.Responder.Show(c, http.StatusOK, page)
}

// signedOut is our own last page. It shows the result for the apps so far.
func (d *Handler) signedOut(c *gin.Context, then onward) error {
	others, err := d.Sessions.Others(c.Request)
	if err != nil {
		return err
	}
	page := templates.SignedOut{Others: len(others) > 0}
	for _, l := range then.Leave {
		page.There = append(page.There, templates.Action{Label: locales.Say("onward.sign-out-of-too", "therename", l.Provider), URL: l.Address})
	}
	if then.SID == "" {
		return d.Responder.Show(c, http.StatusOK, page)
	}
	entry, err := d.Logouts.Entry(c.Request.Context(), then.SID)
	if errors.Is(err, fs.ErrNotExist) {
		return d.Responder.Show(c, http.StatusOK, page)
	}
	if err != nil {
		return err
	}
	page.Again = c.Request.URL.RequestURI()
	for _, r := range entry.Recipients {
		app := templates.ToldApp{Name: r.Name}
		if client, err := d.Clients.Get(c.Request.Context(), r.ClientID); err == nil {
			app.Name = shown(client)
		}
		switch entry.Standing(r, d.Now()) {
		case logouts.Delivered, logouts.InBrowser, logouts.Gone:
			page.Told = append(page.Told, app)
		default:
			page.Waiting = append(page.Waiting, app)
		}
	}
	return d.Responder.Show(c, http.StatusOK, page)
}
