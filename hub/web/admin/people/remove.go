package people

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/hub/logouts"
	"github.com/fedhub/fedhub/hub/web"
	"github.com/fedhub/fedhub/hub/web/admin"
	"github.com/fedhub/fedhub/templates"
	"github.com/fedhub/fedhub/templates/locales"
)

// AskRemove is GET /admin/users/{id}/delete.
func (d *Handler) AskRemove(c *gin.Context) error {
	u, err := d.Users.Get(c.Request.Context(), c.Param("id"))
	if err != nil {
		return err
	}
	var page templates.AdminUser
	if err := d.fillSessions(c, u, &page); err != nil {
		return err
	}
	if err := d.fillLogins(c, u, &page); err != nil {
		return err
	}
	if err := d.fillApps(c, u, &page); err != nil {
		return err
	}
	return d.Responder.Show(c, http.StatusOK, templates.ConfirmDelete{
		Button: locales.Say("user.delete-button"), Name: admin.Account(u).English(), Action: userPath(u.ID) + "/delete", Cancel: userPath(u.ID),
		Text: locales.Say("user.delete-sessions", "count", len(page.Sessions)).Then(locales.Say("user.delete-logins", "count", len(page.Logins))).Then(
			locales.Say("user.delete-apps", "count", len(page.Apps))),
	})
}

// Remove is POST /admin/users/{id}/delete.
func (d *Handler) Remove(c *gin.Context) error {
	u, _, err := d.found(c)
	if err != nil {
		return err
	}
	if err := d.Operator.RemoveUser(c.Request.Context(), d.Actor(c), u.ID); err != nil {
		return told(u, err)
	}
	return web.SeeOther(c, "/admin/users/deleted/"+templates.Segment(u.ID))
}

// Receipt is GET /admin/users/deleted/{id}: which apps and hubs were notified of
// a deletion, and who answered.
func (d *Handler) Receipt(c *gin.Context) error {
	outs, err := d.Operator.Receipt(c.Request.Context(), c.Param("id"))
	if err != nil {
		return err
	}
	page := templates.UserReceipt{ID: c.Param("id")}
	for _, s := range outs {
		for _, r := range s.Recipients {
			page.Recipients = append(page.Recipients, templates.RecipientRow{ClientID: r.ClientID, Name: r.Name, Server: r.Server,
				State: admin.Delivery(s.Standing(r, d.Now())), Tries: r.Tries, Last: r.Last, Error: locales.From(r.Words)})
			page.Open = page.Open || s.Standing(r, d.Now()) == logouts.Retrying
		}
	}
	return d.Responder.Show(c, http.StatusOK, page)
}
