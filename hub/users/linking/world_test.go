package linking_test

import (
	"context"
	"io/fs"
	"sync"
	"testing"
	"time"

	"github.com/fedhub/fedhub/hub/store"
	"github.com/fedhub/fedhub/hub/users/linking"
	"github.com/fedhub/fedhub/internal/testkit/mailtest"
	"github.com/fedhub/fedhub/internal/testkit/userstest"
)

type links = linking.Service

// A world has users, their identities and their emails.
type world struct {
	*userstest.World
	*links
	identities *store.Collection[linking.Identity]
	post       mailtest.Box
	said       sync.Map
	emptied    []string
	stuck      error  // the error of emptying
	passkey    string // the id of one that everybody has
}

func newWorld(t *testing.T) *world { return worldOn(t, userstest.NewMemory()) }

func onEachEngine(t *testing.T, story func(t *testing.T, w *world)) {
	userstest.OnEachEngine(t, func(t *testing.T, b store.Backend) { story(t, worldOn(t, b)) })
}

func worldOn(t *testing.T, b store.Backend) *world {
	t.Helper()
	w := &world{}
	w.World = userstest.On(t, b)
	w.identities = store.NewCollection[linking.Identity](b, "identities", w.Now)
	w.links = linking.New(linking.Options{
		Users:      w.Service,
		Identities: w.identities,
		Records:    store.NewCollection[linking.LinkEvent](b, "decisions", w.Now),
		Mailer:     mailtest.Mailer(&w.post),
		URL:        "https://hub.example",
		Once:       w.once,
		Empty:      func(_ context.Context, id string) error { w.emptied = append(w.emptied, id); return w.stuck },
		Passkeys: func(_ context.Context, _, besides string) (bool, error) {
			return w.passkey != "" && w.passkey != besides, nil
		},
		Now: w.Now,
	})
	return w
}

func (w *world) once(_ context.Context, id string, until time.Time) error {
	before, seen := w.said.Swap(id, until)
	if seen && w.Now().Before(before.(time.Time)) {
		return fs.ErrExist
	}
	return nil
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
