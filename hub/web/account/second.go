package account

import (
	"cmp"
	"context"
	"errors"
	"net/http"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/sessions"
	"github.com/fedhub/fedhub/hub/users/secondfactor"
	"github.com/fedhub/fedhub/hub/web"
	"github.com/fedhub/fedhub/hub/web/proof"
	"github.com/fedhub/fedhub/templates"
	"github.com/fedhub/fedhub/templates/locales"
)

const secondPage = "/account/second-factor"

// SecondFactor is GET /account/second-factor. Everything on it needs a sign-in
// of the last minutes, with the second factor if there is one.
func (d *Handler) SecondFactor(c *gin.Context) error {
	p, err := d.Sessions.Current(c.Request)
	if err != nil {
		return err
	}
	if sent, err := d.Sessions.ProveFirst(c, p, secondPage); sent || err != nil {
		return err
	}
	if sent, err := d.addressFirst(c, p, "second-factor"); sent || err != nil {
		return err
	}
	return d.showSecondFactor(c, http.StatusOK, p, secondfactor.NewSecret(), nil)
}

func (d *Handler) showSecondFactor(c *gin.Context, status int, p sessions.Person, secret string, wrong []templates.Mistake) error {
	ctx := c.Request.Context()
	f, err := d.Second.Codes.Of(ctx, p.User.ID)
	if err != nil {
		return err
	}
	rules, err := d.Second.Settings(ctx)
	if err != nil {
		return err
	}
	page := templates.SecondFactor{
		HasApp: f.HasApp(), Added: f.App.Added, Used: f.App.Used, Left: len(f.Recovery.Codes), Made: f.Recovery.Made,
		Off: !rules.AsksSecondFactor(), Required: rules.NeedsSecondFactor(p.User.Admin(), p.User.AllRoles(), p.User.GroupSecondFactor()), Mistakes: wrong,
	}
	usable, err := d.Passkeys.Usable(ctx, p.User.ID)
	if err != nil {
		return err
	}
	page.Passkeys = len(usable)
	if page.Trusted, err = d.trusted(c, p.User); err != nil {
		return err
	}
	if page.App, err = proof.AppOf(d.Stops, d.HubName(ctx), p.User, secret); err != nil {
		return err
	}
	return d.Responder.Show(c, status, page)
}

// changing returns the user who changes their second factors. done means that the
// request is already answered.
func (d *Handler) changing(c *gin.Context) (p sessions.Person, form map[string]string, done bool, err error) {
	p, form, err = d.asked(c)
	if err != nil {
		return p, form, false, err
	}
	done, err = d.Sessions.ProveFirst(c, p, secondPage)
	return p, form, done, err
}

// SetAuthenticator is POST /account/second-factor/app. With their first factor
// users get recovery codes.
func (d *Handler) SetAuthenticator(c *gin.Context) error {
	p, form, done, err := d.changing(c)
	if done || err != nil {
		return err
	}
	if sent, err := d.addressFirst(c, p, "second-factor"); sent || err != nil {
		return err
	}
	ctx := c.Request.Context()
	first, err := d.hasNone(ctx, p)
	if err != nil {
		return err
	}
	secret, err := proof.SecretOf(d.Stops, p.User, form["app"])
	if err != nil {
		return err
	}
	err = d.Second.Codes.SetApp(ctx, p.User.ID, secret, form["code"])
	if errors.Is(err, secondfactor.ErrWrongCode) {
		return d.showSecondFactor(c, http.StatusUnprocessableEntity, p, secret, []templates.Mistake{{Field: "code", Text: locales.Say("secondfactor.code-wrong")}})
	}
	if err != nil {
		return err
	}
	d.record(c, p, audit.Event{Kind: audit.SecondAdded})
	if err := d.factorsChanged(c, p); err != nil {
		return err
	}
	if err := d.MailLinks.FactorAdded(ctx, p.User); err != nil {
		return err
	}
	f, err := d.Second.Codes.Of(ctx, p.User.ID)
	if err != nil {
		return err
	}
	if len(f.Recovery.Codes) > 0 && !first {
		return web.SeeOther(c, secondPage+"?done=app-set")
	}
	return d.newRecovery(c, p)
}

// hasNone reports whether a user has no second factor.
func (d *Handler) hasNone(ctx context.Context, p sessions.Person) (bool, error) {
	has, err := d.Second.Any(ctx, p.User.ID)
	return !has, err
}

// NewRecovery is POST /account/second-factor/recovery. Codes replace a factor:
// without one there are none, or somebody could make them in advance.
func (d *Handler) NewRecovery(c *gin.Context) error {
	p, _, done, err := d.changing(c)
	if done || err != nil {
		return err
	}
	if none, err := d.hasNone(c.Request.Context(), p); err != nil || none {
		return cmp.Or(err, web.SeeOther(c, secondPage))
	}
	return d.newRecovery(c, p)
}

func (d *Handler) newRecovery(c *gin.Context, p sessions.Person) error {
	codes, err := d.Second.Codes.NewRecovery(c.Request.Context(), p.User.ID)
	if err != nil {
		return err
	}
	d.record(c, p, audit.Event{Kind: audit.RecoveryMade})
	if err := d.factorsChanged(c, p); err != nil {
		return err
	}
	return d.Responder.Show(c, http.StatusOK, templates.Recovery{Codes: codes, Next: secondPage})
}

// RemoveAuthenticator is POST /account/second-factor/app/remove. All other sessions
// end, because a lost phone may have sessions as well.
func (d *Handler) RemoveAuthenticator(c *gin.Context) error {
	p, _, done, err := d.changing(c)
	if done || err != nil {
		return err
	}
	ctx := c.Request.Context()
	if err := d.Second.Codes.RemoveApp(ctx, p.User.ID); err != nil {
		return err
	}
	if err := d.Second.Removed(ctx, p.User.ID); err != nil {
		return err
	}
	d.record(c, p, audit.Event{Kind: audit.SecondRemoved})
	u, err := d.Users.EndEverything(ctx, p.User.ID)
	if err != nil {
		return err
	}
	signedOut := d.Sessions.Renew(ctx, p.Session, u.SessionGeneration)
	if err := d.Logouts.EndAll(ctx, u); err != nil {
		return err
	}
	if err := d.MailLinks.FactorRemoved(ctx, u); err != nil {
		return err
	}
	if signedOut != nil {
		return signedOut
	}
	return web.SeeOther(c, secondPage+"?done=app-removed")
}
