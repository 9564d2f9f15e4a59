package catalog

import "github.com/fedhub/fedhub/federation"

// genericEntries are for providers without an entry of their own.
func genericEntries() []Entry {
	return []Entry{
		{Preset: "peer", Name: "Another hub", Kind: federation.KindPeer, Group: Common},
		{Preset: "openid", Name: "Any OpenID provider", Kind: federation.KindOpenID, Group: Generic, SignsOut: true, TellsSignOuts: true,
			Key: federation.LoginKey{Linking: federation.Never}},
		{
			Preset: "oauth2", Name: "Any OAuth 2.0 provider", Kind: federation.KindOAuth2, Group: Generic,
			Address: "The address of the provider, like https://id.example.org. It identifies the provider, and with it the users who sign in there.",
			Key:     federation.LoginKey{Linking: federation.Never, Claims: federation.Claims{Subject: "id"}},
			Fields: []Field{{
				Name: "credentials", Label: "Client authentication", Optional: true, Choices: []string{"header", "form"},
				Help: "Leave it empty unless the provider's documentation says otherwise: both ways are tried.",
			}},
			Guide: []string{
				"Register an app at the provider, as a web application or confidential client.",
				"As its redirect or callback URL enter {callback}.",
				"From its documentation copy the authorization, token and user information addresses.",
				"Find the property with the user's permanent ID: a number or an ID, never an email address or a name that can change.",
			},
			Notes: []string{
				"Without an id_token nothing in the answer is signed: only TLS, the state and PKCE protect it.",
				"An email address only counts as verified if the property that you enter for it is the JSON value true.",
			},
		},
	}
}
