package signin

import (
	"errors"
	"net/http"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/oauth"
	"github.com/fedhub/fedhub/hub/sessions"
	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/hub/users/passkeys"
	"github.com/fedhub/fedhub/hub/web"
	"github.com/fedhub/fedhub/hub/web/proof"
	"github.com/fedhub/fedhub/internal/texts"
	"github.com/fedhub/fedhub/templates"
)

// Passkey is POST /signin/passkey: the response of a passkey, which names its
// user.
func (d *Handler) Passkey(c *gin.Context) error {
	form, err := web.Form(c)
	if err != nil {
		return err
	}
	j, err := d.pendingLogin(c, methodOf(form))
	if err != nil {
		return err
	}
	p, user, err := d.byPasskey(c, form)
	if alert, status, ok := passkeyMistake(err); ok {
		d.failedPasskey(c, j, p.UserID, err)
		return d.retry(c, "/signin"+local(j), retry{Said: alert, Status: status, Stay: j.Stay})
	}
	if err != nil {
		return err
	}
	return d.finish(c, j, sessions.ByPasskey(user, d.Now(), p.Credential.Synced))
}

// byPasskey finds the user of a passkey, and checks that this user may sign in
// with it.
func (d *Handler) byPasskey(c *gin.Context, form oauth.Params) (passkeys.Passkey, users.User, error) {
	ctx := c.Request.Context()
	p, err := d.Passkeys.FinishLogin(ctx, d.Sessions.BoundToBrowser(c.Request), form[proof.PasskeyState], form[proof.PasskeyAnswer])
	if errors.Is(err, passkeys.ErrOff) {
		err = web.NotFound(err)
	}
	if err != nil {
		return p, users.User{}, err
	}
	user, err := d.Users.Get(ctx, p.UserID)
	if err == nil && user.Disabled {
		err = users.ErrDisabled
	}
	if err == nil {
		err = d.mayUsePasskey(c, user.Admin())
	}
	return p, user, err
}

// errOnlyAdministratorsPasskey is for a valid passkey that may not sign in.
var errOnlyAdministratorsPasskey = texts.Failure("passkeys are for administrators alone, by the settings", "signin.administrators.passkey")

// mayUsePasskey is nil if a passkey may sign this user in. Like a password it is a
// local method, so one setting decides on both: where all users must sign in with
// a provider, a passkey would still work after the provider has removed the
// user's account.
func (d *Handler) mayUsePasskey(c *gin.Context, admin bool) error {
	err := d.mayUsePassword(c, admin)
	if errors.Is(err, errOnlyAdministrators) {
		return errOnlyAdministratorsPasskey
	}
	return err
}

// failedPasskey records a refused passkey. userID is empty if it belongs to no
// user.
func (d *Handler) failedPasskey(c *gin.Context, j pendingLogin, userID string, err error) {
	d.Audit.Record(c.Request.Context(), audit.Event{Kind: audit.SignInFailed, Target: userID, Client: j.client.ID, IP: c.ClientIP(), Agent: c.Request.UserAgent(), Ref: web.Ref(c), Why: texts.Of(err)})
}

// passkeyMistake is the message to the user about a refused passkey, if the error
// concerns the user.
func passkeyMistake(err error) (said, int, bool) {
	switch {
	case errors.Is(err, errOnlyAdministratorsPasskey):
		return said{texts.New("passkeys.only-administrators"), texts.New("passkeys.only-administrators-do")}, http.StatusForbidden, true
	case errors.Is(err, users.ErrDisabled):
		return mistake(err)
	}
	title, text, status, ok := proof.PasskeyRefused(err)
	return said{title, text}, status, ok
}

// offerPasskey is the data for passkeys on the sign-in page; empty where passkeys
// are not available.
func (d *Handler) offerPasskey(c *gin.Context) (templates.Ceremony, error) {
	if ok, _ := d.Passkeys.Available(); !ok {
		return templates.Ceremony{}, nil
	}
	begun, err := d.Passkeys.BeginLogin(d.Sessions.Browser(c.Writer, c.Request))
	return templates.Ceremony(begun), err
}

// offerProof is the data for a page on which this user proves their identity with
// a passkey; empty if they have none.
func (d *Handler) offerProof(c *gin.Context, p sessions.Person) (templates.Ceremony, error) {
	err := d.mayUsePasskey(c, p.User.Admin())
	var begun passkeys.Ceremony
	if err == nil {
		begun, err = d.Passkeys.BeginConfirm(c.Request.Context(), p.User.ID, d.Sessions.Browser(c.Writer, c.Request))
	}
	switch {
	case errors.Is(err, passkeys.ErrOff), errors.Is(err, passkeys.ErrUnknown), errors.Is(err, errOnlyAdministratorsPasskey):
		return templates.Ceremony{}, nil
	}
	return templates.Ceremony(begun), err
}

// confirmedBy checks the passkey of a signed-in user.
func (d *Handler) confirmedBy(c *gin.Context, p sessions.Person, form oauth.Params) (sessions.Start, templates.Note, error) {
	err := d.mayUsePasskey(c, p.User.Admin())
	var key passkeys.Passkey
	if err == nil {
		key, err = d.Passkeys.FinishConfirm(c.Request.Context(), p.User.ID, d.Sessions.BoundToBrowser(c.Request), form[proof.PasskeyState], form[proof.PasskeyAnswer])
	}
	if errors.Is(err, passkeys.ErrOff) {
		err = web.NotFound(err)
	}
	if alert, _, ok := passkeyMistake(err); ok {
		d.failedPasskey(c, pendingLogin{}, p.User.ID, err)
		return sessions.Start{}, alert.note(), nil
	}
	return sessions.ByPasskey(p.User, d.Now(), key.Credential.Synced), templates.Note{}, err
}
