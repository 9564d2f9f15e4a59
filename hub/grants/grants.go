// Package grants keeps what users allowed clients, and everything that was
// issued on the strength of it.
//
// A Grant is the permission: this user, this client, these scopes. A Family is
// one authorization code and the line of refresh tokens that grew from it; it
// hangs on its grant. Both live in one document each, so that redeeming a
// code, rotating a refresh token and revoking are single writes that exactly
// one caller wins.
//
// It decides whether a code or refresh token is good. What the tokens look
// like is tokens' business; who the client is was settled before.
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
	Serial   string   `bson:"serial"` // new with each grant: removing one and allowing again revives nothing
	UserID   string   `bson:"userId"`
	ClientID string   `bson:"clientId"`
	Scopes   []string `bson:"scopes"`
	// Extras are what was agreed to beyond scopes, each by a name of its own:
	// single claims, APIs, authorization details.
	Extras []string `bson:"extras,omitempty"`
	// Generation is the client's when the user agreed. A client that has
	// since changed its name or addresses is another client to the user.
	ConsentVersion int `bson:"generation"`
	// Preauthorized marks a grant of which an administrator gave a part, by
	// Skip Authorization. The user never agreed to all of it, so it counts
	// only as long as the client may skip.
	Preauthorized bool `bson:"preauthorized"`
	// Lapsed says that the last token that was good of it was revoked: the user
	// is asked again, and then it stands again.
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

// Lives are the lifetimes that grants gives out.
type Lives struct {
	Code    time.Duration // of an authorization code
	Refresh time.Duration // of a refresh token that is not used
	Family  time.Duration // of all refresh tokens from one sign-in
	Grant   time.Duration // until the user is asked again
}

// DefaultLives are what RFC 9700 and common sense suggest.
func DefaultLives() Lives {
	const day = 24 * time.Hour
	return Lives{Code: time.Minute, Refresh: 30 * day, Family: 180 * day, Grant: 365 * day}
}

// A Service keeps grants and families.
type Service struct {
	grants   *store.Collection[Grant]
	families *store.Collection[TokenFamily]
	lives    Lives
	key      []byte // that refresh tokens follow from each other by
	now      func() time.Time

	// SessionLives says whether the session of this name is still there, without
	// counting as a use of it.
	SessionLives func(ctx context.Context, sid string) (bool, error)
}

// NewService returns a service over the two sets. key is the hub's own, from
// which the successors of refresh tokens are made.
func NewService(grants *store.Collection[Grant], families *store.Collection[TokenFamily], lives Lives, key []byte, now func() time.Time) *Service {
	return &Service{grants: grants, families: families, lives: lives, key: key, now: now}
}

// Covers returns the user's grant to the client if it covers what would be
// allowed, and fs.ErrNotExist if the user must be asked.
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

// Circumstances are what decides, beside the grant itself, whether a user
// agreed.
type Circumstances struct {
	SkipAuthorization bool // an administrator agreed for everybody
	AskAlways         bool // an agreement of before is no answer, by a setting or the kind of client
	JustNow           bool // the user agreed in this very flow

	// Answered says whether the client was answered in a session of the user's
	// that lives. An agreement of before counts only while something of it is
	// alive; nil where nobody can be asked. SessionGeneration is the user's.
	Answered          func(context.Context) (bool, error)
	SessionGeneration int64
}

// Agreed reports whether the user agreed to what would be allowed, and returns
// the grant that says so. Nobody is asked here: a false answer means that the
// user must be. What an administrator agreed to is written down, so that the
// user sees it and can remove it; once authorization is no longer skipped, such
// a grant is no agreement of the user's.
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

// Granted returns the scopes the user has already allowed, none if none.
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

// An Allowance is what Allow writes down.
type Allowance struct {
	UserID, ClientID string
	Generation       int
	Scopes           []string
	Extras           []string
	Preauthorized    bool
}

// maxExtras is how many of a grant's extras are remembered, the newest.
// Details may differ with every request.
const maxExtras = 100

// Allow records that the user allows the client these scopes, beside those
// allowed before.
func (k *Service) Allow(ctx context.Context, a Allowance) (Grant, error) {
	var out Grant
	merge := func(g *Grant) error {
		if g.ConsentVersion != a.Generation {
			// Consent given to what the client used to be does not carry over.
			*g = k.newGrant(a)
		}
		if g.Preauthorized && !a.Preauthorized {
			g.Scopes, g.Extras = nil, nil // from here on only what the user says
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
		err = k.grants.Update(ctx, out.ID, merge) // another tab was quicker
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

// MostListed is how many grants ByUser returns at most.
const MostListed = 200

// ByUser lists what the user has allowed, MostListed of it at most.
func (k *Service) ByUser(ctx context.Context, userID string) ([]Grant, error) {
	return store.Collect(k.grants.EachWhere(ctx, "userId", userID), MostListed)
}

// Remove takes back what the user allowed the client. Every token of it stops
// working here at once, for each is checked against its grant.
func (k *Service) Remove(ctx context.Context, userID, clientID string) error {
	return k.grants.Delete(ctx, grantID(userID, clientID))
}

// RemoveUser takes back whatever the user allowed anybody.
func (k *Service) RemoveUser(ctx context.Context, userID string) error {
	return k.removeAll(ctx, "userId", userID)
}

// RemoveClient takes back every grant to a client that is going away.
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
