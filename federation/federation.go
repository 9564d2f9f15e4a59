// Package federation signs users in at other providers.
//
// An administrator adds a LoginKey for every provider: a name for the button,
// the provider's Base URL, our credentials there, and how to interpret its
// answers. A Connector, one kind per sub-package, handles the sign-in: Begin
// says where to send the browser, Finish turns the provider's answer into an
// Identity. The Registry keeps the keys and their connectors.
//
// Providers are not trusted. For any answer, a connector returns a verified
// identity or an error: a *Refusal if the provider refused, a *Fault if it did
// not answer or its answer cannot be trusted. A provider's text is never shown
// to users.
//
// The package says who the user is at the provider, never who that is here.
// Matching an identity with a user, and everything after that, is the hub's
// task. Nothing below this package imports the hub; the guarded HTTP client,
// the signer and the clock are passed in.
package federation

import (
	"context"
	"log/slog"
	"net/http"
	"net/url"
	"time"

	"github.com/fedhub/fedhub/internal/cache"
	"github.com/fedhub/fedhub/internal/secrets"
)

// A Connector signs users in at one provider. It is safe for concurrent use.
type Connector interface {
	// Begin fills in the leg, which the hub stores until the browser returns,
	// and returns the address to send the browser to.
	Begin(ctx context.Context, leg *AuthState, hints AuthRequestOptions) (redirect string, err error)
	// Finish checks the provider's answer, the query that the browser came back
	// with, against the leg. The caller ensures that a leg is used once.
	Finish(ctx context.Context, leg AuthState, answer url.Values) (Identity, error)
}

// A LogoutReceiver is a Connector of a provider that notifies us when a session
// ends there (OpenID Connect Back-Channel Logout 1.0).
type LogoutReceiver interface {
	// LogoutToken verifies a raw logout token. The caller refuses a repeated
	// JTI and may forget it after Expires.
	LogoutToken(ctx context.Context, raw string) (Ended, error)
}

// A Registrar is a Connector that can request a connection for this hub and ask
// for the status of the request.
type Registrar interface {
	// Join requests the connection; invite may be empty. It returns a *Fault if
	// there was no usable answer.
	Join(ctx context.Context, invite string) (ConnectionRequest, error)
}

// A RegistrationStatus is a Registrar that can also read this hub's status
// there without a new request, and disconnect.
type RegistrationStatus interface {
	Standing(ctx context.Context) (ConnectionRequest, error)
	// Leave notifies the provider that this hub disconnects.
	Leave(ctx context.Context) error
}

// A Describer is a Connector that can describe its provider before it is used,
// for the administrator to confirm.
type Describer interface {
	Describe(ctx context.Context) (ProviderInfo, error)
}

// A Refresher is a Connector that can refresh a user's profile without the
// user, with the tokens of the last sign-in (RFC 6749 §6).
type Refresher interface {
	// Refresh returns the current identity, with the tokens for the next time.
	// A *Refusal means that the provider has ended the grant.
	Refresh(ctx context.Context, tokens Tokens) (Identity, error)
}

// A SignOuter is a Connector that can send a browser to the provider to end the
// session there (OpenID Connect RP-Initiated Logout 1.0).
type SignOuter interface {
	// SignOut returns the address to send the browser to; the provider returns
	// it to back with the state. Empty: the provider has no such page.
	SignOut(ctx context.Context, tokens Tokens, back, state string) (string, error)
}

// A Revoker is a Connector that can revoke its provider's tokens (RFC 7009)
// when they are no longer needed.
type Revoker interface {
	Revoke(ctx context.Context, old Tokens) error
}

// A LogoutPage is a Connector of a provider with a sign-out page that does not
// return the browser.
type LogoutPage interface {
	LeavePage() string
}

// An AuthState is what the hub keeps of one sign-in while the browser is at the
// provider. It is never sent.
type AuthState struct {
	State    string `bson:"state"`    // unguessable; the answer must contain it
	Nonce    string `bson:"nonce"`    // the id_token must contain it
	Verifier string `bson:"verifier"` // PKCE, RFC 7636
	Redirect string `bson:"redirect"` // our callback URL at this provider
	Issuer   string `bson:"issuer"`   // the issuer that was asked
	MaxAge   string `bson:"max_age,omitempty"`
	// Posted: the answer must come as a form post from the provider's page.
	Posted bool     `bson:"posted,omitempty"`
	Extra  string   `bson:"extra,omitempty"` // for the connector's use
	Via    []string `bson:"via,omitempty"`   // issuers passed, ours included
}

// Random is 256 random bits, for the secrets of a leg.
func Random() string {
	return secrets.New()
}

// AuthRequestOptions are parts of the client's request that the provider should
// know. They are forwarded, never trusted.
type AuthRequestOptions struct {
	Prompt    string
	LoginHint string
	MaxAge    string // seconds
	ACRValues string
	UILocales string
	Via       []string // issuers that the request has already passed
	Trace     string   // our reference for this sign-in; sent to other hubs only
	App       string   // the client's name for users; sent to other hubs only
}

// An Identity is what a provider says about a user. Key, Issuer and Subject
// together identify the user permanently; everything else is description and
// may change. Texts have a bounded length and no control characters.
type Identity struct {
	Key     string // id of the login key
	Issuer  string
	Subject string

	// EmailVerified is true only if the document with the address says so with
	// a JSON true. The hub decides whether this provider is trusted with it.
	Email         string
	EmailVerified bool

	Name, GivenName, FamilyName string
	PreferredUsername           string
	Picture                     string // an https address; the hub never fetches it
	Locale                      string

	// Roles are local roles: the provider's, through the key's RoleMap. A role
	// without a rule is dropped, and so is the admin role if its name was only
	// part of a text.
	Roles        []string
	RolesUnknown bool // there may be more: the provider only links to them
	// Groups are ids of groups here, through the key's GroupMap.
	Groups        []string
	GroupsUnknown bool // the same

	// ACR and AMR say how the user signed in, for trusted providers: other
	// hubs. AuthTime is zero if unknown.
	ACR      string
	AMR      []string
	AuthTime time.Time
	SID      string // the provider's session, for logout

	// Unconfirmed is the error of asking the provider whether the user may
	// still sign in there, while its last answer still counts for a limited
	// time.
	Unconfirmed error

	// Tokens are for the hub to store, encrypted, and never to show.
	Tokens Tokens
}

// Tokens are a provider's tokens for later use. Any may be empty.
type Tokens struct {
	Refresh string `bson:"refresh,omitempty"`
	ID      string `bson:"id,omitempty"` // the id_token, a hint for sign-out there
	Subject string `bson:"subject,omitempty"`
}

// Ended is the content of a verified logout token. Subject or SID may be empty,
// not both; with an empty SID every session of the subject has ended.
type Ended struct {
	Issuer, Subject, SID string
	JTI                  string
	Expires              time.Time
}

// A ProviderInfo describes a provider for the page where an administrator
// confirms it.
type ProviderInfo struct {
	Issuer string
	Name   string // its own name, cleaned; may be empty
	// Fingerprints are the RFC 7638 SHA-256 thumbprints of its signing keys,
	// base64url, sorted.
	Fingerprints []string
	// Published are the same keys with their ids.
	Published []PublishedKey
	// ForeignHosts are hosts of its endpoints other than the Base URL's. They
	// are only used if they are in LoginKey.Hosts.
	ForeignHosts []string
	Joinable     bool // it is a hub that accepts connection requests
	Registers    bool // it supports dynamic registration (RFC 7591)
}

// A Factory makes a connector of one kind. It does not use the network, so
// opening a key is fast.
type Factory func(key LoginKey, env Dependencies) (Connector, error)

// Dependencies are what every connector gets from the hub.
type Dependencies struct {
	HTTP *http.Client // guarded; used for all requests to providers
	Hub  string       // our issuer
	// AllowHTTP allows providers on plain http: for local hubs only.
	AllowHTTP bool
	// Callback is the callback address for a key. It differs for each key, so
	// that one provider's answer cannot be used as another's (RFC 9700 §4.4.2).
	Callback func(keyID string) string
	// ClientMetadataURL is our client id at a peer: the address of this key's
	// metadata document.
	ClientMetadataURL func(keyID string) string
	// Open decrypts a stored secret. The context is the one it was encrypted
	// with.
	Open func(sealed, context string) (string, error)
	// Sign returns a compact ES256 JWT signed with a key in our JWKS.
	Sign func(ctx context.Context, claims map[string]any, typ string) (string, error)
	// Pin stores a provider's issuer, and fails if another one is pinned; the
	// Registry sets it.
	Pin func(ctx context.Context, keyID, issuer string) error
	// Saw is called with the signing keys that a provider publishes. The
	// Registry sets it.
	Saw func(ctx context.Context, keyID string, keys []PublishedKey) error
	// Patience is how long one sign-in may wait for a provider; 10 s if zero.
	Patience time.Duration
	Waits    *cache.Waits     // bounds the requests that wait for a new key; nil: none waits
	Now      func() time.Time // time.Now if nil
	Log      *slog.Logger     // discarded if nil
}

// WithDefaults returns the Dependencies with its optional fields filled in.
func (e Dependencies) WithDefaults() Dependencies {
	if e.Patience == 0 {
		e.Patience = 10 * time.Second
	}
	if e.Now == nil {
		e.Now = time.Now
	}
	if e.Log == nil {
		e.Log = slog.New(slog.DiscardHandler)
	}
	if e.Pin == nil {
		e.Pin = func(context.Context, string, string) error { return nil }
	}
	if e.Saw == nil {
		e.Saw = func(context.Context, string, []PublishedKey) error { return nil }
	}
	return e
}
