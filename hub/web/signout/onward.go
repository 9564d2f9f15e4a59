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

// onward is what happens when somebody is signed out. It stays on the server,
// bound to the browser; pages and forms carry only a name for it.
type onward struct {
	ClientID string          // who asked for it; empty: the person did
	Client   string          // its name, for the person
	Address  string          // where to go then, checked; empty: nowhere
	Frames   []logouts.Frame // to be loaded first
	// There is the page that ends the session where the person came from, for
	// them to open if they like; ThereName is what it is called.
	There, ThereName string
	SID              string // of the session that ended, for the ledger; empty: nobody hears of it
}

// The kinds of interruptions of this handler.
const (
	stopAsked = "signout"      // the person is asked
	stopLeft  = "signed-out"   // the person is signed out, and apps are told
	stopThere = "signed-there" // the person is signed out there too, where they came from
)

// keep remembers what comes next, and returns a name for it.
func (d *Handler) keep(c *gin.Context, kind string, then onward) (string, error) {
	name := flows.Name()
	return name, d.Stops.Keep(c.Request.Context(), kind, name, d.Sessions.Browser(c.Writer, c.Request), then)
}

// recall returns what was kept under the name. It is not used up: signing out
// can be repeated. What is gone, or another browser's, leads nowhere.
func (d *Handler) recall(c *gin.Context, kind, name string) (onward, error) {
	var then onward
	err := d.Stops.Peek(c.Request.Context(), kind, name, d.Sessions.BoundToBrowser(c.Request), &then)
	if errors.Is(err, flows.ErrGone) {
		return onward{}, nil
	}
	return then, err
}

// goOn sends a browser that is signed out to what comes next: the page that
// tells apps, the app that asked, or our own last page.
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
	case then.SID != "", then.There != "":
		name, err := d.keep(c, stopLeft, then)
		if err != nil {
			return err
		}
		return web.SeeOther(c, hubaddress.SignedOutPath+"?then="+name)
	}
	return web.SeeOther(c, hubaddress.SignedOutPath)
}

// patience is how long apps may take to load, in seconds, before the browser
// goes on without them.
const patience = 8

// Done is GET /signed-out: it tells apps through the browser if there are any
// to tell (OIDC Front-Channel Logout §3), and then goes on, once. The page's
// script does it as soon as the frames have loaded, or do not in time; the page's
// own refresh does where there are no scripts, and nowhere else; and there is a
// link.
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

// signedOut is our own last page. It says what became of the apps so far.
func (d *Handler) signedOut(c *gin.Context, then onward) error {
	page := templates.SignedOut{}
	if then.There != "" {
		page.There = templates.Action{Label: locales.Say("onward.sign-out-of-too", "therename", then.ThereName), URL: then.There}
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
