// Package names holds the words that are data: they stand in databases, in
// browsers and in what was handed out, or keys are derived from them. A hub
// that says one of them differently no longer reads what an earlier one wrote.
// So none of them ever changes, whatever the code around it is called by then.
//
// Two kinds stand elsewhere. The sets are the table in hub/data.go; the fields,
// and the values of enumerations, stand beside the types of their records. The
// golden test there holds all of them, and these.
package names

// What Box.Derive makes keys for.
const (
	KeyOfSeals    = "seal"
	KeyOfForms    = "csrf"
	KeyOfSubjects = "pairwise"
	KeyOfNonces   = "dpop nonces"
	KeyOfImports  = "imported people"
	KeyOfSecrets  = "client secrets"
	KeyOfTyped    = "typed names"
	KeyOfRefresh  = "refresh tokens"
)

// What a sealed value is bound to: the place where it is kept.

// Stop is where it is kept what is remembered while a browser is elsewhere.
func Stop(kind, id string) string { return "stops/" + kind + "/" + id }

// Carried is for what a browser carries itself.
func Carried(kind string) string { return "carried/" + kind }

// Tie is the place of a provider's tokens.
func Tie(id string) string { return "ties/" + id }

// SigningKey is the place of a private key.
func SigningKey(kid string) string { return "signing/" + kid + "/private" }

// LoginKeySecret is the place of the secret that we have at a provider.
func LoginKeySecret(id string) string { return "loginkeys/" + id + "/secret" }

// LoginKeySiteKey is the place of the API key that we have at a site.
func LoginKeySiteKey(id string) string { return "loginkeys/" + id + "/site_key" }

// ClientSecret is the place of a client's secret that serves as a key.
func ClientSecret(client, secret string) string { return "clients/" + client + "/secrets/" + secret }

// Notification is the place of the token that a client is pinged with.
func Notification(id string) string { return "decoupled/" + id }

// SessionUpstream is the place of the ID token that somebody came with.
func SessionUpstream(user, loginKey string) string {
	return "sessions/" + user + "/" + loginKey + "/upstream"
}

// KnownBrowsers is for the names under which a browser is on record.
const KnownBrowsers = "cookies/known"

// What secrets begin with, so that a leaked one is recognised, and none is
// taken for one of another kind.
const (
	CodePrefix         = "fhc_"
	RefreshPrefix      = "fhr_"
	AccessPrefix       = "fha_"
	DevicePrefix       = "fhd_"
	BackchannelPrefix  = "fhb_"
	ClientSecretPrefix = "fhs_"
	RegistrationPrefix = "fhm_"
	InitialTokenPrefix = "fht_"
	InvitePrefix       = "fhi_"
	SetupPrefix        = "fhsetup_"
	ClientPrefix       = "client_"
)

// What cookies are called: a stem, for each hub its own, and what is behind it.
const (
	SecureCookie  = "__Host-" // before the stem, on https
	CookieStem    = "fedhub_"
	LastCookie    = "_last"
	KnownCookie   = "_known"
	ViaCookie     = "_via"
	StateCookie   = "_state"
	BrowserCookie = "_browser"
)

// Ids and values of which there is only one.
const (
	SettingsID = "settings"
	WatchID    = "watch"
	Founder    = "founder"
)
