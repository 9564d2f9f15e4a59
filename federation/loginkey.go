package federation

import (
	"cmp"
	"time"

	"github.com/fedhub/fedhub/internal/names"
	"github.com/fedhub/fedhub/internal/texts"
)

// A LoginKey is a Social Login Key: how we stand with one upstream.
type LoginKey struct {
	// ID is a slug, part of the callback URL and of every identity linked
	// through this key. Neither it nor Kind ever changes.
	ID   string `bson:"id"`
	Kind string `bson:"kind"` // "openid", "peer": a name in Options.Factories
	// Preset is the entry of the catalogue that the key was made from; empty
	// for one that was described by hand. It never changes.
	Preset string `bson:"preset,omitempty"`

	Name     string `bson:"name"`               // on the button
	Icon     string `bson:"icon,omitempty"`     // name of a built-in icon
	Enabled  bool   `bson:"enabled"`            // offered to people
	Hidden   bool   `bson:"hidden,omitempty"`   // works, but has no button on the sign-in page
	Direct   bool   `bson:"direct,omitempty"`   // go straight there, without our own page
	Position int    `bson:"position,omitempty"` // order on the page, then by Name

	BaseURL  string   `bson:"base_url"` // the issuer, or where its discovery document is found
	ClientID string   `bson:"client_id,omitempty"`
	Secret   string   `bson:"secret,omitempty" secret:"sealed"` // sealed; the context is SecretContext
	Scopes   []string `bson:"scopes,omitempty"`                 // asked for; "openid profile email" if none
	// Options are what this preset asks for beyond that, by the names of its
	// catalogue entry: a tenant, a team, a region. None is a secret.
	Options map[string]string `bson:"options,omitempty"`
	// Endpoints are for providers that do not describe themselves.
	Endpoints Endpoints `bson:"endpoints,omitempty"`
	// Params are further parameters of the authorization request. None can
	// replace one of the protocol's own.
	Params map[string]string `bson:"params,omitempty"`
	// Claims say where in the provider's answer the description is.
	Claims Claims `bson:"claims,omitempty"`
	// SecretExpires is when the provider ends the client secret, as far as the
	// administrator told us; zero if it does not end.
	SecretExpires time.Time `bson:"secret_expires,omitempty"`
	// SecretShort says that the secret can be found by trying: sites of the
	// kind frappe sign with it. It is noted when the secret is saved.
	SecretShort bool `bson:"secret_short,omitempty"`
	// Hosts, beyond the Base URL's own, that the upstream's endpoints may be
	// on, as host or host:port. An administrator has looked at each.
	Hosts []string `bson:"hosts,omitempty"`
	// Issuer is what the upstream called itself when first met. Another name
	// later is a reason to stop: identities are tied to it.
	Issuer string `bson:"issuer,omitempty"`
	// Published are signing keys that the upstream published of late, and Former
	// the issuers that it had before; see issuers.go.
	Published []PublishedKey `bson:"published,omitempty"`
	Former    []FormerIssuer `bson:"former,omitempty"`

	SignUps string `bson:"sign_ups"` // who gets an account: Allow, Deny, Invited or Domains
	// SignUpDomains are whose proven addresses get an account, under Domains.
	SignUpDomains []string `bson:"sign_up_domains,omitempty"`
	Linking       string   `bson:"linking"` // how an identity meets an existing user: Confirm, Auto, Never, Provisioned
	// MigrateUntil is when the window closes in which a peer's people are
	// linked to the accounts they had here before; zero: there is none.
	MigrateUntil time.Time `bson:"migrate_until,omitempty"`
	// AuthoritativeDomains are e-mail domains that this upstream speaks for.
	AuthoritativeDomains []string `bson:"authoritative_domains,omitempty"`
	TrustEmail           bool     `bson:"trust_email,omitempty"` // believe its email_verified for every domain
	// HomeDomains are e-mail domains whose people sign in here: who types such
	// an address on the sign-in page is taken to this upstream.
	HomeDomains []string `bson:"home_domains,omitempty"`
	// TrustAssurance believes the upstream's acr and amr: how somebody signed
	// in there counts as if it had happened here. Peers are always believed.
	TrustAssurance bool `bson:"trust_assurance,omitempty"`
	// CountsAsNew has whoever comes from an upstream that does not say when they
	// signed in there count as signed in just now.
	CountsAsNew bool `bson:"counts_as_new,omitempty"`
	// KeepTokens keeps the upstream's refresh token, sealed, so that the
	// profile and roles are looked at again when an app refreshes.
	KeepTokens bool `bson:"keep_tokens,omitempty"`
	// AskOffline asks an OpenID provider that lists it for the scope
	// offline_access too, wherever tokens are kept. At many that costs more than
	// it brings: see docs/decisions/0043. Another hub is always asked.
	AskOffline bool `bson:"ask_offline,omitempty"`
	// SiteKey is an API key of a Frappe site, "key:secret", sealed: whenever the
	// hub looks again it asks with it whether the person is enabled there.
	// NewSiteKey is one in plain, to be sealed when the login key is saved.
	SiteKey    string `bson:"site_key,omitempty" secret:"sealed"`
	NewSiteKey string `bson:"-" json:"-"`
	// SignOutThere ends the session at the upstream too when somebody signs
	// out here.
	SignOutThere bool `bson:"sign_out_there,omitempty"`
	// RoleMap turns the upstream's roles into ours (mapping.Rules). No rule, no
	// role.
	RoleMap map[string]string `bson:"role_map,omitempty"`

	Join    ConnectionRequest `bson:"join"` // for peers: what became of our introduction
	Created time.Time         `bson:"created"`
	Updated time.Time         `bson:"updated"`
}

// Endpoints are the addresses of a provider that has no discovery document.
// Each is absolute.
type Endpoints struct {
	Authorize string `bson:"authorize,omitempty"`
	Token     string `bson:"token,omitempty"`
	Userinfo  string `bson:"userinfo,omitempty"`
}

// Claims are paths into the provider's description of a person: names joined
// by dots, a number picking one of a list, like "data.emails.0.address"; see
// jsonx.At. An empty one is the claim of OpenID Connect Core §5.1.
type Claims struct {
	Subject       string `bson:"subject,omitempty"` // what names the person for ever
	Email         string `bson:"email,omitempty"`
	EmailVerified string `bson:"email_verified,omitempty"`
	Name          string `bson:"name,omitempty"`
	GivenName     string `bson:"given_name,omitempty"`
	FamilyName    string `bson:"family_name,omitempty"`
	Username      string `bson:"username,omitempty"`
	Picture       string `bson:"picture,omitempty"`
	Locale        string `bson:"locale,omitempty"`
	Roles         string `bson:"roles,omitempty"` // a list of names, or one name
	// RolesText is how several names stand in a text there: mapping.Blanks or
	// mapping.Commas; empty: a text is one name.
	RolesText string `bson:"roles_text,omitempty"`
}

// Values of LoginKey.SignUps.
const (
	Allow   = "allow"
	Deny    = "deny"
	Invited = "invited" // whose proven address an administrator has invited
	Domains = "domains" // whose proven address is at one of SignUpDomains
)

// Values of LoginKey.Linking.
const (
	Confirm = "confirm" // prove the local account first
	Auto    = "auto"    // at once, for authoritative domains
	Never   = "never"
	// Provisioned lets in only who was linked beforehand, and makes no accounts.
	Provisioned = "provisioned"
)

// Kinds of upstream that this package has rules for.
const (
	KindOpenID = "openid"
	KindPeer   = "peer"
	KindSocial = "social" // a provider of the vetted list, by its Preset
	KindOAuth2 = "oauth2" // any OAuth 2.0 provider, described by hand
	KindFrappe = "frappe" // a Frappe or ERPNext site, by its address
)

// Symbol names the icon of its button.
func (k LoginKey) Symbol() string { return cmp.Or(k.Icon, k.Preset, k.Kind) }

// Key names the record in its set.
func (k LoginKey) Key() string { return k.ID }

// SecretContext binds a sealed secret to this key.
func (k LoginKey) SecretContext() string { return names.LoginKeySecret(k.ID) }

// SiteKeyContext binds a sealed API key to this key.
func (k LoginKey) SiteKeyContext() string { return names.LoginKeySiteKey(k.ID) }

// Ready tells whether signing in can work: a peer must have let us in.
func (k LoginKey) Ready() bool { return k.Enabled && (k.Kind != KindPeer || k.Join.Status == Active) }

// A ConnectionRequest is how a primary answered our introduction.
type ConnectionRequest struct {
	Status  JoinStatus `bson:"status,omitempty"`  // empty: never asked
	Why     texts.Text `bson:",inline"`           // what that means, for administrators
	Message string     `bson:"message,omitempty"` // the sentence that an earlier hub stored in its place
	Said    string     `bson:"said,omitempty"`    // the primary's own words, cut and cleaned, for administrators
	Checked time.Time  `bson:"checked,omitempty"`
}

// Words is what the answer means.
func (r ConnectionRequest) Words(words texts.Words) string { return r.Why.In(words, r.Message) }

// A JoinStatus is where an introduction stands.
type JoinStatus string

const (
	Requested   JoinStatus = "requested"   // waits for the primary's administrator
	Active      JoinStatus = "active"      // we may sign people in there
	Refused     JoinStatus = "refused"     // the administrator said no
	Suspended   JoinStatus = "suspended"   // it worked until the administrator stopped it
	Removed     JoinStatus = "removed"     // the primary does not know us, or no longer
	NoAnswer    JoinStatus = "unreachable" // ask again later
	Unsupported JoinStatus = "unsupported" // not a hub that takes introductions
)
