package hub

import "github.com/fedhub/fedhub/hub/web/guard"

// appRoutes are the administration pages for applications.
func (h *Hub) appRoutes(g guard.Rules) []route {
	return []route{
		{"GET", "/admin/clients", g.Admin, h.admin.apps.Applications},
		{"POST", "/admin/clients", g.Change, h.admin.apps.AddApplication},
		{"GET", "/admin/clients/new", g.Admin, h.admin.apps.NewApplication},
		{"GET", "/admin/clients/frappe", g.Admin, h.admin.apps.NewSite},
		{"POST", "/admin/clients/frappe", g.Change, h.admin.apps.AddSite},
		{"GET", "/admin/clients/:id", g.Admin, h.admin.apps.Application},
		{"POST", "/admin/clients/:id", g.Change, h.admin.apps.SaveApplication},
		{"POST", "/admin/clients/:id/secrets", g.Change, h.admin.apps.AddSecret},
		{"POST", "/admin/clients/:id/secrets/delete", g.Change, h.admin.apps.RemoveSecret},
		{"GET", "/admin/clients/:id/setup", g.Admin, h.admin.apps.SiteSetup},
		{"POST", "/admin/clients/:id/setup/secret", g.Change, h.admin.apps.NewSiteSecret},
		{"POST", "/admin/clients/:id/setup/wait", g.Admin, h.admin.apps.AwaitSite},
		{"POST", "/admin/clients/:id/setup/site", g.Change, h.admin.apps.EnterAtSite},
		{"POST", "/admin/clients/:id/setup/redirect", g.Change, h.admin.apps.AddSiteRedirect},
		{"POST", "/admin/clients/:id/logouts", g.Admin, h.admin.apps.TryLogouts},
		{"POST", "/admin/clients/:id/delete", g.Change, h.admin.apps.RemoveApplication},
	}
}

// peopleRoutes are the administration pages for users.
func (h *Hub) peopleRoutes(g guard.Rules) []route {
	return []route{
		{"GET", "/admin/users", g.Admin, h.admin.people.People},
		{"POST", "/admin/users/invite", g.Change, h.admin.people.InvitePerson},
		{"POST", "/admin/users/withdraw", g.Change, h.admin.people.Withdraw},
		{"POST", "/admin/users/approve", g.Change, h.admin.people.Approve},
		{"POST", "/admin/users/refuse", g.Change, h.admin.people.Refuse},
		{"POST", "/admin/users/add", g.Change, h.admin.people.Add},
		{"POST", "/admin/users.csv", g.Change, h.admin.people.ExportCSV},
		{"POST", "/admin/users.json", g.Change, h.admin.people.ExportJSON},
		{"GET", "/admin/import", g.Admin, h.admin.people.ImportShow},
		{"POST", "/admin/import", g.ChangeUpload, h.admin.people.TryImport},
		{"POST", "/admin/import/confirm", g.Change, h.admin.people.Import},
		{"GET", "/admin/users/deleted/:id", g.Admin, h.admin.people.Receipt},
		{"POST", "/admin/users/:id/profile", g.Change, h.admin.people.SaveProfile},
		{"POST", "/admin/users/:id/email", g.Change, h.admin.people.SaveEmail},
		{"POST", "/admin/users/:id/administrator", g.Change, h.admin.people.SwitchAdministrator},
		{"POST", "/admin/users/:id/sessions/end-one", g.Change, h.admin.people.EndSession},
		{"GET", "/admin/users/:id/delete", g.Admin, h.admin.people.AskRemove},
		{"POST", "/admin/users/:id/delete", g.Change, h.admin.people.Remove},
		{"GET", "/admin/users/:id", g.Admin, h.admin.people.Person},
		{"POST", "/admin/users/:id/disable", g.Change, h.admin.people.Disable},
		{"POST", "/admin/users/:id/enable", g.Change, h.admin.people.Enable},
		{"POST", "/admin/users/:id/second-factor/reset", g.Change, h.admin.people.ResetSecondFactor},
		{"POST", "/admin/users/:id/sessions/end", g.Change, h.admin.people.EndSessions},
		{"POST", "/admin/users/:id/unlink", g.Change, h.admin.people.Unlink},
		{"POST", "/admin/users/:id/roles", g.Change, h.admin.people.SetRoles},
		{"POST", "/admin/users/:id/deletion/cancel", g.Change, h.admin.people.CancelDeletion},
		{"POST", "/admin/users/:id/reset", g.Change, h.admin.people.ResetPassword},
		{"POST", "/admin/users/:id/fields", g.Change, h.admin.people.SaveFields},
		{"GET", "/admin/fields", g.Admin, h.admin.people.Fields},
		{"POST", "/admin/fields", g.Change, h.admin.people.AddField},
		{"GET", "/admin/fields/:name/delete", g.Admin, h.admin.people.AskRemoveField},
		{"POST", "/admin/fields/:name/delete", g.Change, h.admin.people.RemoveField},
		{"GET", "/admin/groups", g.Admin, h.admin.groups.Groups},
		{"POST", "/admin/groups", g.Change, h.admin.groups.Add},
		{"GET", "/admin/groups/:id", g.Admin, h.admin.groups.Group},
		{"POST", "/admin/groups/:id", g.Change, h.admin.groups.Save},
		{"POST", "/admin/groups/:id/members/add", g.Change, h.admin.groups.AddMember},
		{"POST", "/admin/groups/:id/members/remove", g.Change, h.admin.groups.RemoveMember},
		{"GET", "/admin/groups/:id/delete", g.Admin, h.admin.groups.AskRemove},
		{"POST", "/admin/groups/:id/delete", g.Change, h.admin.groups.Remove},
		{"GET", "/admin/account-links", g.Admin, h.admin.people.Decisions},
		{"POST", "/admin/account-links/link", g.Change, h.admin.people.LinkBeforehand},
		{"POST", "/admin/account-links/undo", g.Change, h.admin.people.UndoDecision},
	}
}

// providerRoutes are the administration pages for sign-in providers.
func (h *Hub) providerRoutes(g guard.Rules) []route {
	return []route{
		{"GET", "/admin/providers", g.Admin, h.admin.providers.LoginKeys},
		{"POST", "/admin/providers", g.Change, h.admin.providers.AddLoginKey},
		{"GET", "/admin/providers/new", g.Admin, h.admin.providers.NewLoginKey},
		{"GET", "/admin/providers/:id", g.Admin, h.admin.providers.LoginKey},
		{"POST", "/admin/providers/:id", g.Change, h.admin.providers.SaveLoginKey},
		{"POST", "/admin/providers/:id/move", g.Change, h.admin.providers.MoveLoginKey},
		{"POST", "/admin/providers/:id/switch", g.Change, h.admin.providers.SwitchLoginKey},
		{"POST", "/admin/providers/:id/try", g.Admin, h.signin.Try},
		{"GET", "/admin/providers/:id/tried", g.Admin, h.tried.Show},
		{"GET", "/admin/providers/:id/identities", g.Admin, h.admin.providers.Identities},
		{"POST", "/admin/providers/:id/identities", g.Change, h.admin.providers.DecideIdentities},
		{"POST", "/admin/providers/:id/join", g.Change, h.admin.providers.AskAgain},
		{"GET", "/admin/providers/:id/simulate", g.Admin, h.admin.providers.Simulator},
		{"POST", "/admin/providers/:id/simulate", g.Admin, h.admin.providers.Simulate},
		{"GET", "/admin/providers/:id/delete", g.Admin, h.admin.providers.AskRemoveLoginKey},
		{"POST", "/admin/providers/:id/delete", g.Change, h.admin.providers.RemoveLoginKey},
	}
}

// hubRoutes are the administration pages for connected hubs.
func (h *Hub) hubRoutes(g guard.Rules) []route {
	return []route{
		{"GET", "/admin/map", g.Admin, h.admin.hubs.Map},
		{"GET", "/admin/hubs", g.Admin, h.admin.hubs.Servers},
		{"POST", "/admin/hubs/invite", g.Change, h.admin.hubs.Invite},
		{"POST", "/admin/hubs/:decision", g.Change, h.admin.hubs.Decide},
	}
}

// overviewRoutes are the administration pages for the overview, the sign-in
// log, signing keys and settings.
func (h *Hub) overviewRoutes(g guard.Rules) []route {
	return []route{
		{"GET", "/admin", g.Admin, h.admin.operations.Home},
		{"POST", "/admin/check", g.Admin, h.admin.operations.CheckNow},
		{"GET", "/admin/sign-in-log", g.Admin, h.admin.operations.LoginTraces},
		{"POST", "/admin/sign-in-log", g.Admin, h.admin.operations.FindTraces},
		{"GET", "/admin/sign-in-log/:ref", g.Admin, h.admin.operations.LoginTrace},
		{"GET", "/admin/audit", g.Admin, h.admin.audit.List},
		{"GET", "/admin/audit/:id", g.Admin, h.admin.audit.Event},
		{"POST", "/admin/audit.csv", g.Change, h.admin.audit.CSV},
		{"POST", "/admin/audit.ndjson", g.Change, h.admin.audit.NDJSON},
		{"GET", "/admin/sign-out-delivery", g.Admin, h.admin.operations.SignOuts},
		{"GET", "/admin/sign-out-delivery/:sid", g.Admin, h.admin.operations.SignOutEntry},
		{"GET", "/admin/signing", g.Admin, h.admin.operations.SigningKeys},
		{"POST", "/admin/signing/rotate", g.Change, h.admin.operations.RotateKeys},
		{"POST", "/admin/signing/schedule", g.Change, h.admin.operations.ScheduleKeys},
		{"GET", "/admin/settings", g.Admin, h.admin.operations.ProviderSettings},
		{"POST", "/admin/settings", g.Change, h.admin.operations.SaveSettings},
		{"POST", "/admin/settings/unused", g.Change, h.admin.operations.RemoveUnused},
		{"POST", "/admin/settings/tokens", g.Change, h.admin.operations.MakeInitialToken},
		{"POST", "/admin/settings/tokens/delete", g.Change, h.admin.operations.EndInitialToken},
	}
}
