// Package sessions keeps the browsers that are signed in.
//
// The cookie holds only a random id; the store keeps its hash and the data. So
// a session ends on the server, at once and for all processes, and a copy of
// the database cannot be used to sign in.
//
// hub/web/cookies sets and reads the cookies.
package sessions

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"time"

	"github.com/fedhub/fedhub/hub/grants"
	"github.com/fedhub/fedhub/hub/seal"
	"github.com/fedhub/fedhub/hub/store"
	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/hub/users/passwords"
	"github.com/fedhub/fedhub/internal/names"
	"github.com/fedhub/fedhub/internal/secrets"
)

// A Session is one signed-in browser.
type Session struct {
	ID     string `bson:"id"`  // hash of the cookie
	SID    string `bson:"sid"` // public name for clients (OIDC Front-Channel Logout §3); kept when the same user signs in again
	UserID string `bson:"userId"`

	grants.SignIn `bson:",inline"`

	// The provider that the user came from, if any: its login key with the sid
	// and subject that its logout tokens name.
	UpstreamSID string `bson:"upstreamSid"`
	UpstreamSub string `bson:"upstreamSub"`
	// Upstream is the provider's id_token, encrypted, if the session there is
	// to end with this one.
	Upstream string `bson:"upstream,omitempty" secret:"sealed"`

	// Clients got codes in this session. They are notified when it ends.
	Clients []string `bson:"clients"`

	// Looking are passwords that are being checked in this session to prove the
	// user's presence; Wrong counts wrong ones in a row.
	Looking passwords.Looks `bson:"looking,omitempty"`
	Wrong   int             `bson:"wrong,omitempty"`

	// AddressProved is when the user entered a code from an email, which the first
	// second factor needs.
	AddressProved time.Time `bson:"addressProved,omitempty"`

	Agent   string    `bson:"agent"`
	IP      string    `bson:"ip"`
	Created time.Time `bson:"created"`
	Seen    time.Time `bson:"seen"` // to the minute
	Ends    time.Time `bson:"ends"` // even if it is used
	Expires time.Time `bson:"expires"`

	// Browser is set if the user did not want to stay signed in: the hash of a
	// cookie that the browser forgets when it closes. Without that cookie the
	// session cannot be used.
	Browser string `bson:"browser,omitempty" secret:"hash"`
}

// Key names the record.
func (s Session) Key() string { return s.ID }

// ExpiresAt is when the session ends by itself.
func (s Session) ExpiresAt() time.Time { return s.Expires }

// Lifetimes of a session.
const (
	Idle     = 24 * time.Hour      // if it is not used
	Absolute = 14 * 24 * time.Hour // in total
	Brief    = 24 * time.Hour      // in total, if the user did not want to stay signed in
	seenStep = time.Minute         // precision of Seen
	clocks   = 2 * time.Minute     // largest clock difference of two machines
)

// A Service starts, finds and ends sessions.
type Service struct {
	Sessions *store.Collection[Session]
	Users    *users.Service
	Box      *seal.Box
	Now      func() time.Time
	Limits   func(context.Context) (Limits, error) // DefaultLimits if nil

	// HasFactor reports whether a user has a second factor; nobody if nil.
	HasFactor func(ctx context.Context, userID string) (bool, error)
}

// A Person is a session together with its user.
type Person struct {
	Session Session
	User    users.User
}

// ErrNobody is returned when the browser is not signed in.
var ErrNobody = errors.New("no user is signed in")

// PersonOf returns the session with its user, and counts as use of it. It is
// ErrNobody for a user who was disabled or signed out everywhere.
func (k *Service) PersonOf(ctx context.Context, s Session) (Person, error) {
	p, err := k.Look(ctx, s)
	if err == nil {
		k.Touch(ctx, s)
	}
	return p, err
}

// Look is PersonOf, but does not count as use.
func (k *Service) Look(ctx context.Context, s Session) (Person, error) {
	u, err := k.Users.Get(ctx, s.UserID)
	if errors.Is(err, fs.ErrNotExist) {
		return Person{}, ErrNobody
	}
	if err != nil {
		return Person{}, err
	}
	if u.Disabled || u.SessionGeneration != s.SessionGeneration {
		return Person{}, ErrNobody
	}
	lasts, err := k.lasts(ctx, s, u)
	if err != nil {
		return Person{}, err
	}
	if !lasts {
		return Person{}, ErrNobody
	}
	return Person{Session: s, User: u}, nil
}

// Touch extends the idle time, at most once a minute. A failure is ignored: the
// next use tries again.
func (k *Service) Touch(ctx context.Context, s Session) {
	if k.Now().Sub(s.Seen) < seenStep {
		return
	}
	k.Sessions.Update(ctx, s.ID, func(s *Session) error { //nolint:errcheck // see above
		k.used(s)
		return nil
	})
}

func (k *Service) used(s *Session) {
	s.Seen = k.Now()
	s.Expires = s.Seen.Add(Idle)
	if s.Ends.Before(s.Expires) {
		s.Expires = s.Ends
	}
}

// Hash is the id of the session with this cookie value.
func Hash(value string) string { return secrets.HexHash(value) }

func upstream(key, name string) string {
	if name == "" {
		return ""
	}
	return key + " " + name
}

// maxUpstream bounds a stored id_token, in bytes: it must fit into a URL.
const maxUpstream = 6 << 10

func (k *Service) sealed(s Session, token string) string {
	if token == "" || len(token) > maxUpstream {
		return ""
	}
	return k.Box.Seal([]byte(token), names.SessionUpstream(s.UserID, s.LoginKey))
}

// UpstreamToken is the id_token of Session.Upstream, or empty.
func (k *Service) UpstreamToken(s Session) string {
	token, err := k.Box.Open(s.Upstream, names.SessionUpstream(s.UserID, s.LoginKey))
	if err != nil {
		return "" // none was stored, or it was encrypted with another key
	}
	return string(token)
}

// clip shortens a text and removes invalid UTF-8: headers may hold any bytes,
// and a cut may split a character.
func clip(s string, most int) string { return strings.ToValidUTF8(s[:min(len(s), most)], "") }

// Answered reports whether the client got an answer in any active session of
// this user.
func (k *Service) Answered(ctx context.Context, p Person, clientID string) (bool, error) {
	if slices.Contains(p.Session.Clients, clientID) {
		return true, nil // the common case needs no query
	}
	for s, err := range k.EachOf(ctx, p.User.ID) {
		if err != nil {
			return false, err
		}
		if s.SessionGeneration != p.User.SessionGeneration || !slices.Contains(s.Clients, clientID) {
			continue
		}
		if lasts, err := k.lasts(ctx, s, p.User); lasts || err != nil {
			return lasts, err
		}
	}
	return false, nil
}

// Confirm is ErrNobody if the session ended while something was issued in it.
// Ending the sessions of a provider also ends what was issued in them,
// afterwards. So what was stored before Confirm is either found by that or
// refused here. A session without a provider ends with its user's session
// generation, which is checked wherever an issued token is used.
func (k *Service) Confirm(ctx context.Context, s Session) error {
	if s.LoginKey == "" {
		return nil
	}
	there, err := k.IsActive(ctx, s.SID)
	if err == nil && !there {
		return ErrNobody
	}
	return err
}

// NoteClient notes that the client got a code in the session.
func (k *Service) NoteClient(ctx context.Context, s Session, clientID string) error {
	if slices.Contains(s.Clients, clientID) {
		return nil // the common case needs no write
	}
	return k.Sessions.Update(ctx, s.ID, func(s *Session) error {
		if slices.Contains(s.Clients, clientID) {
			return store.ErrUnchanged
		}
		s.Clients = append(s.Clients, clientID)
		return nil
	})
}

// MostListed bounds what Of returns.
const MostListed = 200

// Delete ends a session that no client depends on any more.
func (k *Service) Delete(ctx context.Context, s Session) error { return k.end(ctx, s.ID) }

func (k *Service) end(ctx context.Context, id string) error {
	err := k.Sessions.Delete(ctx, id)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("end a session: %w", err)
	}
	return nil
}
