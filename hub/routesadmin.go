package hub

// appRoutes are the administration pages for applications.
func (h *Hub) appRoutes(g guards) []route {
	return []route{
		{"GET", "/admin/clients", g.admin, h.admin.apps.Applications},
		{"POST", "/admin/clients", g.change, h.admin.apps.AddApplication},
		{"GET", "/admin/clients/new", g.admin, h.admin.apps.NewApplication},
		{"GET", "/admin/clients/frappe", g.admin, h.admin.apps.NewSite},
		{"POST", "/admin/clients/frappe", g.change, h.admin.apps.AddSite},
		{"GET", "/admin/clients/:id", g.admin, h.admin.apps.Application},
		{"POST", "/admin/clients/:id", g.change, h.admin.apps.SaveApplication},
		{"POST", "/admin/clients/:id/secrets", g.change, h.admin.apps.AddSecret},
		{"POST", "/admin/clients/:id/secrets/delete", g.change, h.admin.apps.RemoveSecret},
		{"GET", "/admin/clients/:id/setup", g.admin, h.admin.apps.SiteSetup},
		{"POST", "/admin/clients/:id/setup/secret", g.change, h.admin.apps.NewSiteSecret},
		{"POST", "/admin/clients/:id/setup/wait", g.admin, h.admin.apps.AwaitSite},
		{"POST", "/admin/clients/:id/setup/site", g.change, h.admin.apps.EnterAtSite},
		{"POST", "/admin/clients/:id/setup/redirect", g.change, h.admin.apps.AddSiteRedirect},
		{"POST", "/admin/clients/:id/logouts", g.admin, h.admin.apps.TryLogouts},
		{"POST", "/admin/clients/:id/delete", g.change, h.admin.apps.RemoveApplication},
	}
}

// peopleRoutes are the administration pages for users.
func (h *Hub) peopleRoutes(g guards) []route {
	return []route{
		{"GET", "/admin/users", g.admin, h.admin.people.People},
		{"POST", "/admin/users/invite", g.change, h.admin.people.InvitePerson},
		{"POST", "/admin/users/withdraw", g.change, h.admin.people.Withdraw},
		{"GET", "/admin/users/:id", g.admin, h.admin.people.Person},
		{"POST", "/admin/users/:id/disable", g.change, h.admin.people.Disable},
		{"POST", "/admin/users/:id/enable", g.change, h.admin.people.Enable},
		{"POST", "/admin/users/:id/second-factor/reset", g.change, h.admin.people.ResetSecondFactor},
		{"POST", "/admin/users/:id/sessions/end", g.change, h.admin.people.EndSessions},
		{"POST", "/admin/users/:id/unlink", g.change, h.admin.people.Unlink},
		{"POST", "/admin/users/:id/roles", g.change, h.admin.people.SetRoles},
		{"POST", "/admin/users/:id/reset", g.change, h.admin.people.ResetPassword},
		{"GET", "/admin/account-links", g.admin, h.admin.people.Decisions},
		{"POST", "/admin/account-links/link", g.change, h.admin.people.LinkBeforehand},
		{"POST", "/admin/account-links/undo", g.change, h.admin.people.UndoDecision},
	}
}

// providerRoutes are the administration pages for sign-in providers.
func (h *Hub) providerRoutes(g guards) []route {
	return []route{
		{"GET", "/admin/providers", g.admin, h.admin.providers.LoginKeys},
		{"POST", "/admin/providers", g.change, h.admin.providers.AddLoginKey},
		{"GET", "/admin/providers/new", g.admin, h.admin.providers.NewLoginKey},
		{"GET", "/admin/providers/:id", g.admin, h.admin.providers.LoginKey},
		{"POST", "/admin/providers/:id", g.change, h.admin.providers.SaveLoginKey},
		{"POST", "/admin/providers/:id/move", g.change, h.admin.providers.MoveLoginKey},
		{"POST", "/admin/providers/:id/switch", g.change, h.admin.providers.SwitchLoginKey},
		{"POST", "/admin/providers/:id/try", g.admin, h.signin.Try},
		{"GET", "/admin/providers/:id/tried", g.admin, h.signin.Tried},
		{"GET", "/admin/providers/:id/identities", g.admin, h.admin.providers.Identities},
		{"POST", "/admin/providers/:id/identities", g.change, h.admin.providers.DecideIdentities},
		{"POST", "/admin/providers/:id/join", g.change, h.admin.providers.AskAgain},
		{"GET", "/admin/providers/:id/simulate", g.admin, h.admin.providers.Simulator},
		{"POST", "/admin/providers/:id/simulate", g.admin, h.admin.providers.Simulate},
		{"GET", "/admin/providers/:id/delete", g.admin, h.admin.providers.AskRemoveLoginKey},
		{"POST", "/admin/providers/:id/delete", g.change, h.admin.providers.RemoveLoginKey},
	}
}

// hubRoutes are the administration pages for connected hubs.
func (h *Hub) hubRoutes(g guards) []route {
	return []route{
		{"GET", "/admin/map", g.admin, h.admin.hubs.Map},
		{"GET", "/admin/hubs", g.admin, h.admin.hubs.Servers},
		{"POST", "/admin/hubs/invite", g.change, h.admin.hubs.Invite},
		{"POST", "/admin/hubs/:decision", g.change, h.admin.hubs.Decide},
	}
}

// overviewRoutes are the administration pages for the overview, the sign-in
// log, signing keys and settings.
func (h *Hub) overviewRoutes(g guards) []route {
	return []route{
		{"GET", "/admin", g.admin, h.admin.operations.Home},
		{"POST", "/admin/check", g.admin, h.admin.operations.CheckNow},
		{"GET", "/admin/sign-in-log", g.admin, h.admin.operations.LoginTraces},
		{"POST", "/admin/sign-in-log", g.admin, h.admin.operations.FindTraces},
		{"GET", "/admin/sign-in-log/:ref", g.admin, h.admin.operations.LoginTrace},
		{"GET", "/admin/sign-out-delivery", g.admin, h.admin.operations.SignOuts},
		{"GET", "/admin/sign-out-delivery/:sid", g.admin, h.admin.operations.SignOutEntry},
		{"GET", "/admin/signing", g.admin, h.admin.operations.SigningKeys},
		{"POST", "/admin/signing/rotate", g.change, h.admin.operations.RotateKeys},
		{"POST", "/admin/signing/schedule", g.change, h.admin.operations.ScheduleKeys},
		{"GET", "/admin/settings", g.admin, h.admin.operations.ProviderSettings},
		{"POST", "/admin/settings", g.change, h.admin.operations.SaveSettings},
		{"POST", "/admin/settings/unused", g.change, h.admin.operations.RemoveUnused},
		{"POST", "/admin/settings/tokens", g.change, h.admin.operations.MakeInitialToken},
		{"POST", "/admin/settings/tokens/delete", g.change, h.admin.operations.EndInitialToken},
	}
}
