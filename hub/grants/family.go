package grants

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"time"

	"github.com/fedhub/fedhub/clients/claimmap"
	"github.com/fedhub/fedhub/hub/oauth"
	"github.com/fedhub/fedhub/internal/names"
	"github.com/fedhub/fedhub/internal/secrets"
	"github.com/fedhub/fedhub/internal/texts"
)

// A TokenFamily is one authorization code and the tokens that came of it.
type TokenFamily struct {
	ID string `bson:"id"` // the head of the code's hash; reveals nothing about the code

	Authorization `bson:",inline"`

	// Front says that the authorization endpoint issued tokens together with
	// the code: they are valid before the code is redeemed.
	Front bool `bson:"front,omitempty"`

	CodeHash string    `bson:"codeHash" secret:"hash"`
	CodeEnds time.Time `bson:"codeEnds"`
	Redeemed time.Time `bson:"redeemed"`

	RootHash    string `bson:"rootHash" secret:"hash"`    // of the part that all refresh tokens of the family share
	RefreshHash string `bson:"refreshHash" secret:"hash"` // of the current refresh token
	Rotations   int    `bson:"rotations"`
	// Rotated is when the current token was issued in exchange for the one
	// before it, and RotatedFor what that request asked for.
	Rotated    time.Time `bson:"rotated,omitempty"`
	RotatedFor string    `bson:"rotatedFor,omitempty" secret:"hash"`
	Ends       time.Time `bson:"ends"` // end of the whole family, even if it is used

	Revoked time.Time `bson:"revoked"`
	Why     string    `bson:"why"` // the code of the reason it was revoked
	Expires time.Time `bson:"expires"`
}

// TokenConstraints are further agreed restrictions, all of them optional.
type TokenConstraints struct {
	Kind      string             `bson:"kind,omitempty"`      // the grant type, if it was not a code
	Claims    string             `bson:"claims,omitempty"`    // the claims parameter, JSON (OIDC Core §5.5)
	Resources []string           `bson:"resources,omitempty"` // RFC 8707
	Details   string             `bson:"details,omitempty"`   // authorization_details, JSON (RFC 9396)
	Confirm   oauth.Confirmation `bson:"confirm,omitempty"`   // the key that the code and refresh tokens are bound to
	Actor     string             `bson:"actor,omitempty"`     // the act claim, JSON (RFC 8693 §4.1)
}

// Key names the record.
func (f TokenFamily) Key() string { return f.ID }

// ExpiresAt is when nothing of the family can be used any more.
func (f TokenFamily) ExpiresAt() time.Time { return f.Expires }

// Offline reports whether the family outlives its session.
func (f TokenFamily) Offline() bool { return oauth.Covers(f.Scopes, []string{"offline_access"}) }

// remember is how long a code or family is kept after its use, so that a replay
// is still recognised.
const remember = time.Hour

// An Authorization is what a user agreed to, with how they signed in: a code
// stands for it, and a family continues it.
type Authorization struct {
	GrantID     string `bson:"grantId"`
	GrantSerial string `bson:"grantSerial"`
	UserID      string `bson:"userId"`
	ClientID    string `bson:"clientId"`

	SignIn `bson:",inline"`

	Scopes      []string         `bson:"scopes"`
	RedirectURI string           `bson:"redirectUri"` // as sent in the request, "" if it was not
	Challenge   string           `bson:"challenge"`
	Nonce       string           `bson:"nonce"`
	SID         string           `bson:"sid"` // the public name of its session; only of a code
	Terms       TokenConstraints `bson:"terms,omitempty"`
	Trace       string           `bson:"trace,omitempty"` // id of the login trace, if there is one
	// Custom are the custom claims that the user agreed to, by their names in
	// Grant.Extras.
	Custom []string `bson:"custom,omitempty"`
}

// Authorization starts an authorization from the grant, for a user who signed
// in like this. Every grant type uses it.
func (g Grant) Authorization(scopes []string, by SignIn) Authorization {
	return Authorization{GrantID: g.ID, GrantSerial: g.Serial, UserID: g.UserID, ClientID: g.ClientID, SignIn: by, Scopes: scopes, Custom: g.Custom()}
}

// Custom are those of the Extras that are custom claims.
func (g Grant) Custom() []string {
	var custom []string
	for _, extra := range g.Extras {
		if strings.HasPrefix(extra, claimmap.ExtraPrefix) {
			custom = append(custom, extra)
		}
	}
	return custom
}

const (
	idLength   = 22 // base64url characters, 132 bits
	rootLength = 22
)

// NewCode stores the authorization and returns a code for it, valid once and
// for Lives.Code. front says that tokens are issued together with it.
func (k *Service) NewCode(ctx context.Context, a Authorization, front bool) (string, TokenFamily, error) {
	code := names.CodePrefix + secrets.New()
	sum, ends := secrets.Hash(code), k.now().Add(k.lives.Code)
	f := TokenFamily{ID: sum[:idLength], Authorization: a, Front: front, CodeHash: sum, CodeEnds: ends, Expires: ends.Add(remember)}
	if err := k.families.Insert(ctx, f); err != nil {
		return "", TokenFamily{}, fmt.Errorf("store a code: %w", err)
	}
	return code, f, nil
}

// Begin stores an authorization that came without a code, and returns its first
// refresh token if the redemption asks for one. from names what it was
// collected with: if several requests present the same, one begins a family and
// the others get an error.
func (k *Service) Begin(ctx context.Context, from string, a Authorization, p CodeRedemption) (TokenFamily, string, error) {
	f := TokenFamily{ID: secrets.Hash(from)[:idLength], Authorization: a}
	f.Terms.Confirm = p.Bound
	refresh := k.markUsed(&f, p)
	err := k.families.Insert(ctx, f)
	if errors.Is(err, fs.ErrExist) {
		return TokenFamily{}, "", oauth.InvalidGrant("oauth.grant.exchanged").Because(err)
	}
	if err != nil {
		return TokenFamily{}, "", fmt.Errorf("begin a token family: %w", err)
	}
	return f, refresh, nil
}

// A CodeRedemption is what a client presents together with a code.
type CodeRedemption struct {
	ClientID    string
	RedirectURI string // as sent to the token endpoint, "" if it was not
	Verifier    string
	// Proven are the keys that the client proved to hold.
	Proven oauth.Confirmation
	// Refresh asks for a refresh token too. It is bound to Bound.
	Refresh bool
	Bound   oauth.Confirmation
	// Access is the lifetime of the access token. The family is kept at least
	// that long, for introspection.
	Access time.Duration
}

// A ReplayError is a refusal that suggests theft. Its family has been revoked,
// unless the stolen token is useless without a key (refresh.misused). The event
// belongs in the audit log.
type ReplayError struct {
	Family TokenFamily
	Kind   string // "code.replayed", "code.misused", "refresh.reused" or "refresh.misused"
	Public *oauth.Error
}

// Error is for the log.
func (m *ReplayError) Error() string { return m.Kind + ": " + m.Public.Error() }

// Unwrap gives the responder the protocol error.
func (m *ReplayError) Unwrap() error { return m.Public }

// Sentence is the text for the audit log.
func (m *ReplayError) Sentence() texts.Text {
	return texts.New("tokens.misused", "why", m.Public.Why)
}

var errNoCode = oauth.InvalidGrant("oauth.code.gone")

// Redeem exchanges a code for its authorization, at most once even under
// concurrent requests, and returns the first refresh token if one is wanted.
//
// The first use by an authenticated client spends the code, even if its proof
// fails: then the code was in the wrong hands. A second use revokes what the
// first one got (RFC 6749 §4.1.2).
func (k *Service) Redeem(ctx context.Context, code string, p CodeRedemption) (TokenFamily, string, error) {
	if !strings.HasPrefix(code, names.CodePrefix) {
		return TokenFamily{}, "", errNoCode
	}
	sum := secrets.Hash(code)
	var out TokenFamily
	var refresh string
	var refusal error
	err := k.families.Update(ctx, sum[:idLength], func(f *TokenFamily) error {
		refresh, refusal = k.redeem(f, sum, p)
		out = *f
		if refusal != nil && f.Revoked.IsZero() {
			return refusal // nothing to write
		}
		return nil
	})
	if errors.Is(err, fs.ErrNotExist) {
		return TokenFamily{}, "", errNoCode
	}
	if err == nil && refusal != nil {
		err = k.ended(ctx, out, refusal)
	}
	if err != nil {
		return TokenFamily{}, "", err
	}
	return out, refresh, nil
}

// Origin returns the authorization that a code stands for, in any state, to
// find out why the code was refused; fs.ErrNotExist if there is none.
func (k *Service) Origin(ctx context.Context, code string) (TokenFamily, error) {
	sum := secrets.Hash(code)
	f, err := k.families.Get(ctx, sum[:idLength])
	if err == nil && !secrets.Same(f.CodeHash, sum) {
		err = fs.ErrNotExist
	}
	return f, err
}

// redeem edits the family. An error with f.Revoked set must be stored.
func (k *Service) redeem(f *TokenFamily, sum string, p CodeRedemption) (string, error) {
	now := k.now()
	switch {
	case !secrets.Same(f.CodeHash, sum):
		return "", errNoCode
	case !f.Redeemed.IsZero() || !f.Revoked.IsZero():
		return "", k.misuse(f, "code.replayed", "oauth.code.used")
	case !now.Before(f.CodeEnds):
		return "", errNoCode
	case f.ClientID != p.ClientID:
		return "", k.misuse(f, "code.misused", "oauth.code.client")
	case f.RedirectURI != p.RedirectURI:
		// RFC 6749 §4.1.3: it must equal the one in the authorization request,
		// and is only needed if that had one.
		return "", k.misuse(f, "code.misused", "oauth.code.redirect_uri")
	case f.Challenge == "" && p.Verifier != "":
		// RFC 9700 §4.8.2: otherwise an attacker could strip PKCE.
		return "", k.misuse(f, "code.misused", "oauth.code.challenge")
	case f.Challenge != "" && !oauth.VerifierMatches(p.Verifier, f.Challenge):
		return "", k.misuse(f, "code.misused", "oauth.code.verifier")
	case !f.Terms.Confirm.HeldBy(p.Proven):
		// RFC 9449 §10: the code is only valid with the key of dpop_jkt.
		return "", k.misuse(f, "code.misused", "oauth.code.key")
	}
	f.Terms.Confirm = p.Bound
	return k.markUsed(f, p), nil
}

// markUsed marks the code as redeemed and returns the family's first refresh
// token, if one is wanted.
func (k *Service) markUsed(f *TokenFamily, p CodeRedemption) string {
	f.Redeemed = k.now()
	f.Expires = f.Redeemed.Add(p.Access + remember)
	if !p.Refresh {
		return ""
	}
	f.Ends = f.Redeemed.Add(k.lives.Family)
	root := secrets.New()[:rootLength]
	f.RootHash = secrets.Hash(root)
	return k.handOut(f, names.RefreshPrefix+f.ID+root+secrets.New())
}

func (k *Service) misuse(f *TokenFamily, kind, why string) error {
	refused := &ReplayError{Family: *f, Kind: kind, Public: oauth.InvalidGrant(why)}
	if f.Revoked.IsZero() {
		f.end(k.now(), kind)
	}
	return refused
}

// handOut makes a refresh token the newest of the family and returns it. The
// token names its family, its root proves that the hub issued it, and the rest
// proves that it is the newest.
func (k *Service) handOut(f *TokenFamily, token string) string {
	f.RefreshHash = secrets.Hash(token)
	f.Rotations++
	k.extend(f)
	return token
}

// extend lets the refresh token live on from now, at most to the end of the
// family.
func (k *Service) extend(f *TokenFamily) {
	f.Expires = k.now().Add(k.lives.Refresh)
	if f.Ends.Before(f.Expires) {
		f.Expires = f.Ends
	}
}
