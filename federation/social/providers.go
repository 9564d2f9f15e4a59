package social

import (
	"maps"
	"slices"

	"github.com/markbates/goth"
)

// A provider is what we know about one in addition to goth. docs/upstreams.md
// explains the same, and why others are left out.
type provider struct {
	open func(app) goth.Provider
	// issuer is the Base URL of every key; empty for self-hosted providers,
	// where the Base URL is the site.
	issuer string
	hosts  []string // further hosts that a sign-in may call
	scopes []string // default scopes
	// subject is the path of the id that goth uses.
	subject string
	// How the provider confirms an address: flags that must all be true, a list
	// of addresses, or goth only returns confirmed ones.
	verified []string
	emails   func(site string) string
	proven   bool
	email    string // path of the address, if goth does not read it
	username string // path of the name that users sign in with

	header  bool // it wants the client secret in the header
	inQuery bool // it only accepts access tokens in the query
}

// providers is the list, by preset.
func providers() map[string]provider {
	return map[string]provider{
		"amazon": {open: openAmazon, issuer: "https://www.amazon.com", hosts: []string{"api.amazon.com"}, scopes: []string{"profile"}, subject: "user_id"},
		// goth only finishes a sign-in with a confirmed primary address.
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

// Presets are the names in the list, sorted.
func Presets() []string { return slices.Sorted(maps.Keys(providers())) }

// Proves reports whether a provider confirms addresses.
func Proves(preset string) bool {
	p := providers()[preset]
	return p.proven || p.emails != nil || len(p.verified) > 0
}
