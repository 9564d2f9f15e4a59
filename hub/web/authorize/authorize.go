// Package authorize is the authorization endpoint (RFC 6749 §3.1, OIDC Core
// §3.1.2), and the only package that knows the order of the steps.
//
// It parses and checks a request, decides which step comes first, and sends the
// response to the client. The steps (sign-in, consent) never redirect to one
// another; each redirects back here.
package authorize

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/clients/redirecturi"
	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/authrequest"
	"github.com/fedhub/fedhub/hub/flows"
	"github.com/fedhub/fedhub/hub/grants"
	"github.com/fedhub/fedhub/hub/oauth"
	"github.com/fedhub/fedhub/hub/sessions"
	"github.com/fedhub/fedhub/hub/settings"
	"github.com/fedhub/fedhub/hub/tokens"
	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/hub/users/passkeys"
	"github.com/fedhub/fedhub/hub/web"
	"github.com/fedhub/fedhub/hub/web/cookies"
	"github.com/fedhub/fedhub/internal/texts"
)

// A Handler answers authorization requests.
type Handler struct {
	Issuer    string
	Clients   *clients.Registry
	Upstreams *federation.Registry
	Requests  *authrequest.Service
	Flows     *flows.Service
	Sessions  *cookies.Service
	Grants    *grants.Service
	Tokens    *tokens.Service
	Passkeys  *passkeys.Service
	Settings  *settings.Service
	Audit     *audit.Recorder
	Responder *web.Responder
	Begins    *web.Limiter // how many flows one address may start
	Fetches   *web.Limiter // how many client documents one address may make the hub fetch

	// HasFactor reports whether a user has a second factor that the settings ask
	// for, and HasAny whether they have one at all.
	HasFactor, HasAny func(ctx context.Context, userID string) (bool, error)
	Log               *slog.Logger
	Now               func() time.Time
}

// Enter serves GET and POST of the endpoint: a new request from a client, or
// a browser that returns from a step.
func (d *Handler) Enter(c *gin.Context) error {
	params, err := d.params(c)
	var repeated *oauth.RepeatedError
	if err != nil && !errors.As(err, &repeated) {
		return err
	}
	if id := params["flow"]; id != "" && !params.Has("client_id") {
		return d.resume(c, id)
	}
	if c.Request.Method == http.MethodPost && repeated == nil && d.Sessions.BoundToBrowser(c.Request) == "" {
		// Browsers omit Lax cookies from a cross-site POST, so the hub would not
		// see an active session. A redirect to the same request by GET sends them.
		return web.SeeOther(c, "/oauth2/authorize?"+params.Encode())
	}
	return d.begin(c, params, repeated)
}

func (d *Handler) params(c *gin.Context) (oauth.Params, error) {
	// OIDC Core §3.1.2.1: GET has the parameters in the query, POST in the
	// body.
	if c.Request.Method == http.MethodPost {
		return web.Form(c)
	}
	return web.Query(c)
}

// begin checks a new request. If no page is needed, the response is sent at once
// and only the code is stored.
func (d *Handler) begin(c *gin.Context, params oauth.Params, repeated *oauth.RepeatedError) error {
	if err := d.resolveClient(c, params["client_id"]); err != nil {
		traceRequest(c, params, authrequest.Request{}, clients.Client{})
		return d.refuse(c, params["client_id"], err)
	}
	request, client, err := d.Requests.Read(c.Request.Context(), params, repeated)
	traceRequest(c, params, request, client)
	if err == nil {
		err = d.checkVia(request)
	}
	switch {
	case err != nil && request.RedirectURI == "":
		return d.refuse(c, params["client_id"], d.homeless(c, err))
	case err != nil:
		return d.answerError(c, client, flows.Flow{Request: request}, err)
	}
	return d.proceed(c, client, flows.Flow{Request: request})
}

// resume continues a flow after a step.
func (d *Handler) resume(c *gin.Context, id string) error {
	flow, err := d.Flows.Open(c.Request.Context(), id, d.Sessions.BoundToBrowser(c.Request))
	if err != nil {
		return err
	}
	client, err := d.Clients.Get(c.Request.Context(), flow.Request.ClientID)
	if errors.Is(err, fs.ErrNotExist) || (err == nil && !client.AllowsRedirect(flow.Request.RedirectURI)) {
		return d.refuse(c, flow.Request.ClientID, gone(err))
	}
	if err != nil {
		return err
	}
	return d.proceed(c, client, flow)
}

// proceed performs the next step.
func (d *Handler) proceed(c *gin.Context, client clients.Client, flow flows.Flow) error {
	accounts, err := d.browser(c, flow)
	if err != nil {
		return err
	}
	person := accounts.person
	f := facts{
		flow:   flow,
		now:    d.Now(),
		person: person,
		named:  accounts.named, unsure: accounts.unsure, absent: accounts.absent,
		others: len(accounts.others) > 0, remembered: len(d.Sessions.Remembered(c.Request)) > 0,
	}
	if person != nil {
		traceSession(c, *person)
		if f.grant, f.covered, err = d.consent(c, client, flow, *person); err != nil {
			return err
		}
		f.allowed = client.Admits(person.User.AllRoles()) && !person.User.Leaving()
		f.nameless = client.Frappe != nil && person.User.PlainEmail() == ""
		if flow.Request.Subject != "" {
			if f.subject, err = d.Tokens.Subject(c.Request.Context(), client.ID, person.User.ID); err != nil {
				return err
			}
		}
	}
	if person != nil && f.wantsFreshLogin() {
		if f.canProve, err = d.canProve(c, person.User); err != nil {
			return err
		}
	}
	if person != nil {
		if err := d.factors(c, client, &f); err != nil {
			return err
		}
	}
	if f.quiet, err = d.mayAskQuietly(c, flow, accounts); err != nil {
		return err
	}
	switch step := next(f); step {
	case signIn, chooseAccount, askConsent, askQuietly, prove, stepUp:
		traceStep(c, step, person)
		return d.send(c, flow, step)
	case respond:
		return d.respond(c, client, flow, *person, f.grant)
	default:
		if step == notAllowed && person.User.Leaving() && !flow.Request.Prompt.None {
			if flow.ID != "" {
				web.LeadBack(c, flow.ID, shown(client))
			}
			return web.ClosedToApps()
		}
		return d.answerError(c, client, flow, step.refusal())
	}
}

// factors reads what the decision needs to know about second factors.
func (d *Handler) factors(c *gin.Context, client clients.Client, f *facts) (err error) {
	f.lacks = client.SecondFactor && !f.person.Session.Enough()
	switch {
	case f.lacks:
		f.factor, err = d.HasAny(c.Request.Context(), f.person.User.ID)
	case f.wantsTwoFactors():
		f.factor, err = d.HasFactor(c.Request.Context(), f.person.User.ID)
	}
	return err
}

// canProve reports whether the user has a password or a passkey at this hub and
// may use it.
func (d *Handler) canProve(c *gin.Context, u users.User) (bool, error) {
	now, err := d.Settings.Current(c.Request.Context())
	if err != nil || !now.SignsInByPassword(u.Admin()) {
		return false, err
	}
	if u.HasPassword() {
		return true, nil
	}
	return d.Passkeys.Any(c.Request.Context(), u.ID, "")
}

// person returns the signed-in user, or nil.
func (d *Handler) person(c *gin.Context) (*sessions.Person, error) {
	p, err := d.Sessions.Current(c.Request)
	if errors.Is(err, sessions.ErrNobody) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return &p, nil
}

// consent reports whether the user has already agreed, and returns the grant.
func (d *Handler) consent(c *gin.Context, client clients.Client, flow flows.Flow, p sessions.Person) (grants.Grant, bool, error) {
	// Any program on the device can take over the loopback address or the scheme
	// of a native app, so the hub never skips consent there (RFC 8252 §8.6).
	// The same applies to a token sent to loopback by the implicit grant.
	always := client.Type == clients.Native && !strings.HasPrefix(redirecturi.OriginOf(flow.Request.RedirectURI), "https:") ||
		flow.Request.Response.Front() && redirecturi.Local(flow.Request.RedirectURI)
	must, err := d.Requests.MustAgree(c.Request.Context(), client, flow.Request.Resources)
	if err != nil {
		return grants.Grant{}, false, err
	}
	skip := client.SkipAuthorization && !must
	if !skip && !always {
		now, err := d.Settings.Current(c.Request.Context())
		if err != nil {
			return grants.Grant{}, false, err
		}
		always = now.Consent == settings.Force
	}
	return d.Grants.Agreed(c.Request.Context(), grants.Allowance{UserID: p.User.ID, ClientID: client.ID, Generation: client.ConsentVersion,
		Scopes: flow.Request.Scopes, Extras: authrequest.Extras(flow.Request, client)}, grants.Circumstances{
		SkipAuthorization: skip,
		AskAlways:         always,
		JustNow:           flow.Consented == p.User.ID,
		Answered:          func(ctx context.Context) (bool, error) { return d.Sessions.Answered(ctx, p, client.ID) },
		SessionGeneration: p.User.SessionGeneration,
	})
}

// send redirects the browser to a step, and stores the flow if it is new.
func (d *Handler) send(c *gin.Context, flow flows.Flow, to step) error {
	if flow.ID == "" {
		if !d.Begins.Allow(c.ClientIP()) {
			return web.TooMany(time.Minute)
		}
		var err error
		flow, err = d.Flows.Begin(c.Request.Context(), d.Sessions.Browser(c.Writer, c.Request), flow.Request)
		if err != nil {
			return err
		}
	}
	path := "/signin"
	switch to {
	case askConsent:
		path = "/consent"
	case chooseAccount:
		path = "/signin/choose"
	case askQuietly:
		path = "/signin/quiet"
	case prove:
		path = web.ProvePath
	case stepUp:
		path = "/signin/second/up"
	}
	return web.SeeOther(c, path+"?"+url.Values{"flow": {flow.ID}}.Encode())
}

// refuse shows an error that must not be sent to the client, because the client
// or its redirect URI is not verified (RFC 6749 §4.1.2.1).
func (d *Handler) refuse(c *gin.Context, clientID string, err error) error {
	d.traceRefusal(c, clientID, err)
	var page *web.ErrorPage
	if errors.As(err, &page) && page.Protocol != nil {
		d.Audit.Note(c.Request.Context(), audit.Event{Kind: audit.RequestRefused, Client: short(clientID), IP: c.ClientIP(), Ref: web.Ref(c), Why: texts.New("request.refused", "why", page.Protocol.Why)})
	}
	return err
}

// short truncates an untrusted id, so that it cannot fill the log.
func short(s string) string {
	const most = 200
	if len(s) > most {
		return s[:most]
	}
	return s
}
