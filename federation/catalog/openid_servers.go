package catalog

import "github.com/fedhub/fedhub/federation"

// serverField asks for the address of a self-hosted server.
func serverField(example string) Field {
	return Field{Name: "server", Label: "Address of the server", Help: "Like " + example + ", without a slash at the end."}
}

// openidServers are self-hosted identity servers.
func openidServers() []Entry {
	return []Entry{
		{
			Preset: "keycloak", Name: "Keycloak", Group: Work, SignsOut: true, TellsSignOuts: true,
			Key: federation.LoginKey{BaseURL: "{server}/realms/{realm}"},
			Fields: []Field{
				serverField("https://id.example.org"),
				{Name: "realm", Label: "Realm", Help: "The name in its address, letter by letter."},
			},
			Console: "https://www.keycloak.org/docs/latest/server_admin/",
			Guide: []string{
				"In the realm create a client of the type OpenID Connect, and switch Client authentication on.",
				"As valid redirect URI enter {callback}.",
				"As valid post logout redirect URI enter {signed-out}.",
				"Under Logout settings switch Front channel logout off, and as Backchannel logout URL enter {backchannel}.",
				"Copy the client ID, and under Credentials the client secret, into the form.",
			},
			Notes: []string{noteSelf, "For roles, add a mapper that puts realm roles or groups into the ID token; the claim realm_access.roles can be named below."},
		},
		{
			Preset: "zitadel", Name: "Zitadel", Group: Work, SignsOut: true, TellsSignOuts: true,
			Key:     federation.LoginKey{BaseURL: "{server}"},
			Fields:  []Field{serverField("https://acme-x1y2z3.zitadel.cloud")},
			Console: "https://zitadel.cloud",
			Guide: []string{
				"In a project create an application of the type Web, with the method Code.",
				"As redirect URI enter {callback}.",
				"As post logout URI enter {signed-out}.",
				"Copy the client ID and the client secret, which is shown once, into the form.",
			},
			Notes: []string{noteSelf, "For roles, let the project assert roles on authentication, and name the claim urn:zitadel:iam:org:project:roles below."},
		},
		{
			Preset: "authentik", Name: "authentik", Group: Work, SignsOut: true, TellsSignOuts: true,
			Key: federation.LoginKey{BaseURL: "{server}/application/o/{application}"},
			Fields: []Field{
				serverField("https://id.example.org"),
				{Name: "application", Label: "Application slug", Help: "The name of the application in its address."},
			},
			Console: "https://docs.goauthentik.io/docs/add-secure-apps/applications/manage_apps",
			Guide: []string{
				"Create an application with a provider of the type OAuth2/OpenID, as a confidential client.",
				"As redirect URI enter {callback}, with the matching mode Strict.",
				"Choose a signing key; otherwise it signs with the client secret, which this hub does not accept.",
				stepCopy,
			},
			Notes: []string{noteSelf, "Older releases call every address verified."},
		},
		server("authelia", "Authelia", "https://www.authelia.com/configuration/identity-providers/openid-connect/clients/",
			"Add a client to the configuration, with the scopes openid, profile, email and groups, and the redirect URI {callback}."),
		server("kanidm", "Kanidm", "https://kanidm.github.io/kanidm/stable/integrations/oauth2.html",
			"Create a basic client with kanidm system oauth2 create, and add the redirect URL {callback}. Its address ends in /oauth2/openid/ and the client's name."),
		server("pocketid", "Pocket ID", "https://pocket-id.org/docs/guides/oidc-client-authentication",
			"Under OIDC Clients add a client with the callback URL {callback}.", "As its logout callback URL enter {signed-out}."),
		server("rauthy", "Rauthy", "https://sebadob.github.io/rauthy/",
			"Add a confidential client with the redirect URI {callback}. Its address ends in /auth/v1.",
			"As post logout redirect URI enter {signed-out}.", "As back-channel logout URI enter {backchannel}."),
		server("dex", "Dex", "https://dexidp.io/docs/",
			"Add a static client with the redirect URI {callback} to its configuration."),
		server("adfs", "AD FS", "https://learn.microsoft.com/windows-server/identity/ad-fs/development/ad-fs-openid-connect-oauth-concepts",
			"Add an application group: a server application that accesses a web API, with the redirect URI {callback}. Its address ends in /adfs.",
			"As another redirect URI enter {signed-out}: after a sign-out, users can only return to a registered address."),
	}
}

// server is an entry that only needs the address. What it supports at sign-out
// follows from the addresses to register.
func server(preset, name, console string, register ...string) Entry {
	return Entry{
		Preset: preset, Name: name, Group: Work,
		Key:      federation.LoginKey{BaseURL: "{server}"},
		Fields:   []Field{serverField("https://id.example.org")},
		Console:  console,
		Guide:    append(register, stepCopy),
		SignsOut: names(register, "signed-out"), TellsSignOuts: names(register, "backchannel"),
		Notes: []string{noteSelf, noteGroups},
	}
}
