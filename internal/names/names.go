// Package names holds strings that are data: they are in databases, in browsers
// and in issued values, or keys are derived from them. A hub with another value
// could not read what an earlier one wrote. So they never change, even if the
// code around them is renamed.
//
// Two kinds are elsewhere: the names of sets in hub/data/sets.go, and field names
// and enumeration values beside the types of their records. The golden test
// there covers all of them, and these.
package names

// The purposes of derived keys (Box.Derive).
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

// The contexts of encrypted values: the places where they are stored.

// Stop is the context of an interruption's content.
func Stop(kind, id string) string { return "stops/" + kind + "/" + id }

// Carried is the context of a value that the browser carries.
func Carried(kind string) string { return "carried/" + kind }

// Tie is the context of a provider's tokens.
func Tie(id string) string { return "ties/" + id }

// SigningKey is the context of a private key.
func SigningKey(kid string) string { return "signing/" + kid + "/private" }

// LoginKeySecret is the context of our secret at a provider.
func LoginKeySecret(id string) string { return "loginkeys/" + id + "/secret" }

// LoginKeySiteKey is the context of our API key at a site.
func LoginKeySiteKey(id string) string { return "loginkeys/" + id + "/site_key" }

// ClientSecret is the context of a client's secret that is used as a key.
func ClientSecret(client, secret string) string { return "clients/" + client + "/secrets/" + secret }

// Notification is the context of a client's notification token.
func Notification(id string) string { return "decoupled/" + id }

// SessionUpstream is the context of the ID token of a session.
func SessionUpstream(user, loginKey string) string {
	return "sessions/" + user + "/" + loginKey + "/upstream"
}

// SecondFactor is the context of the secret of a user's authenticator app.
func SecondFactor(user string) string { return "second/" + user + "/app" }

// Outbox is the context of an email that waits to be sent.
func Outbox(id string) string { return "outbox/" + id }

// KnownBrowsers is the context of the names of known browsers.
const KnownBrowsers = "cookies/known"

// Accounts is the context of the accounts that a browser remembers.
const Accounts = "cookies/accounts"

// Prefixes of secrets, so that a leaked one is recognised, and that one kind
// cannot be used as another.
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

// Cookie names: a stem, different for each hub, and a suffix.
const (
	SecureCookie   = "__Host-" // before the stem, on https
	CookieStem     = "fedhub_"
	LastCookie     = "_last"
	KnownCookie    = "_known"
	ViaCookie      = "_via"
	StateCookie    = "_state"
	BrowserCookie  = "_browser"
	LanguageCookie = "_lang"
	TrustedCookie  = "_trusted"
	OthersCookie   = "_others"
	AccountsCookie = "_accounts"
)

// Ids and values that occur only once.
const (
	SettingsID = "settings"
	WatchID    = "watch"
	Founder    = "founder"
)
