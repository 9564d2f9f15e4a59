package catalog

import "github.com/fedhub/fedhub/federation"

// socialEntries are the OAuth 2.0 providers that need code; others.go has those
// that need none. docs/upstreams.md assesses each, and lists the ones that are
// left out.
func socialEntries() []Entry {
	entries := []Entry{
		{
			Preset: "github", Name: "GitHub", Group: Common, Key: social("https://github.com", federation.Confirm),
			Console: "https://github.com/settings/developers", Guide: register("github", "Authorization callback URL"),
			Notes: notes(checked),
		},
		{
			Preset: "facebook", Name: "Facebook", Group: Common, Key: social("https://www.facebook.com", federation.Never),
			Console: "https://developers.facebook.com/apps/", Guide: register("facebook", "Valid OAuth Redirect URIs"),
			Notes: notes(unchecked, "facebook.publish", ownIDs),
		},
		{
			Preset: "github-enterprise", Name: "GitHub Enterprise Server", Group: Developers, Fields: site("github.example.org"), Key: social("{site}", federation.Never),
			Guide: register("github-enterprise", "Authorization callback URL"),
			Notes: notes(checkedThere),
		},
		{
			Preset: "gitea", Name: "Gitea or Forgejo", Group: Developers, Fields: site("git.example.org"), Key: social("{site}", federation.Never),
			Guide: register("gitea", "Redirect URIs"),
			Notes: notes(checkedThere),
		},
		{
			Preset: "bitbucket", Name: "Bitbucket", Group: Developers, Key: social("https://bitbucket.org", federation.Confirm),
			Console: "https://bitbucket.org/account/workspaces/", Guide: register("bitbucket", "Callback URL"),
			Notes: notes(checked, "bitbucket.primary"),
		},
		{
			Preset: "digitalocean", Name: "DigitalOcean", Group: Developers, Key: social("https://cloud.digitalocean.com", federation.Confirm),
			Console: "https://cloud.digitalocean.com/account/api/applications", Guide: register("digitalocean", "Callback URL"),
			Notes: notes(checked, "digitalocean.scope"),
		},
		{
			Preset: "heroku", Name: "Heroku", Group: Developers, Key: social("https://id.heroku.com", federation.Never),
			Console: "https://dashboard.heroku.com/account/applications", Guide: register("heroku", "OAuth callback URL"),
			Notes: notes(unchecked),
		},
		{
			Preset: "salesforce", Name: "Salesforce", Kind: federation.KindOpenID, Group: Work,
			Fields:  []Field{{Name: "site", Default: "https://login.salesforce.com"}},
			Key:     federation.LoginKey{BaseURL: "{site}", Linking: federation.Confirm},
			Console: "https://login.salesforce.com/lightning/setup/ManageExternalClientApplication/home",
			Guide:   register("salesforce", "Callback URL"),
			Notes:   notes(checked),
		},
		{
			Preset: "zoom", Name: "Zoom", Group: Work, Key: social("https://zoom.us", federation.Never),
			Console: "https://marketplace.zoom.us/develop/create", Guide: register("zoom", "OAuth redirect URL"),
			Notes: notes(unchecked),
		},
		{
			Preset: "box", Name: "Box", Group: Work, Key: social("https://app.box.com", federation.Never),
			Console: "https://app.box.com/developers/console", Guide: register("box", "OAuth 2.0 redirect URI"),
			Notes: notes(unchecked),
		},
		{
			Preset: "dropbox", Name: "Dropbox", Group: Work, Key: social("https://www.dropbox.com", federation.Confirm),
			Console: "https://www.dropbox.com/developers/apps", Guide: register("dropbox", "Redirect URIs"),
			Notes: notes(checked),
		},
		{
			Preset: "nextcloud", Name: "Nextcloud", Group: Work, Fields: site("cloud.example.org"), Key: social("{site}", federation.Never),
			Guide: register("nextcloud", "Redirection URI"),
			Notes: notes(unchecked, "nextcloud.reuse"),
		},
		{
			Preset: "hubspot", Name: "HubSpot", Group: Work, Key: social("https://app.hubspot.com", federation.Never),
			Console: "https://app.hubspot.com/developer-overview", Guide: register("hubspot", "Redirect URLs"),
			Notes: notes(unchecked),
		},
		{
			Preset: "amazon", Name: "Amazon", Group: Social, Key: social("https://www.amazon.com", federation.Never),
			Console: "https://developer.amazon.com/loginwithamazon/console/site/lwa/overview.html", Guide: register("amazon", "Allowed Return URLs"),
			Notes: notes(unchecked),
		},
		{
			Preset: "mastodon", Name: "Mastodon", Group: Social, Fields: site("mastodon.social"), Key: social("{site}", federation.Never),
			Guide: register("mastodon", "Redirect URI"),
			Notes: notes(noAddress),
		},
		{
			Preset: "spotify", Name: "Spotify", Group: Social, Key: social("https://accounts.spotify.com", federation.Never),
			Console: "https://developer.spotify.com/dashboard", Guide: register("spotify", "Redirect URIs"),
			Notes: notes(unchecked, "spotify.development"),
		},
		{
			Preset: "strava", Name: "Strava", Group: Social, Key: social("https://www.strava.com", federation.Never),
			Console: "https://www.strava.com/settings/api", Guide: []Step{step("strava.create"), stepWith(callback, "strava.redirect"), stepCopy},
			Notes: notes(noAddress),
		},
		{
			Preset: "patreon", Name: "Patreon", Group: Social, Key: social("https://www.patreon.com", federation.Confirm),
			Console: "https://www.patreon.com/portal/registration/register-clients", Guide: register("patreon", "Redirect URIs"),
			Notes: notes(checked),
		},
		{
			Preset: "uber", Name: "Uber", Group: Social, Key: social("https://login.uber.com", federation.Never),
			Console: "https://developer.uber.com/dashboard", Guide: register("uber", "Redirect URIs"),
			Notes: notes(unchecked, "uber.review"),
		},
		{
			Preset: "kakao", Name: "Kakao", Group: Regional, Key: social("https://kauth.kakao.com", federation.Confirm),
			Console: "https://developers.kakao.com/console/app", Guide: []Step{step("kakao.create"), enter(callback, redirectURI), step("kakao.consent"), step("kakao.copy")},
			Notes: notes(checked, ownIDs),
		},
		{
			Preset: "naver", Name: "Naver", Group: Regional, Key: social("https://nid.naver.com", federation.Never),
			Console: "https://developers.naver.com/apps/", Guide: register("naver", "Callback URL"),
			Notes: notes(unchecked),
		},
		{
			Preset: "vk", Name: "VK", Group: Regional, Key: social("https://oauth.vk.com", federation.Never),
			Console: "https://dev.vk.com/", Guide: register("vk", "Trusted redirect URL"),
			Notes: notes(unchecked, "vk.address"),
		},
	}
	for i := range entries {
		if entries[i].Kind == "" {
			entries[i].Kind = federation.KindSocial
		}
	}
	return append(entries, describedEntries()...)
}

// How reliable email addresses are, and IDs.
const (
	checked      = "note.checked"
	checkedThere = "note.checked-there"
	unchecked    = "note.unchecked"
	noAddress    = "note.no-address"
	ownIDs       = "note.own-ids"
)

func social(base, linking string) federation.LoginKey {
	return federation.LoginKey{BaseURL: base, Linking: linking}
}

// site asks for the address of a self-hosted server.
func site(example string) []Field {
	return []Field{{Name: "site", Label: text("field.site.label"), Help: text("field.site.help", "example", "https://"+example)}}
}

// register are the steps at most providers.
func register(preset, callbackField string) []Step {
	return []Step{step(preset + ".create"), enter(callback, callbackField), stepCopy}
}
