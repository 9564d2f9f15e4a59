package token_test

import (
	"testing"
	"time"

	"github.com/fedhub/fedhub/hub/internal/hubtest"
)

func TestGuessingSecretsIsSlowedDown(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	a, b := w.App(hubtest.OnItsOwn), w.App(hubtest.OnItsOwn)
	thief := &hubtest.App{W: w, Client: a.Client, Secret: "wrong"}
	var last hubtest.Reply
	for range 101 {
		last = thief.Post("/oauth2/token", hubtest.ForItself...)
	}
	hubtest.Refused(t, "too many guesses", last, 429, "temporarily_unavailable")
	hubtest.Want(t, "Retry-After", last.Header.Get("Retry-After"), "1")
	hubtest.Want(t, "another client at the same address", b.Post("/oauth2/token", hubtest.ForItself...).Status, 200)
	w.Clock.Skip(10 * time.Second)
	hubtest.Want(t, "a little later", a.Post("/oauth2/token", hubtest.ForItself...).Status, 200)
	for range 50 {
		hubtest.Want(t, "a client that is right is never slowed down", b.Post("/oauth2/token", hubtest.ForItself...).Status, 200)
	}
}
