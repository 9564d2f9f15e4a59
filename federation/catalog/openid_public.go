package catalog

import "github.com/fedhub/fedhub/federation"

// openidPublic are providers with accounts for the public.
func openidPublic() []Entry {
	return []Entry{
		{
			Preset: "gitlab", Name: "GitLab", Group: Developers,
			Key:     federation.LoginKey{BaseURL: "{server}", Claims: federation.Claims{Roles: "groups_direct"}},
			Fields:  []Field{{Name: "server", Label: text("field.server.label"), Default: "https://gitlab.com"}},
			Console: "https://gitlab.com/-/user_settings/applications",
			Guide:   []Step{step("gitlab.create"), enter(callback, redirectURI), step("gitlab.scopes"), step("gitlab.copy")},
			Notes:   notes("gitlab.groups", "gitlab.addresses"),
		},
		{
			Preset: "huggingface", Name: "Hugging Face", Group: Developers,
			Key:     federation.LoginKey{BaseURL: "https://huggingface.co"},
			Console: "https://huggingface.co/settings/applications/new",
			Guide:   []Step{step("huggingface.create"), enter(callback, "Redirect URLs"), stepCopy},
			Notes:   notes(noDomain),
		},
		{
			Preset: "linkedin", Name: "LinkedIn", Group: Social,
			Key:     federation.LoginKey{BaseURL: "https://www.linkedin.com/oauth", Hosts: []string{"api.linkedin.com"}},
			Console: "https://www.linkedin.com/developers/apps",
			Guide:   []Step{step("linkedin.create"), stepWith(callback, "linkedin.redirect"), stepCopy},
			Notes:   notes("linkedin.nonce", noDomain),
		},
		{
			Preset: "twitch", Name: "Twitch", Group: Social,
			Key:     federation.LoginKey{BaseURL: "https://id.twitch.tv/oauth2", Scopes: []string{"openid", "user:read:email"}},
			Console: "https://dev.twitch.tv/console/apps",
			Guide:   []Step{step("twitch.create"), enter(callback, "OAuth Redirect URLs"), step("twitch.copy")},
			Notes:   notes(noDomain),
		},
		{
			Preset: "yahoo", Name: "Yahoo", Group: Social,
			Key: federation.LoginKey{
				BaseURL:              "https://api.login.yahoo.com",
				AuthoritativeDomains: []string{"yahoo.com", "ymail.com", "rocketmail.com"},
			},
			Console: "https://developer.yahoo.com/apps/",
			Guide:   []Step{step("yahoo.create"), enter(callback, redirectURIs), step("yahoo.permissions"), stepCopy},
			Notes:   notes("yahoo.reuse"),
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
			Guide:   []Step{step("line.create"), stepWith(callback, "line.redirect"), step("line.email"), step("line.copy")},
			Notes:   notes("line.secret", unchecked),
		},
		{
			Preset: "yahoojapan", Name: "Yahoo! JAPAN", Group: Regional,
			Key:     federation.LoginKey{BaseURL: "https://auth.login.yahoo.co.jp/yconnect/v2", Hosts: []string{"userinfo.yahooapis.jp"}},
			Console: "https://e.developer.yahoo.co.jp/dashboard/",
			Guide:   []Step{step("yahoojapan.create"), enter(callback, callbackURL), stepCopy},
			Notes:   notes(noDomain),
		},
		{
			Preset: "vipps", Name: "Vipps MobilePay", Group: Regional,
			Key:     federation.LoginKey{BaseURL: "https://api.vipps.no/access-management-1.0/access", Scopes: []string{"openid", "name", "email"}},
			Console: "https://portal.vippsmobilepay.com",
			Guide:   []Step{step("vipps.create"), enter(callback, redirectURIs), stepCopy},
			Notes:   notes("vipps.identity"),
		},
	}
}
