package catalog

import "github.com/fedhub/fedhub/federation"

// frappeEntry is a Frappe or ERPNext site, which has its own address and needs
// some settings by its administrator.
func frappeEntry() Entry {
	return Entry{
		Preset: "frappe", Name: "Frappe or ERPNext", Kind: federation.KindFrappe, Group: Work,
		Address: "The address of the site, like https://erp.example.org, and nothing behind it.",
		Key:     federation.LoginKey{Linking: federation.Never, Scopes: []string{"openid"}},
		Fields: []Field{
			{
				Name: federation.OptionVersion, Label: "Version of the site", Default: federation.SiteOlder, Choices: []string{federation.SiteOlder, federation.SiteBinds},
				Help: "A site older than 16.29 can be made to sign in somebody else than who is at the keyboard, so administrators of this hub are turned away unless the site is newer.",
			},
			{
				Name: federation.OptionIssuer, Label: "What the site calls itself", Optional: true,
				Help: "Its address, if left empty. A site that itself signs people in through another Frappe site calls itself by that one's address; a test of this key says so.",
			},
			{
				Name: federation.OptionCredentials, Label: "Where the client secret goes", Optional: true, Choices: []string{"form", "header"},
				Help: "Leave it open: both ways are tried, and the one that worked is remembered.",
			},
		},
		Guide: []string{
			"On the site open OAuth Client, add one, and call it as people know this hub.",
			"Scopes is the one word openid. Redirect URIs is one line, never empty, and Default Redirect URI is the same: {callback}.",
			"Grant Type is Authorization Code, Response Type is Code. Tick Skip Authorization, or the site asks its people at every sign-in.",
			"Allowed Roles decides who may come: add All for everybody, or the roles that you want. Left alone it is Desk User, and everybody else is told “Invalid client_id parameter value”.",
			"On a site of the version 17 line, Token Endpoint Auth Method is Client Secret Basic or Client Secret Post; either works. Not None.",
			"Under Social Login Key add one of the provider Frappe, whose Base URL is the site's own address. Without it the site calls itself by the address that it is asked at.",
			"Copy App Client ID and App Client Secret into the form.",
		},
		Notes: []string{
			"Frappe says of no email address whether it was verified. None counts until you trust the site, or name the domains that it speaks for.",
			"Sites before 16.29 bind a sign-in loosely to the person: rely on one no further than on everybody who can sign in there. No administrator of this hub comes in through it.",
			"Sites before version 17 have short client secrets, which anybody who sees one ID token can find. Use a new one for each client, and update the site.",
			"The account Administrator of a site has no identity, so it signs in nowhere else.",
			"What a site issues opens the whole account of the person there, whatever the scope, so it is given back at once; with “Look again while people are signed in” a refresh token is kept, encrypted.",
			"When somebody clicks Deny there, the site does not say whose sign-in it was. They see a page from which they can start again.",
		},
	}
}
