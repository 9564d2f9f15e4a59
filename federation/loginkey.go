package federation

import (
	"cmp"
	"time"

	"github.com/fedhub/fedhub/federation/mapping"
	"github.com/fedhub/fedhub/internal/names"
	"github.com/fedhub/fedhub/internal/texts"
)

// A LoginKey is a Social Login Key: the settings of one sign-in provider.
type LoginKey struct {
	// ID is a slug, part of the callback URL and of every identity of this key.
	// ID and Kind never change.
	ID   string `bson:"id"`
	Kind string `bson:"kind"` // "openid", "peer": a name in Options.Factories
	// Preset is the catalogue entry that the key was made from; empty for a
	// provider described by hand. It never changes.
	Preset string `bson:"preset,omitempty"`

	Name     string `bson:"name"`               // on the button
	Icon     string `bson:"icon,omitempty"`     // name of a built-in icon
	Enabled  bool   `bson:"enabled"`            // offered to users
	Hidden   bool   `bson:"hidden,omitempty"`   // works, but has no button on the sign-in page
	Direct   bool   `bson:"direct,omitempty"`   // skip our sign-in page and go straight there
	Position int    `bson:"position,omitempty"` // order on the page, then by Name

	BaseURL  string   `bson:"base_url"` // the issuer, or the address of its discovery document
	ClientID string   `bson:"client_id,omitempty"`
	Secret   string   `bson:"secret,omitempty" secret:"sealed"` // encrypted; the context is SecretContext
	Scopes   []string `bson:"scopes,omitempty"`                 // to request; "openid profile email" if empty
	// Options are the provider's further settings, by the names of its
	// catalogue entry: a tenant, a team, a region. They are not secret.
	Options map[string]string `bson:"options,omitempty"`
	// Endpoints are for providers without discovery.
	Endpoints Endpoints `bson:"endpoints,omitempty"`
	// Params are further parameters of the authorization request. They cannot
	// replace the protocol's own.
	Params map[string]string `bson:"params,omitempty"`
	// Claims are the paths of the profile data in the provider's answer.
	Claims Claims `bson:"claims,omitempty"`
	// SecretExpires is when the client secret expires, as the administrator
	// entered it; zero if it does not.
	SecretExpires time.Time `bson:"secret_expires,omitempty"`
	// SecretShort says that the secret can be found by brute force: sites of
	// the kind frappe sign with it. It is set when the secret is saved.
	SecretShort bool `bson:"secret_short,omitempty"`
	// Hosts that the provider's endpoints may be on, besides the Base URL's
	// own, as host or host:port. An administrator has confirmed each.
	Hosts []string `bson:"hosts,omitempty"`
	// Issuer is the provider's issuer at the first contact. A different one
	// later is an error, because identities depend on it.
	Issuer string `bson:"issuer,omitempty"`
	// Published are recently published signing keys of the provider, and Former
	// its former issuers; see issuers.go.
	Published []PublishedKey `bson:"published,omitempty"`
	Former    []FormerIssuer `bson:"former,omitempty"`

	SignUps string `bson:"sign_ups"` // account policy: Allow, Deny, Invited or Domains
	// SignUpDomains limits new accounts to proven addresses of these domains,
	// under Domains.
	SignUpDomains []string `bson:"sign_up_domains,omitempty"`
	Linking       string   `bson:"linking"` // linking to an existing user: Confirm, Auto, Never, Provisioned
	// MigrateUntil ends the window in which a peer's users are linked to the
	// accounts that they already had here; zero: no window.
	MigrateUntil time.Time `bson:"migrate_until,omitempty"`
	// AuthoritativeDomains are email domains with mailboxes that this provider
	// runs.
	AuthoritativeDomains []string `bson:"authoritative_domains,omitempty"`
	TrustEmail           bool     `bson:"trust_email,omitempty"` // trust its email_verified for every domain
	// HomeDomains are email domains with users who sign in here: an address of
	// such a domain on the sign-in page leads to this provider.
	HomeDomains []string `bson:"home_domains,omitempty"`
	// TrustAssurance trusts the provider's acr and amr: the authentication
	// there counts as one here. Peers are always trusted.
	TrustAssurance bool `bson:"trust_assurance,omitempty"`
	// CountsAsNew treats a sign-in as just authenticated if the provider does
	// not state the time.
	CountsAsNew bool `bson:"counts_as_new,omitempty"`
	// KeepTokens stores the provider's refresh token, encrypted, so that
	// profile and roles are refreshed when an app refreshes.
	KeepTokens bool `bson:"keep_tokens,omitempty"`
	// AskOffline requests the scope offline_access from an OpenID provider that
	// lists it, if tokens are kept. At many providers the costs outweigh the
	// benefit: see docs/decisions/0043. Other hubs are always asked.
	AskOffline bool `bson:"ask_offline,omitempty"`
	// SiteKey is a Frappe site's API key, "key:secret", encrypted: at each
	// refresh the hub uses it to check that the user is enabled there.
	// NewSiteKey is a new one in plain text, encrypted when the login key is
	// saved.
	SiteKey    string `bson:"site_key,omitempty" secret:"sealed"`
	NewSiteKey string `bson:"-" json:"-"`
	// SignOutThere also ends the session at the provider when a user signs out
	// here.
	SignOutThere bool `bson:"sign_out_there,omitempty"`
	// RoleMap maps the provider's roles to ours (mapping.Rules). A role without
	// a rule is dropped.
	RoleMap map[string]string `bson:"role_map,omitempty"`
	// GroupMap makes users members of groups here, by claims of the provider.
	// Without a rule no claim does.
	GroupMap []mapping.GroupRule `bson:"group_map,omitempty"`

	Join    ConnectionRequest `bson:"join"` // for peers: the status of our connection request
	Created time.Time         `bson:"created"`
	Updated time.Time         `bson:"updated"`
}

// Endpoints are the addresses of a provider without discovery. Each is
// absolute.
type Endpoints struct {
	Authorize string `bson:"authorize,omitempty"`
	Token     string `bson:"token,omitempty"`
	Userinfo  string `bson:"userinfo,omitempty"`
}

// Claims are paths in the provider's profile of a user: names joined by dots,
// where a number selects an item of a list, like "data.emails.0.address"; see
// jsonx.At. Empty means the claim of OpenID Connect Core §5.1.
type Claims struct {
	Subject       string `bson:"subject,omitempty"` // the permanent id of a user
	Email         string `bson:"email,omitempty"`
	EmailVerified string `bson:"email_verified,omitempty"`
	Name          string `bson:"name,omitempty"`
	GivenName     string `bson:"given_name,omitempty"`
	FamilyName    string `bson:"family_name,omitempty"`
	Username      string `bson:"username,omitempty"`
	Picture       string `bson:"picture,omitempty"`
	Locale        string `bson:"locale,omitempty"`
	Roles         string `bson:"roles,omitempty"` // a list of names, or one name
	// RolesText says how a text with several names is separated: mapping.Blanks
	// or mapping.Commas; empty: a text is one name.
	RolesText string `bson:"roles_text,omitempty"`
}

// Values of LoginKey.SignUps.
const (
	Allow   = "allow"
	Deny    = "deny"
	Invited = "invited" // proven addresses that an administrator has invited
	Domains = "domains" // proven addresses at one of SignUpDomains
)

// Values of LoginKey.Linking.
const (
	Confirm = "confirm" // prove the local account first
	Auto    = "auto"    // at once, for authoritative domains
	Never   = "never"
	// Provisioned only admits users who were linked in advance, and creates no
	// accounts.
	Provisioned = "provisioned"
)

// The kinds of providers that this package has rules for.
const (
	KindOpenID = "openid"
	KindPeer   = "peer"
	KindSocial = "social" // a provider of the catalogue, by its Preset
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

// Ready reports whether sign-in can work: a peer must have accepted us.
func (k LoginKey) Ready() bool { return k.Enabled && (k.Kind != KindPeer || k.Join.Status == Active) }

// A ConnectionRequest is a primary hub's answer to our request.
type ConnectionRequest struct {
	Status  JoinStatus `bson:"status,omitempty"`  // empty: never requested
	Why     texts.Text `bson:",inline"`           // the meaning, for administrators
	Message string     `bson:"message,omitempty"` // the sentence that an earlier hub stored in place of Why
	Said    string     `bson:"said,omitempty"`    // the primary's own text, shortened and cleaned, for administrators
	Checked time.Time  `bson:"checked,omitempty"`
}

// Words is the meaning as a sentence.
func (r ConnectionRequest) Words(words texts.Words) string { return r.Why.In(words, r.Message) }

// A JoinStatus is the status of a connection request.
type JoinStatus string

const (
	Requested   JoinStatus = "requested"   // waits for the primary's administrator
	Active      JoinStatus = "active"      // users can sign in there
	Refused     JoinStatus = "refused"     // an administrator there refused
	Suspended   JoinStatus = "suspended"   // an administrator there suspended it
	Removed     JoinStatus = "removed"     // the primary does not know us, or no longer
	NoAnswer    JoinStatus = "unreachable" // ask again later
	Unsupported JoinStatus = "unsupported" // not a hub that accepts connection requests
)
