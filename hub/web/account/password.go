package account

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/sessions"
	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/hub/web"
	"github.com/fedhub/fedhub/templates"
	"github.com/fedhub/fedhub/templates/locales"
)

// Password is GET /account/password. Setting a first password needs a recent
// sign-in; changing it needs the current password.
func (d *Handler) Password(c *gin.Context) error {
	p, err := d.Sessions.Current(c.Request)
	if err != nil {
		return err
	}
	if p.User.Password == "" {
		if sent, err := d.Sessions.ProveFirst(c, p, "/account/password"); sent || err != nil {
			return err
		}
	}
	if p.User.EmailKey == "" {
		return unproven()
	}
	return d.showPassword(c, http.StatusOK, p, templates.ChangePassword{})
}

// unproven is for users without a verified address: a password signs in only
// together with an address.
func unproven() error {
	return &web.ErrorPage{Status: http.StatusConflict, Heading: locales.Say("password.confirm-your-email-first"),
		Text: locales.Say("password.you-will-sign-in-with"), Action: templates.Action{Label: locales.Say("password.go-to-your-account"), URL: "/account"}}
}

func (d *Handler) showPassword(c *gin.Context, status int, p sessions.Person, page templates.ChangePassword) error {
	page.Email, page.Has, page.Shortest = p.User.Email, p.User.Password != "", d.MinPassword
	return d.Responder.Show(c, status, page)
}

// ChangePassword is POST /account/password. It ends all other sessions, because
// an attacker who knows the old password may have one.
func (d *Handler) ChangePassword(c *gin.Context) error {
	p, form, err := d.asked(c)
	if err != nil {
		return err
	}
	switch {
	case p.User.EmailKey == "":
		return unproven()
	case p.User.Password == "":
		if sent, err := d.Sessions.ProveFirst(c, p, "/account/password"); sent || err != nil {
			return err
		}
	default:
		alert, err := d.Proofs.Password(c, p, form["current"])
		if err != nil {
			return err
		}
		if alert.Some() {
			return d.showPassword(c, http.StatusUnprocessableEntity, p, templates.ChangePassword{Alert: alert})
		}
	}
	u, err := d.Users.SetPassword(c.Request.Context(), p.User.ID, form["password"])
	if wrong, ok := web.Mistakes(err, nil); ok {
		return d.showPassword(c, http.StatusUnprocessableEntity, p, templates.ChangePassword{Mistakes: wrong})
	}
	if err != nil {
		return err
	}
	d.record(c, p, audit.Event{Kind: audit.PasswordChanged})
	signedOut := d.goOn(c, p, u)
	if err := d.Logouts.EndAll(c.Request.Context(), u); err != nil {
		return err
	}
	if err := d.MailLinks.Changed(c.Request.Context(), u); err != nil {
		return err
	}
	if signedOut != nil {
		return signedOut
	}
	return web.SeeOther(c, "/account?done=password")
}

// goOn keeps this browser signed in, in a session of the new epoch, unless its
// session has ended meanwhile. A sign-out at its provider still ends it.
func (d *Handler) goOn(c *gin.Context, p sessions.Person, u users.User) error {
	start := sessions.Start{User: u, AMR: p.Session.AMR, ACR: p.Session.ACR, AuthTime: p.Session.AuthTime, After: p.Session}
	if p.User.Password != "" {
		start = p.Session.ProvedBy(u, d.Now())
	}
	start.IP = c.ClientIP()
	_, _, err := d.Sessions.Start(c.Writer, c.Request, start)
	return err
}
