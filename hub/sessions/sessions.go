// Package sessions keeps the browsers that are signed in here.
//
// The cookie holds a random id and nothing else; the store keeps the id's hash
// and what belongs to it. So a session ends on the server, at once and on
// every machine, and a copy of the database signs nobody in.
//
// The cookies themselves are set and read in hub/web/cookies.
package sessions

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/fedhub/fedhub/hub/grants"
	"github.com/fedhub/fedhub/hub/seal"
	"github.com/fedhub/fedhub/hub/store"
	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/hub/users/passwords"
	"github.com/fedhub/fedhub/internal/lasting"
	"github.com/fedhub/fedhub/internal/names"
	"github.com/fedhub/fedhub/internal/secrets"
)

// A Session is one browser signed in here.
type Session struct {
	ID     string `bson:"id"`  // hash of the cookie
	SID    string `bson:"sid"` // its name for clients (OIDC Front-Channel Logout §3); kept when the same user signs in anew
	UserID string `bson:"userId"`

	grants.SignIn `bson:",inline"`

	// Where the user came from, if from an upstream: its login key with the
	// upstream's sid and subject, which its logout tokens name.
	UpstreamSID string `bson:"upstreamSid"`
	UpstreamSub string `bson:"upstreamSub"`
	// Upstream is the id_token that the user came with, sealed, if the session
	// there is to end with this one.
	Upstream string `bson:"upstream,omitempty" secret:"sealed"`

	// Clients were given codes in this session; they are told when it ends.
	Clients []string `bson:"clients"`

	// Looking are passwords that were typed in the session to prove once more who
	// is there, and are looked at now; Wrong is how many were wrong in a row.
	Looking passwords.Looks `bson:"looking,omitempty"`
	Wrong   int             `bson:"wrong,omitempty"`

	Agent   string    `bson:"agent"`
	IP      string    `bson:"ip"`
	Created time.Time `bson:"created"`
	Seen    time.Time `bson:"seen"` // to the minute
	Ends    time.Time `bson:"ends"` // however much it is used
	Expires time.Time `bson:"expires"`
}

// Key names the record.
func (s Session) Key() string { return s.ID }

// ExpiresAt is when the session ends by itself.
func (s Session) ExpiresAt() time.Time { return s.Expires }

// Lives of a session.
const (
	Idle     = 24 * time.Hour      // unused
	Absolute = 14 * 24 * time.Hour // in all
	seenStep = time.Minute         // how exactly use is noted
	clocks   = 2 * time.Minute     // how far two may differ
)

// A Service starts, finds and ends sessions.
type Service struct {
	Sessions *store.Collection[Session]
	Users    *users.Service
	Box      *seal.Box
	Now      func() time.Time
	Limits   func(context.Context) (Limits, error) // DefaultLimits if nil
}

// A Person is a session together with its user.
type Person struct {
	Session Session
	User    users.User
}

// ErrNobody is returned when the browser is not signed in.
var ErrNobody = errors.New("nobody is signed in")

// PersonOf returns the session with its user, or ErrNobody: a user who was
// disabled, or signed out everywhere, is nobody.
func (k *Service) PersonOf(ctx context.Context, s Session) (Person, error) {
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
	k.touch(ctx, s)
	return Person{Session: s, User: u}, nil
}

// touch moves the idle end, now and then. It may fail: then the next use does it.
func (k *Service) touch(ctx context.Context, s Session) {
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

// ACRPassword is the acr of somebody who signed in here with a password: how
// sure the hub is (OIDC Core §2). One factor is all there is yet.
const ACRPassword = "urn:fedhub:acr:1"

// A Start says who signed in and how.
type Start struct {
	User        users.User
	AMR         []string
	ACR         string
	AuthTime    time.Time // when they proved it; zero: nobody can say
	LoginKey    string
	UpstreamSID string
	UpstreamSub string
	Upstream    string  // the id_token, in plain
	After       Session // the one that it goes on from, by the same upstream; zero if it is new
	IP          string
	Agent       string // what the browser calls itself
}

// ByPassword is the start of a session of somebody who proved it by a password
// here and now.
func ByPassword(u users.User, now time.Time) Start {
	return Start{User: u, AMR: []string{"pwd"}, ACR: ACRPassword, AuthTime: now}
}

// ProvedBy is the start of a session that goes on from another of the same
// person, who has just proved by a password here who they are. That is all that
// is known of now: another factor was shown when they came, and is asked for
// again where it matters. What ends the other where they came from ends this too.
func (s Session) ProvedBy(u users.User, now time.Time) Start {
	start := ByPassword(u, now)
	start.After = s
	return start
}

// Begin keeps a new session, under the hash of the cookie's value, in place of
// the one that the browser had, if any. The name for clients stays with one and
// the same user. One that goes on from another is ErrNobody where that was ended
// meanwhile.
func (k *Service) Begin(ctx context.Context, value string, in Start, old *Session) (Session, error) {
	if in.After.ID != "" && in.User.SessionGeneration > in.After.SessionGeneration+1 {
		return Session{}, ErrNobody // beside the act that it goes on after, something else ended everything
	}
	now := k.Now()
	s := Session{
		SID:     rand.Text(),
		UserID:  in.User.ID,
		SignIn:  grants.SignIn{SessionGeneration: in.User.SessionGeneration, AuthTime: in.AuthTime, ACR: in.ACR, AMR: in.AMR, LoginKey: in.LoginKey},
		Agent:   clip(in.Agent, 300),
		IP:      in.IP,
		Created: now,
		Ends:    now.Add(Absolute),
	}
	switch {
	case s.AuthTime.After(now.Add(clocks)):
		s.AuthTime = time.Time{} // no clock is so far ahead: it means something else
	case s.AuthTime.After(now):
		s.AuthTime = now
	}
	if in.LoginKey != "" {
		s.UpstreamSID = upstream(in.LoginKey, in.UpstreamSID)
		s.UpstreamSub = upstream(in.LoginKey, in.UpstreamSub)
		s.Upstream = k.sealed(s, in.Upstream)
	}
	if in.After.LoginKey != "" && in.After.UserID == s.UserID {
		s.LoginKey, s.UpstreamSID, s.UpstreamSub, s.Upstream = in.After.LoginKey, in.After.UpstreamSID, in.After.UpstreamSub, in.After.Upstream
	}
	k.used(&s)
	s.ID = Hash(value)
	if err := k.Sessions.Insert(ctx, s); err != nil {
		return Session{}, err
	}
	if old == nil {
		return s, nil
	}
	s, err := k.replace(ctx, s, *old, in.After.ID == old.ID)
	if err != nil {
		return Session{}, errors.Join(err, k.end(lasting.Of(ctx), s.ID))
	}
	return s, nil
}

// replace deletes the session that another takes the place of, and hands its
// name on to it. The new one is kept before: whoever ends sessions meanwhile
// finds one of the two, and if it was the old one, nothing may go on from it.
func (k *Service) replace(ctx context.Context, s, old Session, goesOn bool) (Session, error) {
	err := k.Sessions.Delete(ctx, old.ID)
	switch {
	case errors.Is(err, fs.ErrNotExist) && goesOn:
		return s, ErrNobody
	case errors.Is(err, fs.ErrNotExist):
		return s, nil // a sign-in of its own; who ended the old one has told of its name
	case err != nil:
		return s, fmt.Errorf("end a session: %w", err)
	case old.UserID != s.UserID:
		return s, nil
	}
	err = k.Sessions.Update(ctx, s.ID, func(kept *Session) error {
		kept.SID, kept.Clients = old.SID, old.Clients
		s = *kept
		return nil
	})
	if errors.Is(err, fs.ErrNotExist) {
		err = ErrNobody
	}
	return s, err
}

// Hash is the id of the session whose cookie has this value.
func Hash(value string) string { return secrets.HexHash(value) }

func upstream(key, name string) string {
	if name == "" {
		return ""
	}
	return key + " " + name
}

// maxUpstream bounds an id_token that is kept, in bytes: it must fit into an
// address.
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
		return "" // none was kept, or under another key
	}
	return string(token)
}

// clip keeps the beginning of a text, and leaves out what is none: headers may
// hold any bytes, and a cut may go through a letter.
func clip(s string, most int) string { return strings.ToValidUTF8(s[:min(len(s), most)], "") }

// IsActive says whether the session with this public name is still there, and
// counts as a use of it: an app that refreshes is a person at work.
func (k *Service) IsActive(ctx context.Context, sid string) (bool, error) {
	s, err := k.Sessions.By(ctx, "sid", sid)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	k.touch(ctx, s)
	return true, nil
}

// Exists is IsActive, and counts as no use.
func (k *Service) Exists(ctx context.Context, sid string) (bool, error) {
	_, err := k.Sessions.By(ctx, "sid", sid)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil, err
}

// Answered says whether the client was given an answer in a session of this
// person's that lives, be it another than theirs here.
func (k *Service) Answered(ctx context.Context, p Person, clientID string) (bool, error) {
	if slices.Contains(p.Session.Clients, clientID) {
		return true, nil // the usual case costs nothing
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

// Confirm is ErrNobody if the session was ended while something was issued in
// it. Whoever ends the sessions of a login key ends what came of them after, so
// what was written down before Confirm asks is either found or refused here. A
// session of no login key ends with its user's generation, which is looked at
// wherever what came of it is used.
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

// CountProvider says how many sessions there are of people who came by a login
// key, up to most.
func (k *Service) CountProvider(ctx context.Context, loginKey string, most int) (int, error) {
	return k.Sessions.CountWhere(ctx, "loginKey", loginKey, most)
}

// OfProvider visits them.
func (k *Service) OfProvider(ctx context.Context, loginKey string) iter.Seq2[Session, error] {
	return k.Sessions.EachWhere(ctx, "loginKey", loginKey)
}

// NoteClient remembers that the client was given a code in the session.
func (k *Service) NoteClient(ctx context.Context, s Session, clientID string) error {
	if slices.Contains(s.Clients, clientID) {
		return nil // the usual case costs nothing
	}
	return k.Sessions.Update(ctx, s.ID, func(s *Session) error {
		if slices.Contains(s.Clients, clientID) {
			return store.ErrUnchanged
		}
		s.Clients = append(s.Clients, clientID)
		return nil
	})
}

// EachOf visits every session of a user, those that have ended but were not
// swept yet too.
func (k *Service) EachOf(ctx context.Context, userID string) iter.Seq2[Session, error] {
	return k.Sessions.EachWhere(ctx, "userId", userID)
}

// MostListed is how many sessions Of returns at most.
const MostListed = 200

// Of lists where a user is signed in, the one last seen first. Of more than
// MostListed the others are left out.
func (k *Service) Of(ctx context.Context, u users.User) ([]Session, error) {
	var all []Session
	for s, err := range k.EachOf(ctx, u.ID) {
		switch {
		case err != nil:
			return nil, err
		case s.SessionGeneration != u.SessionGeneration:
			continue // ended; it waits to be swept
		}
		if all = append(all, s); len(all) == MostListed {
			break
		}
	}
	slices.SortStableFunc(all, func(a, b Session) int { return b.Seen.Compare(a.Seen) })
	return all, nil
}

// One returns the session with this public name if it is the user's; else it
// is fs.ErrNotExist, whoever's it may be.
func (k *Service) One(ctx context.Context, userID, sid string) (Session, error) {
	s, err := k.Sessions.By(ctx, "sid", sid)
	if err == nil && s.UserID != userID {
		err = fs.ErrNotExist
	}
	return s, err
}

// FromUpstream visits the sessions that a logout token means: those of the
// upstream session sid or, without one, all of the upstream's subject.
func (k *Service) FromUpstream(ctx context.Context, key, sid, subject string) iter.Seq2[Session, error] {
	field, value := "upstreamSid", upstream(key, sid)
	if sid == "" {
		field, value = "upstreamSub", upstream(key, subject)
	}
	return func(yield func(Session, error) bool) {
		for s, err := range k.Sessions.EachWhere(ctx, field, value) {
			// A token that names both must mean both.
			if err == nil && subject != "" && s.UpstreamSub != upstream(key, subject) {
				continue
			}
			if !yield(s, err) {
				return
			}
		}
	}
}

// Delete ends a session that nothing hangs on any more.
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
