package catalog

import "github.com/fedhub/fedhub/federation"

// openidHosted are hosted identity services for organisations.
func openidHosted() []Entry {
	return []Entry{
		{
			Preset: "okta", Name: "Okta", Group: Work, SignsOut: true,
			Key:     federation.LoginKey{BaseURL: "https://{domain}", Scopes: []string{"openid", "profile", "email", "groups"}},
			Fields:  []Field{{Name: "domain"}},
			Console: "https://login.okta.com",
			Guide: []Step{
				step("okta.create"), enter(callback, "Sign-in redirect URIs"), enter(signedOut, "Sign-out redirect URIs"), step("okta.assign"), stepCopy,
			},
			Notes: notes(noteSelf, noteGroups),
		},
		{
			Preset: "auth0", Name: "Auth0", Group: Work, SignsOut: true, TellsSignOuts: true,
			Key:     federation.LoginKey{BaseURL: "https://{domain}"},
			Fields:  []Field{{Name: "domain"}},
			Console: "https://manage.auth0.com",
			Guide: []Step{
				step("auth0.create"), enter(callback, "Allowed Callback URLs"), enter(signedOut, "Allowed Logout URLs"), enter(backchannel, "Back-Channel Logout URI"), stepCopy,
			},
			Notes: notes("auth0.addresses", "auth0.roles"),
		},
		{
			Preset: "onelogin", Name: "OneLogin", Group: Work, SignsOut: true,
			Key:     federation.LoginKey{BaseURL: "https://{domain}/oidc/2", Scopes: []string{"openid", "profile", "email", "groups"}},
			Fields:  []Field{{Name: "domain"}},
			Console: "https://app.onelogin.com/login",
			Guide:   []Step{step("onelogin.create"), enter(callback, redirectURI), enter(signedOut, postLogoutURI), step("onelogin.copy")},
			Notes:   notes(noteSelf, noteGroups),
		},
		{
			Preset: "pingone", Name: "PingOne", Group: Work, SignsOut: true,
			Key: federation.LoginKey{BaseURL: "https://auth.pingone.{region}/{environment}/as"},
			Fields: []Field{
				{Name: "region", Default: "com", Choices: []Choice{{Value: "com"}, {Value: "eu"}, {Value: "ca"}, {Value: "asia"}, {Value: "com.au"}}},
				{Name: "environment"},
			},
			Console: "https://www.pingidentity.com/en/account/sign-on.html",
			Guide:   []Step{step("pingone.create"), enter(callback, redirectURIs), enter(signedOut, "Signoff URLs"), step("pingone.scopes"), stepCopy},
			Notes:   notes(noteSelf, noteGroups),
		},
		cognito(),
		{
			Preset: "jumpcloud", Name: "JumpCloud", Group: Work,
			Key:     federation.LoginKey{BaseURL: "https://oauth.id.jumpcloud.com"},
			Console: "https://console.jumpcloud.com",
			Guide:   []Step{step("jumpcloud.create"), enter(callback, redirectURIs), step("jumpcloud.authentication"), step("jumpcloud.groups"), stepCopy},
			Notes:   notes(noteSelf, noteGroups),
		},
		{
			Preset: "slack", Name: "Slack", Group: Work,
			Key:     federation.LoginKey{BaseURL: "https://slack.com"},
			Console: "https://api.slack.com/apps",
			Guide:   []Step{step("slack.create"), stepWith(callback, "slack.redirect"), step("slack.copy")},
			Notes:   notes("slack.domains", "slack.https"),
		},
	}
}

func cognito() Entry {
	return Entry{
		Preset: "cognito", Name: "Amazon Cognito", Group: Work,
		Key: federation.LoginKey{
			BaseURL: "https://cognito-idp.{region}.amazonaws.com/{pool}",
			Hosts:   []string{"{domain}"},
		},
		Fields:  []Field{{Name: "region"}, {Name: "pool"}, {Name: "domain"}},
		Console: "https://console.aws.amazon.com/cognito/v2/idp/user-pools",
		Guide:   []Step{step("cognito.create"), enter(callback, "Allowed callback URLs"), step("cognito.scopes"), stepCopy},
		Notes:   notes("cognito.verified", "cognito.groups"),
	}
}
