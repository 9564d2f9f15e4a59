// Package federation asks others who someone is.
//
// An administrator keeps a LoginKey for every upstream: a name for the button,
// the upstream's Base URL, our credentials there, and what we make of its
// answers. A Connector, one kind per sub-package, takes a person there and back:
// Begin says where to send the browser, Finish turns the upstream's answer into
// an Identity. The Registry keeps the keys and the connectors opened from them.
//
// Upstreams are strangers. Whatever they answer, a connector returns an
// identity it has verified or an error: a *Refusal when the upstream said no, a
// *Fault when it did not answer or its answer cannot be trusted. Nothing an
// upstream wrote is ever shown to a person.
//
// The border: the package decides who the upstream says this is, never who that
// is here. Matching an identity with a user, and everything after that, is the
// hub's. Nothing below this package imports the hub; the guarded HTTP client,
// the signer and the clock are handed in.
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

// A Connector signs a person in at one upstream. It is safe for concurrent use.
type Connector interface {
	// Begin fills in the leg, which the hub keeps until the browser returns,
	// and returns where to send the browser meanwhile.
	Begin(ctx context.Context, leg *AuthState, hints AuthRequestOptions) (redirect string, err error)
	// Finish checks the upstream's answer, the query the browser came back
	// with, against the leg. The caller ensures that a leg is used once.
	Finish(ctx context.Context, leg AuthState, answer url.Values) (Identity, error)
}

// A LogoutReceiver is a Connector whose upstream can tell us that a session
// ended there (OpenID Connect Back-Channel Logout 1.0).
type LogoutReceiver interface {
	// LogoutToken verifies a raw logout token. The caller refuses a JTI that
	// it has seen before and forgets it after Expires.
	LogoutToken(ctx context.Context, raw string) (Ended, error)
}

// A Registrar is a Connector that can introduce this hub to its upstream by
// itself and ask, as often as it likes, what became of it.
type Registrar interface {
	// Join asks to be let in; invite may be empty. It returns a *Fault if
	// there was no answer, or none that means anything.
	Join(ctx context.Context, invite string) (ConnectionRequest, error)
}

// A RegistrationStatus is a Joiner that can also look how this hub stands there without
// asking for anything, and take its leave.
type RegistrationStatus interface {
	Standing(ctx context.Context) (ConnectionRequest, error)
	// Leave says that we will not come back.
	Leave(ctx context.Context) error
}

// A Describer is a Connector that can say what its upstream is before anybody
// relies on it, for the administrator to confirm.
type Describer interface {
	Describe(ctx context.Context) (ProviderInfo, error)
}

// A Refresher is a Connector that can look at a person again without them,
// with what it got at the last sign-in (RFC 6749 §6).
type Refresher interface {
	// Refresh returns the identity as it is now, with the tokens to use next.
	// A *Refusal means that the upstream has ended the grant.
	Refresh(ctx context.Context, tokens Tokens) (Identity, error)
}

// A SignOuter is a Connector that can send a browser to the upstream to end
// the session there (OpenID Connect RP-Initiated Logout 1.0).
type SignOuter interface {
	// SignOut returns where to send the browser; the upstream sends it back to
	// back with the state. Empty: the upstream has no such page.
	SignOut(ctx context.Context, tokens Tokens, back, state string) (string, error)
}

// A Revoker is a Connector that can give back what its upstream gave it (RFC
// 7009), when it is not used any more.
type Revoker interface {
	Revoke(ctx context.Context, old Tokens) error
}

// A LogoutPage is a Connector whose upstream has a page that ends the session
// there, and sends nobody back.
type LogoutPage interface {
	LeavePage() string
}

// A AuthState is what must survive until the browser is back: the part of one
// sign-in that is spent at the upstream. It never travels.
type AuthState struct {
	State    string `bson:"state"`    // unguessable; the answer must bring it back
	Nonce    string `bson:"nonce"`    // must be inside the id_token
	Verifier string `bson:"verifier"` // PKCE, RFC 7636
	Redirect string `bson:"redirect"` // our callback URL at this upstream
	Issuer   string `bson:"issuer"`   // who was asked
	MaxAge   string `bson:"max_age,omitempty"`
	// Posted: the answer comes by a form that the upstream's page posts, and
	// no other way.
	Posted bool     `bson:"posted,omitempty"`
	Extra  string   `bson:"extra,omitempty"` // a connector's own
	Via    []string `bson:"via,omitempty"`   // issuers passed, ourselves included
}

// Random is 256 bits nobody can guess, for the secrets of a leg.
func Random() string {
	return secrets.New()
}

// AuthRequestOptions are what the client asked of us and the upstream should know. They
// are sent on, never believed.
type AuthRequestOptions struct {
	Prompt    string
	LoginHint string
	MaxAge    string // seconds
	ACRValues string
	UILocales string
	Via       []string // issuers the request has already passed
	Trace     string   // our reference for this sign-in; told to other hubs alone
	App       string   // what people know the client by; told to other hubs alone
}

// An Identity is what an upstream says about a person. Key, Issuer and Subject
// together name the person for ever; everything else is description and may
// change. Texts are cut to a sane length and hold no control characters.
type Identity struct {
	Key     string // id of the login key
	Issuer  string
	Subject string

	// EmailVerified is true only if the document that names the address says
	// so with a JSON true. Whether this upstream may say so is the hub's decision.
	Email         string
	EmailVerified bool

	Name, GivenName, FamilyName string
	PreferredUsername           string
	Picture                     string // an https address; never fetched by us
	Locale                      string

	// Roles are local roles: the upstream's, through the key's RoleMap. A role
	// without a rule does not appear, nor does the administrator's for a name
	// that was cut out of a text.
	Roles        []string
	RolesUnknown bool // there may be more: the upstream says only where they are

	// ACR and AMR say how the person signed in, for upstreams whose word
	// counts: other hubs. AuthTime is zero if unknown.
	ACR      string
	AMR      []string
	AuthTime time.Time
	SID      string // the upstream's session, for logout

	// Unconfirmed is why the upstream could not be asked whether the person may
	// still sign in there, though it answers for them: what it said last on that
	// counts for a while, and no longer.
	Unconfirmed error

	// Tokens are for the hub to keep, sealed, and never to show.
	Tokens Tokens
}

// Tokens are what an upstream gave us to come back with. Any may be empty.
type Tokens struct {
	Refresh string `bson:"refresh,omitempty"`
	ID      string `bson:"id,omitempty"` // the id_token, a hint for signing out there
	Subject string `bson:"subject,omitempty"`
}

// Ended is what a verified logout token says. Subject or SID may be empty, not
// both; with an empty SID every session of the subject has ended.
type Ended struct {
	Issuer, Subject, SID string
	JTI                  string
	Expires              time.Time
}

// A ProviderInfo describes an upstream for the page where an administrator confirms it.
type ProviderInfo struct {
	Issuer string
	Name   string // what it calls itself, cleaned; may be empty
	// Fingerprints are the RFC 7638 SHA-256 thumbprints of its signing keys,
	// base64url, sorted.
	Fingerprints []string
	// Published are the same keys with their ids.
	Published []PublishedKey
	// ForeignHosts are hosts other than the Base URL's that its endpoints are
	// on. Unless they are in LoginKey.Hosts they are not used.
	ForeignHosts []string
	Joinable     bool // it is a hub that takes introductions
	Registers    bool // apps can register themselves there (RFC 7591)
}

// A Factory makes a connector of one kind. It does not use the network, so
// that opening a key is quick however its upstream is.
type Factory func(key LoginKey, env Dependencies) (Connector, error)

// Dependencies is what every connector gets from the hub.
type Dependencies struct {
	HTTP *http.Client // guarded; all requests to upstreams go through it
	Hub  string       // our issuer
	// AllowHTTP permits upstreams on plain http: for local hubs, never otherwise.
	AllowHTTP bool
	// Callback is where the upstream of a key sends the browser back to. It
	// differs for each key, so that one upstream's answer cannot be passed off
	// as another's (RFC 9700 §4.4.2).
	Callback func(keyID string) string
	// ClientMetadataURL is our client id at a peer: where the metadata
	// document of this key is served.
	ClientMetadataURL func(keyID string) string
	// Open unseals a saved secret. The context is the one it was sealed with.
	Open func(sealed, context string) (string, error)
	// Sign returns a compact ES256 JWT signed with a key in our JWKS.
	Sign func(ctx context.Context, claims map[string]any, typ string) (string, error)
	// Pin remembers an upstream's issuer, and fails if another one is pinned; the Registry fills it in.
	Pin func(ctx context.Context, keyID, issuer string) error
	// Saw is told of the signing keys that an upstream publishes. The Registry
	// fills it in.
	Saw func(ctx context.Context, keyID string, keys []PublishedKey) error
	// Patience is the most one sign-in may wait for an upstream; 10 s if zero.
	Patience time.Duration
	Waits    *cache.Waits     // places for who waits for a new key; nil: nobody does
	Now      func() time.Time // time.Now if nil
	Log      *slog.Logger     // discarded if nil
}

// WithDefaults returns the Env with its optional fields filled in.
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
