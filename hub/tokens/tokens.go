// Package tokens mints and verifies the tokens that clients use: access tokens
// (RFC 9068), ID tokens (OIDC Core §2) and logout tokens (OIDC Back-Channel
// Logout §2.4), and defines which claims a scope releases.
//
// It does not decide whether a token may be issued, and stores no signed token:
// an access token is found by the token family that it belongs to.
package tokens

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"time"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/clients/apis"
	"github.com/fedhub/fedhub/clients/claimmap"
	"github.com/fedhub/fedhub/clients/clientauth"
	"github.com/fedhub/fedhub/hub/grants"
	"github.com/fedhub/fedhub/hub/oauth"
	"github.com/fedhub/fedhub/hub/signing"
	"github.com/fedhub/fedhub/hub/store"
	"github.com/fedhub/fedhub/hub/users"
)

// The typ headers prevent one kind of token from being used as another (RFC
// 8725 §3.11).
const (
	TypeAccess = "at+jwt"
	TypeID     = "JWT"
	TypeLogout = "logout+jwt"
)

// Lifetimes of tokens.
const (
	AccessLife = grants.AccessLife
	IDLife     = 15 * time.Minute
	LogoutLife = 2 * time.Minute // OIDC Back-Channel Logout §2.6
)

// AccessTokenClaims is the payload of an access token (RFC 9068 §2.2).
type AccessTokenClaims struct {
	Issuer   string   `json:"iss"`
	Subject  string   `json:"sub"`
	Audience Audience `json:"aud"`
	ClientID string   `json:"client_id"`
	Scope    string   `json:"scope,omitempty"`
	ID       string   `json:"jti"`
	Issued   int64    `json:"iat"`
	Expires  int64    `json:"exp"`
	AuthTime int64    `json:"auth_time,omitempty"`
	ACR      string   `json:"acr,omitempty"`
	AMR      []string `json:"amr,omitempty"`
	Roles    []string `json:"roles,omitempty"`
	Groups   []string `json:"groups,omitempty"`

	// Family is the token family; empty for client_credentials.
	Family string `json:"fam,omitempty"`

	Confirm *oauth.Confirmation `json:"cnf,omitempty"`                   // RFC 7800
	Details json.RawMessage     `json:"authorization_details,omitempty"` // RFC 9396 §9.1
	Actor   json.RawMessage     `json:"act,omitempty"`                   // RFC 8693 §4.1

	// Parents are the ids of the tokens that were exchanged for this one. When
	// one of them ends, it ends.
	Parents []string `json:"par,omitempty"`

	// Custom are the custom claims. They are not read from a token: see CustomOf.
	Custom map[string]any `json:"-"`
}

// MarshalJSON writes the custom claims beside the others.
func (a AccessTokenClaims) MarshalJSON() ([]byte, error) {
	type plain AccessTokenClaims
	return Beside(a.Custom, plain(a))
}

// Type is the token_type of the access token (RFC 6750, RFC 9449 §5).
func (a AccessTokenClaims) Type() string {
	if a.Confirm != nil && a.Confirm.JKT != "" {
		return "DPoP"
	}
	return "Bearer"
}

// An Audience is one audience or several: JSON writes one as a string (RFC 7519
// §4.1.3).
type Audience []string

// MarshalJSON writes a single audience as a string.
func (a Audience) MarshalJSON() ([]byte, error) {
	if len(a) == 1 {
		return json.Marshal(a[0])
	}
	return json.Marshal([]string(a))
}

// UnmarshalJSON reads both forms.
func (a *Audience) UnmarshalJSON(text []byte) error {
	var one string
	if json.Unmarshal(text, &one) == nil {
		*a = Audience{one}
		return nil
	}
	return json.Unmarshal(text, (*[]string)(a))
}

// Scopes returns the scope claim as a list.
func (a AccessTokenClaims) Scopes() []string {
	scopes, err := oauth.ParseScope(a.Scope)
	if err != nil {
		return nil
	}
	return scopes
}

// Revoked marks a token that was revoked before it expired.
type Revoked struct {
	ID      string    `bson:"id"` // the jti
	Expires time.Time `bson:"expires"`
}

// Key names the record.
func (r Revoked) Key() string { return r.ID }

// ExpiresAt is when the token would have expired anyway.
func (r Revoked) ExpiresAt() time.Time { return r.Expires }

// A Service mints and verifies. Issuer is the hub's public address.
type Service struct {
	Issuer     string
	Signing    *signing.Service
	Grants     *grants.Service
	Users      *users.Service
	Clients    *clients.Registry
	APIs       *apis.Service
	ClientAuth *clientauth.Verifier // the keys and secrets of clients
	Revoked    *store.Collection[Revoked]
	Opaques    *store.Collection[Opaque]
	Custom     Custom
	// Pairwise is the key for pairwise subjects.
	Pairwise []byte
	// Lives reports whether the session with this public name exists.
	Lives func(ctx context.Context, sid string) (bool, error)
	// Used is called with a client before it gets a token; may be nil.
	Used func(ctx context.Context, c clients.Client) error
	Now  func() time.Time
}

func (k *Service) used(ctx context.Context, c clients.Client) error {
	if k.Used == nil {
		return nil
	}
	return k.Used(ctx, c)
}

// ForUser mints an access token for a token family. scopes are those of the
// family or, after a refresh that narrows them, fewer.
//
// bound is the key that the holder of the token must prove, if any.
func (k *Service) ForUser(ctx context.Context, f grants.TokenFamily, u users.User, scopes []string, bound oauth.Confirmation) (Issued, error) {
	c, err := k.Clients.Get(ctx, f.ClientID)
	if err != nil {
		return Issued{}, err
	}
	a := k.access(k.subject(c, u.ID), c.ID, scopes, bound)
	a.ACR, a.AMR, a.Family = f.ACR, f.AMR, f.ID
	if !f.AuthTime.IsZero() {
		a.AuthTime = f.AuthTime.Unix()
	}
	a.Audience = k.audience(f.Terms.Resources)
	a.Details, a.Actor = json.RawMessage(f.Terms.Details), json.RawMessage(f.Terms.Actor)
	if slices.Contains(scopes, "roles") {
		a.Roles = u.AllRoles()
	}
	if slices.Contains(scopes, "groups") {
		a.Groups = u.GroupNames()
	}
	a.Custom, err = k.custom(ctx, release{c, f, u, scopes, claimmap.AccessToken})
	if err != nil {
		return Issued{}, err
	}
	return k.mint(ctx, c, &a, 0)
}

// ForClient mints an access token for a client that acts for itself (RFC 6749
// §4.4). Its subject is the client (RFC 9068 §2.2).
func (k *Service) ForClient(ctx context.Context, clientID string, scopes, resources []string, bound oauth.Confirmation) (Issued, error) {
	c, err := k.Clients.Get(ctx, clientID)
	if err != nil {
		return Issued{}, err
	}
	a := k.access(c.ID, c.ID, scopes, bound)
	a.Audience = k.audience(resources)
	return k.mint(ctx, c, &a, 0)
}

func (k *Service) access(subject, clientID string, scopes []string, bound oauth.Confirmation) AccessTokenClaims {
	now := k.Now()
	a := AccessTokenClaims{
		Issuer:   k.Issuer,
		Subject:  subject,
		Audience: Audience{k.Issuer},
		ClientID: clientID,
		Scope:    oauth.JoinScope(scopes),
		ID:       rand.Text(),
		Issued:   now.Unix(),
	}
	if bound.Bound() {
		a.Confirm = &bound
	}
	return a
}

// ErrInvalid is returned for every access token that is not valid now.
var ErrInvalid = errors.New("the access token is not valid")

// A TokenInfo is what a valid access token stands for. User is zero when the
// client acts for itself.
type TokenInfo struct {
	AccessTokenClaims
	User   users.User
	Family grants.TokenFamily
}

// audience is the audience of a token: the APIs it was requested for, or the
// hub.
func (k *Service) audience(resources []string) Audience {
	if len(resources) == 0 {
		return Audience{k.Issuer}
	}
	return resources
}

// Verify is Inspect for a token that is presented to the hub itself: a token
// made only for other audiences is refused (RFC 9068 §4).
func (k *Service) Verify(ctx context.Context, raw string) (TokenInfo, error) {
	h, err := k.Inspect(ctx, raw)
	if err == nil && !slices.Contains(h.Audience, k.Issuer) {
		return TokenInfo{}, fmt.Errorf("%w: it has another audience", ErrInvalid)
	}
	return h, err
}

// Inspect checks an access token and everything it depends on: its client, its
// family, the family's grant, and the user. A revoked token is refused at once.
// An error that is not ErrInvalid means that the database did not answer.
func (k *Service) Inspect(ctx context.Context, raw string) (TokenInfo, error) {
	a, err := k.parse(ctx, raw)
	if err != nil {
		return TokenInfo{}, err
	}
	h := TokenInfo{AccessTokenClaims: a}
	if a.Family == "" || len(a.Parents) > 0 {
		err = k.notRevoked(ctx, a)
	}
	if err == nil {
		_, err = k.Clients.Get(ctx, a.ClientID) // tokens end with their client
	}
	if err == nil {
		err = k.apisStand(ctx, a)
	}
	if err == nil && a.Family != "" {
		h.Family, err = k.Grants.Live(ctx, a.Family)
	}
	if err == nil && a.Family != "" && h.Family.ClientID != a.ClientID {
		// An exchanged token also ends with the client of the subject token.
		_, err = k.Clients.Get(ctx, h.Family.ClientID)
	}
	if err == nil && a.Family != "" {
		h.User, err = k.user(ctx, h.Family)
	}
	if errors.Is(err, fs.ErrNotExist) {
		err = fmt.Errorf("%w: %w", ErrInvalid, err)
	}
	if err != nil {
		return TokenInfo{}, err
	}
	return h, nil
}

// apisStand reports fs.ErrNotExist if an API of the token was deleted since.
func (k *Service) apisStand(ctx context.Context, a AccessTokenClaims) error {
	for _, identifier := range a.Audience {
		if identifier == k.Issuer {
			continue
		}
		api, err := k.APIs.Find(ctx, identifier)
		if err == nil && api.Created.Unix() > a.Issued {
			err = fmt.Errorf("the API is a later one: %w", fs.ErrNotExist)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// parse checks everything that needs no database.
func (k *Service) parse(ctx context.Context, raw string) (AccessTokenClaims, error) {
	a, err := k.read(ctx, raw)
	switch {
	case err != nil:
		return AccessTokenClaims{}, err
	case a.Issuer != k.Issuer:
		return AccessTokenClaims{}, fmt.Errorf("%w: it has another issuer", ErrInvalid)
	case k.Now().Unix() >= a.Expires:
		return AccessTokenClaims{}, fmt.Errorf("%w: it expired", ErrInvalid)
	}
	return a, nil
}

func (k *Service) notRevoked(ctx context.Context, a AccessTokenClaims) error {
	for _, id := range append(a.Parents, a.ID) {
		_, err := k.Revoked.Get(ctx, id)
		if err == nil {
			return fmt.Errorf("%w: it was revoked", ErrInvalid)
		}
		if !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

// user returns the family's user if the sign-in is still valid: the user is
// enabled and of the same session generation.
func (k *Service) user(ctx context.Context, f grants.TokenFamily) (users.User, error) {
	u, err := k.Users.Get(ctx, f.UserID)
	if err != nil {
		return users.User{}, err
	}
	if u.Disabled || u.SessionGeneration != f.SessionGeneration {
		return users.User{}, fmt.Errorf("the user was disabled or signed out everywhere: %w", fs.ErrNotExist)
	}
	return u, nil
}

// UserOf is the same check for a refresh token or a new code: fs.ErrNotExist
// means that the family must get no more tokens.
func (k *Service) UserOf(ctx context.Context, f grants.TokenFamily) (users.User, error) {
	if err := k.Grants.IsActive(ctx, f); err != nil {
		return users.User{}, err
	}
	if !f.Offline() && f.SID != "" {
		lives, err := k.Lives(ctx, f.SID)
		if err != nil {
			return users.User{}, err
		}
		if !lives {
			return users.User{}, fmt.Errorf("the session ended: %w", fs.ErrNotExist)
		}
	}
	return k.user(ctx, f)
}

// Revoke ends an access token of this client. Tokens of other clients, and
// anything that is no token, cause no error (RFC 7009 §2.2). An access token
// from a sign-in ends together with its whole family.
func (k *Service) Revoke(ctx context.Context, raw, clientID string) (revoked bool, err error) {
	a, err := k.parse(ctx, raw)
	if errors.Is(err, ErrInvalid) || (err == nil && a.ClientID != clientID) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	// An exchanged token comes from another client's sign-in, which stays.
	if a.Family != "" && len(a.Parents) == 0 {
		return true, k.Grants.Withdraw(ctx, a.Family, "client.revoked")
	}
	err = k.Revoked.Insert(ctx, Revoked{ID: a.ID, Expires: time.Unix(a.Expires, 0)})
	if errors.Is(err, fs.ErrExist) {
		err = nil
	}
	return err == nil, err
}
