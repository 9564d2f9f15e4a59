// Package grants keeps what users allow clients, and everything that was issued
// because of it.
//
// A Grant is the permission: this user, this client, these scopes. A
// TokenFamily is one authorization code and the refresh tokens that follow from
// it; it belongs to a grant. Each is one document, so that redeeming a code,
// rotating a refresh token and revoking are single writes, and exactly one of
// several concurrent callers wins.
//
// It decides whether a code or refresh token is valid. Package tokens decides
// what tokens look like. The client is authenticated before.
package grants

import (
	"context"
	"crypto/rand"
	"errors"
	"io/fs"
	"slices"
	"time"

	"github.com/fedhub/fedhub/hub/oauth"
	"github.com/fedhub/fedhub/hub/store"
)

// A Grant is what a user allowed a client.
type Grant struct {
	ID       string   `bson:"id"`     // user and client, so there is one
	Serial   string   `bson:"serial"` // new with each grant, so that a removed grant does not revive when it is given again
	UserID   string   `bson:"userId"`
	ClientID string   `bson:"clientId"`
	Scopes   []string `bson:"scopes"`
	// Extras are what was agreed to besides scopes, each with its own name:
	// single claims, APIs, authorization details.
	Extras []string `bson:"extras,omitempty"`
	// ConsentVersion is the client's when the user agreed. A client that has
	// changed its name or addresses since then needs a new consent.
	ConsentVersion int `bson:"generation"`
	// Preauthorized marks a grant that an administrator gave in part, by Skip
	// Authorization. The user did not agree to all of it, so it counts only
	// while the client may skip consent.
	Preauthorized bool `bson:"preauthorized"`
	// Lapsed says that the last valid token of the grant was revoked: the user
	// is asked again before it counts again.
	Lapsed  bool      `bson:"lapsed,omitempty"`
	Given   time.Time `bson:"given"`
	Updated time.Time `bson:"updated"`
	Expires time.Time `bson:"expires"`
}

// Key names the record.
func (g Grant) Key() string { return g.ID }

// ExpiresAt is when the user must be asked again.
func (g Grant) ExpiresAt() time.Time { return g.Expires }

func grantID(userID, clientID string) string { return userID + " " + clientID }

// Lives are lifetimes.
type Lives struct {
	Code    time.Duration // of an authorization code
	Refresh time.Duration // of an unused refresh token
	Family  time.Duration // of all refresh tokens of one sign-in
	Grant   time.Duration // until the user is asked again
}

// DefaultLives follow RFC 9700.
func DefaultLives() Lives {
	const day = 24 * time.Hour
	return Lives{Code: time.Minute, Refresh: 30 * day, Family: 180 * day, Grant: 365 * day}
}

// A Service keeps grants and families.
type Service struct {
	grants   *store.Collection[Grant]
	families *store.Collection[TokenFamily]
	lives    Lives
	key      []byte // derives successors of refresh tokens
	now      func() time.Time

	// SessionLives reports whether the session with this public name exists. It
	// does not count as use of the session.
	SessionLives func(ctx context.Context, sid string) (bool, error)
}

// NewService returns a service over the two sets. key is the hub's own; the
// successors of refresh tokens are derived with it.
func NewService(grants *store.Collection[Grant], families *store.Collection[TokenFamily], lives Lives, key []byte, now func() time.Time) *Service {
	return &Service{grants: grants, families: families, lives: lives, key: key, now: now}
}

// Covers returns the user's grant to the client if it covers what is requested,
// and fs.ErrNotExist if the user must be asked.
func (k *Service) Covers(ctx context.Context, a Allowance) (Grant, error) {
	g, err := k.grants.Get(ctx, grantID(a.UserID, a.ClientID))
	if err != nil {
		return Grant{}, err
	}
	if g.ConsentVersion != a.Generation || !oauth.Covers(g.Scopes, a.Scopes) || !oauth.Covers(g.Extras, a.Extras) {
		return Grant{}, fs.ErrNotExist
	}
	return g, nil
}

// Circumstances decide, besides the grant itself, whether the user has agreed.
type Circumstances struct {
	SkipAuthorization bool // an administrator agreed for all users
	AskAlways         bool // earlier consent does not count, by a setting or the kind of client
	JustNow           bool // the user agreed in this flow

	// Answered reports whether the client got an answer in an active session of
	// the user. Earlier consent counts only while something of it is active;
	// nil where no user can be asked. SessionGeneration is the user's.
	Answered          func(context.Context) (bool, error)
	SessionGeneration int64
}

// Agreed reports whether the user agreed to what is requested, and returns that
// grant. It asks no one: false means that the user must be asked. What an
// administrator agreed to is stored, so that the user sees it and can remove
// it. When the client may no longer skip consent, such a grant does not count.
func (k *Service) Agreed(ctx context.Context, a Allowance, c Circumstances) (Grant, bool, error) {
	g, err := k.Covers(ctx, a)
	missing := errors.Is(err, fs.ErrNotExist)
	switch {
	case err != nil && !missing:
		return Grant{}, false, err
	case missing && c.SkipAuthorization:
		a.Preauthorized = true
		g, err = k.Allow(ctx, a)
		return g, err == nil, err
	case missing:
		return Grant{}, false, nil
	}
	if c.SkipAuthorization || c.JustNow || c.AskAlways || g.Preauthorized || c.Answered == nil {
		return g, c.SkipAuthorization || c.JustNow || !c.AskAlways && !g.Preauthorized, nil
	}
	alive, err := k.alive(ctx, g, c)
	return g, alive, err
}

// Granted returns the scopes that the user has already allowed.
func (k *Service) Granted(ctx context.Context, userID, clientID string, generation int) ([]string, error) {
	g, err := k.grants.Get(ctx, grantID(userID, clientID))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil || g.ConsentVersion != generation || g.Preauthorized {
		return nil, err
	}
	return g.Scopes, nil
}

// An Allowance is what Allow stores.
type Allowance struct {
	UserID, ClientID string
	Generation       int
	Scopes           []string
	Extras           []string
	Preauthorized    bool
}

// maxExtras bounds the extras of a grant; the newest are kept. Authorization
// details may differ with every request.
const maxExtras = 100

// Allow stores that the user allows the client these scopes, in addition to
// earlier ones.
func (k *Service) Allow(ctx context.Context, a Allowance) (Grant, error) {
	var out Grant
	merge := func(g *Grant) error {
		if g.ConsentVersion != a.Generation {
			// Consent to the earlier version of the client does not carry over.
			*g = k.newGrant(a)
		}
		if g.Preauthorized && !a.Preauthorized {
			g.Scopes, g.Extras = nil, nil // from here on only what the user agrees to counts
		}
		g.Scopes = append(g.Scopes, oauth.Missing(g.Scopes, a.Scopes)...)
		g.Extras = append(g.Extras, oauth.Missing(g.Extras, a.Extras)...)
		g.Extras = g.Extras[max(0, len(g.Extras)-maxExtras):]
		g.Preauthorized, g.Lapsed = a.Preauthorized, false
		g.Updated, g.Expires = k.now(), k.now().Add(k.lives.Grant)
		out = *g
		return nil
	}
	err := k.grants.Update(ctx, grantID(a.UserID, a.ClientID), merge)
	if !errors.Is(err, fs.ErrNotExist) {
		return out, err
	}
	out = k.newGrant(a)
	err = k.grants.Insert(ctx, out)
	if errors.Is(err, fs.ErrExist) {
		err = k.grants.Update(ctx, out.ID, merge) // a concurrent request created it first
	}
	return out, err
}

func (k *Service) newGrant(a Allowance) Grant {
	now := k.now()
	return Grant{
		ID:             grantID(a.UserID, a.ClientID),
		Serial:         rand.Text(),
		UserID:         a.UserID,
		ClientID:       a.ClientID,
		Scopes:         slices.Clone(a.Scopes),
		Extras:         slices.Clone(a.Extras),
		ConsentVersion: a.Generation,
		Preauthorized:  a.Preauthorized,
		Given:          now,
		Updated:        now,
		Expires:        now.Add(k.lives.Grant),
	}
}

// MostListed bounds what ByUser returns.
const MostListed = 200

// ByUser lists what the user has allowed, at most MostListed.
func (k *Service) ByUser(ctx context.Context, userID string) ([]Grant, error) {
	return store.Collect(k.grants.EachWhere(ctx, "userId", userID), MostListed)
}

// Remove revokes what the user allowed the client. Its tokens stop working at
// this hub at once, because each is checked against its grant.
func (k *Service) Remove(ctx context.Context, userID, clientID string) error {
	return k.grants.Delete(ctx, grantID(userID, clientID))
}

// RemoveUser revokes everything that the user allowed.
func (k *Service) RemoveUser(ctx context.Context, userID string) error {
	return k.removeAll(ctx, "userId", userID)
}

// RemoveClient revokes every grant of a client that is deleted.
func (k *Service) RemoveClient(ctx context.Context, clientID string) error {
	return k.removeAll(ctx, "clientId", clientID)
}

func (k *Service) removeAll(ctx context.Context, field, value string) error {
	for g, err := range k.grants.EachWhere(ctx, field, value) {
		if err != nil {
			return err
		}
		if err := k.grants.Delete(ctx, g.ID); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}
