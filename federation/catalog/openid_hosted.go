package catalog

import "github.com/fedhub/fedhub/federation"

// openidHosted are hosted identity services for organisations.
func openidHosted() []Entry {
	return []Entry{
		{
			Preset: "okta", Name: "Okta", Group: Work, SignsOut: true,
			Key:     federation.LoginKey{BaseURL: "https://{domain}", Scopes: []string{"openid", "profile", "email", "groups"}},
			Fields:  []Field{{Name: "domain", Label: "Okta domain", Help: "Like acme.okta.com. Add /oauth2/default for a custom authorization server."}},
			Console: "https://login.okta.com",
			Guide: []string{
				"Under Applications create an app integration: OIDC, Web Application.",
				"As sign-in redirect URI enter {callback}.",
				"As sign-out redirect URI enter {signed-out}.",
				"Assign the people or groups who may sign in.",
				stepCopy,
			},
			Notes: []string{noteSelf, noteGroups},
		},
		{
			Preset: "auth0", Name: "Auth0", Group: Work, SignsOut: true, TellsSignOuts: true,
			Key:     federation.LoginKey{BaseURL: "https://{domain}"},
			Fields:  []Field{{Name: "domain", Label: "Domain", Help: "Like acme.eu.auth0.com, or your custom domain."}},
			Console: "https://manage.auth0.com",
			Guide: []string{
				"Create an application of the type Regular Web Application.",
				"Under Allowed Callback URLs add {callback}.",
				"Under Allowed Logout URLs add {signed-out}.",
				stepCopy,
			},
			Notes: []string{
				"Its addresses come from its own database and from its own connections: they are only as reliable as the weakest of these.",
				"For roles, an Action must add a claim with a URL as name, like https://acme.example/roles.",
			},
		},
		{
			Preset: "onelogin", Name: "OneLogin", Group: Work, SignsOut: true,
			Key:     federation.LoginKey{BaseURL: "https://{domain}/oidc/2", Scopes: []string{"openid", "profile", "email", "groups"}},
			Fields:  []Field{{Name: "domain", Label: "OneLogin domain", Help: "Like acme.onelogin.com."}},
			Console: "https://app.onelogin.com/login",
			Guide: []string{
				"Add an app from the catalogue entry OpenId Connect (OIDC).",
				"As redirect URI enter {callback}.",
				"Under SSO copy the client ID and the client secret into the form.",
			},
			Notes: []string{noteSelf, noteGroups},
		},
		{
			Preset: "pingone", Name: "PingOne", Group: Work, SignsOut: true,
			Key: federation.LoginKey{BaseURL: "https://auth.pingone.{region}/{environment}/as"},
			Fields: []Field{
				{Name: "region", Label: "Region", Default: "com", Choices: []string{"com", "eu", "ca", "asia", "com.au"}},
				{Name: "environment", Label: "Environment ID", Help: "From the environment's properties, in five groups of digits and letters."},
			},
			Console: "https://www.pingidentity.com/en/account/sign-on.html",
			Guide: []string{
				"Add an application of the type OIDC Web App, and switch it on.",
				"As redirect URI enter {callback}.",
				"Under Resources allow the scopes profile and email.",
				stepCopy,
			},
			Notes: []string{noteSelf, noteGroups},
		},
		cognito(),
		{
			Preset: "jumpcloud", Name: "JumpCloud", Group: Work,
			Key:     federation.LoginKey{BaseURL: "https://oauth.id.jumpcloud.com"},
			Console: "https://console.jumpcloud.com",
			Guide: []string{
				"Under SSO Applications add a custom application with SSO by OIDC.",
				"As redirect URI enter {callback}; as client authentication choose Client Secret Basic.",
				"Let it send the standard scopes Email and Profile, and give the app to the user groups who may sign in.",
				stepCopy,
			},
			Notes: []string{noteSelf, noteGroups},
		},
		{
			Preset: "slack", Name: "Slack", Group: Work,
			Key:     federation.LoginKey{BaseURL: "https://slack.com"},
			Console: "https://api.slack.com/apps",
			Guide: []string{
				"Create an app in your workspace.",
				"Under OAuth & Permissions add the redirect URL {callback}.",
				"Under Basic Information copy the client ID and the client secret into the form.",
			},
			Notes: []string{
				"Anyone can create a workspace and invite any address, so Slack controls no email domain.",
				"Slack refuses callback addresses that are not https.",
			},
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
		Fields: []Field{
			{Name: "region", Label: "Region", Help: "Like eu-central-1."},
			{Name: "pool", Label: "User pool ID", Help: "Like eu-central-1_AbCdEfGhI."},
			{Name: "domain", Label: "Domain of its pages", Help: "Like acme.auth.eu-central-1.amazoncognito.com, without https://."},
		},
		Console: "https://console.aws.amazon.com/cognito/v2/idp/user-pools",
		Guide: []string{
			"Create an app client of the type Traditional web application.",
			"As callback URL enter {callback}; allow the scopes openid, profile and email.",
			stepCopy,
		},
		Notes: []string{
			"Cognito sends email_verified as a text in its userinfo, which counts as not verified.",
			"Groups are in the claim cognito:groups: enter it under roles.",
		},
	}
}
