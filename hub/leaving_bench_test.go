package hub_test

import (
	"testing"
	"time"

	"github.com/fedhub/fedhub/clients"
)

// What these measure cannot be repeated on one record, so each round makes its
// own while the clock stands: cmd/bench, which fires what it has prepared,
// does not know them. A request goes over a connection of this machine.

func BenchmarkSignOut(b *testing.B) {
	w := newWorld(b, openSQLite(b))
	w.person("ada@example.org")
	a := w.leavingApp()
	for b.Loop() {
		b.StopTimer()
		person := w.browser()
		address := w.URL + logout(person.idToken(a, "ada@example.org"))
		b.StartTimer()
		if p := person.open(address); p.Status != 303 {
			b.Fatalf("signing out answered %d", p.Status)
		}
	}
}

func BenchmarkBackChannelAuthentication(b *testing.B) {
	w := newWorld(b, openSQLite(b))
	w.person("ada@example.org")
	a := w.callCentre()
	for b.Loop() {
		b.StopTimer()
		w.clock.skip(11 * time.Minute) // a person has few questions open at a time
		b.StartTimer()
		if r := a.ask(); r.Status != 200 {
			b.Fatalf("asking answered %d: %s", r.Status, r.Body)
		}
	}
}

func BenchmarkBackChannelCollection(b *testing.B) {
	w := newWorld(b, openSQLite(b))
	w.person("ada@example.org")
	a := w.callCentre(func(c *clients.Client) { c.RefreshTokens = false })
	person := w.browser()
	person.signIn(person.open("/signin"), "ada@example.org")
	for b.Loop() {
		b.StopTimer()
		id := a.ask().str("auth_req_id")
		person.submit(person.open("/account/approvals"), "/account/approvals", "decision", "allow")
		b.StartTimer()
		if r := a.hear(id); r.Status != 200 {
			b.Fatalf("collecting answered %d: %s", r.Status, r.Body)
		}
	}
}
