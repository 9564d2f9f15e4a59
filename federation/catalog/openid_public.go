package catalog

import "github.com/fedhub/fedhub/federation"

// openidPublic are providers with accounts for the public.
func openidPublic() []Entry {
	return []Entry{
		{
			Preset: "gitlab", Name: "GitLab", Group: Developers,
			Key:     federation.LoginKey{BaseURL: "{server}", Claims: federation.Claims{Roles: "groups_direct"}},
			Fields:  []Field{{Name: "server", Label: "Address of the server", Default: "https://gitlab.com", Help: "Change it for a GitLab of your own."}},
			Console: "https://gitlab.com/-/user_settings/applications",
			Guide: []string{
				"Add an application; keep it confidential.",
				"As redirect URI enter {callback}; choose the scopes openid, profile and email.",
				"Copy the application ID and the secret into the form.",
			},
			Notes: []string{
				"The paths of a user's groups can be mapped to roles.",
				"On gitlab.com users can have any address with a mailbox that they can read. It controls no email domain.",
			},
		},
		{
			Preset: "huggingface", Name: "Hugging Face", Group: Developers,
			Key:     federation.LoginKey{BaseURL: "https://huggingface.co"},
			Console: "https://huggingface.co/settings/applications/new",
			Guide: []string{
				"Create an app with the scopes openid, profile and email, and the redirect URL {callback}.",
				stepCopy,
			},
			Notes: []string{"It controls no email domain."},
		},
		{
			Preset: "linkedin", Name: "LinkedIn", Group: Social,
			Key:     federation.LoginKey{BaseURL: "https://www.linkedin.com/oauth", Hosts: []string{"api.linkedin.com"}},
			Console: "https://www.linkedin.com/developers/apps",
			Guide: []string{
				"Create an app, and under Products request Sign In with LinkedIn using OpenID Connect.",
				"Under Auth add the redirect URL {callback}.",
				stepCopy,
			},
			Notes: []string{
				"LinkedIn's tokens have no nonce, and it refuses PKCE, so only the state binds a sign-in to the browser.",
				"It controls no email domain.",
			},
		},
		{
			Preset: "twitch", Name: "Twitch", Group: Social,
			Key:     federation.LoginKey{BaseURL: "https://id.twitch.tv/oauth2", Scopes: []string{"openid", "user:read:email"}},
			Console: "https://dev.twitch.tv/console/apps",
			Guide: []string{
				"Register your application; as client type choose Confidential.",
				"As OAuth redirect URL enter {callback}.",
				"Copy the client ID, make a new secret, and copy it too.",
			},
			Notes: []string{"It controls no email domain."},
		},
		{
			Preset: "yahoo", Name: "Yahoo", Group: Social,
			Key: federation.LoginKey{
				BaseURL:              "https://api.login.yahoo.com",
				AuthoritativeDomains: []string{"yahoo.com", "ymail.com", "rocketmail.com"},
			},
			Console: "https://developer.yahoo.com/apps/",
			Guide: []string{
				"Create an app as a Confidential Client, with the redirect URI {callback}.",
				"Under OpenID Connect Permissions choose Email and Profile.",
				stepCopy,
			},
			Notes: []string{
				"A Yahoo mailbox that is unused for a year can get a new owner; users are identified by their ID, not by their address.",
			},
		},
	}
}

// openidRegional are providers of one country or language.
func openidRegional() []Entry {
	return []Entry{
		{
			Preset: "line", Name: "LINE", Group: Regional,
			Key:     federation.LoginKey{BaseURL: "https://access.line.me", Hosts: []string{"api.line.me"}},
			Console: "https://developers.line.biz/console/",
			Guide: []string{
				"Create a channel of the type LINE Login for web apps.",
				"Under LINE Login enter the callback URL {callback}.",
				"Under Basic settings apply for the permission to read e-mail addresses, if you need them.",
				"Copy the channel ID and the channel secret into the form.",
			},
			Notes: []string{
				"LINE signs with the channel secret, as OpenID Connect allows: anyone with the secret can forge tokens, so protect it like a key.",
				"It does not say whether an address is verified, so no address counts as verified.",
			},
		},
		{
			Preset: "yahoojapan", Name: "Yahoo! JAPAN", Group: Regional,
			Key:     federation.LoginKey{BaseURL: "https://auth.login.yahoo.co.jp/yconnect/v2", Hosts: []string{"userinfo.yahooapis.jp"}},
			Console: "https://e.developer.yahoo.co.jp/dashboard/",
			Guide: []string{
				"Register an application of the type server side, with the callback URL {callback}.",
				"Copy the client ID and the secret into the form.",
			},
			Notes: []string{"It controls no email domain."},
		},
		{
			Preset: "vipps", Name: "Vipps MobilePay", Group: Regional,
			Key:     federation.LoginKey{BaseURL: "https://api.vipps.no/access-management-1.0/access", Scopes: []string{"openid", "name", "email"}},
			Console: "https://portal.vippsmobilepay.com",
			Guide: []string{
				"Order Login for your sales unit, and under Developer open its settings.",
				"Add the redirect URI {callback}.",
				stepCopy,
			},
			Notes: []string{"Banks identify users when they register; their addresses are verified by email."},
		},
	}
}
