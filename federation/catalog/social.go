package catalog

import "github.com/fedhub/fedhub/federation"

// socialEntries are the OAuth 2.0 providers that need code; others.go has those
// that need none. docs/upstreams.md assesses each, and lists the ones that are
// left out.
func socialEntries() []Entry {
	entries := []Entry{
		{
			Preset: "github", Name: "GitHub", Group: Common, Key: social("https://github.com", federation.Confirm),
			Console: "https://github.com/settings/developers", Guide: steps("Choose New OAuth App.", "Authorization callback URL"),
			Notes: []string{checked},
		},
		{
			Preset: "facebook", Name: "Facebook", Group: Common, Key: social("https://www.facebook.com", federation.Never),
			Console: "https://developers.facebook.com/apps/", Guide: steps("Create an app and add the product Facebook Login.", "Valid OAuth Redirect URIs"),
			Notes: []string{unchecked, "Until the app is published only users with a role in it can sign in. Facebook gives each app its own IDs: with another app, users get new identities."},
		},
		{
			Preset: "github-enterprise", Name: "GitHub Enterprise Server", Group: Developers, Fields: site("github.example.org"), Key: social("{site}", federation.Never),
			Guide: steps("On your server, under Settings, Developer settings, choose New OAuth App.", "Authorization callback URL"),
			Notes: []string{checkedThere},
		},
		{
			Preset: "gitea", Name: "Gitea or Forgejo", Group: Developers, Fields: site("git.example.org"), Key: social("{site}", federation.Never),
			Guide: steps("On your server, under Settings, Applications, create an OAuth2 application, a confidential client.", "Redirect URIs"),
			Notes: []string{checkedThere},
		},
		{
			Preset: "bitbucket", Name: "Bitbucket", Group: Developers, Key: social("https://bitbucket.org", federation.Confirm),
			Console: "https://bitbucket.org/account/workspaces/", Guide: steps("In the settings of a workspace, under OAuth consumers, add a consumer with the permissions Account: Email and Read.", "Callback URL"),
			Notes: []string{checked, "A user without a confirmed primary address cannot sign in."},
		},
		{
			Preset: "digitalocean", Name: "DigitalOcean", Group: Developers, Key: social("https://cloud.digitalocean.com", federation.Confirm),
			Console: "https://cloud.digitalocean.com/account/api/applications", Guide: steps("Register an OAuth application.", "Callback URL"),
			Notes: []string{checked, "DigitalOcean has only one scope for this, with which an app could read the user's team resources. Only the account is read."},
		},
		{
			Preset: "heroku", Name: "Heroku", Group: Developers, Key: social("https://id.heroku.com", federation.Never),
			Console: "https://dashboard.heroku.com/account/applications", Guide: steps("Under API Clients register a client.", "OAuth callback URL"),
			Notes: []string{unchecked},
		},
		{
			Preset: "salesforce", Name: "Salesforce", Kind: federation.KindOpenID, Group: Work,
			Fields: []Field{{Name: "site", Label: "Login address", Default: "https://login.salesforce.com",
				Help: "For one company only: the address of its domain, like https://example.my.salesforce.com. For a sandbox: https://test.salesforce.com."}},
			Key:     federation.LoginKey{BaseURL: "{site}", Linking: federation.Confirm},
			Console: "https://login.salesforce.com/lightning/setup/ManageExternalClientApplication/home",
			Guide:   steps("Create an external client app with OAuth enabled and the scopes openid, profile and email; require PKCE.", "Callback URL"),
			Notes:   []string{checked},
		},
		{
			Preset: "zoom", Name: "Zoom", Group: Work, Key: social("https://zoom.us", federation.Never),
			Console: "https://marketplace.zoom.us/develop/create", Guide: steps("Create a general app, user-managed, with the scope user:read:user.", "OAuth redirect URL"),
			Notes: []string{unchecked},
		},
		{
			Preset: "box", Name: "Box", Group: Work, Key: social("https://app.box.com", federation.Never),
			Console: "https://app.box.com/developers/console", Guide: steps("Create a custom app with user authentication (OAuth 2.0).", "OAuth 2.0 redirect URI"),
			Notes: []string{unchecked},
		},
		{
			Preset: "dropbox", Name: "Dropbox", Group: Work, Key: social("https://www.dropbox.com", federation.Confirm),
			Console: "https://www.dropbox.com/developers/apps", Guide: steps("Create an app with scoped access and the permission account_info.read.", "Redirect URIs"),
			Notes: []string{checked},
		},
		{
			Preset: "nextcloud", Name: "Nextcloud", Group: Work, Fields: site("cloud.example.org"), Key: social("{site}", federation.Never),
			Guide: steps("As an administrator of the Nextcloud, under Administration settings, Security, add an OAuth 2.0 client.", "Redirection URI"),
			Notes: []string{unchecked, "The ID is the user name there. If a name is given to another user, they get the first user's account here: don't reuse names."},
		},
		{
			Preset: "hubspot", Name: "HubSpot", Group: Work, Key: social("https://app.hubspot.com", federation.Never),
			Console: "https://app.hubspot.com/developer-overview", Guide: steps("Create a public app.", "Redirect URLs"),
			Notes: []string{unchecked},
		},
		{
			Preset: "amazon", Name: "Amazon", Group: Social, Key: social("https://www.amazon.com", federation.Never),
			Console: "https://developer.amazon.com/loginwithamazon/console/site/lwa/overview.html", Guide: steps("Create a security profile; the rest is under its Web Settings.", "Allowed Return URLs"),
			Notes: []string{unchecked},
		},
		{
			Preset: "mastodon", Name: "Mastodon", Group: Social, Fields: site("mastodon.social"), Key: social("{site}", federation.Never),
			Guide: steps("On the Mastodon server, under Preferences, Development, create a new application with the scope read:accounts.", "Redirect URI"),
			Notes: []string{noAddress},
		},
		{
			Preset: "spotify", Name: "Spotify", Group: Social, Key: social("https://accounts.spotify.com", federation.Never),
			Console: "https://developer.spotify.com/dashboard", Guide: steps("Create an app for the Web API.", "Redirect URIs"),
			Notes: []string{unchecked, "A new app is in development mode: only users that you list there can sign in."},
		},
		{
			Preset: "strava", Name: "Strava", Group: Social, Key: social("https://www.strava.com", federation.Never),
			Console: "https://www.strava.com/settings/api", Guide: []string{
				"Create an API application.", "As its Authorization Callback Domain enter the host of {callback}.", "Copy the client ID and the client secret into the form.",
			},
			Notes: []string{noAddress},
		},
		{
			Preset: "patreon", Name: "Patreon", Group: Social, Key: social("https://www.patreon.com", federation.Confirm),
			Console: "https://www.patreon.com/portal/registration/register-clients", Guide: steps("Create a client of API version 2.", "Redirect URIs"),
			Notes: []string{checked},
		},
		{
			Preset: "uber", Name: "Uber", Group: Social, Key: social("https://login.uber.com", federation.Never),
			Console: "https://developer.uber.com/dashboard", Guide: steps("Create an app with the scope profile.", "Redirect URIs"),
			Notes: []string{unchecked, "Uber reviews apps before all users can sign in."},
		},
		{
			Preset: "kakao", Name: "Kakao", Group: Regional, Key: social("https://kauth.kakao.com", federation.Confirm),
			Console: "https://developers.kakao.com/console/app", Guide: []string{
				"Add an application, switch Kakao Login on and create a client secret.",
				"As its Redirect URI enter {callback}.",
				"Under Consent items choose nickname, profile image and account e-mail.",
				"The client id of the form is the REST API key.",
			},
			Notes: []string{checked, "Kakao gives each app its own IDs: with another app, users get new identities."},
		},
		{
			Preset: "naver", Name: "Naver", Group: Regional, Key: social("https://nid.naver.com", federation.Never),
			Console: "https://developers.naver.com/apps/", Guide: steps("Register an application with Naver Login.", "Callback URL"),
			Notes: []string{unchecked},
		},
		{
			Preset: "vk", Name: "VK", Group: Regional, Key: social("https://oauth.vk.com", federation.Never),
			Console: "https://dev.vk.com/", Guide: steps("Open a web application that was registered before VK ID; newer ones use another protocol.", "Trusted redirect URL"),
			Notes: []string{unchecked, "A user without an email address at VK cannot sign in."},
		},
	}
	for i := range entries {
		if entries[i].Kind == "" {
			entries[i].Kind = federation.KindSocial
		}
	}
	return append(entries, describedEntries()...)
}

// How reliable email addresses are.
const (
	checked      = "It says which email addresses it has verified; only those count as verified."
	checkedThere = "It says which addresses it has verified; trust that as far as you trust its administrators."
	unchecked    = "It does not say whether an email address is verified, so its addresses prove nothing."
	noAddress    = "It sends no email address: only the owner of an account here can link it."
)

func social(base, linking string) federation.LoginKey {
	return federation.LoginKey{BaseURL: base, Linking: linking}
}

// site asks for the address of a self-hosted server.
func site(example string) []Field {
	return []Field{{Name: "site", Label: "Address of the site", Help: "Like https://" + example + ". Its operator decides who its users are."}}
}

// steps are the steps at most providers.
func steps(create, callback string) []string {
	return []string{create, "As its " + callback + " enter {callback}.", "Copy the client id and the client secret into the form."}
}
