package federation

import "time"

// A LoginKey is a Social Login Key: how we stand with one upstream.
type LoginKey struct {
	// ID is a slug, part of the callback URL and of every identity linked
	// through this key. Neither it nor Kind ever changes.
	ID   string `bson:"id"`
	Kind string `bson:"kind"` // "openid", "peer": a name in Options.Factories

	Name     string `bson:"name"`               // on the button
	Icon     string `bson:"icon,omitempty"`     // name of a built-in icon
	Enabled  bool   `bson:"enabled"`            // offered to people
	Direct   bool   `bson:"direct,omitempty"`   // go straight there, without our own page
	Position int    `bson:"position,omitempty"` // order on the page, then by Name

	BaseURL  string   `bson:"base_url"` // the issuer, or where its discovery document is found
	ClientID string   `bson:"client_id,omitempty"`
	Secret   string   `bson:"secret,omitempty"` // sealed; the context is SecretContext
	Scopes   []string `bson:"scopes,omitempty"` // asked for; "openid profile email" if none
	// Hosts, beyond the Base URL's own, that the upstream's endpoints may be
	// on, as host or host:port. An administrator has looked at each.
	Hosts []string `bson:"hosts,omitempty"`
	// Issuer is what the upstream called itself when first met. Another name
	// later is a reason to stop: identities are tied to it.
	Issuer string `bson:"issuer,omitempty"`

	SignUps string `bson:"sign_ups"` // Allow or Deny strangers an account
	Linking string `bson:"linking"`  // how an identity meets an existing user: Confirm, Auto, Never
	// AuthoritativeDomains are e-mail domains that this upstream speaks for.
	AuthoritativeDomains []string `bson:"authoritative_domains,omitempty"`
	TrustEmail           bool     `bson:"trust_email,omitempty"` // believe its email_verified for every domain
	// RoleMap turns the upstream's roles into ours. No rule, no role.
	RoleMap map[string]string `bson:"role_map,omitempty"`

	Join    Join      `bson:"join"` // for peers: what became of our introduction
	Created time.Time `bson:"created"`
	Updated time.Time `bson:"updated"`
}

// Values of LoginKey.SignUps.
const (
	Allow = "allow"
	Deny  = "deny"
)

// Values of LoginKey.Linking.
const (
	Confirm = "confirm" // prove the local account first
	Auto    = "auto"    // at once, for authoritative domains
	Never   = "never"
)

// Kinds of upstream that this package has rules for.
const (
	KindOpenID = "openid"
	KindPeer   = "peer"
)

// Key names the record in its set.
func (k LoginKey) Key() string { return k.ID }

// SecretContext binds a sealed secret to this key: sealed text that is moved
// to another record does not open there.
func (k LoginKey) SecretContext() string { return "loginkeys/" + k.ID + "/secret" }

// Ready tells whether signing in can work: a peer must have let us in.
func (k LoginKey) Ready() bool {
	return k.Enabled && (k.Kind != KindPeer || k.Join.Status == Active)
}

// A Join is how a primary answered our introduction.
type Join struct {
	Status  JoinStatus `bson:"status,omitempty"` // empty: never asked
	Message string     `bson:"message,omitempty"`
	// Said is the primary's own words, cut and cleaned, for administrators.
	Said    string    `bson:"said,omitempty"`
	Checked time.Time `bson:"checked,omitempty"`
}

// A JoinStatus is where an introduction stands.
type JoinStatus string

const (
	Requested   JoinStatus = "requested"   // waits for the primary's administrator
	Active      JoinStatus = "active"      // we may sign people in there
	Refused     JoinStatus = "refused"     // the administrator said no
	Suspended   JoinStatus = "suspended"   // it worked until the administrator stopped it
	NoAnswer    JoinStatus = "unreachable" // ask again later
	Unsupported JoinStatus = "unsupported" // not a hub that takes introductions
)
