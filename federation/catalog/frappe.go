package catalog

import "github.com/fedhub/fedhub/federation"

// frappeEntry is a Frappe or ERPNext site, which has its own address and needs
// some settings by its administrator.
func frappeEntry() Entry {
	return Entry{
		Preset: "frappe", Name: "Frappe or ERPNext", Kind: federation.KindFrappe, Group: Work,
		Address: text("frappe.base-url"),
		Key:     federation.LoginKey{Linking: federation.Never, Scopes: []string{"openid"}},
		Fields: []Field{
			{
				Name: federation.OptionVersion, Default: federation.SiteOlder,
				Choices: []Choice{{federation.SiteOlder, text("frappe.version.older")}, {federation.SiteBinds, text("frappe.version.binds")}},
			},
			{Name: federation.OptionIssuer, Optional: true},
			{Name: federation.OptionCredentials, Label: text("field.credentials.label"), Optional: true, Choices: credentials()},
		},
		Guide: []Step{
			step("frappe.create"), step("frappe.scopes"), stepWith(callback, "frappe.redirect"), step("frappe.grant"),
			step("frappe.roles"), step("frappe.authentication"), step("frappe.issuer"), step("frappe.copy"),
		},
		Notes: notes("frappe.verified", "frappe.older", "frappe.secrets", "frappe.administrator", "frappe.token", "frappe.deny"),
	}
}
