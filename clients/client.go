// Package clients keeps the applications that may ask the hub who a user is.
//
// A client is an app (or another hub) with a name, redirect URIs and a way to
// authenticate. The Registry keeps clients, checks every rule when one is
// saved, and authenticates them when they call. Clients that are not added by
// an administrator have their own packages: hubs with invitations and domains
// (hubs), apps that register themselves (registration), Frappe sites (frappe).
//
// The package knows no users, sessions, tokens or consent, and imports nothing
// from hub: storage, clock, HTTP client and replay memory are passed in.
package clients

import (
	"slices"
	"time"

	"github.com/fedhub/fedhub/clients/algs"
	"github.com/fedhub/fedhub/clients/claimmap"
	"github.com/fedhub/fedhub/clients/clientauth"
	"github.com/fedhub/fedhub/clients/fapi"
	"github.com/fedhub/fedhub/clients/habits"
	"github.com/fedhub/fedhub/internal/clone"
	"github.com/fedhub/fedhub/internal/texts"
)

// A Type says where a client runs, and so whether it can keep a secret (RFC
// 6749 §2.1).
type Type string

// The four types of client.
const (
	Web     Type = "web"     // a server: confidential
	SPA     Type = "spa"     // code in a browser: public
	Native  Type = "native"  // an installed app: public
	Service Type = "service" // a program that acts for itself: confidential
)

// Words is the type inside a sentence.
func (t Type) Words() texts.Text {
	if code, ok := map[Type]string{Web: "client.type.web", SPA: "client.type.spa", Native: "client.type.native", Service: "client.type.service"}[t]; ok {
		return texts.New(code)
	}
	return texts.New(texts.Unexplained, "cause", t)
}

// A Client is one application. Times are in UTC, to the millisecond.
type Client struct {
	ID   string `bson:"id"`
	Name string `bson:"name"` // App Name, shown on the consent page
	Type Type   `bson:"type"`

	AuthMethod string              `bson:"auth_method"` // one of the Method constants
	Secrets    []clientauth.Secret `bson:"secrets,omitempty"`
	JWKSURI    string              `bson:"jwks_uri,omitempty"` // where a clientauth.MethodKey client publishes its keys,
	JWKS       string              `bson:"jwks,omitempty"`     // or the keys themselves, as JSON

	RedirectURIs           []string `bson:"redirect_uris,omitempty"`
	DefaultRedirectURI     string   `bson:"default_redirect_uri,omitempty"`
	PostLogoutRedirectURIs []string `bson:"post_logout_redirect_uris,omitempty"`
	BackchannelLogoutURI   string   `bson:"backchannel_logout_uri,omitempty"`

	GrantTypes        []string `bson:"grant_types,omitempty"`    // Grant constants, in that order
	ResponseTypes     []string `bson:"response_types,omitempty"` // by their names on the wire, with sorted words ("code id_token")
	Scopes            []string `bson:"scopes"`                   // all it may ask for
	PKCE              PKCE     `bson:"pkce,omitempty"`           // read it by PKCERule
	PKCEOptional      bool     `bson:"pkce_optional,omitempty"`  // how the third state of PKCE is kept
	SkipAuthorization bool     `bson:"skip_authorization"`       // users are not asked for consent
	AllowedRoles      []string `bson:"allowed_roles,omitempty"`  // who may use it; empty: everyone
	SecondFactor      bool     `bson:"second_factor,omitempty"`  // users need a second factor, whatever the settings say

	IDTokenAlg   string `bson:"id_token_alg,omitempty"` // empty means RS256
	OpaqueTokens bool   `bson:"opaque_tokens,omitempty"`

	// IDTokenClaims puts the claims of the scopes into ID tokens too, for
	// clients that do not call the userinfo endpoint.
	IDTokenClaims bool `bson:"id_token_claims,omitempty"`

	// Claims are custom claims, besides those of OpenID Connect.
	Claims []claimmap.Mapping `bson:"claims,omitempty"`

	// OpenIDMeansProfile interprets openid as a Frappe provider does
	// (FrappeScopes), for apps that were registered at one.
	OpenIDMeansProfile bool `bson:"openid_means_profile,omitempty"`

	Algs algs.Chosen `bson:"algs,omitempty"` // of everything else that is signed or encrypted

	SubjectType         string `bson:"subject_type,omitempty"` // "pairwise" or "public"; empty means public
	SectorIdentifierURI string `bson:"sector_identifier_uri,omitempty"`

	Requests Requests `bson:"requests,omitempty"` // what its authorization requests must or may be

	// HighSecurity turns on every requirement of a FAPI 2.0 profile at once.
	HighSecurity fapi.Profile `bson:"high_security,omitempty"`

	TLS              clientauth.TLSName `bson:"tls,omitempty"`               // the name in a clientauth.MethodTLS certificate
	CertificateBound bool               `bson:"certificate_bound,omitempty"` // its tokens work only with its certificate (RFC 8705 §3)
	DPoPBound        bool               `bson:"dpop_bound,omitempty"`        // its tokens work only with its DPoP key (RFC 9449 §5.2)

	Resources   []string `bson:"resources,omitempty"`    // APIs it may ask tokens for (RFC 8707)
	Serves      []string `bson:"serves,omitempty"`       // APIs that it is (audiences): it may introspect tokens made for them
	DetailTypes []string `bson:"detail_types,omitempty"` // authorization_details it may ask for (RFC 9396)
	Exchange    Exchange `bson:"exchange,omitempty"`     // tokens of other clients that it may exchange (RFC 8693)
	CIBA        CIBA     `bson:"ciba,omitempty"`

	Origins []string `bson:"origins,omitempty"` // origins of its pages, which may call the token endpoint and others (CORS)

	FrontchannelLogoutURI     string `bson:"frontchannel_logout_uri,omitempty"`
	FrontchannelLogoutSession bool   `bson:"frontchannel_logout_session,omitempty"` // wants iss and sid
	BackchannelLogoutSession  bool   `bson:"backchannel_logout_session,omitempty"`  // wants sid

	Registration Registration `bson:"registration,omitempty"` // set when it registered itself

	ClientURI string `bson:"client_uri,omitempty"`
	LogoURI   string `bson:"logo_uri,omitempty"`
	TosURI    string `bson:"tos_uri,omitempty"`
	PolicyURI string `bson:"policy_uri,omitempty"`

	Disabled bool `bson:"disabled"`

	// ConsentVersion rises when the client becomes a different one for users:
	// another name, another type, other addresses. Consent given to an older
	// version does not count.
	ConsentVersion int `bson:"generation"`

	Created time.Time `bson:"created"`
	Updated time.Time `bson:"updated"`
	// CreatedBy is the name of the user or command that added it, or the text
	// that an earlier hub wrote in place of Origin.
	CreatedBy string     `bson:"created_by,omitempty"`
	Origin    texts.Text `bson:"origin,omitempty"` // how it came, if it was not added by an administrator
	// Imported is the value of Updated when the client was last imported from
	// another system: while they are equal, it was not changed here.
	Imported time.Time `bson:"imported,omitempty"`

	Habits habits.Habits `bson:"habits,omitempty"` // observed use

	Frappe   *FrappeSite   `bson:"frappe,omitempty"`   // set for an unmodified Frappe or ERPNext site
	Server   *FederatedHub `bson:"server,omitempty"`   // set for a federated hub
	Document *Document     `bson:"document,omitempty"` // set for a client that is described by a metadata document at its ID
}

// A FederatedHub is the extra data of a client that is another hub. The
// client's ID is then the MetadataURL.
type FederatedHub struct {
	MetadataURL string `bson:"metadata_url"`
	Host        string `bson:"host"` // of the MetadataURL, with the port if it has one
	State       State  `bson:"state"`
	Via         string `bson:"via,omitempty"`          // how it was approved: a Via constant
	DisplayName string `bson:"display_name,omitempty"` // the name that an administrator gave it; empty: its own name is unchecked
	// HeldWhy is why an active hub became pending again; Held is the sentence
	// that an earlier hub stored in its place.
	HeldWhy texts.Text `bson:"held_why,omitempty"`
	Held    string     `bson:"held,omitempty"`

	// KeyThumbprints are the RFC 7638 SHA-256 thumbprints, base64url, of the
	// keys it published when last seen. An approval is for these keys.
	KeyThumbprints []string `bson:"key_thumbprints,omitempty"`

	Requested time.Time `bson:"requested"`
	Decided   time.Time `bson:"decided,omitempty"`
	DecidedBy string    `bson:"decided_by,omitempty"`
	Fetched   time.Time `bson:"fetched"` // when its metadata document was last read

	// Gone is since when its metadata document is missing, and Left when it
	// announced that it disconnected; zero if neither.
	Gone time.Time `bson:"gone,omitempty"`
	Left time.Time `bson:"left,omitempty"`
}

// A Document is the extra data of a client that was not registered: its ID is
// the address of its metadata document
// (draft-ietf-oauth-client-id-metadata-document).
type Document struct {
	Host    string    `bson:"host"`    // of the address, with the port if it has one
	Fetched time.Time `bson:"fetched"` // when it was last read
	Fresh   time.Time `bson:"fresh"`   // it is not read again before
}

// IsHeld reports whether an administrator must check it before it is active
// again.
func (s *FederatedHub) IsHeld() bool { return !s.HeldWhy.IsZero() || s.Held != "" }

// HeldWords is the reason as a sentence.
func (s *FederatedHub) HeldWords(words texts.Words) string { return s.HeldWhy.In(words, s.Held) }

// A State is the approval state of a federated hub.
type State string

// The states of a federated hub. Only an Active one may ask.
const (
	Pending   State = "pending"
	Active    State = "active"
	Refused   State = "refused"
	Suspended State = "suspended"
)

// Words is the state inside a sentence.
func (s State) Words() texts.Text {
	if code, ok := map[State]string{Pending: "hub.state.pending", Active: "hub.state.active", Refused: "hub.state.refused", Suspended: "hub.state.suspended"}[s]; ok {
		return texts.New(code)
	}
	return texts.New(texts.Unexplained, "cause", s)
}

// How a federated hub was approved.
const (
	ViaInvite = "invite" // by an invite code
	ViaDomain = "domain" // by its domain on the allow-list
	ViaAdmin  = "admin"  // by an administrator
)

// Key returns the id the record is stored under.
func (c Client) Key() string { return c.ID }

// Public reports whether the client runs where a secret cannot be kept. An
// installed app that registered itself may have its own credentials, which no
// other copy of it shares (RFC 8252 §8.4).
func (c Client) Public() bool {
	return c.Type == SPA || c.Type == Native && (c.AuthMethod == clientauth.MethodNone || c.Registration.At.IsZero())
}

// Usable reports whether the client may be used.
func (c Client) Usable() bool {
	return !c.Disabled && (c.Server == nil || c.Server.State == Active)
}

// Admits reports whether a user with these roles may use the client.
func (c Client) Admits(roles []string) bool {
	if len(c.AllowedRoles) == 0 {
		return true
	}
	return slices.ContainsFunc(roles, func(role string) bool {
		return slices.Contains(c.AllowedRoles, role)
	})
}

// UsesSecret reports whether the client authenticates with a secret.
func (c Client) UsesSecret() bool {
	return c.AuthMethod == clientauth.MethodBasic || c.AuthMethod == clientauth.MethodPost || c.AuthMethod == clientauth.MethodSecretJWT
}

// By is who added it, or how it came.
func (c Client) By(words texts.Words) string { return c.Origin.In(words, c.CreatedBy) }

// Clone returns a copy that shares no memory with c.
func (c Client) Clone() Client { return clone.Of(c) }

// DiffersFrom reports whether users would see two different clients, so that
// consent for one must not count for the other.
func (c Client) DiffersFrom(other Client) bool {
	return c.Name != other.Name || c.Type != other.Type || !slices.Equal(c.RedirectURIs, other.RedirectURIs)
}

// Amended notes the time of a change. If the client became a different one for
// users, its consent version rises.
func (c *Client) Amended(before Client, at time.Time) {
	if c.DiffersFrom(before) {
		c.ConsentVersion++
	}
	c.Updated = at
}
