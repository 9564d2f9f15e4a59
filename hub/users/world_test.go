package users_test

import (
	"context"
	"io/fs"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/fedhub/fedhub/hub/store"
	"github.com/fedhub/fedhub/hub/store/sqlite"
	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/hub/users/passwords"
	"github.com/fedhub/fedhub/internal/testkit/mailtest"
)

// cheap hashes in microseconds.
var cheap = passwords.HashParams{Memory: 8, Time: 1, Threads: 1, Slots: 4, Queue: 1000}

// good is a password nobody refuses.
const good = "seven lamps on a quiet pier"

type world struct {
	*users.Service
	t          *testing.T
	memory     *memory // nil on a real engine
	identities *store.Collection[users.Identity]
	records    *store.Collection[users.User]
	post       mailtest.Box
	said       sync.Map
	emptied    []string

	mu   sync.Mutex
	time time.Time
}

func newWorld(t *testing.T) *world { return newWorldWith(t, cheap) }

func newWorldWith(t *testing.T, hash passwords.HashParams) *world {
	m := newMemory()
	w := worldOn(t, m, hash)
	w.memory = m
	return w
}

// onEachEngine tells a story on the map and on a real database.
func onEachEngine(t *testing.T, story func(t *testing.T, w *world)) {
	t.Run("memory", func(t *testing.T) { story(t, newWorld(t)) })
	t.Run("sqlite", func(t *testing.T) {
		db, err := sqlite.Open(filepath.Join(t.TempDir(), "hub.db"))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { db.Close(context.Background()) })
		story(t, worldOn(t, db, cheap))
	})
}

func worldOn(t *testing.T, b store.Backend, hash passwords.HashParams) *world {
	t.Helper()
	w := &world{t: t, time: time.Date(2030, 5, 1, 12, 0, 0, 0, time.UTC)}
	err := b.Prepare(t.Context(), []store.CollectionSpec{
		{Name: "users", Unique: []string{"emailKey", "founder"}, Index: []string{"rank"}},
		{Name: "identities", Index: []string{"userId", "subject"}},
		{Name: "throttles"},
		{Name: "setups"},
		{Name: "decisions", Index: []string{"userId"}},
		{Name: "invitations", Index: []string{"token"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	w.records = store.NewCollection[users.User](b, "users", w.now)
	w.identities = store.NewCollection[users.Identity](b, "identities", w.now)
	w.Service = users.New(users.Options{
		Users:       w.records,
		Identities:  w.identities,
		Throttles:   store.NewCollection[passwords.Throttle](b, "throttles", w.now),
		Setups:      store.NewCollection[users.SetupLink](b, "setups", w.now),
		Records:     store.NewCollection[users.LinkEvent](b, "decisions", w.now),
		Mail:        &w.post,
		URL:         "https://hub.example",
		Once:        w.once,
		Empty:       func(_ context.Context, id string) error { w.emptied = append(w.emptied, id); return nil },
		Now:         w.now,
		Hash:        hash,
		HubNames:    []string{"Fedhub"},
		Invitations: store.NewCollection[users.Invitation](b, "invitations", w.now),
	})
	return w
}

func (w *world) once(_ context.Context, id string, until time.Time) error {
	before, seen := w.said.Swap(id, until)
	if seen && w.now().Before(before.(time.Time)) {
		return fs.ErrExist
	}
	return nil
}

func (w *world) now() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.time
}

func (w *world) pass(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.time = w.time.Add(d)
}

// person adds somebody whose address is verified.
func (w *world) person(email string, roles ...string) users.User {
	w.t.Helper()
	u, err := w.Add(w.t.Context(), users.NewUser{Email: email, EmailVerified: true, Password: good, Roles: roles})
	if err != nil {
		w.t.Fatalf("add %s: %v", email, err)
	}
	return u
}

// signIn tries a password and returns only how it went.
func (w *world) signIn(email, password string) error {
	_, err := w.Authenticate(w.t.Context(), email, password)
	return err
}

// race runs n calls at once and returns their errors.
func race(n int, call func(i int) error) []error {
	errs := make([]error, n)
	start := make(chan struct{})
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() {
			<-start
			errs[i] = call(i)
		})
	}
	close(start)
	wg.Wait()
	return errs
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
