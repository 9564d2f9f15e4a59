// Package sessiontest has users and browsers over a real database, for the tests
// of sessions and of their cookies.
package sessiontest

import (
	"bytes"
	"context"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fedhub/fedhub/hub/seal"
	"github.com/fedhub/fedhub/hub/sessions"
	"github.com/fedhub/fedhub/hub/store"
	"github.com/fedhub/fedhub/hub/store/sqlite"
	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/hub/web/cookies"
	"github.com/fedhub/fedhub/internal/testkit/faultstore"
)

// A World has sessions on a real database, users, and a clock that tests move.
type World struct {
	*cookies.Service
	T      *testing.T
	People *store.Collection[users.User]
	Time   time.Time

	faults *faultstore.Store                   // the store of the sessions
	Behind *store.Collection[sessions.Session] // the same store, as another process sees it
}

// Before runs a function once, right before the next call of a method on the
// store of sessions.
func (w *World) Before(verb string, do func()) {
	w.faults.Arm(faultstore.Plan{Counts: func(c faultstore.Call) bool {
		if next := do; next != nil && c.Verb == verb && c.Set == "sessions" {
			do = nil
			next()
		}
		return false
	}})
}

func NewWorld(t *testing.T) *World {
	t.Helper()
	db, err := sqlite.Open(filepath.Join(t.TempDir(), "hub.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close(context.Background()) }) //nolint:errcheck // the test is over
	err = db.Prepare(t.Context(), []store.CollectionSpec{
		{Name: "users", Unique: []string{"emailKey", "founder"}, Index: []string{"rank"}},
		{Name: "sessions", Unique: []string{"sid"}, Index: []string{"userId", "loginKey", "upstreamSid", "upstreamSub"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	box, err := seal.New(bytes.Repeat([]byte{7}, 32))
	if err != nil {
		t.Fatal(err)
	}
	w := &World{T: t, Time: time.Date(2030, 5, 1, 12, 0, 0, 0, time.UTC)}
	w.People = store.NewCollection[users.User](db, "users", w.now)
	w.faults = faultstore.New(db)
	w.Behind = store.NewCollection[sessions.Session](db, "sessions", w.now)
	w.Service = &cookies.Service{Name: "__Host-fedhub_test", Secure: true, Service: &sessions.Service{
		Sessions: store.NewCollection[sessions.Session](w.faults, "sessions", w.now),
		Users:    users.New(users.Options{Users: w.People, Now: w.now}),
		Box:      box, Now: w.now,
	}}
	return w
}

func (w *World) now() time.Time       { return w.Time }
func (w *World) Pass(d time.Duration) { w.Time = w.Time.Add(d) }
func (w *World) Person(id string) users.User {
	w.T.Helper()
	u := users.User{ID: id, EmailKey: id + "@example.org", SessionGeneration: 1}
	if err := w.People.Insert(w.T.Context(), u); err != nil {
		w.T.Fatal(err)
	}
	return u
}

// A browser stores cookies between requests.
type browser struct {
	w       *World
	Agent   string // its User-Agent
	Cookies map[string]*http.Cookie
}

func (w *World) NewBrowser() *browser { return &browser{w, "A browser", map[string]*http.Cookie{}} }

// Visit is one request of this browser: it runs the hub's code and stores the
// cookies.
func (b *browser) Visit(do func(rw http.ResponseWriter, r *http.Request)) []*http.Cookie {
	r := httptest.NewRequestWithContext(b.w.T.Context(), http.MethodGet, "/", nil)
	r.Header.Set("User-Agent", b.Agent)
	for _, c := range b.Cookies {
		r.AddCookie(&http.Cookie{Name: c.Name, Value: c.Value})
	}
	rw := httptest.NewRecorder()
	do(rw, r)
	set := rw.Result().Cookies()
	for _, c := range set {
		if b.Cookies[c.Name] = c; c.MaxAge < 0 {
			delete(b.Cookies, c.Name)
		}
	}
	return set
}

// SignIn signs in, and returns the session and those that the browser has no more.
func (b *browser) SignIn(in sessions.Start) (s sessions.Session, over []sessions.Session) {
	b.w.T.Helper()
	b.Visit(func(rw http.ResponseWriter, r *http.Request) {
		var err error
		if s, over, err = b.w.Start(rw, r, in); err != nil {
			b.w.T.Fatalf("sign %s in: %v", in.User.ID, err)
		}
	})
	return s, over
}

// Who is the id of the signed-in user, or "".
func (b *browser) Who() (id string) {
	b.w.T.Helper()
	b.Visit(func(_ http.ResponseWriter, r *http.Request) {
		p, err := b.w.Current(r)
		if err != nil && err != sessions.ErrNobody { //nolint:errorlint // Current returns it bare
			b.w.T.Fatalf("who is signed in: %v", err)
		}
		if id = p.User.ID; err != nil && id != "" {
			b.w.T.Errorf("an error comes with user %s", id)
		}
	})
	return id
}

// Sids are the public names of sessions, in order.
func Sids(all []sessions.Session) string {
	var out []string
	for _, s := range all {
		out = append(out, s.SID)
	}
	slices.Sort(out)
	return strings.Join(out, " ")
}

func Want[T comparable](t *testing.T, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s: got %v, want %v", what, got, want)
	}
}

func Must[T any](t *testing.T) func(v T, err error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}
