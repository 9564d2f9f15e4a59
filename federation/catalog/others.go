package catalog

import "github.com/fedhub/fedhub/federation"

// describedEntries are providers that follow the OAuth 2.0 RFC, so endpoints
// and paths describe them completely.
func describedEntries() []Entry {
	entries := []Entry{
		{
			Preset: "discord", Name: "Discord", Group: Social,
			Key: described("https://discord.com", federation.Confirm, []string{"identify", "email"},
				federation.Endpoints{Authorize: "https://discord.com/oauth2/authorize", Token: "https://discord.com/api/oauth2/token", Userinfo: "https://discord.com/api/users/@me"},
				federation.Claims{Subject: "id", Email: "email", EmailVerified: "verified", Name: "global_name", Username: "username"}),
			Console: "https://discord.com/developers/applications", Guide: register("discord", "Redirect"),
			Notes: notes(checked),
		},
		{
			Preset: "x", Name: "X (Twitter)", Group: Social,
			Key: described("https://x.com", federation.Never, []string{"users.read", "tweet.read"},
				federation.Endpoints{Authorize: "https://x.com/i/oauth2/authorize", Token: "https://api.x.com/2/oauth2/token", Userinfo: "https://api.x.com/2/users/me?user.fields=profile_image_url"},
				federation.Claims{Subject: "data.id", Name: "data.name", Username: "data.username", Picture: "data.profile_image_url"}),
			Console: "https://developer.x.com/en/portal/dashboard", Guide: register("x", "Callback URI"),
			Notes: notes(noAddress),
		},
		{
			Preset: "reddit", Name: "Reddit", Group: Social,
			Key: with(described("https://www.reddit.com", federation.Never, []string{"identity"},
				federation.Endpoints{Authorize: "https://www.reddit.com/api/v1/authorize", Token: "https://www.reddit.com/api/v1/access_token", Userinfo: "https://oauth.reddit.com/api/v1/me"},
				federation.Claims{Subject: "id", Name: "name", Username: "name"}), "duration", "temporary"),
			Console: "https://www.reddit.com/prefs/apps", Guide: register("reddit", "redirect uri"),
			Notes: notes(noAddress),
		},
		{
			Preset: "fitbit", Name: "Fitbit", Group: Social,
			Key: described("https://www.fitbit.com", federation.Never, []string{"profile"},
				federation.Endpoints{Authorize: "https://www.fitbit.com/oauth2/authorize", Token: "https://api.fitbit.com/oauth2/token", Userinfo: "https://api.fitbit.com/1/user/-/profile.json"},
				federation.Claims{Subject: "user.encodedId", Name: "user.fullName", Username: "user.displayName", Picture: "user.avatar", Locale: "user.locale"}),
			Console: "https://dev.fitbit.com/apps", Guide: register("fitbit", "Redirect URL"),
			Notes: notes(noAddress),
		},
		{
			Preset: "oura", Name: "Oura", Group: Social,
			Key: described("https://cloud.ouraring.com", federation.Never, []string{"personal", "email"},
				federation.Endpoints{Authorize: "https://cloud.ouraring.com/oauth/authorize", Token: "https://api.ouraring.com/oauth/token", Userinfo: "https://api.ouraring.com/v2/usercollection/personal_info"},
				federation.Claims{Subject: "id", Email: "email"}),
			Console: "https://cloud.ouraring.com/oauth/applications", Guide: register("oura", "Redirect URI"),
			Notes: notes(unchecked),
		},
		{
			Preset: "dailymotion", Name: "Dailymotion", Group: Social,
			Key: described("https://www.dailymotion.com", federation.Never, []string{"userinfo", "email"},
				federation.Endpoints{Authorize: "https://www.dailymotion.com/oauth/authorize", Token: "https://api.dailymotion.com/oauth/token", Userinfo: "https://api.dailymotion.com/me?fields=id,email,username,screenname,avatar_240_url"},
				federation.Claims{Subject: "id", Email: "email", Name: "screenname", Username: "username", Picture: "avatar_240_url"}),
			Console: "https://www.dailymotion.com/partner", Guide: register("dailymotion", "Callback URL"),
			Notes: notes(unchecked),
		},
		{
			Preset: "battlenet", Name: "Battle.net", Group: Social,
			Key: described("https://oauth.battle.net", federation.Never, []string{"openid"},
				federation.Endpoints{Authorize: "https://oauth.battle.net/authorize", Token: "https://oauth.battle.net/token", Userinfo: "https://oauth.battle.net/userinfo"},
				federation.Claims{Subject: "sub", Name: "battletag", Username: "battletag"}),
			Console: "https://develop.battle.net/access/clients", Guide: register("battlenet", "Redirect URL"),
			Notes: notes(noAddress),
		},
		{
			Preset: "paypal", Name: "PayPal", Group: Social,
			Key: described("https://www.paypal.com", federation.Never, []string{"openid", "profile", "email"},
				federation.Endpoints{Authorize: "https://www.paypal.com/signin/authorize", Token: "https://api-m.paypal.com/v1/oauth2/token", Userinfo: "https://api-m.paypal.com/v1/identity/openidconnect/userinfo?schema=openid"},
				federation.Claims{Subject: "user_id", Email: "email"}),
			Console: "https://developer.paypal.com/dashboard/applications/live", Guide: register("paypal", "Return URL"),
			Notes: notes(unchecked),
		},
		{
			Preset: "wordpress", Name: "WordPress.com", Group: Social,
			Key: described("https://public-api.wordpress.com", federation.Confirm, []string{"auth"},
				federation.Endpoints{Authorize: "https://public-api.wordpress.com/oauth2/authorize", Token: "https://public-api.wordpress.com/oauth2/token", Userinfo: "https://public-api.wordpress.com/rest/v1.1/me"},
				federation.Claims{Subject: "ID", Email: "email", EmailVerified: "email_verified", Name: "display_name", Username: "username", Picture: "avatar_URL"}),
			Console: "https://developer.wordpress.com/apps/", Guide: register("wordpress", "Redirect URL"),
			Notes: notes(checked),
		},
		{
			Preset: "wikimedia", Name: "Wikimedia", Group: Social,
			Key: described("https://meta.wikimedia.org", federation.Confirm, nil,
				federation.Endpoints{Authorize: "https://meta.wikimedia.org/w/rest.php/oauth2/authorize", Token: "https://meta.wikimedia.org/w/rest.php/oauth2/access_token", Userinfo: "https://meta.wikimedia.org/w/rest.php/oauth2/resource/profile"},
				federation.Claims{Subject: "sub", Email: "email", EmailVerified: "confirmed_email", Name: "realname", Username: "username"}),
			Console: "https://meta.wikimedia.org/wiki/Special:OAuthConsumerRegistration/propose/oauth2", Guide: register("wikimedia", "OAuth callback URL"),
			Notes: notes(checked, "wikimedia.approval"),
		},
		{
			Preset: "openstreetmap", Name: "OpenStreetMap", Group: Social,
			Key: described("https://www.openstreetmap.org", federation.Never, []string{"read_prefs"},
				federation.Endpoints{Authorize: "https://www.openstreetmap.org/oauth2/authorize", Token: "https://www.openstreetmap.org/oauth2/token", Userinfo: "https://api.openstreetmap.org/api/0.6/user/details.json"},
				federation.Claims{Subject: "user.id", Name: "user.display_name", Username: "user.display_name", Picture: "user.img.href"}),
			Console: "https://www.openstreetmap.org/oauth2/applications", Guide: register("openstreetmap", "Redirect URIs"),
			Notes: notes(noAddress),
		},
		{
			Preset: "figma", Name: "Figma", Group: Work,
			Key: described("https://www.figma.com", federation.Never, []string{"current_user:read"},
				federation.Endpoints{Authorize: "https://www.figma.com/oauth", Token: "https://api.figma.com/v1/oauth/token", Userinfo: "https://api.figma.com/v1/me"},
				federation.Claims{Subject: "id", Email: "email", Name: "handle", Picture: "img_url"}),
			Console: "https://www.figma.com/developers/apps", Guide: register("figma", "OAuth redirect URL"),
			Notes: notes(unchecked),
		},
		{
			Preset: "atlassian", Name: "Atlassian", Group: Work,
			Key: with(described("https://auth.atlassian.com", federation.Never, []string{"read:me"},
				federation.Endpoints{Authorize: "https://auth.atlassian.com/authorize", Token: "https://auth.atlassian.com/oauth/token", Userinfo: "https://api.atlassian.com/me"},
				federation.Claims{Subject: "account_id", Email: "email", Name: "name", Username: "nickname", Picture: "picture", Locale: "locale"}), "audience", "api.atlassian.com", "prompt", "consent"),
			Console: "https://developer.atlassian.com/console/myapps/", Guide: register("atlassian", "Callback URL"),
			Notes: notes(unchecked, "atlassian.distribution"),
		},
		{
			Preset: "asana", Name: "Asana", Group: Work,
			Key: described("https://app.asana.com", federation.Never, []string{"users:read"},
				federation.Endpoints{Authorize: "https://app.asana.com/-/oauth_authorize", Token: "https://app.asana.com/-/oauth_token", Userinfo: "https://app.asana.com/api/1.0/users/me?opt_fields=gid,name,email"},
				federation.Claims{Subject: "data.gid", Email: "data.email", Name: "data.name"}),
			Console: "https://app.asana.com/0/my-apps", Guide: register("asana", "Redirect URL"),
			Notes: notes(unchecked),
		},
		{
			Preset: "intercom", Name: "Intercom", Group: Work,
			Key: described("https://app.intercom.com", federation.Confirm, nil,
				federation.Endpoints{Authorize: "https://app.intercom.com/oauth", Token: "https://api.intercom.io/auth/eagle/token", Userinfo: "https://api.intercom.io/me"},
				federation.Claims{Subject: "id", Email: "email", EmailVerified: "email_verified", Name: "name", Picture: "avatar.image_url"}),
			Console: "https://app.intercom.com/a/apps/_/developer-hub", Guide: register("intercom", "Redirect URL"),
			Notes: notes(checked),
		},
		{
			Preset: "yandex", Name: "Yandex", Group: Regional,
			Key: described("https://oauth.yandex.com", federation.Never, []string{"login:info", "login:email"},
				federation.Endpoints{Authorize: "https://oauth.yandex.com/authorize", Token: "https://oauth.yandex.com/token", Userinfo: "https://login.yandex.ru/info?format=json"},
				federation.Claims{Subject: "id", Email: "default_email", Name: "real_name", GivenName: "first_name", FamilyName: "last_name", Username: "login"}),
			Console: "https://oauth.yandex.com/client/new", Guide: register("yandex", "Redirect URI"),
			Notes: notes(unchecked),
		},
	}
	for i := range entries {
		entries[i].Kind = federation.KindOAuth2
	}
	return entries
}

func described(base, linking string, scopes []string, at federation.Endpoints, claims federation.Claims) federation.LoginKey {
	return federation.LoginKey{BaseURL: base, Linking: linking, Scopes: scopes, Endpoints: at, Claims: claims}
}

// with adds parameters to the authorization request, in pairs.
func with(k federation.LoginKey, params ...string) federation.LoginKey {
	k.Params = map[string]string{}
	for i := 0; i < len(params); i += 2 {
		k.Params[params[i]] = params[i+1]
	}
	return k
}
