package account

import (
	"context"
	"errors"
	"net/http"
	"net/url"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/sessions"
	"github.com/fedhub/fedhub/hub/users/secondfactor"
	"github.com/fedhub/fedhub/hub/web"
	"github.com/fedhub/fedhub/hub/web/proof"
	"github.com/fedhub/fedhub/templates"
	"github.com/fedhub/fedhub/templates/locales"
)

const (
	proveAddressPage = "/account/prove-address"
	securityPage     = "/account/security"
)

// afterProof are the pages that a proof of the address leads to.
var afterProof = map[string]string{"second-factor": secondPage, "passkeys": passkeysPage}

// needsAddress reports whether the user must prove their address before they set
// up their first factor besides the password: whoever stole a password must not be
// able to lock the owner out with a factor of their own.
func (d *Handler) needsAddress(ctx context.Context, p sessions.Person) (bool, error) {
	if !d.MailLinks.AsksCode(p.User) {
		return false, nil
	}
	if proved, err := d.Sessions.AddressProved(ctx, p.Session); proved || err != nil {
		return false, err
	}
	return d.hasNone(ctx, p)
}

// addressFirst sends a user who must prove their address to the page for that. sent
// means that the request is answered.
func (d *Handler) addressFirst(c *gin.Context, p sessions.Person, to string) (sent bool, err error) {
	needs, err := d.needsAddress(c.Request.Context(), p)
	if err != nil || !needs {
		return false, err
	}
	return true, web.SeeOther(c, proveAddressPage+"?to="+url.QueryEscape(to))
}

// ProveAddressShow is GET /account/prove-address.
func (d *Handler) ProveAddressShow(c *gin.Context) error {
	p, err := d.Sessions.Current(c.Request)
	if err != nil {
		return err
	}
	if done, err := d.addressProved(c, p, c.Query("to")); done || err != nil {
		return err
	}
	return d.Responder.Show(c, http.StatusOK, templates.ProveAddress{To: c.Query("to"), Mail: p.User.Email})
}

// addressProved sends a user on who has nothing to prove.
func (d *Handler) addressProved(c *gin.Context, p sessions.Person, to string) (done bool, err error) {
	page, known := afterProof[to]
	if !known {
		return true, web.SeeOther(c, securityPage)
	}
	if sent, err := d.Sessions.ProveFirst(c, p, page); sent || err != nil {
		return true, err
	}
	needs, err := d.needsAddress(c.Request.Context(), p)
	if err != nil || needs {
		return err != nil, err
	}
	return true, web.SeeOther(c, page)
}

// ProveAddress is POST /account/prove-address: it emails a code, or checks one.
func (d *Handler) ProveAddress(c *gin.Context) error {
	p, form, err := d.asked(c)
	if err != nil {
		return err
	}
	if done, err := d.addressProved(c, p, form["to"]); done || err != nil {
		return err
	}
	ctx := c.Request.Context()
	shown := templates.ProveAddress{To: form["to"], Mail: p.User.Email, Sent: true}
	if form["send"] != "" {
		if err := d.MailLinks.SendCode(ctx, p.User); err != nil {
			return err
		}
		return d.Responder.Show(c, http.StatusOK, shown)
	}
	err = d.Second.Codes.GuessMailed(ctx, p.User.ID, web.Network(c.ClientIP()), func() error {
		return d.MailLinks.TakeCode(ctx, p.User, form["mailed"])
	})
	if errors.Is(err, secondfactor.ErrWrongCode) {
		shown.Mistakes = []templates.Mistake{{Field: "mailed", Text: locales.Say("enrol.mailed-wrong")}}
		return d.Responder.Show(c, http.StatusUnprocessableEntity, shown)
	}
	if err != nil {
		return proof.Slowed(err, d.Now())
	}
	if err := d.Sessions.ProveAddress(ctx, p.Session); err != nil {
		return err
	}
	d.record(c, p, audit.Event{Kind: audit.EmailVerified})
	return web.SeeOther(c, afterProof[form["to"]])
}
