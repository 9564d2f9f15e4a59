package templates

import (
	"strings"

	"github.com/fedhub/fedhub/templates/locales"
)

// A NavItem is one entry of the administration's navigation.
type NavItem struct {
	Label   locales.Text
	URL     string
	Current bool
	Count   int // things that wait there
}

// Nav is the administration's navigation, or nothing outside of it.
func (f Frame) Nav() []NavItem {
	if f.Path != "/admin" && !strings.HasPrefix(f.Path, "/admin/") {
		return nil
	}
	items := []NavItem{
		{Label: locales.Say("nav.overview"), URL: "/admin"},
		{Label: locales.Say("nav.map"), URL: "/admin/map"},
		{Label: locales.Say("nav.applications"), URL: "/admin/clients"},
		{Label: locales.Say("nav.users"), URL: "/admin/users"},
		{Label: locales.Say("nav.login-keys"), URL: "/admin/keys"},
		{Label: locales.Say("nav.decisions"), URL: "/admin/decisions"},
		{Label: locales.Say("nav.servers"), URL: "/admin/servers", Count: f.Waiting},
		{Label: locales.Say("nav.login-traces"), URL: "/admin/traces"},
		{Label: locales.Say("nav.sign-outs"), URL: "/admin/logouts"},
		{Label: locales.Say("nav.signing-keys"), URL: "/admin/signing"},
		{Label: locales.Say("nav.settings"), URL: "/admin/settings"},
	}
	for i, item := range items {
		items[i].Current = f.Path == item.URL || (item.URL != "/admin" && strings.HasPrefix(f.Path, item.URL+"/"))
	}
	return items
}
