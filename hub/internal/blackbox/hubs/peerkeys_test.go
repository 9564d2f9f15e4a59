package hubs_test

import (
	"strings"
	"testing"
	"time"

	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/internal/hubtest"
)

// One button on either side replaces the keys of two hubs, without interrupting
// sign-ins through both.
func TestKeysOfHubsAreReplacedWithoutAnybodyNoticing(t *testing.T) {
	p := hubtest.NewPair(t, hubtest.NewWorld(t, hubtest.OpenSQLite(t)))
	p.Primary.Person("ada@example.org")
	a := p.Secondary.App()
	skip := func(d time.Duration) { p.Primary.Clock.Skip(d); p.Secondary.Clock.Skip(d) }
	signIn := func(when string) {
		t.Helper()
		at := p.Through(p.Secondary.Browser(), a, "ada@example.org")
		if !strings.Contains(at.Location, "code=") {
			t.Fatalf("%s: %d %s\n%s", when, at.Status, at.Location, at.Body)
		}
	}
	signIn("before")
	for name, side := range map[string]*hubtest.World{"the secondary": p.Secondary, "the primary": p.Primary} {
		if err := side.Hub.RotateSigningKeys(t.Context(), audit.Named("test"), "", false); err != nil {
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
	if err := p.Primary.Hub.RotateSigningKeys(t.Context(), audit.Named("test"), "", true); err != nil {
		t.Fatal(err)
	}
	skip(time.Minute)
	signIn("the primary distrusts its old keys")
}
