package frappe_test

import (
	"log/slog"
	"testing"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/clients/clientauth"
	"github.com/fedhub/fedhub/clients/frappe"
	"github.com/fedhub/fedhub/internal/testkit/keytest"
	"github.com/fedhub/fedhub/internal/testkit/memstore"
)

// A world is a service over clients in an empty store, with a clock that is
// moved by hand.
type world struct {
	*testing.T
	*frappe.Service
	*clients.Registry
	auth  *clientauth.Verifier
	clock *keytest.Clock
}

func newWorld(t *testing.T) *world {
	w := &world{T: t, clock: keytest.NewClock()}
	w.auth = &clientauth.Verifier{Now: w.clock.Now, Seal: keytest.Seal, Open: keytest.Open}
	w.Registry = clients.NewRegistry(clients.Options{Store: memstore.New[clients.Client](), Auth: w.auth, Now: w.clock.Now, Log: slog.New(slog.DiscardHandler)})
	w.Service = frappe.New(frappe.Options{Clients: w.Registry, Now: w.clock.Now})
	return w
}

// add keeps a client that must be valid.
func (w *world) add(c clients.Client) {
	w.Helper()
	if _, err := w.Add(w.Context(), c); err != nil {
		w.Fatalf("add client: %v", err)
	}
}

func (w *world) lookup(id string) clients.Client {
	w.Helper()
	c, err := w.Lookup(w.Context(), id)
	if err != nil {
		w.Fatalf("look up: %v", err)
	}
	return c
}

func webApp() clients.Client {
	return clients.Client{ID: "web1", Name: "Web App", Type: clients.Web, RedirectURIs: []string{"https://app.example.com/cb"}}
}
