package onetime

import (
	"errors"
	"net/http"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/hub/web"
	"github.com/fedhub/fedhub/templates"
	"github.com/fedhub/fedhub/templates/locales"
)

// SetupShow is GET /setup?token=…, the link that the hub prints when it starts
// without an administrator. Opening it does not use it up.
func (d *Handler) SetupShow(c *gin.Context) error {
	token := c.Query("token")
	if err := d.Users.CheckSetup(c.Request.Context(), token); err != nil {
		return setupError(err)
	}
	return d.Responder.Show(c, http.StatusOK, templates.Setup{Token: token, Shortest: d.MinPassword})
}

// Setup is POST /setup: it creates the first administrator and signs them in.
func (d *Handler) Setup(c *gin.Context) error {
	form, err := web.Form(c)
	if err != nil {
		return err
	}
	user, err := d.Users.Setup(c.Request.Context(), form["token"], users.NewUser{
		Email:    form["email"],
		Profile:  users.Profile{Name: form["name"]},
		Password: form["password"],
		// The holder of the link operates the hub, so the address needs no proof.
		EmailVerified: true,
	})
	if wrong, ok := web.Mistakes(err, nil); ok {
		return d.Responder.Show(c, http.StatusUnprocessableEntity,
			templates.Setup{Token: form["token"], Email: form["email"], Name: form["name"], Shortest: d.MinPassword, Mistakes: wrong})
	}
	if err != nil {
		return setupError(err)
	}
	d.Audit.Record(c.Request.Context(), audit.Event{Kind: audit.SetupDone, Actor: user.ID, IP: c.ClientIP(), Ref: web.Ref(c)})
	return d.SignIn(c, user, "/admin/clients?done=setup")
}

func setupError(err error) error {
	switch {
	case errors.Is(err, users.ErrSetUp):
		return &web.ErrorPage{Status: http.StatusGone, Heading: locales.Say("setup.this-hub-is-already-set"), Text: locales.Say("setup.sign-in-as-its-administrator"),
			Action: templates.Action{Label: locales.Say("setup.sign-in"), URL: "/signin"}}
	case errors.Is(err, users.ErrSetupLink):
		return &web.ErrorPage{Status: http.StatusGone, Heading: locales.Say("setup.this-set-up-link-doesnt"),
			Text: locales.Say("setup.it-was-used-or-it")}
	}
	return err
}
