// Package sessions keeps the browsers that are signed in here.
//
// The cookie holds a random id and nothing else; the store keeps the id's hash
// and what belongs to it. So a session ends on the server, at once and on
// every machine, and a copy of the database signs nobody in.
//
// It is the one thing that touches net/http, for the cookies' sake.
package sessions

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"slices"
	"strings"
	"time"

	gorilla "github.com/gorilla/sessions"

	"github.com/fedhub/fedhub/hub/seal"
	"github.com/fedhub/fedhub/hub/store"
	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/internal/names"
)

// A Session is one browser signed in here.
type Session struct {
	ID                string `bson:"id"`  // hash of the cookie
	SID               string `bson:"sid"` // its name for clients (OIDC Front-Channel Logout §3); kept when the same user signs in anew
	UserID            string `bson:"userId"`
	SessionGeneration int64  `bson:"epoch"` // the user's, at sign-in

	AuthTime time.Time `bson:"authTime"`
	AMR      []string  `bson:"amr"` // RFC 8176
	ACR      string    `bson:"acr"`

	// Where the user came from, if from an upstream: its login key, and the
	// key with the upstream's sid and subject, which its logout tokens name.
	LoginKey    string `bson:"loginKey"`
	UpstreamSID string `bson:"upstreamSid"`
	UpstreamSub string `bson:"upstreamSub"`
	// Upstream is the id_token that the user came with, sealed, if the session
	// there is to end with this one.
	Upstream string `bson:"upstream,omitempty"`

	// Clients were given codes in this session; they are told when it ends.
	Clients []string `bson:"clients"`

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
)

// A Service starts, finds and ends sessions.
type Service struct {
	Sessions *store.Collection[Session]
	Users    *users.Service
	Box      *seal.Box
	Now      func() time.Time

	// Name is the stem of the cookies' names. Browsers share cookies between
	// the ports of one host, so each hub has its own.
	Name string
	// Secure is false only where the hub itself is served over plain http.
	Secure bool
}

// CookieName returns the stem for the hub at this address. On https it has the
// __Host- prefix, by which browsers refuse a cookie set by a neighbour.
func CookieName(issuer string, secure bool) string {
	sum := sha256.Sum256([]byte(issuer))
	name := names.CookieStem + hex.EncodeToString(sum[:4])
	if secure {
		return names.SecureCookie + name
	}
	return name
}

// A Person is a session together with its user.
type Person struct {
	Session Session
	User    users.User
}

// ErrNobody is returned when the browser is not signed in.
var ErrNobody = errors.New("nobody is signed in")

// the keys of gorilla's Values
const (
	valueSession = "session"
	valuePerson  = "person"
)

// Current returns who is signed in, or ErrNobody. A user who was disabled, or
// signed out everywhere, is nobody.
func (k *Service) Current(r *http.Request) (Person, error) {
	held, err := gorilla.GetRegistry(r).Get(k, k.Name)
	if err != nil {
		return Person{}, err
	}
	if p, ok := held.Values[valuePerson].(Person); ok {
		return p, nil
	}
	s, ok := held.Values[valueSession].(Session)
	if !ok {
		return Person{}, ErrNobody
	}
	u, err := k.Users.Get(r.Context(), s.UserID)
	if errors.Is(err, fs.ErrNotExist) {
		return Person{}, ErrNobody
	}
	if err != nil {
		return Person{}, err
	}
	if u.Disabled || u.SessionGeneration != s.SessionGeneration {
		return Person{}, ErrNobody
	}
	p := Person{Session: s, User: u}
	held.Values[valuePerson] = p
	k.touch(r.Context(), s)
	return p, nil
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
	AuthTime    time.Time // zero: now. An upstream's is older.
	LoginKey    string
	UpstreamSID string
	UpstreamSub string
	Upstream    string  // the id_token, in plain
	After       Session // the one that it goes on from, by the same upstream; zero if it is new
	IP          string
}

// Start signs the browser in under a new id: whoever planted or saw the old
// cookie gains nothing. It returns the session that was replaced, if it was
// another user's: its clients are to be told.
func (k *Service) Start(w http.ResponseWriter, r *http.Request, in Start) (Session, *Session, error) {
	now := k.Now()
	s := Session{
		SID:               rand.Text(),
		UserID:            in.User.ID,
		SessionGeneration: in.User.SessionGeneration,
		AuthTime:          in.AuthTime,
		AMR:               in.AMR,
		ACR:               in.ACR,
		LoginKey:          in.LoginKey,
		Agent:             clip(r.UserAgent(), 300),
		IP:                in.IP,
		Created:           now,
		Ends:              now.Add(Absolute),
	}
	if s.AuthTime.IsZero() || s.AuthTime.After(now) {
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
	old, err := k.replaced(r)
	if err != nil {
		return Session{}, nil, err
	}
	if old != nil && old.UserID == s.UserID {
		s.SID, s.Clients = old.SID, old.Clients
	}
	held := gorilla.NewSession(k, k.Name)
	held.Values[valueSession] = s
	err = k.Save(r, w, held)
	if errors.Is(err, fs.ErrExist) {
		// The person signs in twice at once, and the other has the name.
		s.SID = rand.Text()
		held.Values[valueSession] = s
		err = k.Save(r, w, held)
	}
	if err != nil {
		return Session{}, nil, err
	}
	s = held.Values[valueSession].(Session)
	if old != nil && old.UserID == s.UserID {
		old = nil
	}
	return s, old, nil
}

// replaced removes the session the browser had, if any.
func (k *Service) replaced(r *http.Request) (*Session, error) {
	held, err := gorilla.GetRegistry(r).Get(k, k.Name)
	if err != nil {
		return nil, err
	}
	old, ok := held.Values[valueSession].(Session)
	if !ok {
		return nil, nil
	}
	return &old, k.end(r.Context(), old.ID)
}

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

// Held returns this browser's session, or ErrNobody.
func (k *Service) Held(r *http.Request) (Session, error) {
	held, err := gorilla.GetRegistry(r).Get(k, k.Name)
	if err != nil {
		return Session{}, err
	}
	s, ok := held.Values[valueSession].(Session)
	if !ok {
		return Session{}, ErrNobody
	}
	return s, nil
}

// Leave signs this browser out. What hangs on the session is ended before:
// were it the other way round, a failure in between could never be made good.
func (k *Service) Leave(w http.ResponseWriter, r *http.Request) error {
	held, err := gorilla.GetRegistry(r).Get(k, k.Name)
	if err != nil {
		return err
	}
	held.Options = &gorilla.Options{MaxAge: -1}
	k.NoteSignInMethod(w, nowhere)
	return k.Save(r, w, held)
}

// ByUser lists a user's sessions.
func (k *Service) ByUser(ctx context.Context, userID string) ([]Session, error) {
	return k.Sessions.Find(ctx, store.Query{Field: "userId", Equals: userID})
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

// FromUpstream returns the sessions that a logout token means: those of the
// upstream session sid or, without one, all of the upstream's subject.
func (k *Service) FromUpstream(ctx context.Context, key, sid, subject string) ([]Session, error) {
	q := store.Query{Field: "upstreamSid", Equals: upstream(key, sid)}
	if sid == "" {
		q = store.Query{Field: "upstreamSub", Equals: upstream(key, subject)}
	}
	if q.Equals == "" {
		return nil, nil
	}
	found, err := k.Sessions.Find(ctx, q)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(found, func(s Session) bool {
		// A token that names both must mean both.
		return subject != "" && s.UpstreamSub != upstream(key, subject)
	}), nil
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
