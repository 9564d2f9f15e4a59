package people

import (
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/hub/web"
	"github.com/fedhub/fedhub/hub/web/admin"
	"github.com/fedhub/fedhub/templates"
)

// join is a list as one types it.
func join(list []string) string { return strings.Join(list, ", ") }

// refused says why something cannot be done to a person.
func refused(u users.User, text string) error {
	return &web.Problem{Status: http.StatusConflict, Heading: "That can't be done.", Text: text,
		Action: templates.Action{Label: "Back to the person", URL: userPath(u.ID)}}
}

const notMyself = "You would lock yourself out. Another administrator can do it."

func (d *Handler) myself(c *gin.Context, u users.User) bool {
	p, err := d.Sessions.Current(c.Request)
	return err == nil && p.User.ID == u.ID
}

// Disable is POST /admin/users/{id}/disable. The epoch ends every session,
// token and approval at once, and whoever has a session of theirs is told:
// apps, and other hubs, which end theirs. An upstream cannot let them in again.
func (d *Handler) Disable(c *gin.Context) error { return d.switchPerson(c, true) }

// Enable is POST /admin/users/{id}/enable.
func (d *Handler) Enable(c *gin.Context) error { return d.switchPerson(c, false) }

func (d *Handler) switchPerson(c *gin.Context, off bool) error {
	u, _, err := d.found(c)
	if err != nil {
		return err
	}
	if off && d.myself(c, u) {
		return refused(u, notMyself)
	}
	after, err := d.Users.SetDisabled(c.Request.Context(), u.ID, off)
	if errors.Is(err, users.ErrLastAdmin) {
		return refused(u, "This is the last administrator. Make somebody else one first.")
	}
	if err != nil {
		return err
	}
	kind, done := audit.UserEnabled, "letin"
	if off {
		kind, done = audit.UserDisabled, "shut"
	}
	d.Record(c, audit.Event{Kind: kind, Target: u.ID})
	if err := d.Logouts.EndAll(c.Request.Context(), after); err != nil {
		return err
	}
	return web.SeeOther(c, userPath(u.ID)+"?done="+done)
}

// EndSessions is POST /admin/users/{id}/sessions/end.
func (d *Handler) EndSessions(c *gin.Context) error {
	u, _, err := d.found(c)
	if err != nil {
		return err
	}
	after, err := d.Users.EndEverything(c.Request.Context(), u.ID)
	if err != nil {
		return err
	}
	d.Record(c, audit.Event{Kind: audit.SessionsEnded, Target: u.ID, Detail: map[string]string{"which": "all"}})
	if err := d.Logouts.EndAll(c.Request.Context(), after); err != nil {
		return err
	}
	return web.SeeOther(c, userPath(u.ID)+"?done=ended")
}

// Unlink is POST /admin/users/{id}/unlink.
func (d *Handler) Unlink(c *gin.Context) error {
	u, form, err := d.found(c)
	if err != nil {
		return err
	}
	linked, err := d.Users.ByUser(c.Request.Context(), u.ID)
	if err != nil {
		return err
	}
	after, err := d.Users.Unlink(c.Request.Context(), u.ID, form["identity"], d.By(c))
	if errors.Is(err, users.ErrLastWayIn) {
		return refused(u, "It is the only way this person can sign in. Give them a password first, or disable them.")
	}
	if err != nil {
		return err
	}
	key, _, _ := strings.Cut(form["identity"], "/")
	d.Record(c, audit.Event{Kind: audit.LinkRemoved, Target: u.ID, LoginKey: key})
	if err := d.Logouts.EndAll(c.Request.Context(), after); err != nil {
		return err
	}
	for _, i := range linked {
		if i.ID == form["identity"] {
			if err := d.UpstreamTokens.Disconnect(c.Request.Context(), i); err != nil {
				return err
			}
		}
	}
	return web.SeeOther(c, userPath(u.ID)+"?done=removed")
}

// SetRoles is POST /admin/users/{id}/roles.
func (d *Handler) SetRoles(c *gin.Context) error {
	u, form, err := d.found(c)
	if err != nil {
		return err
	}
	roles := admin.Commas(form["roles"])
	if d.myself(c, u) && !slices.Contains(roles, users.AdminRole) {
		return refused(u, notMyself)
	}
	_, err = d.Users.SetRoles(c.Request.Context(), u.ID, roles)
	var wrong users.Problems
	switch {
	case errors.As(err, &wrong):
		return d.showPerson(c, admin.Unprocessable, u, templates.AdminUser{Roles: form["roles"], Mistakes: userMistakes(wrong)})
	case errors.Is(err, users.ErrLastAdmin):
		return refused(u, "This is the last administrator. Make somebody else one first.")
	case err != nil:
		return err
	}
	d.Record(c, audit.Event{Kind: audit.RolesChanged, Target: u.ID, Detail: map[string]string{"roles": join(roles)}})
	return web.SeeOther(c, userPath(u.ID)+"?done=saved")
}

func userMistakes(wrong users.Problems) []templates.Mistake {
	out := make([]templates.Mistake, len(wrong))
	for i, p := range wrong {
		out[i] = templates.Mistake{Field: p.Field, Text: p.Text}
	}
	return out
}

// ResetPassword is POST /admin/users/{id}/reset: the person gets a link by
// mail or, where no letters are sent, the administrator to pass it on.
func (d *Handler) ResetPassword(c *gin.Context) error {
	u, _, err := d.found(c)
	if err != nil {
		return err
	}
	if u.EmailKey == "" || u.Disabled {
		return refused(u, "Nobody vouches for the address of this person, or they are disabled, so a password would let nobody in.")
	}
	if !d.MailLinks.Delivers() {
		link, err := d.MailLinks.ResetLink(c.Request.Context(), u)
		if err != nil {
			return err
		}
		d.Record(c, audit.Event{Kind: audit.ResetSent, Target: u.ID, Reason: "The link was shown to the administrator."})
		return d.showPerson(c, http.StatusOK, u, templates.AdminUser{Link: link})
	}
	if err := d.MailLinks.SendReset(c.Request.Context(), u); err != nil {
		return err
	}
	d.Record(c, audit.Event{Kind: audit.ResetSent, Target: u.ID})
	return web.SeeOther(c, userPath(u.ID)+"?done=sent")
}
