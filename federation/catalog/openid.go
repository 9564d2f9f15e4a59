package catalog

import "github.com/fedhub/fedhub/federation"

// openidEntries are the providers of OpenID Connect.
func openidEntries() []Entry {
	return []Entry{
		{
			Preset: "google", Name: "Google", Kind: federation.KindOpenID, Group: Common,
			Key: federation.LoginKey{
				BaseURL: "https://accounts.google.com", Linking: federation.Confirm,
				Hosts: []string{"oauth2.googleapis.com", "www.googleapis.com", "openidconnect.googleapis.com"},
				// Google runs these mailboxes. A Workspace domain can be bought
				// by somebody else, so it is not among them.
				AuthoritativeDomains: []string{"gmail.com", "googlemail.com"},
			},
			Console: "https://console.cloud.google.com/auth/clients",
			Guide: []string{
				"Create an OAuth client of the type Web application.",
				"Under Authorised redirect URIs add {callback}.",
				"Copy the client ID and the client secret into the form.",
			},
		},
	}
}
