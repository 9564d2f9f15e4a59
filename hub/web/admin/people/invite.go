package people

import (
	"errors"
	"io/fs"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/hub/web"
	"github.com/fedhub/fedhub/hub/web/admin"
	"github.com/fedhub/fedhub/templates"
	"github.com/fedhub/fedhub/templates/locales"
)

// mostInvited bounds the invitations on the page.
const mostInvited = 100

// InvitePerson is POST /admin/users/invite. If the hub sends emails, the link
// is only emailed, so using it proves the address. Otherwise it is shown to the
// administrator once.
func (d *Handler) InvitePerson(c *gin.Context) error {
	form, err := web.Form(c)
	if err != nil {
		return err
	}
	ctx, mailed := c.Request.Context(), d.MailLinks.Delivers()
	link, _, err := d.Operator.InviteUser(ctx, d.Actor(c), users.NewInvitation{Email: form["email"], Roles: admin.Names(form["roles"]), Mailed: mailed})
	wrong, ok := web.Mistakes(err, nil)
	switch {
	case ok:
		return d.showPeople(c, admin.Unprocessable, templates.AdminUsers{Email: form["email"], Roles: form["roles"], Mistakes: wrong})
	case errors.Is(err, fs.ErrExist):
		return d.showPeople(c, admin.Unprocessable, templates.AdminUsers{Email: form["email"], Roles: form["roles"],
			Mistakes: []templates.Mistake{{Field: "email", Text: locales.Say("invite.there-is-somebody-with-this")}}})
	case err != nil:
		return err
	}
	if !mailed {
		return d.showPeople(c, 200, templates.AdminUsers{Link: link})
	}
	return web.SeeOther(c, "/admin/users?done=invited")
}

// Withdraw is POST /admin/users/withdraw.
func (d *Handler) Withdraw(c *gin.Context) error {
	form, err := web.Form(c)
	if err != nil {
		return err
	}
	if err := d.Operator.WithdrawInvitation(c.Request.Context(), d.Actor(c), form["invitation"]); err != nil {
		return err
	}
	return web.SeeOther(c, "/admin/users?done=withdrawn")
}
