// Package signup has the pages on which people create an account themselves:
// one asks for an address, and the link that is emailed there leads to the one
// that asks for a name and a password.
package signup

import (
	"errors"
	"io/fs"
	"net/http"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/maillinks"
	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/hub/users/signup"
	"github.com/fedhub/fedhub/hub/web"
	"github.com/fedhub/fedhub/internal/emailaddr"
	"github.com/fedhub/fedhub/internal/texts"
	"github.com/fedhub/fedhub/templates"
	"github.com/fedhub/fedhub/templates/locales"
)

// A Handler shows these pages.
type Handler struct {
	MinPassword int
	SignUps     *signup.Service
	Asks        *web.Limiter // how many emails one network may cause
	Audit       *audit.Recorder
	Responder   *web.Responder

	// Waiting is the client that waits for the sign-in, and the page on which a
	// person starts again (hub/web/signin).
	Waiting func(c *gin.Context, flow, to string) (client templates.Client, again string, err error)

	// SignIn starts the session of a new user and sends the browser where it was
	// on the way to.
	SignIn func(c *gin.Context, user users.User, flow, to string) error
}

// Show is GET /signup.
func (d *Handler) Show(c *gin.Context) error {
	return d.show(c, http.StatusOK, templates.SignUp{Flow: c.Query("flow"), To: c.Query("to")})
}

// show fills in what the page always has.
func (d *Handler) show(c *gin.Context, status int, page templates.SignUp) error {
	domains, err := d.SignUps.Offered(c.Request.Context())
	if err != nil {
		return closed(err)
	}
	page.Domains, page.To = domains, web.LocalPath(page.To, "")
	if page.Client, page.Back, err = d.Waiting(c, page.Flow, page.To); err != nil {
		return err
	}
	return d.Responder.Show(c, status, page)
}

// Ask is POST /signup. The answer is the same for every address.
func (d *Handler) Ask(c *gin.Context) error {
	form, err := web.Form(c)
	if err != nil {
		return err
	}
	_, again, err := d.Waiting(c, form["flow"], form["to"])
	if err != nil {
		return err
	}
	r := maillinks.SignUpRequest{Email: form["email"], Flow: form["flow"], To: web.LocalPath(form["to"], "")}
	err = d.SignUps.Ask(c.Request.Context(), r)
	switch {
	case errors.Is(err, emailaddr.ErrInvalid):
		return d.show(c, http.StatusUnprocessableEntity, templates.SignUp{Flow: r.Flow, To: r.To, Email: r.Email,
			Mistakes: []templates.Mistake{{Field: "email", Text: locales.Say("user.email.bad")}}})
	case err != nil:
		return closed(err)
	}
	d.Audit.Record(c.Request.Context(), audit.Event{Kind: audit.UserSignUpAsked, IP: c.ClientIP(), Ref: web.Ref(c)})
	return d.Responder.Show(c, http.StatusOK, templates.Told{Title: locales.Say("signup.check-your-email"), Text: locales.Say("signup.sent"),
		Action: templates.Action{Label: locales.Say("signup.back-to-sign-in"), URL: again}})
}

// CreateShow is GET /signup/{token}, where the email leads. It changes nothing.
func (d *Handler) CreateShow(c *gin.Context) error {
	r, err := d.SignUps.Asked(c.Request.Context(), c.Param("token"))
	if err != nil {
		return deadLink(err)
	}
	page, err := d.form(c, r)
	if err != nil {
		return err
	}
	return d.Responder.Show(c, http.StatusOK, page)
}

func (d *Handler) form(c *gin.Context, r maillinks.SignUpRequest) (templates.SignUpForm, error) {
	// The page leads back to the application, if it waits in this browser.
	d.Waiting(c, r.Flow, r.To) //nolint:errcheck // the account can be created all the same
	now, err := d.SignUps.Settings.Current(c.Request.Context())
	return templates.SignUpForm{Token: c.Param("token"), Email: r.Email, Names: now.UserNameSignIn, Shortest: d.MinPassword}, err
}

// Create is POST /signup/{token}: it creates the account and signs it in, or
// lets it wait for approval.
func (d *Handler) Create(c *gin.Context) error {
	form, err := web.Form(c)
	if err != nil {
		return err
	}
	r, err := d.SignUps.Asked(c.Request.Context(), c.Param("token"))
	if err != nil {
		return deadLink(err)
	}
	user, err := d.SignUps.Create(c.Request.Context(), c.Param("token"), form["name"], form["sign_in_name"], form["password"])
	if wrong, ok := web.Mistakes(err, nil); ok {
		page, err := d.form(c, r)
		if err != nil {
			return err
		}
		page.Name, page.UserName, page.Mistakes = form["name"], form["sign_in_name"], wrong
		return d.Responder.Show(c, http.StatusUnprocessableEntity, page)
	}
	if err != nil {
		return deadLink(err)
	}
	e := audit.Event{Kind: audit.UserSignedUp, Actor: user.ID, Target: user.ID, IP: c.ClientIP(), Ref: web.Ref(c)}
	if user.Waiting != "" {
		e.Why = texts.New("signup.waits")
	}
	d.Audit.Record(c.Request.Context(), e)
	if user.Waiting != "" {
		return d.Responder.Show(c, http.StatusOK, templates.Told{Title: locales.Say("signup.wait"), Text: locales.Say("signup.wait-text", "email", user.Email)})
	}
	return d.SignIn(c, user, r.Flow, r.To)
}

// closed tells that people cannot sign up; other errors stay as they are.
func closed(err error) error {
	if !errors.Is(err, signup.ErrClosed) {
		return err
	}
	return &web.ErrorPage{Status: http.StatusForbidden, Heading: locales.Say("signup.closed"), Text: locales.Say("signup.closed-text"), Cause: err,
		Action: templates.Action{Label: locales.Say("signup.sign-in"), URL: "/signin"}}
}

// deadLink tells of a link that does not work any more; other errors stay as
// they are.
func deadLink(err error) error {
	switch {
	case errors.Is(err, maillinks.ErrLink):
		return &web.ErrorPage{Status: http.StatusGone, Heading: locales.Say("forgot.this-link-doesnt-work-any"), Text: locales.Say("signup.used-or-old"), Cause: err,
			Action: templates.Action{Label: locales.Say("forgot.ask-for-a-new-one"), URL: "/signup"}}
	case errors.Is(err, fs.ErrExist):
		return &web.ErrorPage{Status: http.StatusConflict, Heading: locales.Say("invite.you-have-an-account-already"), Text: locales.Say("invite.sign-in-to-it"), Cause: err,
			Action: templates.Action{Label: locales.Say("invite.sign-in"), URL: "/signin"}}
	}
	return closed(err)
}
