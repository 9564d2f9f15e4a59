package hub_test

import (
	"strings"
	"testing"
	"time"
)

// The keys of two hubs are replaced at the push of one button on either side,
// and nobody who signs in through both of them notices.
func TestKeysOfHubsAreReplacedWithoutAnybodyNoticing(t *testing.T) {
	p := newPair(t, newWorld(t, openSQLite(t)))
	p.primary.person("ada@example.org")
	a := p.secondary.app()
	skip := func(d time.Duration) { p.primary.clock.skip(d); p.secondary.clock.skip(d) }
	signIn := func(when string) {
		t.Helper()
		at := p.through(p.secondary.browser(), a, "ada@example.org")
		if !strings.Contains(at.Location, "code=") {
			t.Fatalf("%s: %d %s\n%s", when, at.Status, at.Location, at.Body)
		}
	}
	signIn("before")
	for name, side := range map[string]*world{"the secondary": p.secondary, "the primary": p.primary} {
		if err := side.Hub.RotateSigningKeys(t.Context(), "test", false); err != nil {
			t.Fatal(err)
		}
		signIn(name + " has announced new keys")
		skip(25 * time.Hour)
		side.Hub.Chores(t.Context())
		signIn(name + " signs with the new ones")
		skip(16 * 24 * time.Hour)
		side.Hub.Chores(t.Context())
		signIn(name + " has forgotten the old ones")
	}
	if err := p.primary.Hub.RotateSigningKeys(t.Context(), "test", true); err != nil {
		t.Fatal(err)
	}
	skip(time.Minute)
	signIn("the primary distrusts its old keys")
}
