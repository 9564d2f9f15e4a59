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
			Address: "Where the provider is, like https://id.example.org. It stands for the provider: whoever came from there is known by it.",
			Key:     federation.LoginKey{Linking: federation.Never, Claims: federation.Claims{Subject: "id"}},
			Fields: []Field{{
				Name: "credentials", Label: "Where the client secret goes", Optional: true, Choices: []string{"header", "form"},
				Help: "Leave it open unless the provider's documentation says so: both ways are tried.",
			}},
			Guide: []string{
				"Register an app at the provider, as a web application or confidential client.",
				"As its redirect or callback URL enter {callback}.",
				"From its documentation copy the authorization, token and user information addresses.",
				"Find the property that names a person for ever: a number or an id, never an e-mail address or a name that can be changed.",
			},
			Notes: []string{
				"Without an id_token nothing in the answer is signed: what protects it is TLS, the state and PKCE.",
				"An e-mail address counts as proven only if the property you name for it is the JSON value true.",
			},
		},
	}
}
