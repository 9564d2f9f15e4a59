package social

import (
	"maps"
	"slices"

	"github.com/markbates/goth"
)

// A provider is what we know of one beyond what goth does. docs/upstreams.md
// says the same for people, and why others are not here.
type provider struct {
	open func(app) goth.Provider
	// issuer is the Base URL of every key; empty for what people run
	// themselves, whose Base URL is the site.
	issuer string
	hosts  []string // beyond the issuer's that a sign-in may go to
	scopes []string // unless the key has its own
	// subject is where the profile has the id that goth takes.
	subject string
	// Where the provider says that an address is the person's: flags that
	// must all be true, or a list of addresses, or goth takes no others.
	verified []string
	emails   func(site string) string
	proven   bool
	email    string // where the address is, if goth does not read it
	username string // where the profile has the name that people sign in by

	header  bool // it wants the client secret in the header
	inQuery bool // it takes access tokens in the address alone
}

// providers is the vetted list, by preset.
func providers() map[string]provider {
	return map[string]provider{
		"amazon": {open: openAmazon, issuer: "https://www.amazon.com", hosts: []string{"api.amazon.com"}, scopes: []string{"profile"}, subject: "user_id"},
		// goth finishes no sign-in without a primary address that is confirmed.
		"bitbucket": {open: openBitbucket, issuer: "https://bitbucket.org", hosts: []string{"api.bitbucket.org"},
			scopes: []string{"account", "email"}, subject: "uuid", proven: true, header: true},
		"box": {open: openBox, issuer: "https://app.box.com", hosts: []string{"api.box.com"}, subject: "id"},
		"digitalocean": {open: openDigitalOcean, issuer: "https://cloud.digitalocean.com", hosts: []string{"api.digitalocean.com"},
			scopes: []string{"read"}, subject: "account.uuid", verified: []string{"account.email_verified"}},
		"dropbox": {open: openDropbox, issuer: "https://www.dropbox.com", hosts: []string{"api.dropbox.com"},
			subject: "account_id", verified: []string{"email_verified"}},
		"facebook": {open: openFacebook, issuer: "https://www.facebook.com", hosts: []string{"graph.facebook.com"},
			scopes: []string{"email", "public_profile"}, subject: "id"},
		"gitea": {open: openGitea, scopes: []string{"read:user"}, subject: "id", username: "login",
			emails: func(site string) string { return site + "/api/v1/user/emails" }},
		"github": {open: openGitHub, issuer: "https://github.com", hosts: []string{"api.github.com"},
			scopes: []string{"read:user", "user:email"}, subject: "id", username: "login",
			emails: func(string) string { return "https://api.github.com/user/emails" }},
		"github-enterprise": {open: openGitHubEnterprise, scopes: []string{"read:user", "user:email"}, subject: "id", username: "login",
			emails: func(site string) string { return site + "/api/v3/user/emails" }},
		// Heroku's "verified" is about a credit card, not about the address.
		"heroku": {open: openHeroku, issuer: "https://id.heroku.com", hosts: []string{"api.heroku.com"}, scopes: []string{"identity"}, subject: "id"},
		"hubspot": {open: openHubSpot, issuer: "https://app.hubspot.com", hosts: []string{"api.hubapi.com"},
			scopes: []string{"oauth"}, subject: "user_id"},
		"kakao": {open: openKakao, issuer: "https://kauth.kakao.com", hosts: []string{"kapi.kakao.com"}, subject: "id",
			email: "kakao_account.email", verified: []string{"kakao_account.is_email_valid", "kakao_account.is_email_verified"}},
		"mastodon":  {open: openMastodon, scopes: []string{"read:accounts"}, subject: "id", username: "username"},
		"naver":     {open: openNaver, issuer: "https://nid.naver.com", hosts: []string{"openapi.naver.com"}, subject: "response.id"},
		"nextcloud": {open: openNextcloud, subject: "ocs.data.id"},
		"patreon": {open: openPatreon, issuer: "https://www.patreon.com", scopes: []string{"identity", "identity[email]"},
			subject: "data.id", verified: []string{"data.attributes.is_email_verified"}},
		"spotify": {open: openSpotify, issuer: "https://accounts.spotify.com", hosts: []string{"api.spotify.com"},
			scopes: []string{"user-read-email"}, subject: "id", header: true},
		"strava": {open: openStrava, issuer: "https://www.strava.com", scopes: []string{"read"}, subject: "id"},
		"uber":   {open: openUber, issuer: "https://login.uber.com", hosts: []string{"api.uber.com"}, scopes: []string{"profile"}, subject: "uuid"},
		"vk": {open: openVK, issuer: "https://oauth.vk.com", hosts: []string{"api.vk.com"},
			scopes: []string{"email"}, subject: "response.0.id", inQuery: true},
		// Zoom's "verified" is a number.
		"zoom": {open: openZoom, issuer: "https://zoom.us", subject: "id", header: true},
	}
}

// Presets are the names of the list, in order.
func Presets() []string { return slices.Sorted(maps.Keys(providers())) }

// Proves tells whether a provider says which addresses it has checked.
func Proves(preset string) bool {
	p := providers()[preset]
	return p.proven || p.emails != nil || len(p.verified) > 0
}
