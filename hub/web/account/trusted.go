package account

import (
	"errors"
	"io/fs"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/sessions"
	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/hub/web"
	"github.com/fedhub/fedhub/templates"
)

// trusted lists the browsers that a user trusts, for the page.
func (d *Handler) trusted(c *gin.Context, u users.User) ([]templates.TrustedBrowser, error) {
	all, err := d.Trusted.Of(c.Request.Context(), u)
	var shown []templates.TrustedBrowser
	for _, b := range all {
		shown = append(shown, templates.TrustedBrowser{ID: b.ID, Device: web.Device(b.Agent), Network: b.Network, Since: b.Created, Used: b.Used})
	}
	return shown, err
}

// RemoveTrusted is POST /account/second-factor/trusted/remove. It removes one
// browser or all.
func (d *Handler) RemoveTrusted(c *gin.Context) error {
	p, form, done, err := d.changing(c)
	if done || err != nil {
		return err
	}
	id := form["browser"]
	if form["all"] != "" {
		err = d.Trusted.RemoveAll(c.Request.Context(), p.User.ID)
		id = "all"
	} else {
		err = d.Trusted.Remove(c.Request.Context(), p.User.ID, id)
	}
	if errors.Is(err, fs.ErrNotExist) {
		return web.SeeOther(c, secondPage) // removed in another window
	}
	if err != nil {
		return err
	}
	d.record(c, p, audit.Event{Kind: audit.TrustedRemoved, Detail: map[string]string{"browser": id}})
	return web.SeeOther(c, secondPage+"?done=untrusted")
}

// factorsChanged ends the trust in all browsers and makes them unknown, because
// both were for the old factors.
func (d *Handler) factorsChanged(c *gin.Context, p sessions.Person) error {
	ctx := c.Request.Context()
	return errors.Join(d.Trusted.RemoveAll(ctx, p.User.ID), d.Users.ForgetBrowsers(ctx, p.User))
}
