package hub_test

import (
	"testing"
	"time"
)

func TestGuessingSecretsIsSlowedDown(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	a, b := w.app(onItsOwn), w.app(onItsOwn)
	thief := &app{w: w, Client: a.Client, Secret: "wrong"}
	var last reply
	for range 101 {
		last = thief.post("/oauth2/token", forItself...)
	}
	refused(t, "too many guesses", last, 429, "temporarily_unavailable")
	want(t, "Retry-After", last.Header.Get("Retry-After"), "1")
	want(t, "another client at the same address", b.post("/oauth2/token", forItself...).Status, 200)
	w.clock.skip(10 * time.Second)
	want(t, "a little later", a.post("/oauth2/token", forItself...).Status, 200)
	for range 50 {
		want(t, "a client that is right is never slowed down", b.post("/oauth2/token", forItself...).Status, 200)
	}
}
