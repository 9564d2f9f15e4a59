package people

import (
	"errors"
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/hub/operator"
	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/hub/users/linking"
	"github.com/fedhub/fedhub/hub/web"
	"github.com/fedhub/fedhub/hub/web/admin"
	"github.com/fedhub/fedhub/templates"
	"github.com/fedhub/fedhub/templates/locales"
)

// join formats a list as it is typed.
func join(list []string) string { return strings.Join(list, "\n") }

// refused explains why an action on a user is refused.
func refused(u users.User, text locales.Text) error {
	return &web.ErrorPage{Status: http.StatusConflict, Heading: locales.Say("useracts.that-cant-be-done"), Text: text,
		Action: templates.Action{Label: locales.Say("useracts.back-to-the-person"), URL: userPath(u.ID)}}
}

// told shows the refusals that the user's page has texts for.
func told(u users.User, err error) error {
	switch {
	case errors.Is(err, operator.ErrMyself):
		return refused(u, locales.Say("useracts.you-would-lock-yourself-out"))
	case errors.Is(err, users.ErrLastAdmin):
		return refused(u, locales.Say("useracts.this-is-the-last-administrator"))
	case errors.Is(err, linking.ErrLastWayIn):
		return refused(u, locales.Say("useracts.it-is-the-only-way"))
	}
	return err
}

// Disable is POST /admin/users/{id}/disable.
func (d *Handler) Disable(c *gin.Context) error { return d.switchPerson(c, true, "shut") }

// Enable is POST /admin/users/{id}/enable.
func (d *Handler) Enable(c *gin.Context) error { return d.switchPerson(c, false, "letin") }

func (d *Handler) switchPerson(c *gin.Context, off bool, done string) error {
	u, _, err := d.found(c)
	if err != nil {
		return err
	}
	if _, err := d.Operator.SwitchUser(c.Request.Context(), d.Actor(c), u.ID, off); err != nil {
		return told(u, err)
	}
	return web.SeeOther(c, userPath(u.ID)+"?done="+done)
}

// EndSessions is POST /admin/users/{id}/sessions/end.
func (d *Handler) EndSessions(c *gin.Context) error {
	u, _, err := d.found(c)
	if err != nil {
		return err
	}
	if err := d.Operator.EndSessions(c.Request.Context(), d.Actor(c), u.ID); err != nil {
		return err
	}
	return web.SeeOther(c, userPath(u.ID)+"?done=ended")
}

// CancelDeletion is POST /admin/users/{id}/deletion/cancel.
func (d *Handler) CancelDeletion(c *gin.Context) error {
	u, _, err := d.found(c)
	if err != nil {
		return err
	}
	err = d.Operator.CancelDeletion(c.Request.Context(), d.Actor(c), u.ID)
	if errors.Is(err, users.ErrNotLeaving) {
		return refused(u, locales.Say("useracts.no-deletion-pending"))
	}
	if err != nil {
		return err
	}
	return web.SeeOther(c, userPath(u.ID)+"?done=deletion-cancelled")
}

// ResetSecondFactor is POST /admin/users/{id}/second-factor/reset.
func (d *Handler) ResetSecondFactor(c *gin.Context) error {
	u, _, err := d.found(c)
	if err != nil {
		return err
	}
	if err := d.Operator.ResetSecondFactor(c.Request.Context(), d.Actor(c), u.ID); err != nil {
		return err
	}
	return web.SeeOther(c, userPath(u.ID)+"?done=second-reset")
}

// Unlink is POST /admin/users/{id}/unlink.
func (d *Handler) Unlink(c *gin.Context) error {
	u, form, err := d.found(c)
	if err != nil {
		return err
	}
	if err := d.Operator.Unlink(c.Request.Context(), d.Actor(c), u.ID, form["identity"]); err != nil {
		return told(u, err)
	}
	return web.SeeOther(c, userPath(u.ID)+"?done=removed")
}

// SetRoles is POST /admin/users/{id}/roles.
func (d *Handler) SetRoles(c *gin.Context) error {
	u, form, err := d.found(c)
	if err != nil {
		return err
	}
	_, err = d.Operator.SetPlainRoles(c.Request.Context(), d.Actor(c), u.ID, admin.Names(form["roles"]))
	if wrong, ok := web.Mistakes(err, nil); ok {
		return d.showPerson(c, admin.Unprocessable, u, templates.AdminUser{Roles: form["roles"], Mistakes: wrong})
	}
	if err != nil {
		return told(u, err)
	}
	return web.SeeOther(c, userPath(u.ID)+"?done=saved")
}

// ResetPassword is POST /admin/users/{id}/reset: it emails the user a link. If
// the hub sends no emails, the administrator gets the link to pass it on.
func (d *Handler) ResetPassword(c *gin.Context) error {
	u, _, err := d.found(c)
	if err != nil {
		return err
	}
	if u.EmailKey == "" || u.Disabled {
		return refused(u, locales.Say("useracts.nobody-vouches-for-the-address"))
	}
	if !d.MailLinks.Delivers() {
		link, err := d.Operator.ResetLink(c.Request.Context(), d.Actor(c), u)
		if err != nil {
			return err
		}
		return d.showPerson(c, http.StatusOK, u, templates.AdminUser{Link: link})
	}
	if err := d.Operator.SendReset(c.Request.Context(), d.Actor(c), u); err != nil {
		return err
	}
	return web.SeeOther(c, userPath(u.ID)+"?done=sent")
}
