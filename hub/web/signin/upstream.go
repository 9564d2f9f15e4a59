package signin

import (
	"cmp"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/authentication"
	"github.com/fedhub/fedhub/hub/authentication/trial"
	"github.com/fedhub/fedhub/hub/flows"
	"github.com/fedhub/fedhub/hub/health"
	"github.com/fedhub/fedhub/hub/oauth"
	"github.com/fedhub/fedhub/hub/sessions"
	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/hub/users/linking"
	"github.com/fedhub/fedhub/hub/web"
	"github.com/fedhub/fedhub/internal/texts"
	"github.com/fedhub/fedhub/templates"
	"github.com/fedhub/fedhub/templates/locales"
)

// The kinds of interruptions of a sign-in.
const (
	stopUpstream = "upstream"
	stopLink     = "link"
	stopRetry    = "retry"
)

// away is stored while the browser is at a provider.
type away struct {
	Way   method
	KeyID string
	Leg   federation.AuthState
	Try   *trial.Trial `json:",omitempty"` // an administrator tests the provider

	Own  connecting // set if a signed-in user adds an identity to their account
	Link string     // the interruption of the link that the identity must prove
}

// Leave is POST /signin/with/{key}: the user has chosen a provider.
func (d *Handler) Leave(c *gin.Context) error {
	form, err := web.Form(c)
	if err != nil {
		return err
	}
	j, err := d.pendingLogin(c, methodOf(form))
	if err != nil {
		return err
	}
	if stop := form["link"]; stop != "" {
		if _, j, err = d.pendingLink(c, stop); err != nil {
			return err
		}
		return d.redirectToProvider(c, c.Param("key"), j, away{Link: stop})
	}
	return d.leave(c, c.Param("key"), j)
}

func (d *Handler) leave(c *gin.Context, keyID string, j pendingLogin) error {
	return d.redirectToProvider(c, keyID, j, away{})
}

// redirectToProvider sends the browser to a provider. a is the purpose of the identity,
// if not a sign-in.
func (d *Handler) redirectToProvider(c *gin.Context, keyID string, j pendingLogin, a away) error {
	connector, key, err := d.Upstreams.Open(c.Request.Context(), keyID)
	if err == nil && !key.Ready() {
		err = federation.NewFault(federation.Misconfigured, key.Name, errors.New("the login key is not enabled, or its server has not been approved"))
	}
	if err != nil {
		return d.upstreamFailed(c, keyID, j, err)
	}
	if !d.Begins.Allow(c.ClientIP()) { // each is stored for a while (FE-47)
		return web.TooMany(time.Minute)
	}
	leg := federation.AuthState{State: flows.Name()}
	asked := hints(j)
	if _, err := d.Sessions.Current(c.Request); err == nil && j.Flow == "" && a.Own == (connecting{}) && a.Link == "" {
		// A signed-in user who signs in again does so on purpose: a session that
		// exists at the provider is not enough.
		asked.Prompt, asked.MaxAge = "login", "0"
	}
	asked.Trace, asked.App = web.Ref(c), cmp.Or(j.flow.Request.App, j.shown().Shown())
	to, err := connector.Begin(c.Request.Context(), &leg, asked)
	if err != nil {
		return d.upstreamFailed(c, key.ID, j, err)
	}
	traceLeaving(c, key)
	browser := d.Sessions.Browser(c.Writer, c.Request)
	a.Way, a.KeyID, a.Leg = j.method, key.ID, leg
	if err := d.Stops.Keep(c.Request.Context(), stopUpstream, leg.State, browser, a); err != nil {
		return err
	}
	if err := d.noteCancellation(c.Request.Context(), key, browser, j.method); err != nil {
		return err
	}
	if j.quiet() {
		return web.SeeOther(c, to)
	}
	return d.Responder.Redirect(c, to, key.Name)
}

// hints forwards the client's parameters to the provider.
func hints(j pendingLogin) federation.AuthRequestOptions {
	r := j.flow.Request
	h := federation.AuthRequestOptions{
		LoginHint: r.LoginHint,
		ACRValues: r.ACRValues,
		UILocales: r.UILocales,
		Via:       slices.Clone(r.Via),
	}
	if j.email != "" {
		h.LoginHint = j.email
	}
	switch {
	case r.Prompt.None:
		h.Prompt = "none"
	case r.Prompt.Login:
		h.Prompt, h.MaxAge = "login", "0" // so that the response has auth_time
	case r.Prompt.SelectAccount:
		h.Prompt = "select_account"
	}
	if h.ACRValues == "" {
		h.ACRValues = strings.Join(r.ACRs, " ") // the essential values of the claims parameter
	}
	if r.MaxAge != nil && h.MaxAge == "" {
		h.MaxAge = strconv.FormatInt(*r.MaxAge, 10)
	}
	return h
}

// Arrive is GET /signin/from/{key}: the provider has redirected the browser back.
func (d *Handler) Arrive(c *gin.Context) error {
	params, posted, err := d.arriving(c)
	if err != nil {
		return err
	}
	if params["state"] == "" && params["error"] != "" {
		return d.providerDenied(c, params)
	}
	var from away
	err = d.Stops.Take(c.Request.Context(), stopUpstream, params["state"], d.Sessions.BoundToBrowser(c.Request), &from)
	if err != nil {
		return err
	}
	if from.Try != nil && from.Leg.Posted == posted {
		return d.arriveTry(c, from, answer(params))
	}
	j, err := d.pendingLogin(c, from.Way)
	if err != nil {
		return err
	}
	if from.KeyID != c.Param("key") || from.Leg.Posted != posted {
		// A response of one provider at another's redirect URI is a mix-up attack
		// (RFC 9700 §4.4), and so may be one in another response mode (FE-05).
		return flows.ErrGone
	}
	var person sessions.Person
	if from.Own != (connecting{}) {
		if person, err = d.sameSession(c, from.Own); err != nil {
			return err
		}
	}
	connector, key, err := d.Upstreams.Open(c.Request.Context(), from.KeyID)
	if err != nil {
		return d.upstreamFailed(c, from.KeyID, j, err)
	}
	traceReturn(c, key, params)
	identity, err := connector.Finish(c.Request.Context(), from.Leg, answer(params))
	if err != nil {
		return d.upstreamFailed(c, key.ID, j, err)
	}
	switch {
	case from.Own != (connecting{}):
		return d.connect(c, person, key, identity)
	case from.Link != "":
		return d.linkBy(c, from.Link, key, identity)
	}
	return d.match(c, j, key, identity)
}

// answer keeps the parameters that a provider's response may have. Connectors get
// no other input from the browser.
func answer(params oauth.Params) url.Values {
	v := url.Values{}
	for _, name := range []string{"code", "state", "iss", "error", "error_description", "error_uri", "user"} {
		if params.Has(name) {
			v.Set(name, params[name])
		}
	}
	return v
}

// match finds the account of the identity.
func (d *Handler) match(c *gin.Context, j pendingLogin, key federation.LoginKey, identity federation.Identity) error {
	if j.quiet() { // before any write: a refused quiet sign-in must store nothing
		would, _, err := d.Linking.Would(c.Request.Context(), authentication.ClaimOf(identity), authentication.PolicyOf(key))
		if err != nil {
			return err
		}
		if err := d.mayBe(c, would); err != nil {
			return d.back(c, key.ID, j, err)
		}
	}
	decision, err := d.Linking.Match(c.Request.Context(), authentication.ClaimOf(identity), authentication.PolicyOf(key))
	if err != nil {
		return err
	}
	if j.quiet() {
		if err := d.mayBe(c, decision); err != nil { // another request was faster
			return d.back(c, key.ID, j, err)
		}
	}
	event := audit.Event{LoginKey: key.ID, Actor: decision.User.ID, Client: j.client.ID, IP: c.ClientIP(), Ref: web.Ref(c),
		Why: decision.Why, Detail: map[string]string{"row": decision.Row, "action": string(decision.Action)}}
	switch decision.Action {
	case linking.Refuse:
		event.Kind = audit.LinkRefused
		d.Audit.Record(c.Request.Context(), event)
		d.UpstreamTokens.GiveBack(c.Request.Context(), key.ID, identity.Tokens)
		if decision.IssuerChanged() {
			return d.issuerChanged(c, key, j)
		}
		return refusedUpstream(key.Name, j)
	case linking.Confirm, linking.ConfirmByMail:
		traceQuestion(c, key, decision)
		return d.askToLink(c, j, key, identity, decision)
	case linking.Link:
		return d.linked(c, j, key, identity, decision)
	case linking.SignIn:
		event.Kind = audit.UpstreamOK
	default:
		event.Kind, event.Changes = audit.LinkMade, append(audit.Roles(nil, decision.User.Roles), audit.Groups(nil, decision.User.GroupNames())...) // of a new user
	}
	d.Audit.Record(c.Request.Context(), event)
	d.Sessions.NoteSignInMethod(c.Writer, key.ID)
	if err := d.UpstreamTokens.Keep(c.Request.Context(), decision.User, identity); err != nil {
		return err
	}
	if decision.Action == linking.Create || decision.Action == linking.CreateUnverified {
		d.welcome(c, decision.User)
	}
	key.CountsAsNew = key.CountsAsNew && !j.quiet() // the user has seen no page
	return d.finish(c, j, d.started(decision.User, key, identity))
}

// welcome asks a new user to prove an address that the provider has not verified.
// If the email cannot be sent, the user is signed in all the same: the account
// page sends it again.
func (d *Handler) welcome(c *gin.Context, u users.User) {
	if u.EmailVerified || u.Email == "" || !d.MailLinks.Delivers() {
		return
	}
	if err := d.MailLinks.AskToVerify(c.Request.Context(), u, u.Email); err != nil {
		d.Log.WarnContext(c, "a new person was not asked to prove their address", "ref", web.Ref(c), "error", err)
	}
}

// started is the session of a user who came from a provider. The provider reports
// method and time of the sign-in; for other providers than connected hubs the
// connector has checked them. Without auth_time the user may not have seen a page
// there, unless the provider's settings say otherwise.
func (d *Handler) started(user users.User, key federation.LoginKey, i federation.Identity) sessions.Start {
	if i.AuthTime.IsZero() && key.CountsAsNew {
		i.AuthTime = d.Now()
	}
	return sessions.Start{
		User:        user,
		AMR:         i.AMR,
		ACR:         i.ACR,
		AuthTime:    i.AuthTime,
		LoginKey:    i.Key,
		UpstreamSID: i.SID,
		UpstreamSub: i.Subject,
		Upstream:    i.Tokens.ID,
	}
}

// issuerChanged is the page for a user whose subject may belong to another user of
// the provider's previous issuer. An administrator must decide.
func (d *Handler) issuerChanged(c *gin.Context, key federation.LoginKey, j pendingLogin) error {
	d.raiseIssuer(c, key)
	return &web.ErrorPage{
		Status: http.StatusForbidden, Heading: locales.Say("upstream.has-changed-its-address", "name", key.Name),
		Text:   locales.Say("upstream.whether-you-are-who-you"),
		Action: templates.Action{Label: locales.Say("upstream.choose-another-way-to-sign"), URL: "/signin" + local(j)},
	}
}

func (d *Handler) raiseIssuer(c *gin.Context, key federation.LoginKey) {
	if err := d.Raise(c.Request.Context(), health.IssuerChanged(key)); err != nil {
		d.Log.ErrorContext(c, "a warning is not on the overview", "ref", web.Ref(c), "about", key.ID, "error", err)
	}
}

// refusedUpstream is the same message for every reason, so that it does not reveal
// to strangers which accounts exist.
func refusedUpstream(name string, j pendingLogin) error {
	return &web.ErrorPage{
		Status:  http.StatusForbidden,
		Heading: locales.Say("upstream.we-couldnt-sign-you-in", "name", name),
		Text:    locales.Say("upstream.if-you-have-an-account"),
		Action:  templates.Action{Label: locales.Say("upstream.choose-another-way-to-sign"), URL: "/signin" + local(j)},
	}
}

// local is the sign-in page without the automatic redirect to a provider.
func local(j pendingLogin) string {
	q := j.query()
	if q == "" {
		return "?local=1"
	}
	return q + "&local=1"
}

// upstreamFailed shows why a provider could not sign the user in. The provider's
// own text is only in the audit row.
func (d *Handler) upstreamFailed(c *gin.Context, keyID string, j pendingLogin, err error) error {
	var refusal *federation.Refusal
	var fault *federation.Fault
	if j.quiet() && (errors.As(err, &refusal) || errors.As(err, &fault)) {
		return d.back(c, keyID, j, err)
	}
	p := &web.ErrorPage{Status: http.StatusBadGateway, Heading: locales.Say("upstream.signing-in-there-didnt-work"), Cause: err,
		Action: templates.Action{Label: locales.Say("upstream.choose-another-way-to-sign"), URL: "/signin" + local(j)}}
	switch {
	case errors.As(err, &refusal):
		p.Status, p.Text = http.StatusForbidden, locales.Of(refusal.Says)
		if refusal.Code == "access_denied" {
			if key, err := d.Upstreams.Get(c.Request.Context(), keyID); err == nil {
				p.Heading, p.Text = locales.Say("denied.you-cancelled-at", "name", key.Name), locales.Say("denied.or-it-refused")
			}
		}
	case errors.As(err, &fault):
		p.Text = locales.Of(fault.Says)
		if fault.Kind == federation.Unexpected {
			p.Status = http.StatusBadRequest
		}
		if fault.Kind == federation.Circular {
			p.Status = http.StatusLoopDetected
		}
		if fault.Kind == federation.Unreachable {
			d.away(c, p, keyID, j)
			if federation.TurnedAway(err) {
				p.Text = locales.Of(fault.Says) // it explains why the error came at once
			}
		}
	default:
		return err
	}
	d.Audit.Record(c.Request.Context(), audit.Event{Kind: audit.UpstreamError, LoginKey: keyID, Client: j.client.ID, IP: c.ClientIP(), Ref: web.Ref(c), Why: texts.Of(err)})
	return p
}
