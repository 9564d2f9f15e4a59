package catalog

import (
	"slices"

	"github.com/fedhub/fedhub/federation"
)

// serverField asks for the address of a self-hosted server.
func serverField(example string) Field {
	return Field{Name: "server", Label: text("field.server.label"), Help: text("field.server.help", "example", example)}
}

// openidServers are self-hosted identity servers.
func openidServers() []Entry {
	return []Entry{
		{
			Preset: "keycloak", Name: "Keycloak", Group: Work, SignsOut: true, TellsSignOuts: true,
			Key:     federation.LoginKey{BaseURL: "{server}/realms/{realm}"},
			Fields:  []Field{serverField("https://id.example.org"), {Name: "realm"}},
			Console: "https://www.keycloak.org/docs/latest/server_admin/",
			Guide: []Step{
				step("keycloak.create"), enter(callback, "Valid redirect URIs"), enter(signedOut, "Valid post logout redirect URIs"),
				step("keycloak.logout"), enter(backchannel, "Backchannel logout URL"), step("keycloak.copy"),
			},
			Notes: notes(noteSelf, "keycloak.roles"),
		},
		{
			Preset: "zitadel", Name: "Zitadel", Group: Work, SignsOut: true, TellsSignOuts: true,
			Key:     federation.LoginKey{BaseURL: "{server}"},
			Fields:  []Field{serverField("https://acme-x1y2z3.zitadel.cloud")},
			Console: "https://zitadel.cloud",
			Guide: []Step{
				step("zitadel.create"), enter(callback, redirectURIs), enter(signedOut, "Post Logout URIs"), enter(backchannel, logoutURI), step("zitadel.copy"),
			},
			Notes: notes(noteSelf, "zitadel.roles"),
		},
		{
			Preset: "authentik", Name: "authentik", Group: Work, SignsOut: true, TellsSignOuts: true,
			Key:     federation.LoginKey{BaseURL: "{server}/application/o/{application}"},
			Fields:  []Field{serverField("https://id.example.org"), {Name: "application"}},
			Console: "https://docs.goauthentik.io/docs/add-secure-apps/applications/manage_apps",
			Guide: []Step{
				step("authentik.create"), stepWith(callback, "authentik.redirect"), enter(signedOut, postLogoutURI), enter(backchannel, logoutURI),
				step("authentik.signing"), stepCopy,
			},
			Notes: notes(noteSelf, "authentik.verified"),
		},
		server("authelia", "Authelia", "https://www.authelia.com/configuration/identity-providers/openid-connect/clients/",
			enter(callback, "redirect_uris")),
		server("kanidm", "Kanidm", "https://kanidm.github.io/kanidm/stable/integrations/oauth2.html",
			stepWith(callback, "kanidm.redirect"), step("kanidm.address")),
		server("pocketid", "Pocket ID", "https://pocket-id.org/docs/guides/oidc-client-authentication",
			enter(callback, "Callback URLs"), enter(signedOut, "Logout Callback URLs")),
		server("rauthy", "Rauthy", "https://sebadob.github.io/rauthy/",
			enter(callback, redirectURIs), enter(signedOut, "Post Logout Redirect URIs"), enter(backchannel, logoutURI), ends("/auth/v1")),
		server("dex", "Dex", "https://dexidp.io/docs/",
			enter(callback, "redirectURIs")),
		server("adfs", "AD FS", "https://learn.microsoft.com/windows-server/identity/ad-fs/development/ad-fs-openid-connect-oauth-concepts",
			enter(callback, redirectURI), stepWith(signedOut, "step.second-redirect"), ends("/adfs")),
	}
}

// server is an entry that only needs the address. What it supports at sign-out
// follows from the addresses to register.
func server(preset, name, console string, register ...Step) Entry {
	return Entry{
		Preset: preset, Name: name, Group: Work,
		Key:      federation.LoginKey{BaseURL: "{server}"},
		Fields:   []Field{serverField("https://id.example.org")},
		Console:  console,
		Guide:    slices.Concat([]Step{step(preset + ".create")}, register, []Step{stepCopy}),
		SignsOut: names(register, signedOut), TellsSignOuts: names(register, backchannel),
		Notes: notes(noteSelf, noteGroups),
	}
}

// names reports whether a guide names an address.
func names(guide []Step, address string) bool {
	return slices.ContainsFunc(guide, func(s Step) bool { return s.Address == address })
}
