package passkeys_test

import (
	"context"
	"errors"
	"io/fs"
	"sync"
	"testing"
	"time"

	"github.com/fedhub/fedhub/hub/flows"
	"github.com/fedhub/fedhub/hub/seal"
	"github.com/fedhub/fedhub/hub/store"
	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/hub/users/passkeys"
	"github.com/fedhub/fedhub/internal/testkit/userstest"
	"github.com/fedhub/fedhub/internal/testkit/webauthntest"
)

const (
	url     = "https://hub.example"
	browser = "the browser"
)

var errLast = errors.New("the last way in")

// A world has users with passkeys, on a real database.
type world struct {
	*userstest.World
	*passkeys.Service
	set *store.Collection[passkeys.Passkey]
}

func newWorld(t *testing.T, edit ...func(*passkeys.Options)) (w *world) {
	t.Helper()
	return on(t, userstest.NewMemory(), edit...)
}

func on(t *testing.T, b store.Backend, edit ...func(*passkeys.Options)) *world {
	t.Helper()
	people := userstest.On(t, b)
	box, err := seal.New(make([]byte, seal.KeySize))
	if err != nil {
		t.Fatal(err)
	}
	stops := &flows.Interruptions{Box: box, Now: people.Now}
	w := &world{World: people, set: store.NewCollection[passkeys.Passkey](b, "passkeys", people.Now)}
	o := passkeys.Options{
		Passkeys: w.set, Users: people.Service, URL: url, HubName: func(context.Context) string { return "Hub" },
		Carry: stops.Carry, Carried: stops.Carried, Once: once(), Now: people.Now,
		WayIn: func(ctx context.Context, userID, besides string) error {
			if any, err := w.Any(ctx, userID, besides); any || err != nil {
				return err
			}
			return errLast
		},
	}
	for _, e := range edit {
		e(&o)
	}
	w.Service = passkeys.New(o)
	return w
}

func once() func(context.Context, string, time.Time) error {
	var mu sync.Mutex
	seen := map[string]bool{}
	return func(_ context.Context, id string, _ time.Time) error {
		mu.Lock()
		defer mu.Unlock()
		if seen[id] {
			return fs.ErrExist
		}
		seen[id] = true
		return nil
	}
}

// add adds a passkey to the user.
func (w *world) add(u users.User, k *webauthntest.Key) passkeys.Passkey {
	w.T.Helper()
	p, err := w.try(u, k)
	if err != nil {
		w.T.Fatalf("add a passkey: %v", err)
	}
	return p
}

func (w *world) try(u users.User, k *webauthntest.Key) (passkeys.Passkey, error) {
	w.T.Helper()
	c := must(w.BeginRegistration(w.T.Context(), u, browser))(w.T)
	answer := must(k.Register(c.Options))(w.T)
	return w.FinishRegistration(w.T.Context(), u, browser, c.State, answer, "Chrome on Linux")
}

// signIn signs in with a passkey.
func (w *world) signIn(k *webauthntest.Key) (passkeys.Passkey, error) {
	w.T.Helper()
	c := must(w.BeginLogin(browser))(w.T)
	return w.FinishLogin(w.T.Context(), browser, c.State, must(k.Assert(c.Options))(w.T))
}

func key() *webauthntest.Key { return &webauthntest.Key{Origin: url} }

func must[T any](v T, err error) func(*testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}
