package onetime

import (
	"errors"
	"io/fs"
	"net/http"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/hub/users/linking"
	"github.com/fedhub/fedhub/hub/web"
	"github.com/fedhub/fedhub/internal/texts"
	"github.com/fedhub/fedhub/templates"
	"github.com/fedhub/fedhub/templates/locales"
)

// InviteShow is GET /invite/{token}. Opening it changes nothing.
func (d *Handler) InviteShow(c *gin.Context) error {
	i, err := d.invitation(c)
	if err != nil {
		return invitationError(err)
	}
	return d.showInvite(c, http.StatusOK, i, templates.Invited{Email: i.Email})
}

// invitation finds the invitation of the link. While invitations are disabled, all
// links are invalid.
func (d *Handler) invitation(c *gin.Context) (users.Invitation, error) {
	rules, err := d.Settings.Current(c.Request.Context())
	if err != nil {
		return users.Invitation{}, err
	}
	if !rules.Invites() {
		return users.Invitation{}, users.ErrInvitation
	}
	return d.Users.Invitation(c.Request.Context(), c.Param("token"))
}

// showInvite fills in the fields that every version of the page needs. Users may
// accept with a provider that admits invited users; then the address that the
// provider verifies decides. Administrators are never invited through a provider.
func (d *Handler) showInvite(c *gin.Context, status int, i users.Invitation, page templates.Invited) error {
	keys, err := d.Upstreams.Enabled(c.Request.Context())
	if err != nil {
		return err
	}
	rules, err := d.Settings.Current(c.Request.Context())
	if err != nil {
		return err
	}
	page.Token, page.Shortest, page.Password = c.Param("token"), d.MinPassword, rules.SignsInByPassword(i.Admin())
	for _, k := range keys {
		if !i.Admin() && k.Ready() && k.SignUps != linking.SignUpDeny {
			page.Upstreams = append(page.Upstreams, templates.Upstream{Key: k.ID, Name: k.Name, Icon: k.Symbol()})
		}
	}
	return d.Responder.Show(c, status, page)
}

// Accept is POST /invite/{token}: it creates the account and signs the user in.
func (d *Handler) Accept(c *gin.Context) error {
	form, err := web.Form(c)
	if err != nil {
		return err
	}
	i, err := d.invitation(c)
	if err != nil {
		return invitationError(err)
	}
	rules, err := d.Settings.Current(c.Request.Context())
	if err != nil {
		return err
	}
	if !rules.SignsInByPassword(i.Admin()) {
		return d.showInvite(c, http.StatusForbidden, i, templates.Invited{Email: i.Email})
	}
	user, err := d.Users.Accept(c.Request.Context(), c.Param("token"), form["name"], form["password"])
	if wrong, ok := web.Mistakes(err, nil); ok {
		return d.showInvite(c, http.StatusUnprocessableEntity, i, templates.Invited{Email: i.Email, Name: form["name"], Mistakes: wrong})
	}
	if err != nil {
		return invitationError(err)
	}
	d.Audit.Record(c.Request.Context(), audit.Event{Kind: audit.UserAdded, Actor: user.ID, Target: user.ID, IP: c.ClientIP(), Ref: web.Ref(c), Why: texts.New("invited", "by", i.By)})
	return d.SignIn(c, user, "/account?done=welcome")
}

func invitationError(err error) error {
	switch {
	case errors.Is(err, users.ErrInvitation):
		return &web.ErrorPage{Status: http.StatusGone, Heading: locales.Say("invite.this-invitation-doesnt-work-any"), Cause: err,
			Text:   locales.Say("invite.it-was-used-or-withdrawn"),
			Action: templates.Action{Label: locales.Say("invite.sign-in"), URL: "/signin"}}
	case errors.Is(err, fs.ErrExist):
		return &web.ErrorPage{Status: http.StatusConflict, Heading: locales.Say("invite.you-have-an-account-already"), Text: locales.Say("invite.sign-in-to-it"), Cause: err,
			Action: templates.Action{Label: locales.Say("invite.sign-in"), URL: "/signin"}}
	}
	return err
}
