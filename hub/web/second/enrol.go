package second

import (
	"cmp"
	"errors"
	"net/http"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/authentication"
	"github.com/fedhub/fedhub/hub/flows"
	"github.com/fedhub/fedhub/hub/oauth"
	"github.com/fedhub/fedhub/hub/sessions"
	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/hub/users/secondfactor"
	"github.com/fedhub/fedhub/hub/web"
	"github.com/fedhub/fedhub/hub/web/proof"
	"github.com/fedhub/fedhub/templates"
	"github.com/fedhub/fedhub/templates/locales"
)

// EnrolShow is GET /signin/enrol: a user who needs a second factor and has none
// sets one up during the sign-in.
func (d *Handler) EnrolShow(c *gin.Context) error {
	h, user, err := d.halfway(c, c.Query("stop"), true)
	if err != nil {
		return err
	}
	return d.showEnrol(c, c.Query("stop"), h, user, enrolment{})
}

// An enrolment is the state with which the page is shown again.
type enrolment struct {
	secret string // of the app; empty: a new one
	sent   bool   // a code was sent by email
	wrong  []templates.Mistake
	alert  templates.Note
}

func (e enrolment) status() int {
	if len(e.wrong) > 0 || e.alert.Some() {
		return http.StatusUnprocessableEntity
	}
	return http.StatusOK
}

func (d *Handler) showEnrol(c *gin.Context, name string, h halfway, user users.User, e enrolment) error {
	client, again, err := d.SignIn.Waiting(c, h.Flow, h.To)
	if err != nil {
		return err
	}
	page := templates.Enrol{Stop: name, Client: client, Account: shownAs(user), Cancel: again, Mistakes: e.wrong, Alert: e.alert}
	if d.Now().Before(h.Until) {
		page.Later = h.Until
	}
	if d.needsCode(h, user) {
		page.Mail, page.Sent = user.Email, e.sent
		return d.Responder.Show(c, e.status(), page)
	}
	if page.App, err = proof.AppOf(d.Stops, d.HubName(c.Request.Context()), user, cmp.Or(e.secret, secondfactor.NewSecret())); err != nil {
		return err
	}
	if page.Passkey, err = d.offerNewPasskey(c, user); err != nil {
		return err
	}
	return d.Responder.Show(c, e.status(), page)
}

// needsCode reports whether the user must prove their address first: an attacker
// with a stolen password must not be able to lock the owner out.
func (d *Handler) needsCode(h halfway, user users.User) bool {
	return !h.Proved && d.MailLinks.AsksCode(user)
}

// Enrol is POST /signin/enrol. The first factor signs in only together with the new
// one, or while the setup may be postponed.
func (d *Handler) Enrol(c *gin.Context) error {
	form, err := web.Form(c)
	if err != nil {
		return err
	}
	name := form["stop"]
	h, user, err := d.halfway(c, name, true)
	if err != nil {
		return err
	}
	switch {
	case form["later"] != "":
		return d.enrolLater(c, name, h, user)
	case d.needsCode(h, user):
		return d.proveForEnrolment(c, form, h, user)
	}
	if err := d.unenrolled(c, user); err != nil {
		return err
	}
	if form[proof.PasskeyAnswer] != "" {
		return d.enrolPasskey(c, form, h, user)
	}
	secret, err := proof.SecretOf(d.Stops, user, form["app"])
	if err != nil {
		return err
	}
	err = d.Factors.Codes.SetApp(c.Request.Context(), user.ID, secret, form["code"])
	if errors.Is(err, secondfactor.ErrWrongCode) {
		wrong := []templates.Mistake{{Field: "code", Text: locales.Say("secondfactor.code-wrong")}}
		return d.showEnrol(c, name, h, user, enrolment{secret: secret, wrong: wrong})
	}
	if err != nil {
		return err
	}
	d.record(c, audit.Event{Kind: audit.SecondAdded, Actor: user.ID, Target: user.ID})
	d.told(c, d.MailLinks.FactorAdded(c.Request.Context(), user))
	return d.enrolled(c, name, h, user, func(start sessions.Start) sessions.Start { return authentication.WithCode(start, d.Now()) })
}

// enrolled signs in a user who has just set up their first second factor, and
// shows recovery codes.
func (d *Handler) enrolled(c *gin.Context, name string, h halfway, user users.User, with func(sessions.Start) sessions.Start) error {
	start, err := d.resume(c, name, h, user)
	if err != nil {
		return err
	}
	if err := d.Users.ForgetBrowsers(c.Request.Context(), user); err != nil {
		return err
	}
	codes, err := d.Factors.Codes.NewRecovery(c.Request.Context(), user.ID)
	if err != nil {
		return err
	}
	d.record(c, audit.Event{Kind: audit.RecoveryMade, Actor: user.ID, Target: user.ID})
	next, err := d.SignIn.Begin(c, h.Flow, h.To, with(start))
	if err != nil {
		return err
	}
	return d.Responder.Show(c, http.StatusOK, templates.Recovery{Codes: codes, Next: next})
}

// enrolLater signs in without a second factor, while the setup may be postponed.
func (d *Handler) enrolLater(c *gin.Context, name string, h halfway, user users.User) error {
	if !d.Now().Before(h.Until) {
		return flows.ErrGone
	}
	start, err := d.resume(c, name, h, user)
	if err != nil {
		return err
	}
	return d.enter(c, h, start)
}

// proveForEnrolment emails a code, or checks one that was entered.
func (d *Handler) proveForEnrolment(c *gin.Context, form oauth.Params, h halfway, user users.User) error {
	ctx, name := c.Request.Context(), form["stop"]
	if form["send"] != "" {
		if err := d.MailLinks.SendCode(ctx, user); err != nil {
			return err
		}
		return d.showEnrol(c, name, h, user, enrolment{sent: true})
	}
	err := d.Factors.Codes.GuessMailed(ctx, user.ID, web.Network(c.ClientIP()), func() error {
		return d.MailLinks.TakeCode(ctx, user, form["mailed"])
	})
	if errors.Is(err, secondfactor.ErrWrongCode) {
		wrong := []templates.Mistake{{Field: "mailed", Text: locales.Say("enrol.mailed-wrong")}}
		return d.showEnrol(c, name, h, user, enrolment{sent: true, wrong: wrong})
	}
	if err != nil {
		return proof.Slowed(err, d.Now())
	}
	var used halfway
	if err := d.Stops.Take(ctx, stopSecond, name, d.Sessions.BoundToBrowser(c.Request), &used); err != nil {
		return err
	}
	used.Proved = true
	return d.hold(c, used)
}
