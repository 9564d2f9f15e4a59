package logout_test

import (
	"testing"
	"time"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/hub/internal/hubtest"
)

// These operations use their record up, so each round makes a new one while the
// timer is stopped. cmd/bench, which prepares all requests first, does not
// measure them. Requests use a local connection.

func BenchmarkSignOut(b *testing.B) {
	w := hubtest.NewWorld(b, hubtest.OpenSQLite(b))
	w.Person("ada@example.org")
	a := w.LeavingApp()
	for b.Loop() {
		b.StopTimer()
		person := w.Browser()
		address := w.URL + hubtest.Logout(person.IdToken(a, "ada@example.org"))
		b.StartTimer()
		if p := person.Open(address); p.Status != 303 {
			b.Fatalf("signing out answered %d", p.Status)
		}
	}
}

func BenchmarkBackChannelAuthentication(b *testing.B) {
	w := hubtest.NewWorld(b, hubtest.OpenSQLite(b))
	w.Person("ada@example.org")
	a := w.CallCentre()
	for b.Loop() {
		b.StopTimer()
		w.Clock.Skip(11 * time.Minute) // the number of pending requests per user is limited
		b.StartTimer()
		if r := a.Ask(); r.Status != 200 {
			b.Fatalf("asking answered %d: %s", r.Status, r.Body)
		}
	}
}

func BenchmarkBackChannelCollection(b *testing.B) {
	w := hubtest.NewWorld(b, hubtest.OpenSQLite(b))
	w.Person("ada@example.org")
	a := w.CallCentre(func(c *clients.Client) { c.SetGrant(clients.GrantRefresh, false) })
	person := w.Browser()
	person.SignIn(person.Open("/signin"), "ada@example.org")
	for b.Loop() {
		b.StopTimer()
		id := a.Ask().Str("auth_req_id")
		person.Submit(person.Open("/account/approvals"), "/account/approvals", "decision", "allow")
		b.StartTimer()
		if r := a.Hear(id); r.Status != 200 {
			b.Fatalf("collecting answered %d: %s", r.Status, r.Body)
		}
	}
}
