package users_test

import (
	"testing"

	"github.com/fedhub/fedhub/hub/store"
	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/hub/users/passwords"
	"github.com/fedhub/fedhub/internal/testkit/userstest"
)

type world = userstest.World

func newWorld(t *testing.T, edit ...func(*users.Options)) *world {
	return userstest.On(t, userstest.NewMemory(), edit...)
}

func newWorldWith(t *testing.T, hash passwords.HashParams) *world {
	return userstest.On(t, userstest.NewMemory(), func(o *users.Options) { o.Hash = hash })
}

func onEachEngine(t *testing.T, story func(t *testing.T, w *world)) {
	userstest.OnEachEngine(t, func(t *testing.T, b store.Backend) { story(t, userstest.On(t, b)) })
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
