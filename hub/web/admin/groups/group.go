package groups

import (
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/hub/operator"
	"github.com/fedhub/fedhub/hub/users/groups"
	"github.com/fedhub/fedhub/hub/web"
	"github.com/fedhub/fedhub/hub/web/admin"
	"github.com/fedhub/fedhub/templates"
	"github.com/fedhub/fedhub/templates/locales"
)

// Group is GET /admin/groups/{id}.
func (d *Handler) Group(c *gin.Context) error {
	g, err := d.Operator.Group(c.Request.Context(), c.Param("id"))
	if err != nil {
		return err
	}
	return d.show(c, http.StatusOK, g, templates.AdminGroup{Form: shown(groups.EditOf(g), g.Edited)})
}

// Save is POST /admin/groups/{id}.
func (d *Handler) Save(c *gin.Context) error {
	form, err := web.Form(c)
	if err != nil {
		return err
	}
	ctx, id := c.Request.Context(), c.Param("id")
	edit := groups.Edit{Name: form["name"], Description: form["description"], Roles: admin.Names(form["roles"]),
		Administrators: form["administrators"] != "", Parent: form["parent"], SecondFactor: form["second_factor"] != ""}
	seen, err := strconv.ParseInt(form["edited"], 10, 64)
	if err != nil {
		seen = 0 // no version: the form is stale
	}
	_, err = d.Operator.ChangeGroup(ctx, d.Actor(c), id, max(0, seen), edit)
	if conflict, ok := errors.AsType[*groups.ConflictError](err); ok {
		page := templates.AdminGroup{Form: shown(edit, conflict.Now.Edited), Changed: d.differences(c, conflict.Now, edit)}
		return d.show(c, http.StatusConflict, conflict.Now, page)
	}
	if wrong, ok := web.Mistakes(err, nil); ok {
		g, err := d.Operator.Group(ctx, id)
		if err != nil {
			return err
		}
		return d.show(c, admin.Unprocessable, g, templates.AdminGroup{Form: shown(edit, seen), Mistakes: wrong})
	}
	if errors.Is(err, operator.ErrMyself) {
		return d.refused(id, locales.Say("useracts.you-would-lock-yourself-out"))
	}
	if err != nil {
		return err
	}
	return web.SeeOther(c, path(id)+"?done=saved")
}

// shown is the form with what was typed; edited is the version that it is based
// on.
func shown(e groups.Edit, edited int64) templates.GroupForm {
	return templates.GroupForm{Name: e.Name, Description: e.Description, Roles: strings.Join(e.Roles, "\n"),
		Administrators: e.Administrators, Parent: e.Parent, SecondFactor: e.SecondFactor, Edited: strconv.FormatInt(edited, 10)}
}

// differences lists what is stored now where it is not what was typed.
func (d *Handler) differences(c *gin.Context, now groups.Group, typed groups.Edit) []templates.Row {
	stored, parent := groups.EditOf(now), ""
	if g, err := d.Operator.Group(c.Request.Context(), now.Parent); err == nil {
		parent = g.Name
	}
	yes := func(on bool) locales.Text {
		if on {
			return locales.Say("group.on")
		}
		return locales.Say("group.off")
	}
	var rows []templates.Row
	add := func(same bool, name string, value locales.Text) {
		if !same {
			rows = append(rows, templates.Row{Name: locales.Say(name), Value: value})
		}
	}
	add(stored.Name == strings.TrimSpace(typed.Name), "group.name-label", locales.Stored(stored.Name))
	add(stored.Description == strings.TrimSpace(typed.Description), "group.description-label", locales.Stored(stored.Description))
	add(slices.Equal(stored.Roles, typed.Roles), "group.roles-label", locales.Stored(strings.Join(stored.Roles, ", ")))
	add(stored.Administrators == typed.Administrators, "group.administrators-label", yes(stored.Administrators))
	add(stored.SecondFactor == typed.SecondFactor, "group.second-factor-label", yes(stored.SecondFactor))
	add(stored.Parent == typed.Parent, "group.parent-label", locales.Stored(parent))
	return rows
}

// show fills in the common parts of the page.
func (d *Handler) show(c *gin.Context, status int, g groups.Group, page templates.AdminGroup) error {
	ctx := c.Request.Context()
	page.ID, page.Name, page.Description = g.ID, g.Name, g.Description
	all, err := d.Operator.Groups(ctx)
	if err != nil {
		return err
	}
	page.Parents = []templates.Option{{Value: locales.Say("group.parent-none")}}
	for _, other := range all {
		switch {
		case other.Parent == g.ID:
			page.Children = append(page.Children, templates.GroupRow{ID: other.ID, Name: other.Name})
		case other.ID != g.ID && other.Parent == "":
			page.Parents = append(page.Parents, templates.Option{Name: other.ID, Value: locales.Stored(other.Name)})
		}
		if other.ID == g.Parent {
			page.Parent = templates.GroupRow{ID: other.ID, Name: other.Name}
		}
	}
	use, err := d.Operator.GroupUse(ctx, g.ID)
	if err != nil {
		return err
	}
	page.Count, page.More = use.Members, use.Members >= operator.MostRecords
	for _, k := range use.Providers {
		page.Providers = append(page.Providers, templates.GroupProvider{ID: k.ID, Name: k.Name})
	}
	if err := d.fillMembers(c, g, &page); err != nil {
		return err
	}
	return d.Responder.Show(c, status, page)
}
