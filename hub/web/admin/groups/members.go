package groups

import (
	"errors"
	"io/fs"
	"net/url"
	"slices"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/hub/operator"
	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/hub/users/groups"
	"github.com/fedhub/fedhub/hub/web"
	"github.com/fedhub/fedhub/templates"
	"github.com/fedhub/fedhub/templates/locales"
)

// membersPage is the number of members per page, and of users that a search
// finds.
const membersPage = 25

func (d *Handler) fillMembers(c *gin.Context, g groups.Group, page *templates.AdminGroup) error {
	ctx := c.Request.Context()
	names := map[string]string{}
	keys, err := d.Keys.LoginKeys(ctx)
	if err != nil {
		return err
	}
	for _, k := range keys {
		names[k.ID] = k.Name
	}
	row := func(u users.User, provider string) templates.MemberRow {
		if name := names[provider]; name != "" {
			provider = name
		}
		return templates.MemberRow{ID: u.ID, Name: u.Name, Email: u.Email, Username: u.Username, Disabled: u.Disabled, Provider: provider}
	}
	if page.Search = c.Query("q"); page.Search != "" {
		found, _, err := d.Operator.ListUsers(ctx, operator.UserFilter{Search: page.Search}, membersPage)
		for _, u := range found {
			r := row(u, "")
			r.Member = slices.Contains(u.Groups, g.ID)
			page.Found = append(page.Found, r)
		}
		return err
	}
	members, next, err := d.Operator.Members(ctx, g.ID, c.Query("after"), membersPage)
	for _, m := range members {
		r := row(m.User, m.Provider)
		r.Member = true
		page.Members = append(page.Members, r)
	}
	page.Later = c.Query("after") != ""
	if next != "" {
		page.Next = path(g.ID) + "?" + url.Values{"after": {next}}.Encode()
	}
	return err
}

// AddMember is POST /admin/groups/{id}/members/add.
func (d *Handler) AddMember(c *gin.Context) error {
	form, err := web.Form(c)
	if err != nil {
		return err
	}
	_, err = d.Operator.AddMember(c.Request.Context(), d.Actor(c), c.Param("id"), form["user"])
	if wrong, ok := web.Mistakes(err, nil); ok {
		return d.refused(c.Param("id"), wrong[0].Text)
	}
	if err != nil {
		return err
	}
	return web.SeeOther(c, path(c.Param("id"))+"?done=member-added#members")
}

// RemoveMember is POST /admin/groups/{id}/members/remove.
func (d *Handler) RemoveMember(c *gin.Context) error {
	form, err := web.Form(c)
	if err != nil {
		return err
	}
	_, err = d.Operator.RemoveMember(c.Request.Context(), d.Actor(c), c.Param("id"), form["user"])
	switch {
	case errors.Is(err, operator.ErrMyself):
		return d.refused(c.Param("id"), locales.Say("useracts.you-would-lock-yourself-out"))
	case errors.Is(err, users.ErrNoMember), errors.Is(err, fs.ErrNotExist):
		// Someone else was faster.
	case err != nil:
		return err
	}
	return web.SeeOther(c, path(c.Param("id"))+"?done=member-removed#members")
}
