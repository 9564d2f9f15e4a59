package sessions_test

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
)

// A world is a keeper on a real database, people, and a clock that the story
// moves.
type world struct {
	*cookies.Service
	t      *testing.T
	people *store.Collection[users.User]
	time   time.Time
}

func newWorld(t *testing.T) *world {
	t.Helper()
	db, err := sqlite.Open(filepath.Join(t.TempDir(), "hub.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close(context.Background()) }) //nolint:errcheck // the test is over
	err = db.Prepare(t.Context(), []store.CollectionSpec{
		{Name: "users", Unique: []string{"emailKey", "founder"}, Index: []string{"rank"}},
		{Name: "sessions", Unique: []string{"sid"}, Index: []string{"userId", "upstreamSid", "upstreamSub"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	box, err := seal.New(bytes.Repeat([]byte{7}, 32))
	if err != nil {
		t.Fatal(err)
	}
	w := &world{t: t, time: time.Date(2030, 5, 1, 12, 0, 0, 0, time.UTC)}
	w.people = store.NewCollection[users.User](db, "users", w.now)
	w.Service = &cookies.Service{Name: "__Host-fedhub_test", Secure: true, Service: &sessions.Service{
		Sessions: store.NewCollection[sessions.Session](db, "sessions", w.now),
		Users:    users.New(users.Options{Users: w.people, Now: w.now}),
		Box:      box, Now: w.now,
	}}
	return w
}

func (w *world) now() time.Time       { return w.time }
func (w *world) pass(d time.Duration) { w.time = w.time.Add(d) }
func (w *world) person(id string) users.User {
	w.t.Helper()
	u := users.User{ID: id, EmailKey: id + "@example.org", SessionGeneration: 1}
	if err := w.people.Insert(w.t.Context(), u); err != nil {
		w.t.Fatal(err)
	}
	return u
}

// A browser keeps cookies from one request to the next.
type browser struct {
	w       *world
	agent   string // what it calls itself
	cookies map[string]*http.Cookie
}

func (w *world) browser() *browser { return &browser{w, "A browser", map[string]*http.Cookie{}} }

// visit is one request of this browser: what the hub does, and the cookies it
// sets.
func (b *browser) visit(do func(rw http.ResponseWriter, r *http.Request)) []*http.Cookie {
	r := httptest.NewRequestWithContext(b.w.t.Context(), http.MethodGet, "/", nil)
	r.Header.Set("User-Agent", b.agent)
	for _, c := range b.cookies {
		r.AddCookie(&http.Cookie{Name: c.Name, Value: c.Value})
	}
	rw := httptest.NewRecorder()
	do(rw, r)
	set := rw.Result().Cookies()
	for _, c := range set {
		if b.cookies[c.Name] = c; c.MaxAge < 0 {
			delete(b.cookies, c.Name)
		}
	}
	return set
}

// signIn signs in, and returns the session and the one of somebody else that it
// replaced.
func (b *browser) signIn(in sessions.Start) (s sessions.Session, replaced *sessions.Session) {
	b.w.t.Helper()
	b.visit(func(rw http.ResponseWriter, r *http.Request) {
		var err error
		if s, replaced, err = b.w.Start(rw, r, in); err != nil {
			b.w.t.Fatalf("sign %s in: %v", in.User.ID, err)
		}
	})
	return s, replaced
}

// who is signed in: the id of the user, or "" for nobody.
func (b *browser) who() (id string) {
	b.w.t.Helper()
	b.visit(func(_ http.ResponseWriter, r *http.Request) {
		p, err := b.w.Current(r)
		if err != nil && err != sessions.ErrNobody { //nolint:errorlint // Current returns it bare
			b.w.t.Fatalf("who is signed in: %v", err)
		}
		if id = p.User.ID; err != nil && id != "" {
			b.w.t.Errorf("an error comes with user %s", id)
		}
	})
	return id
}

// sids are the public names of sessions, in order.
func sids(all []sessions.Session) string {
	var out []string
	for _, s := range all {
		out = append(out, s.SID)
	}
	slices.Sort(out)
	return strings.Join(out, " ")
}

func want[T comparable](t *testing.T, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s: got %v, want %v", what, got, want)
	}
}

func must[T any](t *testing.T) func(v T, err error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}
