package account

import (
	"net/http"
	"strconv"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/templates"
	"github.com/fedhub/fedhub/templates/locales"
)

// fewCodes is the number of recovery codes below which the user should make new ones.
const fewCodes = 3

// Security is GET /account/security: the security status of the account, with
// links to improve it.
func (d *Handler) Security(c *gin.Context) error {
	p, err := d.Sessions.Current(c.Request)
	if err != nil {
		return err
	}
	ctx := c.Request.Context()
	factors, err := d.Second.Codes.Of(ctx, p.User.ID)
	if err != nil {
		return err
	}
	keys, err := d.Passkeys.Usable(ctx, p.User.ID)
	if err != nil {
		return err
	}
	linked, err := d.Linking.ByUser(ctx, p.User.ID)
	if err != nil {
		return err
	}
	open, err := d.Sessions.Of(ctx, p.User)
	if err != nil {
		return err
	}
	ways := len(keys) + len(linked)
	if p.User.HasPassword() {
		ways++
	}
	available, _ := d.Passkeys.Available()
	page := templates.Security{Changed: p.User.PasswordChanged, HasPassword: p.User.Password != ""}
	add := func(id string, name locales.Text, url string, good bool, state locales.Text) {
		page.Checks = append(page.Checks, templates.SecurityCheck{ID: id, Name: name, URL: url, Good: good, State: state})
	}
	if p.User.EmailVerified {
		add("email", locales.Say("account.profile-email"), "/account/email", true, locales.Say("account.profile-verified"))
	} else {
		add("email", locales.Say("account.profile-email"), "/account", false, locales.Say("account.profile-not-verified"))
	}
	add("ways", locales.Say("account.linked-sign-ins"), connections, ways > 1, locales.Stored(strconv.Itoa(ways)))
	if available || len(keys) > 0 {
		add("passkeys", locales.Say("passkeys.title"), passkeysPage, len(keys) > 0, locales.Say("account.profile-passkeys-count", "count", len(keys)))
	}
	if factors.HasApp() {
		add("second", locales.Say("account.second-factor"), secondPage, true, locales.Say("security.on"))
		left := len(factors.Recovery.Codes)
		add("recovery", locales.Say("security.recovery"), secondPage, left >= fewCodes, locales.Say("security.recovery-count", "count", left))
	} else {
		add("second", locales.Say("account.second-factor"), secondPage, len(keys) > 0, locales.Say("account.profile-none"))
	}
	trusted, err := d.Trusted.Of(ctx, p.User)
	if err != nil {
		return err
	}
	if len(trusted) > 0 {
		add("trusted", locales.Say("secondfactor.trusted-title"), secondPage+"#trusted", true, locales.Say("security.sessions-count", "count", len(trusted)))
	}
	add("sessions", locales.Say("account.sessions"), "/account#sessions", true, locales.Say("security.sessions-count", "count", len(open)))
	return d.Responder.Show(c, http.StatusOK, page)
}
