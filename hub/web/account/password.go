package account

import (
	"errors"
	"io/fs"
	"net/http"
	"net/url"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/sessions"
	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/hub/web"
	"github.com/fedhub/fedhub/internal/lasting"
	"github.com/fedhub/fedhub/internal/texts"
	"github.com/fedhub/fedhub/templates"
)

// Password is GET /account/password. A first password is set by whoever signed
// in just now; another one by whoever knows the first.
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

// unproven is for people whose address counts for nothing yet: a password
// signs in together with an address.
func unproven() error {
	return &web.ErrorPage{Status: http.StatusConflict, Heading: "Confirm your email first.",
		Text: "You will sign in with it and the password.", Action: templates.Action{Label: "Go to your account", URL: "/account"}}
}

func (d *Handler) showPassword(c *gin.Context, status int, p sessions.Person, page templates.ChangePassword) error {
	page.Email, page.Has, page.Shortest = p.User.Email, p.User.Password != "", d.MinPassword
	return d.Responder.Show(c, status, page)
}

// ChangePassword is POST /account/password. Everything else is signed out:
// whoever knew the old password may be there.
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
		alert, err := d.wrongPassword(c, p, form["current"])
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
	if err := d.goOn(c, p, u); err != nil {
		return err
	}
	if err := d.Logouts.EndAll(c.Request.Context(), u); err != nil {
		return err
	}
	if err := d.MailLinks.Changed(c.Request.Context(), u); err != nil {
		return err
	}
	return web.SeeOther(c, "/account?done=password")
}

// wrongPassword says what is wrong with the password that proves once more who
// is there. It counts by session.
func (d *Handler) wrongPassword(c *gin.Context, p sessions.Person, current string) (templates.Note, error) {
	ctx := c.Request.Context()
	err := d.Sessions.BeginProof(ctx, p.Session)
	if errors.Is(err, sessions.ErrProofs) {
		return templates.Note{}, web.TooMany(time.Second)
	}
	if err != nil {
		return templates.Note{}, err
	}
	err = d.Users.IsPassword(ctx, p.User, current)
	after := lasting.Of(ctx) // what was looked at counts all the same
	switch {
	case err == nil:
		return templates.Note{}, d.Sessions.RightProof(after, p.Session)
	case !errors.Is(err, users.ErrWrongPassword):
		return templates.Note{}, errors.Join(err, d.Sessions.ForgiveProof(after, p.Session))
	}
	over, err := d.Sessions.WrongProof(after, p.Session)
	if errors.Is(err, fs.ErrNotExist) {
		return templates.Note{}, guessed() // another one ended it
	}
	if err != nil {
		return templates.Note{}, err
	}
	if !over {
		return templates.Note{Tone: "danger", Title: "That isn't your current password.", Text: "Check it and try again."}, nil
	}
	d.record(c, p, audit.Event{Kind: audit.SessionsEnded, Detail: map[string]string{"which": "guessed"}})
	if err := d.Logouts.EndBecause(after, p.Session, texts.New("signout.guessed")); err != nil {
		return templates.Note{}, err
	}
	return templates.Note{}, guessed()
}

// guessed tells who was signed out for wrong passwords.
func guessed() error {
	return &web.ErrorPage{Status: http.StatusForbidden, Heading: "You are signed out.",
		Text:   "The current password was wrong five times. Sign in, or choose a new password by email.",
		Action: templates.Action{Label: "Sign in", URL: "/signin?" + url.Values{"to": {"/account/password"}}.Encode()}}
}

// goOn keeps this browser signed in, in a session of the new epoch. Its
// upstream still ends it.
func (d *Handler) goOn(c *gin.Context, p sessions.Person, u users.User) error {
	start := sessions.Start{User: u, AMR: p.Session.AMR, ACR: p.Session.ACR, AuthTime: p.Session.AuthTime, After: p.Session}
	if p.User.Password != "" {
		start = p.Session.ProvedBy(u, d.Now())
	}
	start.IP = c.ClientIP()
	_, _, err := d.Sessions.Start(c.Writer, c.Request, start)
	return err
}
