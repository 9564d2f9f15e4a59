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
				"The paths of a person's groups can be turned into roles.",
				"On gitlab.com anybody can have any address that they can read mail of. It speaks for no domain.",
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
			Notes: []string{"It speaks for no mail domain."},
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
				"LinkedIn puts no nonce into its tokens and refuses PKCE, so a sign-in with it is tied to the browser by its state alone.",
				"It speaks for no mail domain.",
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
			Notes: []string{"It speaks for no mail domain."},
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
				"A Yahoo mailbox that nobody uses for a year can be given to somebody else; people are known by their id, not by their address.",
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
				"LINE signs with the channel secret, as OpenID Connect allows it to: whoever has the secret can write tokens, so keep it as a key.",
				"It does not say whether an address is verified, so none counts as proven.",
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
			Notes: []string{"It speaks for no mail domain."},
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
			Notes: []string{"People are identified by their bank when they first register; their addresses are proven by a mail."},
		},
	}
}
