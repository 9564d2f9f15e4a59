package hubtest

import (
	"strings"
	"testing"
	"time"

	"github.com/fedhub/fedhub/federation"
)

// AddPeer adds a primary by the pages of the secondary, and returns the login
// key's id.
func AddPeer(b *Browser, primary *World, pairs ...string) string {
	b.W.Helper()
	card := b.Submit(b.Open("/admin/providers/new?kind=peer"), "/admin/providers", append([]string{"base_url", primary.URL}, pairs...)...)
	p := b.Submit(card, "/admin/providers")
	if !strings.HasPrefix(p.URL.Path, "/admin/providers/") {
		b.W.Fatalf("got %d at %s:\n%s", p.Status, p.URL, p.Body)
	}
	return strings.TrimPrefix(p.URL.Path, "/admin/providers/")
}

// Peers are two connected hubs with their administrators' browsers; server is the
// secondary's id at the primary.
func Peers(t *testing.T) (hubs Pair, here, there *Browser, server string) {
	primary, secondary := NewWorld(t, OpenSQLite(t)), NewWorld(t, OpenSQLite(t))
	primary.Person("ada@example.org")
	here, there = secondary.Operator(), primary.Operator()
	key := AddPeer(here, primary)
	server = secondary.URL + "/oauth2/client-metadata/" + key
	there.Submit(there.Open("/admin/hubs"), "/admin/hubs/approve", "server", server)
	here.Open("/admin/providers/" + key)
	return Pair{primary, secondary, secondary.LoginKey(key)}, here, there, server
}

// Skip moves the clocks of both.
func (p Pair) Skip(d time.Duration) {
	p.Primary.Clock.Skip(d)
	p.Secondary.Clock.Skip(d)
}

// LoginKey reads a login key from the hub; zero if there is none.
func (w *World) LoginKey(id string) federation.LoginKey {
	w.Helper()
	all, err := w.Hub.LoginKeys(w.Context())
	if err != nil {
		w.Fatal(err)
	}
	for _, k := range all {
		if k.ID == id {
			return k
		}
	}
	return federation.LoginKey{}
}

// Until waits for a background event.
func Until(t *testing.T, what string, done func() bool) {
	t.Helper()
	for range 1000 {
		if done() {
			return
		}
	}
	t.Errorf("not seen: %s", what)
}
