package templates

import (
	"slices"
	"strings"

	"github.com/fedhub/fedhub/templates/locales"
)

// A NavGroup is a part of the administration's navigation under a heading; the
// first has none.
type NavGroup struct {
	Label locales.Text
	Items []NavItem
}

// A NavItem is one entry of it.
type NavItem struct {
	Label   locales.Text
	URL     string
	Current bool
	Count   int // number of items that wait there
}

// Nav is the administration's navigation, or empty on other pages.
func (f Frame) Nav() []NavGroup {
	if f.Path != "/admin" && !strings.HasPrefix(f.Path, "/admin/") {
		return nil
	}
	groups := []NavGroup{
		{Items: []NavItem{{Label: locales.Say("nav.overview"), URL: "/admin"}}},
		{locales.Say("nav.people"), []NavItem{
			{Label: locales.Say("nav.users"), URL: "/admin/users"},
			{Label: locales.Say("nav.groups"), URL: "/admin/groups"},
		}},
		{locales.Say("nav.apps"), []NavItem{
			{Label: locales.Say("nav.applications"), URL: "/admin/clients"},
		}},
		{locales.Say("nav.federation"), []NavItem{
			{Label: locales.Say("nav.login-keys"), URL: "/admin/providers"},
			{Label: locales.Say("nav.servers"), URL: "/admin/hubs", Count: f.Waiting},
			{Label: locales.Say("nav.decisions"), URL: "/admin/account-links"},
			{Label: locales.Say("nav.map"), URL: "/admin/map"},
		}},
		{locales.Say("nav.operations"), []NavItem{
			{Label: locales.Say("nav.login-traces"), URL: "/admin/sign-in-log"},
			{Label: locales.Say("nav.audit"), URL: "/admin/audit"},
			{Label: locales.Say("nav.sign-outs"), URL: "/admin/sign-out-delivery"},
			{Label: locales.Say("nav.signing-keys"), URL: "/admin/signing"},
			{Label: locales.Say("nav.settings"), URL: "/admin/settings"},
		}},
	}
	for _, group := range groups {
		for i, item := range group.Items {
			group.Items[i].Current = f.Path == item.URL || slices.Contains(below[item.URL], f.Path) || (item.URL != "/admin" && strings.HasPrefix(f.Path, item.URL+"/"))
		}
	}
	return groups
}

// below are the pages that belong to an entry of the navigation.
var below = map[string][]string{
	"/admin/users":      {"/admin/fields"},
	"/account/security": {"/account/passkeys", "/account/second-factor", "/account/password", "/account/email"},
	"/account/activity": {"/account/activity/wasnt-me"},
	"/account/data":     {"/account/delete"},
}

// AccountNav is the navigation of the account pages.
func (f Frame) AccountNav() []NavGroup {
	items := []NavItem{
		{Label: locales.Say("account.profile"), URL: "/account/profile"},
		{Label: locales.Say("account.security"), URL: "/account/security"},
		{Label: locales.Say("account.apps"), URL: "/account#apps"},
		{Label: locales.Say("account.linked-sign-ins"), URL: "/account/connections"},
		{Label: locales.Say("account.sessions"), URL: "/account#sessions"},
		{Label: locales.Say("account.activity"), URL: "/account/activity"},
		{Label: locales.Say("account.data"), URL: "/account/data"},
		{Label: locales.Say("account.approvals"), URL: "/account/approvals", Count: f.Approvals},
	}
	for i, item := range items {
		items[i].Current = f.Path == item.URL || slices.Contains(below[item.URL], f.Path)
	}
	return []NavGroup{{Items: items}}
}

// Here is the name of the entry of the current page; empty if there is none.
func (f Frame) Here() locales.Text {
	for _, group := range append(f.Nav(), f.AccountNav()...) {
		for _, item := range group.Items {
			if item.Current {
				return item.Label
			}
		}
	}
	return locales.Text{}
}
