package catalog

import "github.com/fedhub/fedhub/federation"

// frappeEntry is a Frappe or ERPNext site, which has its own address and needs
// some settings by its administrator.
func frappeEntry() Entry {
	return Entry{
		Preset: "frappe", Name: "Frappe or ERPNext", Kind: federation.KindFrappe, Group: Work,
		Address: "The address of the site, like https://erp.example.org, without a path.",
		Key:     federation.LoginKey{Linking: federation.Never, Scopes: []string{"openid"}},
		Fields: []Field{
			{
				Name: federation.OptionVersion, Label: "Version of the site", Default: federation.SiteOlder, Choices: []string{federation.SiteOlder, federation.SiteBinds},
				Help: "An attacker can make a site older than 16.29 sign in the wrong user, so administrators of this hub are refused unless the site is newer.",
			},
			{
				Name: federation.OptionIssuer, Label: "Issuer of the site", Optional: true,
				Help: "Its address, if left empty. A site that signs users in through another Frappe site uses that site's address; a test shows it.",
			},
			{
				Name: federation.OptionCredentials, Label: "Client authentication", Optional: true, Choices: []string{"form", "header"},
				Help: "Leave it empty: both ways are tried, and the one that works is remembered.",
			},
		},
		Guide: []string{
			"On the site open OAuth Client and add one with the name of this hub.",
			"Scopes is the one word openid. Redirect URIs is one line, never empty, and Default Redirect URI is the same: {callback}.",
			"Grant Type is Authorization Code, Response Type is Code. Tick Skip Authorization; otherwise the site asks its users at every sign-in.",
			"Allowed Roles decides who may sign in: add All for all users, or the roles that you want. The default is Desk User; other users see “Invalid client_id parameter value”.",
			"On a site of the version 17 line, Token Endpoint Auth Method is Client Secret Basic or Client Secret Post; either works. Not None.",
			"Under Social Login Key add one of the provider Frappe, with the site's own address as Base URL. Without it the site's issuer depends on the address of each request.",
			"Copy App Client ID and App Client Secret into the form.",
		},
		Notes: []string{
			"Frappe does not say whether an email address is verified. No address counts as verified until you trust the site or enter the domains that it controls.",
			"Sites before 16.29 may sign in the wrong user: trust such a site only as far as you trust all of its users. Administrators of this hub cannot sign in through it.",
			"Sites before version 17 have short client secrets, which anyone with an ID token can find by brute force. Use a new one for each client, and update the site.",
			"The account Administrator of a site has no ID, so it cannot sign in elsewhere.",
			"A site's token opens the user's whole account there, whatever the scope, so it is revoked at once. With “Refresh profile during sessions” a refresh token is kept, encrypted.",
			"When a user clicks Deny there, the site does not say which sign-in it was. The user sees a page to start again.",
		},
	}
}
