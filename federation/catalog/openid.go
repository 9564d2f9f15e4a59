package catalog

import (
	"slices"

	"github.com/fedhub/fedhub/federation"
)

// openidEntries are the providers of OpenID Connect.
func openidEntries() []Entry {
	all := slices.Concat(openidCommon(), openidHosted(), openidServers(), openidPublic(), openidRegional())
	for i := range all {
		all[i].Kind, all[i].Guide = federation.KindOpenID, all[i].steps()
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

// Steps that several guides share.
const (
	stepCopy   = "Copy the client ID and the client secret into the form."
	noteSelf   = "Its administrators can enter any address and call it verified. As authoritative, list only email domains that it controls."
	noteGroups = "For roles, let it put the groups into a claim \"groups\", or enter its claim below."
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
		Fields: []Field{{
			Name: "hd", Label: "Workspace domains", Optional: true,
			Help: "Only accounts of these Google Workspace domains may sign in. Leave it empty to allow all.",
		}},
		Console: "https://console.cloud.google.com/auth/clients",
		Guide: []string{
			"Create an OAuth client of the type Web application.",
			"Under Authorised redirect URIs add {callback}.",
			stepCopy,
			"Under Audience publish the app, or only its test users can sign in.",
		},
		Notes: []string{
			"Google controls addresses of gmail.com. Other addresses were verified once and may have a new owner, so users prove their account here before it is linked.",
		},
	}
}

func microsoft() Entry {
	return Entry{
		Preset: "microsoft", Name: "Microsoft", Group: Common, SignsOut: true,
		Key: federation.LoginKey{
			BaseURL: "https://login.microsoftonline.com/{tenant}/v2.0",
			Hosts:   []string{"graph.microsoft.com"},
		},
		Fields: []Field{
			{
				Name: "tenant", Label: "Tenant", Default: "organizations",
				Help: "Your tenant ID, so that only users of your organisation can sign in; or \"organizations\" for every work and school account, \"consumers\" for personal ones, \"common\" for both.",
			},
			{
				Name: "tenants", Label: "Tenants that may sign in", Optional: true,
				Help: "Tenant IDs, separated by commas, if the tenant above covers several. Leave it empty to allow all of them.",
			},
		},
		Console: "https://entra.microsoft.com/#view/Microsoft_AAD_RegisteredApps/ApplicationsListBlade",
		Guide: []string{
			"Choose New registration, and whose accounts are supported.",
			"As redirect URI of the platform Web enter {callback}.",
			"As another redirect URI of it enter {signed-out}: after a sign-out, users can only return to a registered address.",
			"Copy the Application (client) ID into the form.",
			"Under Certificates & secrets create a client secret, copy its Value, and enter its expiry date here.",
			"Under Token configuration add the optional claims email and xms_edov to the ID token.",
		},
		Notes: []string{
			"Users are identified by tenant and object ID; any tenant's administrator can enter any address.",
			"An address counts as verified if xms_edov says that the tenant owns its domain, or if the provider is set up for one tenant.",
			"Client secrets expire after two years at most.",
		},
	}
}

func apple() Entry {
	return Entry{
		Preset: "apple", Name: "Apple", Group: Common,
		Key: federation.LoginKey{
			BaseURL: "https://appleid.apple.com", Scopes: []string{"openid", "name", "email"},
			AuthoritativeDomains: []string{"icloud.com", "me.com", "mac.com", "privaterelay.appleid.com"},
		},
		Fields: []Field{
			{Name: "team_id", Label: "Team ID", Help: "Ten letters and digits, at the top right of the developer site."},
			{Name: "key_id", Label: "Key ID", Help: "Ten letters and digits, beside the key that you download."},
		},
		Console: "https://developer.apple.com/account/resources/identifiers/list/serviceId",
		Guide: []string{
			"Create an App ID with the capability Sign in with Apple, if you have none.",
			"Create a Services ID; its identifier is the client ID.",
			"Configure Sign in with Apple for it: your domain, and as return URL {callback}.",
			"Under Keys create a key for Sign in with Apple, and download it. It can be downloaded only once.",
			"As client secret paste the whole .p8 file.",
		},
		Notes: []string{
			"Apple sends the user's name at the first sign-in only.",
			"Users may hide their address behind one of privaterelay.appleid.com, which only forwards email from senders that you registered.",
			"The return URL must be https and not localhost.",
		},
	}
}
