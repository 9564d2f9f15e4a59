package signin

import (
	"errors"
	"maps"
	"net/http"
	"slices"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/clients/redirecturi"
	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/authentication"
	"github.com/fedhub/fedhub/hub/oauth"
	"github.com/fedhub/fedhub/hub/sessions"
	"github.com/fedhub/fedhub/hub/web"
	"github.com/fedhub/fedhub/hub/web/proof"
	"github.com/fedhub/fedhub/internal/texts"
	"github.com/fedhub/fedhub/templates"
)

// provePassword is the page's own password field. No other form uses this name,
// because the page carries the fields of other forms as well.
const provePassword = "prove_password"

// proofs are the fields of this page's own forms, which it does not carry along.
var proofs = []string{provePassword, proveCode, proof.PasskeyState, proof.PasskeyAnswer, "csrf"}

// proveCode is the page's own field of the second factor.
const proveCode = "prove_code"

// ProveShow is GET /signin/prove: a signed-in user proves their identity again, for
// an app that needs the time of the sign-in or for a page of this hub.
func (d *Handler) ProveShow(c *gin.Context) error {
	j, p, err := d.proving(c, method{Flow: c.Query("flow"), To: c.Query("to")})
	if errors.Is(err, sessions.ErrNobody) {
		return web.SeeOther(c, "/signin"+j.query())
	}
	if err != nil {
		return err
	}
	return d.showProve(c, http.StatusOK, j, p, templates.Prove{})
}

// Prove is POST /signin/prove.
func (d *Handler) Prove(c *gin.Context) error {
	form, j, p, err := d.postedProof(c)
	if err != nil {
		return err
	}
	proof, alert, err := d.proofBy(c, p, form)
	if err != nil {
		return err
	}
	if alert.Some() {
		return d.showProve(c, http.StatusUnauthorized, j, p, templates.Prove{Alert: alert})
	}
	return d.finish(c, j, p.Session.ContinuedBy(proof))
}

// proofBy checks the passkey or the password with which the user proves their
// identity. The note says what is wrong with it, if anything.
func (d *Handler) proofBy(c *gin.Context, p sessions.Person, form oauth.Params) (sessions.Start, templates.Note, error) {
	if form[proof.PasskeyAnswer] != "" {
		return d.confirmedBy(c, p, form)
	}
	err := d.mayUsePassword(c, p.User.Admin())
	if errors.Is(err, errOnlyAdministrators) {
		return sessions.Start{}, noWayIn().note(), nil
	}
	if err != nil {
		return sessions.Start{}, templates.Note{}, err
	}
	alert, err := d.Proofs.Password(c, p, form[provePassword])
	return sessions.ByPassword(p.User, d.Now()), alert, err
}

// ProveHere guards a change that needs a recent sign-in. It shows a page that
// carries the sent form; the browser sends both again with the password. done
// means that the change may continue.
func (d *Handler) ProveHere(c *gin.Context) (done bool, err error) {
	ctx := c.Request.Context()
	p, err := d.Sessions.Current(c.Request)
	if err != nil {
		return false, err
	}
	// A code by email is not enough for changes by administrators: an attacker
	// who reads their mail could change everything.
	if done, err = d.Sessions.IsFresh(ctx, p.Session); err != nil || done && !p.Session.ByEmail() {
		return done, err
	}
	form, err := web.Form(c)
	if err != nil {
		return false, err
	}
	page := templates.Prove{Action: c.Request.URL.EscapedPath()}
	for _, name := range slices.Sorted(maps.Keys(form)) {
		if !slices.Contains(proofs, name) {
			page.Carried = append(page.Carried, templates.Pair{Name: name, Value: form[name]})
		}
	}
	factors, err := d.Factors.SetUp(ctx, p.User.ID)
	if err != nil {
		return false, err
	}
	page.Code, page.PasskeyOnly = factors.Codes(), factors.Any() && !factors.Codes()
	status := http.StatusForbidden
	var start sessions.Start
	given := form.Has(provePassword) || form.Has(proof.PasskeyAnswer)
	if given {
		status = http.StatusUnauthorized
		if start, page.Alert, err = d.proofBy(c, p, form); err == nil && factors.Any() && !page.Alert.Some() && start.ACR != sessions.ACRTwoFactors {
			start = authentication.WithCode(start, d.Now())
			page.Alert, err = d.CheckSecond(c, p.User, form[proveCode])
		}
		if err != nil {
			return false, err
		}
	}
	if !given || page.Alert.Some() {
		return false, d.showProve(c, status, pendingLogin{method: method{To: "/admin"}}, p, page)
	}
	d.Audit.Record(ctx, audit.Event{Kind: audit.SignInOK, Actor: p.User.ID, IP: c.ClientIP(), Agent: c.Request.UserAgent(), Ref: web.Ref(c), Why: texts.New("prove.again")})
	return true, d.Sessions.Proved(c.Request, p, start)
}

// ProveMail is POST /signin/prove/mail: a user without a password or passkey here
// gets a link to set one up.
func (d *Handler) ProveMail(c *gin.Context) error {
	_, j, p, err := d.postedProof(c)
	if err != nil {
		return err
	}
	page, err := d.waysToProve(c, p)
	if err != nil {
		return err
	}
	if !page.Mail {
		return web.NotFound(errors.New("no email proves this person"))
	}
	if err := d.MailLinks.ProveByReset(c.Request.Context(), p.User); err != nil {
		return err
	}
	d.Audit.Record(c.Request.Context(), audit.Event{Kind: audit.PasswordForgot, Actor: p.User.ID, Target: p.User.ID, IP: c.ClientIP(), Ref: web.Ref(c), Why: texts.New("prove.mailed")})
	return d.showProve(c, http.StatusOK, j, p, templates.Prove{Sent: true})
}

// postedProof reads a form of the page.
func (d *Handler) postedProof(c *gin.Context) (oauth.Params, pendingLogin, sessions.Person, error) {
	form, err := web.Form(c)
	if err != nil {
		return nil, pendingLogin{}, sessions.Person{}, err
	}
	j, p, err := d.proving(c, method{Flow: form["flow"], To: form["to"]})
	return form, j, p, err
}

// proving finds the user who must prove their identity, and the destination.
func (d *Handler) proving(c *gin.Context, w method) (pendingLogin, sessions.Person, error) {
	j, err := d.pendingLogin(c, w)
	if err != nil {
		return pendingLogin{}, sessions.Person{}, err
	}
	p, err := d.Sessions.Current(c.Request)
	return j, p, err
}

func (d *Handler) showProve(c *gin.Context, status int, j pendingLogin, p sessions.Person, page templates.Prove) error {
	ways, err := d.waysToProve(c, p)
	if err != nil {
		return err
	}
	page.Flow, page.To, page.Client = j.Flow, web.LocalPath(j.To, ""), j.shown()
	page.Email, page.Password, page.Mail, page.Upstreams, page.Silent = ways.Email, ways.Password && !page.PasskeyOnly, ways.Mail, ways.Upstreams, ways.Silent
	page.Passkey = ways.Passkey
	page.Account = templates.Person{Name: p.User.Name, Email: p.User.Email, Username: p.User.Username}
	if page.Action == "" {
		other := web.Destination(j.Flow, j.To)
		other.Set("switch", "1")
		page.Other = "/signin?" + other.Encode()
	}
	if j.Flow != "" {
		page.Upstreams = nil // the user came from a provider for this request
	}
	web.AllowImages(c, redirecturi.OriginOf(page.Client.Logo))
	return d.Responder.Show(c, status, page)
}

// waysToProve are the methods by which this user can prove their identity: a password,
// a passkey, a linked provider, or a link to their verified address, which leads to
// a new password.
func (d *Handler) waysToProve(c *gin.Context, p sessions.Person) (templates.Prove, error) {
	s, err := d.Settings.Current(c.Request.Context())
	if err != nil {
		return templates.Prove{}, err
	}
	page := templates.Prove{Email: p.User.Email}
	passwords := s.SignsInByPassword(p.User.Admin())
	page.Password = passwords && p.User.HasPassword()
	page.Mail = passwords && !page.Password && p.User.EmailVerified && d.MailLinks.Delivers()
	if page.Passkey, err = d.offerProof(c, p); err != nil {
		return templates.Prove{}, err
	}
	keys, err := d.ways(c.Request.Context())
	if err != nil {
		return templates.Prove{}, err
	}
	linked, err := d.Linking.ByUser(c.Request.Context(), p.User.ID)
	if err != nil {
		return templates.Prove{}, err
	}
	for _, i := range linked {
		at := slices.IndexFunc(keys, func(k federation.LoginKey) bool { return k.ID == i.LoginKey })
		switch {
		case at < 0:
		case i.LoginKey == p.Session.LoginKey && p.Session.AuthTime.IsZero():
			page.Silent = keys[at].Name // the provider of the session, which reports no auth_time
		default:
			page.Upstreams = append(page.Upstreams, templates.Upstream{Key: keys[at].ID, Name: keys[at].Name, Icon: keys[at].Symbol()})
		}
	}
	return page, nil
}
