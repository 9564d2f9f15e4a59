package second

import (
	"errors"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/authentication"
	"github.com/fedhub/fedhub/hub/flows"
	"github.com/fedhub/fedhub/hub/maillinks"
	"github.com/fedhub/fedhub/hub/oauth"
	"github.com/fedhub/fedhub/hub/sessions"
	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/hub/users/passkeys"
	"github.com/fedhub/fedhub/hub/web"
	"github.com/fedhub/fedhub/hub/web/proof"
	"github.com/fedhub/fedhub/internal/texts"
	"github.com/fedhub/fedhub/templates"
	"github.com/fedhub/fedhub/templates/locales"
)

// offerPasskey is the data of the page on which the user confirms with a passkey;
// empty if the user has none that works at this host.
func (d *Handler) offerPasskey(c *gin.Context, user users.User) (templates.Ceremony, error) {
	begun, err := d.Passkeys.BeginConfirm(c.Request.Context(), user.ID, d.Sessions.Browser(c.Writer, c.Request))
	if errors.Is(err, passkeys.ErrOff) || errors.Is(err, passkeys.ErrUnknown) {
		return templates.Ceremony{}, nil
	}
	return templates.Ceremony(begun), err
}

// checkPasskey checks a passkey as a second factor. The note says what is wrong
// with it, if anything. The setting about passwords does not apply here, because
// the passkey alone starts no session.
func (d *Handler) checkPasskey(c *gin.Context, user users.User, form oauth.Params) (synced bool, alert templates.Note, err error) {
	ctx := c.Request.Context()
	shown, err := d.Passkeys.FinishConfirm(ctx, user.ID, d.Sessions.BoundToBrowser(c.Request), form[proof.PasskeyState], form[proof.PasskeyAnswer])
	if title, text, _, ok := proof.PasskeyRefused(err); ok {
		d.record(c, audit.Event{Kind: audit.SecondFailed, Target: user.ID, Why: texts.Of(err)})
		return false, danger(title, text), nil
	}
	if errors.Is(err, passkeys.ErrOff) {
		err = web.NotFound(err)
	}
	return shown.Credential.Synced, templates.Note{}, err
}

func danger(title, text texts.Text) templates.Note {
	return templates.Note{Tone: "danger", Title: locales.Of(title), Text: locales.Of(text)}
}

// offerNewPasskey is the data of the page on which the user adds a passkey; empty
// where passkeys are not available.
func (d *Handler) offerNewPasskey(c *gin.Context, user users.User) (templates.Ceremony, error) {
	begun, err := d.Passkeys.BeginRegistration(c.Request.Context(), user, d.Sessions.Browser(c.Writer, c.Request))
	if errors.Is(err, passkeys.ErrOff) || errors.Is(err, passkeys.ErrMost) {
		return templates.Ceremony{}, nil
	}
	return templates.Ceremony(begun), err
}

// enrolPasskey adds a passkey during the sign-in. Creating it verifies the user, so
// it counts as the second factor at once.
func (d *Handler) enrolPasskey(c *gin.Context, form oauth.Params, h halfway, user users.User) error {
	ctx, name := c.Request.Context(), form["stop"]
	added, err := d.Passkeys.FinishRegistration(ctx, user, d.Sessions.BoundToBrowser(c.Request), form[proof.PasskeyState], form[proof.PasskeyAnswer], web.Device(c.Request.UserAgent()).English())
	if title, text, ok := proof.PasskeyNotAdded(err); ok {
		return d.showEnrol(c, name, h, user, enrolment{alert: danger(title, text)})
	}
	if errors.Is(err, passkeys.ErrOff) {
		err = web.NotFound(err)
	}
	if err != nil {
		return err
	}
	d.record(c, audit.Event{Kind: audit.PasskeyAdded, Actor: user.ID, Target: user.ID, Detail: map[string]string{"passkey": added.ID, "name": added.Name}})
	d.told(c, d.MailLinks.TellPasskey(ctx, maillinks.PasskeyChange{User: user, Passkey: added.ID, Name: added.Name}))
	return d.enrolled(c, name, h, user, func(start sessions.Start) sessions.Start {
		return authentication.WithPasskey(start, d.Now(), added.Credential.Synced)
	})
}

// unenrolled is an error if the user already has a second factor: another request
// has set it up, so the user must confirm with it.
func (d *Handler) unenrolled(c *gin.Context, user users.User) error {
	methods, err := d.Factors.SetUp(c.Request.Context(), user.ID)
	if err == nil && methods.Any() {
		err = flows.ErrGone
	}
	return err
}
