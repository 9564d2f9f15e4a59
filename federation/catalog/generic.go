package catalog

import "github.com/fedhub/fedhub/federation"

// genericEntries are for providers without an entry of their own.
func genericEntries() []Entry {
	return []Entry{
		{Preset: "peer", Kind: federation.KindPeer, Group: Common},
		{Preset: "openid", Kind: federation.KindOpenID, Group: Generic, SignsOut: true, TellsSignOuts: true,
			Key: federation.LoginKey{Linking: federation.Never}},
		{
			Preset: "oauth2", Kind: federation.KindOAuth2, Group: Generic,
			Address: text("oauth2.base-url"),
			Key:     federation.LoginKey{Linking: federation.Never, Claims: federation.Claims{Subject: "id"}},
			Fields:  []Field{{Name: "credentials", Label: text("field.credentials.label"), Optional: true, Choices: credentials()}},
			Guide:   []Step{step("oauth2.create"), stepWith(callback, "oauth2.redirect"), step("oauth2.endpoints"), step("oauth2.subject")},
			Notes:   notes("oauth2.unsigned", "oauth2.verified"),
		},
	}
}

// credentials are the two ways to send a client secret (RFC 6749 §2.3.1).
func credentials() []Choice {
	return []Choice{{"header", text("choice.header")}, {"form", text("choice.form")}}
}
