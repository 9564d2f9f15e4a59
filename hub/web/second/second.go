// Package second asks for a second factor between the first one and the session,
// and sets one up for users who must have one.
package second

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/authentication"
	"github.com/fedhub/fedhub/hub/flows"
	"github.com/fedhub/fedhub/hub/maillinks"
	"github.com/fedhub/fedhub/hub/sessions"
	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/hub/users/passkeys"
	"github.com/fedhub/fedhub/hub/users/secondfactor"
	"github.com/fedhub/fedhub/hub/users/trustedbrowsers"
	"github.com/fedhub/fedhub/hub/web"
	"github.com/fedhub/fedhub/hub/web/cookies"
	"github.com/fedhub/fedhub/hub/web/proof"
	"github.com/fedhub/fedhub/internal/texts"
	"github.com/fedhub/fedhub/templates"
	"github.com/fedhub/fedhub/templates/locales"
)

// halfway is a sign-in with only its first factor. There is no session until the
// second factor is verified: the browser is anonymous everywhere (SU-27). It is
// sealed, bound to the browser and to the user's session generation, and used up
// by the sign-in.
type halfway struct {
	Flow   string
	To     string
	UserID string
	Epoch  int64
	After  string // id of the session that this sign-in continues
	Enrol  bool   // the user has no second factor yet
	Until  time.Time
	Proved bool // the user has proved to own the email address
	Stay   sessions.Stay

	AMR         []string
	ACR         string
	AuthTime    time.Time
	LoginKey    string
	UpstreamSID string
	UpstreamSub string
	Upstream    string
}

// A Handler asks for second factors.
type Handler struct {
	Factors   *authentication.SecondFactors
	Stops     *flows.Interruptions
	Sessions  *cookies.Service
	Users     *users.Service
	Passkeys  *passkeys.Service
	Trusted   *trustedbrowsers.Service
	MailLinks *maillinks.Service
	Audit     *audit.Recorder
	Responder *web.Responder
	HubName   func(context.Context) string
	Log       *slog.Logger
	Now       func() time.Time

	// SignIn continues the sign-in, to a flow or a page of this hub.
	SignIn SignIn
}

// A SignIn continues a sign-in (hub/web/signin).
type SignIn interface {
	// Begin starts the session, and returns where the browser goes next.
	Begin(c *gin.Context, flow, to string, start sessions.Start) (next string, err error)
	// Waiting returns the application that waits for the sign-in, if any, and
	// the page on which the user can start again.
	Waiting(c *gin.Context, flow, to string) (client templates.Client, again string, err error)
}

// stopSecond is the kind of the interruptions.
const stopSecond = "second"

// Ask asks for the factors that a sign-in to a client still needs. asked is false
// if none; then start says whether that is because the user trusts the browser.
func (d *Handler) Ask(c *gin.Context, client clients.Client, flow, to string, start *sessions.Start) (asked bool, err error) {
	demand, err := d.demand(c, client, start)
	if err != nil || !demand.Some() {
		return false, err
	}
	return true, d.interrupt(c, flow, to, *start, demand)
}

// Needs reports whether Ask would ask.
func (d *Handler) Needs(c *gin.Context, client clients.Client, start *sessions.Start) (bool, error) {
	demand, err := d.demand(c, client, start)
	return demand.Some(), err
}

// demand is what the sign-in needs in this browser.
func (d *Handler) demand(c *gin.Context, client clients.Client, start *sessions.Start) (authentication.Demand, error) {
	ctx := c.Request.Context()
	demand, err := d.Factors.Before(ctx, start.User, *start, client.SecondFactor)
	if err != nil || !demand.Some() {
		return demand, err
	}
	if demand.IfNew && (demand.Enrol || start.After.ID == "") {
		if familiar, err := d.Users.Familiar(ctx, start.User, d.Sessions.From(c)); familiar || err != nil {
			return authentication.Demand{}, err
		}
	}
	if demand.Ask {
		if start.Trusted, err = d.trusts(c, *start); start.Trusted || err != nil {
			return authentication.Demand{}, err
		}
	}
	return demand, nil
}

// interrupt stores the first factor and asks for the rest.
func (d *Handler) interrupt(c *gin.Context, flow, to string, start sessions.Start, demand authentication.Demand) error {
	h := halfway{
		Flow: flow, To: to, UserID: start.User.ID, Epoch: start.User.SessionGeneration, After: start.After.ID, Enrol: demand.Enrol, Until: demand.Until, Stay: start.Stay,
		AMR: start.AMR, ACR: start.ACR, AuthTime: start.AuthTime,
		LoginKey: start.LoginKey, UpstreamSID: start.UpstreamSID, UpstreamSub: start.UpstreamSub, Upstream: start.Upstream,
	}
	return d.hold(c, h)
}

// hold stores the interruption and sends the browser to its page.
func (d *Handler) hold(c *gin.Context, h halfway) error {
	name := flows.Name()
	if err := d.Stops.Keep(c.Request.Context(), stopSecond, name, d.Sessions.Browser(c.Writer, c.Request), h); err != nil {
		return err
	}
	if h.Enrol {
		return web.SeeOther(c, "/signin/enrol?stop="+name)
	}
	return web.SeeOther(c, "/signin/second?stop="+name)
}

// StepUp is GET /signin/second/up: a signed-in user confirms with a second factor,
// because an application asks for it (acr_values, OIDC Core §3.1.2.1) or requires
// it. The user continues with the flow or with a page of this hub.
func (d *Handler) StepUp(c *gin.Context) error {
	flow, to := c.Query("flow"), c.Query("to")
	p, err := d.Sessions.Current(c.Request)
	if errors.Is(err, sessions.ErrNobody) {
		return web.SeeOther(c, "/signin?"+url.Values{"flow": {flow}, "to": {to}}.Encode())
	}
	if err != nil {
		return err
	}
	if _, _, err := d.SignIn.Waiting(c, flow, to); err != nil {
		return err
	}
	methods, err := d.Factors.SetUp(c.Request.Context(), p.User.ID)
	if err != nil {
		return err
	}
	if !methods.Any() {
		return flows.ErrGone
	}
	return d.interrupt(c, flow, to, p.Session.ContinuedBy(p.AsShown()), authentication.Demand{Ask: true})
}

// halfway reads the user and the state of the sign-in. If the user was changed
// meanwhile, the sign-in starts again.
func (d *Handler) halfway(c *gin.Context, name string, enrol bool) (halfway, users.User, error) {
	var h halfway
	ctx := c.Request.Context()
	if err := d.Stops.Peek(ctx, stopSecond, name, d.Sessions.BoundToBrowser(c.Request), &h); err != nil {
		return h, users.User{}, err
	}
	if h.Enrol != enrol {
		return h, users.User{}, flows.ErrGone
	}
	user, err := d.Users.Get(ctx, h.UserID)
	if err == nil && (user.Disabled || user.SessionGeneration != h.Epoch) {
		err = flows.ErrGone
	}
	return h, user, err
}

// resume uses the interruption up and returns the data for the session.
func (d *Handler) resume(c *gin.Context, name string, h halfway, user users.User) (sessions.Start, error) {
	start := sessions.Start{
		User: user, AMR: h.AMR, ACR: h.ACR, AuthTime: h.AuthTime, Stay: h.Stay,
		LoginKey: h.LoginKey, UpstreamSID: h.UpstreamSID, UpstreamSub: h.UpstreamSub, Upstream: h.Upstream,
	}
	if h.After != "" {
		p, err := d.Sessions.Current(c.Request)
		if err != nil && !errors.Is(err, sessions.ErrNobody) {
			return start, err
		}
		if err != nil || p.Session.ID != h.After {
			return start, flows.ErrGone // the session that this sign-in continues ended
		}
		start.After = p.Session
	}
	var used halfway
	return start, d.Stops.Take(c.Request.Context(), stopSecond, name, d.Sessions.BoundToBrowser(c.Request), &used)
}

// Show is GET /signin/second.
func (d *Handler) Show(c *gin.Context) error {
	h, user, err := d.halfway(c, c.Query("stop"), false)
	if err != nil {
		return err
	}
	return d.showSecond(c, http.StatusOK, c.Query("stop"), h, user, templates.Note{})
}

func (d *Handler) showSecond(c *gin.Context, status int, name string, h halfway, user users.User, alert templates.Note) error {
	methods, err := d.Factors.SetUp(c.Request.Context(), user.ID)
	if err != nil {
		return err
	}
	client, again, err := d.SignIn.Waiting(c, h.Flow, h.To)
	if err != nil {
		return err
	}
	page := templates.Second{
		Stop: name, Client: client, Account: shownAs(user), App: methods.App, Recovery: methods.Recovery > 0,
		Again: h.After != "", Other: again, Alert: alert,
	}
	if page.Again {
		page.Other += "&switch=1" // without it the page is for the signed-in user
	}
	if page.Again && h.Flow == "" {
		page.Cancel = "/account"
	}
	if page.Passkey, err = d.offerPasskey(c, user); err != nil {
		return err
	}
	life, err := d.trustedFor(c.Request.Context())
	if err != nil {
		return err
	}
	if h.After == "" {
		page.Days = int(life / (24 * time.Hour))
	}
	return d.Responder.Show(c, status, page)
}

func shownAs(u users.User) templates.Person {
	return templates.Person{Name: u.Name, Email: u.Email, Username: u.Username}
}

// Verify is POST /signin/second.
func (d *Handler) Verify(c *gin.Context) error {
	form, err := web.Form(c)
	if err != nil {
		return err
	}
	name := form["stop"]
	h, user, err := d.halfway(c, name, false)
	if err != nil {
		return err
	}
	with := func(start sessions.Start) sessions.Start { return authentication.WithCode(start, d.Now()) }
	var alert templates.Note
	if form[proof.PasskeyAnswer] != "" {
		var synced bool
		synced, alert, err = d.checkPasskey(c, user, form)
		with = func(start sessions.Start) sessions.Start { return authentication.WithPasskey(start, d.Now(), synced) }
	} else {
		alert, err = d.Check(c, user, form["code"])
	}
	if err != nil {
		return err
	}
	if alert.Some() {
		return d.showSecond(c, http.StatusUnauthorized, name, h, user, alert)
	}
	start, err := d.resume(c, name, h, user)
	if err != nil {
		return err
	}
	if err := d.trust(c, h, user, form["trust"] != ""); err != nil {
		return err
	}
	return d.enter(c, h, with(start))
}

// Check checks a code as a second factor. The note says what is wrong with it, if
// anything.
func (d *Handler) Check(c *gin.Context, user users.User, code string) (templates.Note, error) {
	ctx := c.Request.Context()
	method, err := d.Factors.Codes.Check(ctx, user.ID, web.Network(c.ClientIP()), code)
	switch {
	case errors.Is(err, secondfactor.ErrWrongCode), errors.Is(err, secondfactor.ErrAppRefused):
		d.record(c, audit.Event{Kind: audit.SecondFailed, Target: user.ID, Why: texts.Of(err)})
		note := templates.Note{Tone: "danger", Title: locales.Say("second.wrong-title"), Text: locales.Say("second.wrong-text")}
		if errors.Is(err, secondfactor.ErrAppRefused) {
			note = templates.Note{Tone: "danger", Title: locales.Say("second.refused-title"), Text: locales.Say("second.refused-text")}
		}
		return note, nil
	case err != nil:
		return templates.Note{}, proof.Slowed(err, d.Now())
	}
	if method == secondfactor.ByRecovery {
		d.record(c, audit.Event{Kind: audit.RecoveryUsed, Actor: user.ID, Target: user.ID})
		d.told(c, d.MailLinks.RecoveryUsed(ctx, user))
	}
	return templates.Note{}, nil
}

// told logs that an email could not be sent. The request continues, because the
// audit log has the same information.
func (d *Handler) told(c *gin.Context, err error) {
	if err != nil {
		d.Log.ErrorContext(c, "an email about a second factor was not sent", "ref", web.Ref(c), "error", err)
	}
}

// record records what a user did in this browser.
func (d *Handler) record(c *gin.Context, e audit.Event) {
	e.IP, e.Agent, e.Ref = c.ClientIP(), c.Request.UserAgent(), web.Ref(c)
	d.Audit.Record(c.Request.Context(), e)
}

// enter starts the session and redirects the browser.
func (d *Handler) enter(c *gin.Context, h halfway, start sessions.Start) error {
	next, err := d.SignIn.Begin(c, h.Flow, h.To, start)
	if err != nil {
		return err
	}
	return web.SeeOther(c, next)
}
