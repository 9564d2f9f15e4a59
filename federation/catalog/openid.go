package catalog

import (
	"slices"

	"github.com/fedhub/fedhub/federation"
)

// openidEntries are the providers of OpenID Connect.
func openidEntries() []Entry {
	all := slices.Concat(openidCommon(), openidHosted(), openidServers(), openidPublic(), openidRegional())
	for i := range all {
		all[i].Kind = federation.KindOpenID
		if all[i].Key.Linking == "" {
			all[i].Key.Linking = federation.Confirm
		}
		if len(all[i].Key.Scopes) == 0 {
			all[i].Key.Scopes = []string{"openid", "profile", "email"}
		}
		if slices.Contains(offline, all[i].Preset) {
			all[i].Key.AskOffline = true
		}
	}
	return all
}

// offline are providers that, by their documentation, issue a refresh token
// only for offline_access.
var offline = []string{"auth0", "authelia", "authentik", "dex", "jumpcloud", "microsoft", "okta", "onelogin", "zitadel"}

// Words that several entries share.
var stepCopy = step("step.copy")

const (
	noteSelf   = "note.self"
	noteGroups = "note.groups"
	noDomain   = "note.no-domain"
)

// Names of fields at providers that are usual, or not known.
const (
	redirectURI   = "Redirect URI"
	redirectURIs  = "Redirect URIs"
	redirectURL   = "Redirect URL"
	callbackURL   = "Callback URL"
	postLogoutURI = "Post-logout redirect URI"
	logoutURI     = "Back-channel logout URI"
)

func openidCommon() []Entry { return []Entry{google(), microsoft(), apple()} }

func google() Entry {
	return Entry{
		Preset: "google", Name: "Google", Group: Common,
		Key: federation.LoginKey{
			BaseURL: "https://accounts.google.com",
			Hosts:   []string{"oauth2.googleapis.com", "www.googleapis.com", "openidconnect.googleapis.com"},
			// Google runs these mailboxes. A Workspace domain can be sold to
			// another owner, so Workspace domains are not included.
			AuthoritativeDomains: []string{"gmail.com", "googlemail.com"},
		},
		Fields:  []Field{{Name: "hd", Optional: true}},
		Console: "https://console.cloud.google.com/auth/clients",
		Guide:   []Step{step("google.create"), enter(callback, "Authorised redirect URIs"), stepCopy, step("google.publish")},
		Notes:   notes("google.addresses"),
	}
}

func microsoft() Entry {
	return Entry{
		Preset: "microsoft", Name: "Microsoft", Group: Common, SignsOut: true,
		Key: federation.LoginKey{
			BaseURL: "https://login.microsoftonline.com/{tenant}/v2.0",
			Hosts:   []string{"graph.microsoft.com"},
		},
		Fields:  []Field{{Name: "tenant", Default: "organizations"}, {Name: "tenants", Optional: true}},
		Console: "https://entra.microsoft.com/#view/Microsoft_AAD_RegisteredApps/ApplicationsListBlade",
		Guide: []Step{
			step("microsoft.create"), stepWith(callback, "microsoft.redirect"), stepWith(signedOut, "step.second-redirect"),
			step("microsoft.id"), step("microsoft.secret"), step("microsoft.claims"),
		},
		Notes: notes("microsoft.identity", "microsoft.verified", "microsoft.expiry"),
	}
}

func apple() Entry {
	return Entry{
		Preset: "apple", Name: "Apple", Group: Common,
		Key: federation.LoginKey{
			BaseURL: "https://appleid.apple.com", Scopes: []string{"openid", "name", "email"},
			AuthoritativeDomains: []string{"icloud.com", "me.com", "mac.com", "privaterelay.appleid.com"},
		},
		Fields:  []Field{{Name: "team_id"}, {Name: "key_id"}},
		Console: "https://developer.apple.com/account/resources/identifiers/list/serviceId",
		Guide:   []Step{step("apple.app"), step("apple.service"), stepWith(callback, "apple.redirect"), step("apple.key"), step("apple.secret")},
		Notes:   notes("apple.name", "apple.relay", "apple.https"),
	}
}
