package templates

import "strings"

// A NavItem is one entry of the administration's navigation.
type NavItem struct {
	Label   string
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
		{Label: "Overview", URL: "/admin"},
		{Label: "Map", URL: "/admin/map"},
		{Label: "Applications", URL: "/admin/clients"},
		{Label: "Users", URL: "/admin/users"},
		{Label: "Login keys", URL: "/admin/keys"},
		{Label: "Decisions", URL: "/admin/decisions"},
		{Label: "Servers", URL: "/admin/servers", Count: f.Waiting},
		{Label: "Login traces", URL: "/admin/traces"},
		{Label: "Sign-outs", URL: "/admin/logouts"},
		{Label: "Signing keys", URL: "/admin/signing"},
		{Label: "Settings", URL: "/admin/settings"},
	}
	for i, item := range items {
		items[i].Current = f.Path == item.URL || (item.URL != "/admin" && strings.HasPrefix(f.Path, item.URL+"/"))
	}
	return items
}
