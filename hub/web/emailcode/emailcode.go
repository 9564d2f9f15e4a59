// Package emailcode signs users in by a code that the hub emails them. It is only
// a first factor: users with a second factor are asked for it afterwards.
package emailcode

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/flows"
	"github.com/fedhub/fedhub/hub/maillinks"
	"github.com/fedhub/fedhub/hub/sessions"
	"github.com/fedhub/fedhub/hub/settings"
	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/hub/users/secondfactor"
	"github.com/fedhub/fedhub/hub/web"
	"github.com/fedhub/fedhub/hub/web/cookies"
	"github.com/fedhub/fedhub/hub/web/proof"
	"github.com/fedhub/fedhub/internal/emailaddr"
	"github.com/fedhub/fedhub/internal/texts"
	"github.com/fedhub/fedhub/templates"
	"github.com/fedhub/fedhub/templates/locales"
)

// stopEmailed is the kind of the interruptions.
const stopEmailed = "emailed"

// emailed is stored for the browser that asked for a code.
type emailed struct {
	Email string // as typed
	Flow  string
	To    string
	Stay  sessions.Stay
}

// A Handler sends codes by email and verifies them.
type Handler struct {
	Stops     *flows.Interruptions
	Sessions  *cookies.Service
	MailLinks *maillinks.Service
	Settings  *settings.Service
	Guesses   Guesses
	Audit     *audit.Recorder
	Responder *web.Responder
	Now       func() time.Time

	// SignIn continues the sign-in, to a flow or a page of this hub.
	SignIn SignIn
}

// Guesses limits the attempts to guess codes (hub/users/secondfactor).
type Guesses interface {
	Guess(ctx context.Context, key, network string, check func(doubtful bool) error) error
}

// A SignIn continues a sign-in (hub/web/signin).
type SignIn interface {
	// Finish starts the session, after a second factor if one is needed.
	Finish(c *gin.Context, flow, to string, start sessions.Start) error
	// Waiting returns the application that waits for the sign-in, if any, and
	// the page on which the user can start again.
	Waiting(c *gin.Context, flow, to string) (client templates.Client, again string, err error)
}

// offered returns the settings, if sign-in by an emailed code is enabled.
func (d *Handler) offered(c *gin.Context) (settings.Settings, error) {
	s, err := d.Settings.Current(c.Request.Context())
	if err == nil && !(s.EmailSignIn && d.MailLinks.Delivers()) {
		return s, web.NotFound(errors.New("codes by email are off, or no mail server is set up"))
	}
	return s, err
}

// AskShow is GET /signin/email.
func (d *Handler) AskShow(c *gin.Context) error {
	s, err := d.offered(c)
	if err != nil {
		return err
	}
	return d.showAsk(c, http.StatusOK, s, emailed{Email: emailaddr.Only(c.Query("email")), Flow: c.Query("flow"), To: c.Query("to")}, nil)
}

func (d *Handler) showAsk(c *gin.Context, status int, s settings.Settings, e emailed, wrong []templates.Mistake) error {
	client, again, err := d.SignIn.Waiting(c, e.Flow, e.To)
	if err != nil {
		return err
	}
	return d.Responder.Show(c, status, templates.EmailSignIn{Flow: e.Flow, To: web.LocalPath(e.To, ""), Client: client, Email: e.Email, Cancel: again, Stay: cookies.AskToStay(s, e.Stay), Mistakes: wrong})
}

// Ask is POST /signin/email. The response does not reveal whether a user has this
// address.
func (d *Handler) Ask(c *gin.Context) error {
	s, err := d.offered(c)
	if err != nil {
		return err
	}
	form, err := web.Form(c)
	if err != nil {
		return err
	}
	e := emailed{Email: form["email"], Flow: form["flow"], To: form["to"], Stay: cookies.StayOf(form)}
	if _, err := emailaddr.Canonical(e.Email); err != nil {
		return d.showAsk(c, http.StatusUnprocessableEntity, s, e, []templates.Mistake{{Field: "email", Text: locales.Say("user.email.bad")}})
	}
	if _, _, err := d.SignIn.Waiting(c, e.Flow, e.To); err != nil {
		return err
	}
	ctx, ask := c.Request.Context(), flows.Name()
	if err := d.Stops.Keep(ctx, stopEmailed, ask, d.Sessions.Browser(c.Writer, c.Request), e); err != nil {
		return err
	}
	if err := d.MailLinks.SendSignIn(ctx, e.Email, ask, func(u users.User) bool { return s.SignsInByEmail(u.Admin()) }); err != nil {
		return err
	}
	d.Audit.Record(ctx, audit.Event{Kind: audit.SignInMailed, IP: c.ClientIP(), Agent: c.Request.UserAgent(), Ref: web.Ref(c)})
	return web.SeeOther(c, "/signin/email/code?"+url.Values{"ask": {ask}}.Encode())
}

// CodeShow is GET /signin/email/code: the page on which the browser that asked
// enters the code, and the target of the link in the email. Opening the link
// changes nothing, because mail scanners open links too. Another browser shows the
// code, so that the user can type it in the first browser.
func (d *Handler) CodeShow(c *gin.Context) error {
	ask, code := c.Query("ask"), c.Query("code")
	var e emailed
	err := d.Stops.Peek(c.Request.Context(), stopEmailed, ask, d.Sessions.BoundToBrowser(c.Request), &e)
	if errors.Is(err, flows.ErrGone) && code != "" {
		user, err := d.guess(c, ask, code, d.MailLinks.SignsIn)
		if err != nil {
			return overOr(err)
		}
		return d.Responder.Show(c, http.StatusOK, templates.EmailCodeElsewhere{Code: code, Email: user.Email})
	}
	if err != nil {
		return overOr(err)
	}
	return d.showCode(c, http.StatusOK, ask, code, e, templates.Note{})
}

func (d *Handler) showCode(c *gin.Context, status int, ask, code string, e emailed, alert templates.Note) error {
	client, again, err := d.SignIn.Waiting(c, e.Flow, e.To)
	if err != nil {
		return err
	}
	query := web.Destination(e.Flow, e.To)
	query.Set("email", e.Email)
	return d.Responder.Show(c, status, templates.EmailCode{Ask: ask, Code: code, Client: client, Email: e.Email, Cancel: again, Again: "/signin/email?" + query.Encode(), Alert: alert})
}

// errWrongCode is the recorded reason for a wrong code.
var errWrongCode = texts.Failure("a wrong code by email, or one that was used or expired", "signin.emailcode.wrong")

// Code is POST /signin/email/code. It signs in only the browser that asked.
func (d *Handler) Code(c *gin.Context) error {
	s, err := d.offered(c)
	if err != nil {
		return err
	}
	form, err := web.Form(c)
	if err != nil {
		return err
	}
	ctx, ask := c.Request.Context(), form["ask"]
	var e emailed
	if err := d.Stops.Peek(ctx, stopEmailed, ask, d.Sessions.BoundToBrowser(c.Request), &e); err != nil {
		return overOr(err)
	}
	user, err := d.guess(c, ask, form["code"], d.MailLinks.SignInBy)
	if errors.Is(err, secondfactor.ErrWrongCode) {
		d.Audit.Record(ctx, audit.Event{Kind: audit.SignInFailed, IP: c.ClientIP(), Agent: c.Request.UserAgent(), Ref: web.Ref(c), Why: texts.Of(errWrongCode)})
		alert := templates.Note{Tone: "danger", Title: locales.Say("emailcode.wrong-title"), Text: locales.Say("emailcode.wrong-text")}
		return d.showCode(c, http.StatusUnauthorized, ask, "", e, alert)
	}
	if err == nil && !s.SignsInByEmail(user.Admin()) {
		err = overOr(flows.ErrGone) // the settings were changed meanwhile
	}
	if err != nil {
		return err
	}
	if err := d.Stops.Take(ctx, stopEmailed, ask, d.Sessions.BoundToBrowser(c.Request), &e); err != nil {
		return overOr(err)
	}
	start := sessions.ByEmail(user, d.Now())
	start.Stay = e.Stay
	return d.SignIn.Finish(c, e.Flow, e.To, start)
}

// guess checks a code and limits the attempts. They count for each request, so
// that an attacker cannot lock another user out.
func (d *Handler) guess(c *gin.Context, ask, code string, look func(ctx context.Context, ask, code string) (users.User, error)) (user users.User, err error) {
	ctx := c.Request.Context()
	err = d.Guesses.Guess(ctx, "emailed code "+ask, web.Network(c.ClientIP()), func(bool) error {
		if user, err = look(ctx, ask, code); errors.Is(err, maillinks.ErrLink) {
			return secondfactor.ErrWrongCode
		}
		return err
	})
	return user, proof.Slowed(err, d.Now())
}

// overOr is the page for an expired code, or the error.
func overOr(err error) error {
	if !errors.Is(err, flows.ErrGone) && !errors.Is(err, secondfactor.ErrWrongCode) {
		return err
	}
	return &web.ErrorPage{Status: http.StatusGone, Heading: locales.Say("emailcode.over-title"), Text: locales.Say("emailcode.over-text"), Cause: err,
		Action: templates.Action{Label: locales.Say("emailcode.over-action"), URL: "/signin?local=1"}}
}
