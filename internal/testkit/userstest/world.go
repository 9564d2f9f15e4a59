// Package userstest has users for tests: a users.Service with cheap hashes and a
// clock that stands still, over a map with a hook between any two operations, or
// over a real engine.
package userstest

import (
	"context"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/fedhub/fedhub/hub/store"
	"github.com/fedhub/fedhub/hub/store/sqlite"
	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/hub/users/passwords"
)

// Cheap hashes take microseconds.
var Cheap = passwords.HashParams{Memory: 8, Time: 1, Threads: 1, Slots: 4, Queue: 1000}

// Good is a password that passes all rules.
const Good = "seven lamps on a quiet pier"

// A World has users and their database.
type World struct {
	*users.Service
	T       *testing.T
	Backend store.Backend
	Memory  *Memory // nil on a real engine
	Users   *store.Collection[users.User]

	mu   sync.Mutex
	time time.Time
}

// On returns a world with an empty database.
func On(t *testing.T, b store.Backend, edit ...func(*users.Options)) *World {
	t.Helper()
	w := &World{T: t, Backend: b, time: time.Date(2030, 5, 1, 12, 0, 0, 0, time.UTC)}
	w.Memory, _ = b.(*Memory)
	err := b.Prepare(t.Context(), []store.CollectionSpec{
		{Name: "users", Unique: []string{"emailKey", "founder", "signInName"}, Index: []string{"rank", "signInPhone"}, Times: []string{"deletionDue"}}, {Name: "removed"}, {Name: "pictures", Index: []string{"userId"}},
		{Name: "identities", Index: []string{"userId", "subject"}},
		{Name: "throttles"},
		{Name: "browsers", Index: []string{"userId"}},
		{Name: "setups"},
		{Name: "decisions", Index: []string{"userId"}},
		{Name: "passkeys", Index: []string{"userId"}},
		{Name: "invitations", Index: []string{"token"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	w.Users = store.NewCollection[users.User](b, "users", w.Now)
	o := users.Options{
		Users:       w.Users,
		Throttles:   store.NewCollection[passwords.Throttle](b, "throttles", w.Now),
		Browsers:    store.NewCollection[passwords.Browser](b, "browsers", w.Now),
		Removed:     store.NewCollection[users.RemovedID](b, "removed", w.Now),
		Setups:      store.NewCollection[users.SetupLink](b, "setups", w.Now),
		Invitations: store.NewCollection[users.Invitation](b, "invitations", w.Now),
		Now:         w.Now,
		Hash:        Cheap,
		HubNames:    []string{"Fedhub"},
	}
	for _, e := range edit {
		e(&o)
	}
	w.Service = users.New(o)
	return w
}

// OnEachEngine runs a story on the map and on a real database.
func OnEachEngine(t *testing.T, story func(t *testing.T, b store.Backend)) {
	t.Run("memory", func(t *testing.T) { story(t, NewMemory()) })
	t.Run("sqlite", func(t *testing.T) {
		db, err := sqlite.Open(filepath.Join(t.TempDir(), "hub.db"))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { db.Close(context.Background()) })
		story(t, db)
	})
}

// Now is the world's time.
func (w *World) Now() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.time
}

// Pass moves the clock.
func (w *World) Pass(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.time = w.time.Add(d)
}

// Person adds a user with a verified address.
func (w *World) Person(email string, roles ...string) users.User {
	w.T.Helper()
	u, err := w.Add(w.T.Context(), users.NewUser{Email: email, EmailVerified: true, Password: Good, Roles: roles})
	if err != nil {
		w.T.Fatalf("add %s: %v", email, err)
	}
	return u
}

// Guest invites an address and returns the token of its link.
func (w *World) Guest(email string, roles ...string) string {
	w.T.Helper()
	token, _, err := w.Invite(w.T.Context(), users.NewInvitation{Email: email, Roles: roles, By: "root"})
	if err != nil {
		w.T.Fatalf("invite %s: %v", email, err)
	}
	return token
}

// SignIn tries a password and returns only the error.
func (w *World) SignIn(email, password string) error {
	return w.SignInFrom(email, password, users.From{})
}

// SignInFrom is SignIn from a given client.
func (w *World) SignInFrom(email, password string, from users.From) error {
	_, err := w.Authenticate(w.T.Context(), email, password, from)
	return err
}

// Between runs what once, before the next operation of this kind.
func (w *World) Between(op, set string, what func()) {
	var mu sync.Mutex
	done := false
	w.Memory.Before = func(o, s, _ string) error {
		mu.Lock()
		now := !done && o == op && s == set
		done = done || now
		mu.Unlock()
		if now {
			what()
		}
		return nil
	}
}

// Race runs n calls at once and returns their errors.
func Race(n int, call func(i int) error) []error {
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
