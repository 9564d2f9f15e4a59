package account

import (
	"errors"
	"net/http"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/maillinks"
	"github.com/fedhub/fedhub/hub/sessions"
	"github.com/fedhub/fedhub/hub/web"
	"github.com/fedhub/fedhub/internal/emailaddr"
	"github.com/fedhub/fedhub/templates"
	"github.com/fedhub/fedhub/templates/locales"
)

// Email is GET /account/email.
func (d *Handler) Email(c *gin.Context) error {
	p, err := d.Sessions.Current(c.Request)
	if err != nil {
		return err
	}
	if !d.MailLinks.Delivers() {
		return web.NotFound(errors.New("no mail server is set up"))
	}
	if sent, err := d.Sessions.ProveFirst(c, p, "/account/email"); sent || err != nil {
		return err
	}
	return d.Responder.Show(c, http.StatusOK, templates.Email{Current: p.User.Email})
}

// ChangeEmail is POST /account/email: it sends an email to the new address, which
// takes effect when its link is opened. Until then the old one stays.
func (d *Handler) ChangeEmail(c *gin.Context) error {
	p, form, err := d.asked(c)
	if err != nil {
		return err
	}
	if sent, err := d.Sessions.ProveFirst(c, p, "/account/email"); sent || err != nil {
		return err
	}
	return d.askToVerify(c, p, form["email"])
}

// SendAgain is POST /account/verify.
func (d *Handler) SendAgain(c *gin.Context) error {
	p, _, err := d.asked(c)
	if err != nil {
		return err
	}
	return d.askToVerify(c, p, p.User.Email)
}

func (d *Handler) askToVerify(c *gin.Context, p sessions.Person, email string) error {
	if !d.MailLinks.Delivers() {
		return web.NotFound(errors.New("no mail server is set up"))
	}
	err := d.MailLinks.AskToVerify(c.Request.Context(), p.User, email)
	if errors.Is(err, emailaddr.ErrInvalid) {
		return d.Responder.Show(c, http.StatusUnprocessableEntity, templates.Email{Current: p.User.Email, Email: email,
			Mistakes: []templates.Mistake{{Field: "email", Text: locales.Say("user.email.bad")}}})
	}
	if err != nil {
		return err
	}
	return web.SeeOther(c, "/account?done=mailed")
}

// Verify is GET /account/verify/{token}, the link in the email. Opening it changes
// nothing, because mail scanners open links too.
func (d *Handler) Verify(c *gin.Context) error {
	p, err := d.Sessions.Current(c.Request)
	if err != nil {
		return err
	}
	email, err := d.MailLinks.Verifies(c.Request.Context(), p.User, c.Param("token"))
	if errors.Is(err, maillinks.ErrLink) {
		return notYours(p)
	}
	if err != nil {
		return err
	}
	return d.Responder.Show(c, http.StatusOK, templates.VerifyEmail{Token: c.Param("token"), Email: email})
}

// Verified is POST /account/verify/{token}.
func (d *Handler) Verified(c *gin.Context) error {
	p, _, err := d.asked(c)
	if err != nil {
		return err
	}
	u, err := d.MailLinks.Verified(c.Request.Context(), p.User, c.Param("token"))
	if errors.Is(err, maillinks.ErrLink) {
		return notYours(p)
	}
	if u.ID != "" { // also if the email to the previous address failed
		d.record(c, p, audit.Event{Kind: audit.EmailVerified, Detail: map[string]string{"email": u.Email}})
	}
	if err != nil {
		return err
	}
	return web.SeeOther(c, "/account?done=verified")
}

// notYours names the account that is signed in here: in most cases the link is
// for another account of the same user.
func notYours(p sessions.Person) error {
	return &web.ErrorPage{Status: http.StatusGone, Heading: locales.Say("address.this-link-doesnt-work-here"),
		Text:   locales.Say("address.it-was-used-it-is", "shown", (templates.Person{Name: p.User.Name, Email: p.User.Email, Username: p.User.Username}).Shown()),
		Action: templates.Action{Label: locales.Say("address.go-to-your-account"), URL: "/account"}, Cause: maillinks.ErrLink}
}
