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
	noteSelf   = "Whoever administers it can write any address and call it verified. List as authoritative only the mail domains that are its own."
	noteGroups = "For roles, let it put the groups into a claim \"groups\", or name its claim below."
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
			Help: "Only accounts of these Google Workspace domains may sign in. Leave it empty for everybody.",
		}},
		Console: "https://console.cloud.google.com/auth/clients",
		Guide: []string{
			"Create an OAuth client of the type Web application.",
			"Under Authorised redirect URIs add {callback}.",
			stepCopy,
			"Under Audience publish the app, or only its test users can sign in.",
		},
		Notes: []string{
			"Google vouches for addresses of gmail.com. Other addresses were proven once and may belong to somebody else by now, so people prove their account here before it is connected.",
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
				Help: "Your tenant id, so that only your own people can sign in; or \"organizations\" for every work and school account, \"consumers\" for personal ones, \"common\" for both.",
			},
			{
				Name: "tenants", Label: "Tenants that may sign in", Optional: true,
				Help: "Ids of tenants, with commas between, if the tenant above stands for many. Empty admits all of them.",
			},
		},
		Console: "https://entra.microsoft.com/#view/Microsoft_AAD_RegisteredApps/ApplicationsListBlade",
		Guide: []string{
			"Choose New registration, and whose accounts are supported.",
			"As redirect URI of the platform Web enter {callback}.",
			"As another redirect URI of it enter {signed-out}: people are sent back to no other address when they have signed out.",
			"Copy the Application (client) ID into the form.",
			"Under Certificates & secrets make a client secret, copy its Value, and enter here when it expires.",
			"Under Token configuration add the optional claims email and xms_edov to the ID token.",
		},
		Notes: []string{
			"People are known by their tenant and object id; addresses are what an administrator of some tenant typed.",
			"An address counts as verified if xms_edov says that its domain is the tenant's own, or if the key is for one tenant.",
			"Client secrets end after two years at most.",
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
			"Make an App ID with the capability Sign in with Apple, if you have none.",
			"Make a Services ID; its identifier is the client ID.",
			"Configure Sign in with Apple for it: your domain, and as return URL {callback}.",
			"Under Keys make a key for Sign in with Apple, and download it: it can be downloaded once.",
			"As client secret paste the whole .p8 file.",
		},
		Notes: []string{
			"Apple posts its answer from its own site, and tells a name at the very first sign-in only.",
			"People may hide their address behind one of privaterelay.appleid.com, which forwards mail from senders that you registered.",
			"The return URL must be https and not localhost.",
		},
	}
}
