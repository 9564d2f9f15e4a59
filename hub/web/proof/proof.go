// Package proof asks signed-in users for their password, to prove their identity
// again.
package proof

import (
	"errors"
	"io/fs"
	"net/http"
	"net/url"
	"time"

	"github.com/fedhub/fedhub/templates/locales"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/logouts"
	"github.com/fedhub/fedhub/hub/sessions"
	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/hub/users/passwords"
	"github.com/fedhub/fedhub/hub/web"
	"github.com/fedhub/fedhub/hub/web/cookies"
	"github.com/fedhub/fedhub/internal/lasting"
	"github.com/fedhub/fedhub/internal/texts"
	"github.com/fedhub/fedhub/templates"
)

// A Checker verifies the passwords of signed-in users.
type Checker struct {
	Sessions *cookies.Service
	Users    *users.Service
	Logouts  *logouts.Service
	Audit    *audit.Recorder
}

// Password verifies the password of the signed-in user. The note says what is
// wrong, if anything. It counts per session: five wrong passwords end the session
// and lock out no other. Sessions by one provider also count together, because the
// provider may start new sessions without a page.
func (d *Checker) Password(c *gin.Context, p sessions.Person, current string) (templates.Note, error) {
	ctx := c.Request.Context()
	look, err := d.Sessions.BeginProof(ctx, p.Session)
	switch {
	case errors.Is(err, sessions.ErrGuessed): // ending the session failed half-way
		if err := d.Logouts.EndBecause(ctx, p.Session, texts.New("signout.guessed")); err != nil {
			return templates.Note{}, err
		}
		return templates.Note{}, web.TooMany(time.Second)
	case errors.Is(err, sessions.ErrProofs):
		return templates.Note{}, web.TooMany(time.Second)
	case err != nil:
		return templates.Note{}, err
	}
	err = d.Users.Proves(ctx, p.User, p.Session.LoginKey, web.Network(c.ClientIP()), current)
	after := lasting.Of(ctx) // a checked password counts even if the request is cancelled
	switch {
	case err == nil:
		return templates.Note{}, d.Sessions.RightProof(after, p.Session, look)
	case !errors.Is(err, users.ErrWrongPassword):
		return templates.Note{}, errors.Join(Slowed(err, d.Sessions.Now()), d.Sessions.ForgiveProof(after, p.Session, look))
	}
	over, err := d.Sessions.WrongProof(after, p.Session, look)
	if errors.Is(err, fs.ErrNotExist) {
		return templates.Note{}, guessed() // another request has ended the session
	}
	if err != nil {
		return templates.Note{}, err
	}
	if !over {
		return templates.Note{Tone: "danger", Title: locales.Say("proof.that-isnt-your-current-password"), Text: locales.Say("proof.check-it-and-try-again")}, nil
	}
	d.Audit.Record(ctx, audit.Event{Kind: audit.SessionsEnded, Actor: p.User.ID, Target: p.User.ID, IP: c.ClientIP(), Ref: web.Ref(c), Detail: map[string]string{"which": "guessed"}})
	if err := d.Logouts.EndBecause(after, p.Session, texts.New("signout.guessed")); err != nil {
		return templates.Note{}, err
	}
	return templates.Note{}, guessed()
}

// guessed is the page for a session that ended because of wrong passwords.
func guessed() error {
	return &web.ErrorPage{Status: http.StatusForbidden, Heading: locales.Say("proof.you-are-signed-out"),
		Text:   locales.Say("proof.the-current-password-was-wrong"),
		Action: templates.Action{Label: locales.Say("proof.sign-in"), URL: "/signin?" + url.Values{"to": {"/account/password"}}.Encode()}}
}

// Slowed is the page that says how long the user must wait before the next
// attempt, if the error is about that, or the error.
func Slowed(err error, now time.Time) error {
	var slow *passwords.Throttled
	if errors.As(err, &slow) {
		return web.TooMany(slow.Until.Sub(now))
	}
	return err
}
