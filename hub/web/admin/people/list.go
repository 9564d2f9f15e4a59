package people

import (
	"net/url"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/hub/operator"
	"github.com/fedhub/fedhub/hub/users/listing"
	"github.com/fedhub/fedhub/templates"
	"github.com/fedhub/fedhub/templates/locales"
)

// fillList fills in the users that the query selects, and what can be selected.
func (d *Handler) fillList(c *gin.Context, page *templates.AdminUsers) error {
	ctx := c.Request.Context()
	f := operator.UserFilter{Search: c.Query("q"), Only: c.Query("only"), Newest: c.Query("newest"), Provider: c.Query("provider"), Group: c.Query("group"), After: c.Query("after")}
	found, next, err := d.Operator.ListUsers(ctx, f, usersPage)
	if err != nil {
		return err
	}
	for _, u := range found {
		page.Users = append(page.Users, templates.UserRow{ID: u.ID, Name: u.Name, Email: u.Email, Username: u.Username, Chips: userChips(u)})
	}
	n, known, err := d.Operator.CountUsers(ctx, f)
	if err != nil {
		return err
	}
	switch {
	case known && n >= operator.MostRecords:
		page.Count = locales.Say("users.count-many", "most", n)
	case known:
		page.Count = locales.Say("users.count", "count", n)
	}
	page.Search, page.Only, page.Newest, page.Provider, page.Group, page.Later = f.Search, f.Only, f.Newest, f.Provider, f.Group, f.After != ""
	if next != "" {
		page.Next = "/admin/users?" + url.Values{"q": {f.Search}, "only": {f.Only}, "newest": {f.Newest}, "provider": {f.Provider}, "group": {f.Group}, "after": {next}}.Encode()
	}
	return d.fillChoices(c, page)
}

func (d *Handler) fillChoices(c *gin.Context, page *templates.AdminUsers) error {
	page.Filters = []templates.Option{{Value: locales.Say("users.all")},
		{Name: listing.OnlyDisabled, Value: locales.Say("users.disabled")}, {Name: operator.OnlyAdministrators, Value: locales.Say("users.only-administrators")},
		{Name: listing.OnlyUnverified, Value: locales.Say("users.unverified")}, {Name: operator.OnlyWithoutSecond, Value: locales.Say("users.only-without-second")}}
	page.Sorts = []templates.Option{{Value: locales.Say("users.by-name")}, {Name: "1", Value: locales.Say("users.newest")}}
	page.Providers, page.Groups = []templates.Option{{Value: locales.Say("users.any-provider")}}, []templates.Option{{Value: locales.Say("users.any-group")}}
	keys, err := d.Upstreams.All(c.Request.Context())
	if err != nil {
		return err
	}
	for _, k := range keys {
		page.Providers = append(page.Providers, templates.Option{Name: k.ID, Value: locales.Stored(k.Name)})
	}
	all, err := d.Operator.Groups(c.Request.Context())
	for _, g := range all[:min(len(all), mostChoices)] {
		page.Groups = append(page.Groups, templates.Option{Name: g.ID, Value: locales.Stored(g.Name)})
	}
	return err
}

// mostChoices bounds the groups to choose from; the page of a group lists its
// members too.
const mostChoices = 200
