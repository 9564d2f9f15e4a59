// Package signin is the sign-in with a local method or with a provider.
//
// It does not know why a user signs in. After the sign-in it redirects the browser
// to authorize with the flow, or to the page of this hub that requires the
// sign-in.
package signin

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/authentication"
	"github.com/fedhub/fedhub/hub/flows"
	"github.com/fedhub/fedhub/hub/health"
	"github.com/fedhub/fedhub/hub/logouts"
	"github.com/fedhub/fedhub/hub/maillinks"
	"github.com/fedhub/fedhub/hub/oauth"
	"github.com/fedhub/fedhub/hub/sessions"
	"github.com/fedhub/fedhub/hub/settings"
	"github.com/fedhub/fedhub/hub/upstreamtokens"
	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/hub/users/linking"
	"github.com/fedhub/fedhub/hub/users/passkeys"
	"github.com/fedhub/fedhub/hub/users/passwords"
	"github.com/fedhub/fedhub/hub/web"
	"github.com/fedhub/fedhub/hub/web/cookies"
	"github.com/fedhub/fedhub/hub/web/proof"
	"github.com/fedhub/fedhub/internal/emailaddr"
	"github.com/fedhub/fedhub/internal/lasting"
	"github.com/fedhub/fedhub/internal/texts"
	"github.com/fedhub/fedhub/templates"
	"github.com/fedhub/fedhub/templates/locales"
)

// A Handler signs users in.
type Handler struct {
	Issuer         string
	Clients        *clients.Registry
	Upstreams      *federation.Registry
	Flows          *flows.Service
	Stops          *flows.Interruptions
	Sessions       *cookies.Service
	Proofs         *proof.Checker
	Users          *users.Service
	Passkeys       *passkeys.Service
	Linking        *linking.Service
	Logouts        *logouts.Service
	MailLinks      *maillinks.Service
	UpstreamTokens *upstreamtokens.Service
	Settings       *settings.Service
	Factors        *authentication.SecondFactors
	Audit          *audit.Recorder
	Responder      *web.Responder
	Log            *slog.Logger
	Now            func() time.Time
	Begins         *web.Limiter // how often one address may go to a provider

	// AskSecond asks for a second factor, if one is needed (hub/web/second).
	AskSecond func(c *gin.Context, client clients.Client, flow, to string, start *sessions.Start) (asked bool, err error)

	// NeedsSecond reports whether AskSecond would ask.
	NeedsSecond func(c *gin.Context, client clients.Client, start *sessions.Start) (bool, error)

	// CheckSecond checks a code; the note says what is wrong with it.
	CheckSecond func(c *gin.Context, user users.User, code string) (templates.Note, error)

	// Subject is the sub of a user at a client.
	Subject func(ctx context.Context, clientID, userID string) (string, error)

	// Raise shows a warning on the overview page.
	Raise func(context.Context, health.Warning) error

	// Replay stores an id until that time; a repeated id is fs.ErrExist.
	Replay func(ctx context.Context, id string, until time.Time) error
}

// A method is the destination of a sign-in: a flow, or a page of this hub.
type method struct {
	Flow string
	To   string
	Stay sessions.Stay // what the user chose on the way
}

// methodOf is the destination in a form.
func methodOf(form oauth.Params) method {
	return method{form["flow"], form["to"], cookies.StayOf(form)}
}

// next is where the browser goes after the sign-in.
func (w method) next() string {
	if w.Flow != "" {
		return flows.Back(w.Flow)
	}
	return web.LocalPath(w.To, "/account")
}

// query is the destination as parameters of one of our pages.
func (w method) query() string {
	v := web.Destination(w.Flow, w.To)
	if len(v) == 0 {
		return ""
	}
	return "?" + v.Encode()
}

// pendingLogin is the destination with its flow, client and address.
type pendingLogin struct {
	method
	flow   flows.Flow // zero without one
	client clients.Client
	email  string // as typed, for the provider to which it leads
}

// pendingLogin opens the flow that the request names, if any.
func (d *Handler) pendingLogin(c *gin.Context, w method) (pendingLogin, error) {
	j := pendingLogin{method: w}
	if w.Flow == "" {
		return j, nil
	}
	var err error
	j.flow, err = d.Flows.Open(c.Request.Context(), w.Flow, d.Sessions.BoundToBrowser(c.Request))
	if err != nil {
		return pendingLogin{}, err
	}
	j.client, err = d.Clients.Get(c.Request.Context(), j.flow.Request.ClientID)
	if err == nil && !j.quiet() {
		web.LeadBack(c, w.Flow, j.shown().Shown())
	}
	return j, err
}

// shown is the client as pages show it.
func (j pendingLogin) shown() templates.Client {
	if j.client.ID == "" {
		return templates.Client{}
	}
	shown := web.Shown(j.client)
	shown.For = j.flow.Request.App
	return shown
}

// Show is GET /signin.
func (d *Handler) Show(c *gin.Context) error {
	j, err := d.pendingLogin(c, method{Flow: c.Query("flow"), To: c.Query("to")})
	if err != nil {
		return err
	}
	if j.Flow == "" && c.Query("switch") == "" {
		// A signed-in user does not need this page.
		to, err := d.signedIn(c, j)
		if err != nil {
			return err
		}
		if to != "" {
			return web.SeeOther(c, to)
		}
	}
	done, err := d.already(c, j)
	if err != nil {
		return err
	}
	if done {
		return web.SeeOther(c, j.next())
	}
	ways, err := d.ways(c.Request.Context())
	if err != nil {
		return err
	}
	if again, ok := d.retried(c); ok {
		page := templates.SignIn{Email: again.Email, Alert: again.Said.note()}
		j.Stay = again.Stay
		return d.show(c, again.Status, j, ways, page)
	}
	// The page with the local methods stays reachable when the provider is down.
	// A HEAD request gets the page and no redirect.
	if c.Query("local") == "" && c.Query("switch") == "" && c.Request.Method != http.MethodHead {
		if key, ok := straight(ways, j.flow.Request.IDP); ok {
			return d.leave(c, key.ID, j)
		}
	}
	page := templates.SignIn{Email: hint(j.flow.Request.LoginHint), Query: c.Query("q")}
	page.EmailFirst = c.Query("local") == "" && anyHome(ways)
	return d.show(c, http.StatusOK, j, ways, page)
}

// hint is a login_hint that may be an address; other values are ignored.
func hint(s string) string {
	if len(s) > 254 || strings.Count(s, "@") != 1 || strings.ContainsAny(s, "<>\"' ") {
		return ""
	}
	return s
}

// Password is POST /signin.
func (d *Handler) Password(c *gin.Context) error {
	form, err := web.Form(c)
	if err != nil {
		return err
	}
	j, err := d.pendingLogin(c, methodOf(form))
	if err != nil {
		return err
	}
	if form["step"] == stepEmail {
		return d.afterEmail(c, j, form["email"])
	}
	user, err := d.Users.Authenticate(c.Request.Context(), form["email"], form["password"], d.Sessions.From(c))
	if page, ok := unlooked(err, d.Now(), "/signin"+local(j)); ok {
		d.notLookedAt(c, j, err)
		return d.wait(c, j, form["email"], page)
	}
	if errors.Is(err, users.ErrProveAddress) {
		d.failed(c, j, form["email"], err)
		return proveAddress(j)
	}
	if err == nil {
		err = d.mayUsePassword(c, user.Admin())
	}
	if alert, status, ok := mistake(err); ok {
		d.failed(c, j, form["email"], err)
		return d.retry(c, "/signin"+local(j), retry{emailaddr.Only(form["email"]), alert, status, j.Stay})
	}
	if err != nil {
		return err
	}
	return d.finish(c, j, sessions.ByPassword(user, d.Now()))
}

// errOnlyAdministrators is for a correct password that may not sign in.
var errOnlyAdministrators = texts.Failure("passwords are for administrators alone, by the settings", "signin.administrators")

// noWayIn is the message for a correct password that may not sign in.
func noWayIn() said {
	return said{texts.New("signin.your-password-is-not-a"), texts.New("signin.only-administrators-sign-in-with")}
}

// mayUsePassword is nil if a password may sign this user in.
func (d *Handler) mayUsePassword(c *gin.Context, admin bool) error {
	s, err := d.Settings.Current(c.Request.Context())
	if err == nil && !s.SignsInByPassword(admin) {
		return errOnlyAdministrators
	}
	return err
}

// mistake is the message to the user, if the error concerns the user.
func mistake(err error) (said, int, bool) {
	switch {
	case errors.Is(err, users.ErrWrongPassword):
		return said{texts.New("signin.that-email-or-password-isnt"), texts.New("signin.check-both-and-try-again")}, http.StatusUnauthorized, true
	case errors.Is(err, errOnlyAdministrators):
		return noWayIn(), http.StatusForbidden, true
	case errors.Is(err, users.ErrWaiting):
		return said{texts.New("signin.this-account-waits"), texts.New("signin.we-email-you")}, http.StatusForbidden, true
	case errors.Is(err, users.ErrDisabled):
		return said{texts.New("signin.this-account-is-turned-off"), texts.New("signin.ask-whoever-runs-this-hub")}, http.StatusForbidden, true
	}
	return said{}, 0, false
}

// waitFor is the time to wait, in whole minutes, rounded up so that it is never too
// short.
func waitFor(d time.Duration) locales.Text {
	return locales.Say("unlooked.wait-then-try-again", "count", max(1, int((d+time.Minute-1)/time.Minute)))
}

// failed records a failed sign-in, and the address that was entered.
func (d *Handler) failed(c *gin.Context, j pendingLogin, typed string, err error) {
	d.Audit.Record(c.Request.Context(), audit.Event{Kind: audit.SignInFailed, Target: d.Users.Meant(c.Request.Context(), typed), Client: j.client.ID, IP: c.ClientIP(), Agent: c.Request.UserAgent(), Ref: web.Ref(c), Why: texts.Of(err)})
}

// notLookedAt logs a password that had to wait. It stores nothing, because attackers
// can cause any number. A password refused under load is the fault of no user.
func (d *Handler) notLookedAt(c *gin.Context, j pendingLogin, err error) {
	if errors.Is(err, passwords.ErrBusy) {
		return
	}
	d.Audit.Note(c.Request.Context(), audit.Event{Kind: audit.SignInFailed, Client: j.client.ID, IP: c.ClientIP(), Ref: web.Ref(c), Why: texts.Of(err)})
}

// knowBrowser records the browser as known to the account. An error here does not
// fail the sign-in.
func (d *Handler) knowBrowser(c *gin.Context, u users.User) {
	rules, err := d.Settings.Current(c.Request.Context())
	var name string
	var strange bool
	if err == nil {
		name, strange, err = d.Users.SignedIn(c.Request.Context(), u, d.Sessions.From(c), rules.SecondFactorIfNew())
	}
	if err != nil {
		d.Log.ErrorContext(c, "a browser that signed somebody in is not known for that", "ref", web.Ref(c), "error", err)
		return
	}
	d.Sessions.RememberBrowser(c.Writer, c.Request, name)
	if !strange || u.Password == "" {
		return
	}
	if err := d.MailLinks.NewBrowser(c.Request.Context(), u, web.Device(c.Request.UserAgent()).Kept(), c.ClientIP()); err != nil {
		d.Log.ErrorContext(c, "an email about a sign-in in a new browser was not sent", "ref", web.Ref(c), "error", err)
	}
}

// SignInNew is for a new user, who has just chosen a password.
func (d *Handler) SignInNew(c *gin.Context, user users.User, to string) error {
	d.welcome(c, user)
	return d.finish(c, pendingLogin{method: method{To: to}}, sessions.ByPassword(user, d.Now()))
}

// Finish signs in a user who has proved a first factor on another page, after a
// second factor if they need one.
func (d *Handler) Finish(c *gin.Context, flow, to string, start sessions.Start) error {
	j, err := d.pendingLogin(c, method{Flow: flow, To: to})
	if err != nil {
		return err
	}
	return d.finish(c, j, start)
}

// SignInTo is SignInNew for a user with a flow. If the flow has expired, or belongs
// to another browser, the user gets the account page.
func (d *Handler) SignInTo(c *gin.Context, user users.User, flow, to string) error {
	j, err := d.pendingLogin(c, method{Flow: flow, To: to})
	if errors.Is(err, flows.ErrGone) || errors.Is(err, flows.ErrFinished) || err == nil && flow == "" && to == "" {
		j, err = pendingLogin{method: method{To: "/account?done=welcome"}}, nil
	}
	if err != nil {
		return err
	}
	return d.finish(c, j, sessions.ByPassword(user, d.Now()))
}

// finish signs the user in, after a second factor if they need one.
func (d *Handler) finish(c *gin.Context, j pendingLogin, start sessions.Start) error {
	start.Stay = cmp.Or(start.Stay, j.Stay)
	if j.quiet() {
		if needs, err := d.NeedsSecond(c, j.client, &start); err != nil {
			return err
		} else if needs {
			return d.back(c, start.LoginKey, j, errQuestion)
		}
	} else if asked, err := d.AskSecond(c, j.client, j.Flow, j.To, &start); asked || err != nil {
		return err
	}
	if err := d.begin(c, j, start); err != nil {
		return err
	}
	return web.SeeOther(c, j.next())
}

// Begin starts the session of a user who has proved the second factor, and returns
// the destination.
func (d *Handler) Begin(c *gin.Context, flow, to string, start sessions.Start) (next string, err error) {
	j, err := d.pendingLogin(c, method{Flow: flow, To: to})
	if err != nil {
		return "", err
	}
	return j.next(), d.begin(c, j, start)
}

// As opens the sign-in page with the address of an account. The address is not in
// the address of the page.
func (d *Handler) As(c *gin.Context, flow, to, email string) error {
	j, err := d.pendingLogin(c, method{Flow: flow, To: to})
	if err != nil {
		return err
	}
	return d.retry(c, "/signin"+local(j)+"&switch=1", retry{Email: email, Status: http.StatusOK})
}

// Waiting returns the client that waits for the sign-in, if any, and the page on
// which the user can start again.
func (d *Handler) Waiting(c *gin.Context, flow, to string) (client templates.Client, again string, err error) {
	j, err := d.pendingLogin(c, method{Flow: flow, To: to})
	return j.shown(), "/signin" + local(j), err
}

// begin starts the session.
func (d *Handler) begin(c *gin.Context, j pendingLogin, start sessions.Start) error {
	start.IP = c.ClientIP()
	s, over, err := d.Sessions.Start(c.Writer, c.Request, start)
	if err != nil {
		return err
	}
	for _, other := range over { // accounts for which this browser has no place any more
		err = errors.Join(err, d.Logouts.EndBecause(lasting.Of(c.Request.Context()), other, texts.New("signout.accounts")))
		d.Audit.Record(c.Request.Context(), audit.Event{Kind: audit.SessionsEnded, Actor: other.UserID, Target: other.UserID, IP: c.ClientIP(), Ref: web.Ref(c), Detail: map[string]string{"which": "accounts"}})
	}
	if err != nil {
		return err
	}
	if start.LoginKey != "" {
		if err := d.Upstreams.Confirm(c.Request.Context(), start.LoginKey); err != nil {
			return errors.Join(err, d.Sessions.Delete(lasting.Of(c.Request.Context()), s))
		}
	}
	d.knowBrowser(c, start.User)
	// The provider is that of the session, not of this sign-in: a session that
	// began with a provider keeps it when the user confirms with a password.
	d.Sessions.RememberMethod(c.Writer, s.LoginKey)
	d.Audit.Record(c.Request.Context(), audit.Event{Kind: audit.SignInOK, Actor: start.User.ID, Client: j.client.ID, LoginKey: s.LoginKey, IP: c.ClientIP(), Agent: c.Request.UserAgent(), Ref: web.Ref(c)})
	return nil
}
