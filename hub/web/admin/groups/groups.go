// Package groups has the administration pages for groups of users.
package groups

import (
	"errors"
	"net/http"
	"strconv"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/hub/operator"
	"github.com/fedhub/fedhub/hub/operator/loginkeys"
	"github.com/fedhub/fedhub/hub/users/groups"
	"github.com/fedhub/fedhub/hub/web"
	"github.com/fedhub/fedhub/hub/web/admin"
	"github.com/fedhub/fedhub/templates"
	"github.com/fedhub/fedhub/templates/locales"
)

// A Handler shows and changes groups.
type Handler struct {
	admin.Recorder
	Operator  *operator.Service
	Keys      *loginkeys.Service
	Responder *web.Responder
}

func path(id string) string { return "/admin/groups/" + templates.Segment(id) }

// groupsPage is the number of groups per page.
const groupsPage = 50

// Groups is GET /admin/groups.
func (d *Handler) Groups(c *gin.Context) error {
	return d.showGroups(c, http.StatusOK, templates.AdminGroups{})
}

func (d *Handler) showGroups(c *gin.Context, status int, page templates.AdminGroups) error {
	all, err := d.Operator.Groups(c.Request.Context())
	if err != nil {
		return err
	}
	names := map[string]string{}
	for _, g := range all {
		names[g.ID] = g.Name
	}
	from, _ := strconv.Atoi(c.Query("from"))
	from = max(0, min(from, len(all)))
	page.Later, page.All = from > 0, len(all)
	if from+groupsPage < len(all) {
		page.Next = "/admin/groups?from=" + strconv.Itoa(from+groupsPage)
	}
	for _, g := range all[from:min(from+groupsPage, len(all))] {
		page.Groups = append(page.Groups, templates.GroupRow{ID: g.ID, Name: g.Name, Description: g.Description, Parent: names[g.Parent],
			Roles: g.PlainRoles(), Administrators: g.Administrators(), SecondFactor: g.SecondFactor})
	}
	return d.Responder.Show(c, status, page)
}

// Add is POST /admin/groups.
func (d *Handler) Add(c *gin.Context) error {
	form, err := web.Form(c)
	if err != nil {
		return err
	}
	g, err := d.Operator.AddGroup(c.Request.Context(), d.Actor(c), groups.Edit{Name: form["name"], Description: form["description"]})
	if wrong, ok := web.Mistakes(err, nil); ok {
		return d.showGroups(c, admin.Unprocessable, templates.AdminGroups{Name: form["name"], Description: form["description"], Mistakes: wrong})
	}
	if err != nil {
		return err
	}
	return web.SeeOther(c, path(g.ID)+"?done=group-added")
}

// AskRemove is GET /admin/groups/{id}/delete.
func (d *Handler) AskRemove(c *gin.Context) error {
	g, err := d.Operator.Group(c.Request.Context(), c.Param("id"))
	if err != nil {
		return err
	}
	use, err := d.Operator.GroupUse(c.Request.Context(), g.ID)
	if err != nil {
		return err
	}
	return d.Responder.Show(c, http.StatusOK, templates.ConfirmDelete{
		Button: locales.Say("group.delete-button"), Name: g.Name, Action: path(g.ID) + "/delete", Cancel: path(g.ID),
		Text: locales.Say("group.delete-members", "count", use.Members).Then(locales.Say("group.delete-children", "count", len(use.Children))).Then(
			locales.Say("group.delete-providers", "count", len(use.Providers))),
	})
}

// Remove is POST /admin/groups/{id}/delete.
func (d *Handler) Remove(c *gin.Context) error {
	err := d.Operator.RemoveGroup(c.Request.Context(), d.Actor(c), c.Param("id"))
	if errors.Is(err, operator.ErrMyself) {
		return d.refused(c.Param("id"), locales.Say("useracts.you-would-lock-yourself-out"))
	}
	if err != nil {
		return err
	}
	return web.SeeOther(c, "/admin/groups?done=group-removed")
}

func (d *Handler) refused(id string, text locales.Text) error {
	return &web.ErrorPage{Status: http.StatusConflict, Heading: locales.Say("useracts.that-cant-be-done"), Text: text,
		Action: templates.Action{Label: locales.Say("group.back"), URL: path(id)}}
}
