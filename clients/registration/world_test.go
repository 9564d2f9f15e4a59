package registration

import (
	"log/slog"
	"net/http"
	"testing"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/clients/clientauth"
	"github.com/fedhub/fedhub/clients/metadatadoc"
	"github.com/fedhub/fedhub/internal/testkit/keytest"
	"github.com/fedhub/fedhub/internal/testkit/memstore"
)

const issuer = "https://id.example.org"

// A world is a service over clients in an empty store, with a clock that is
// moved by hand.
type world struct {
	*testing.T
	*Service
	*clients.Registry
	auth  *clientauth.Verifier
	clock *keytest.Clock
}

func newWorld(t *testing.T, options ...func(*Options)) *world {
	t.Helper()
	w := &world{T: t, clock: keytest.NewClock()}
	quiet := slog.New(slog.DiscardHandler)
	o := Options{Documents: metadatadoc.Reader{HTTP: http.DefaultClient, Issuer: issuer}, Now: w.clock.Now}
	for _, option := range options {
		option(&o)
	}
	o.Keys = &clientauth.Keyring{Now: w.clock.Now, Log: quiet, Read: o.Documents.Read}
	w.auth = &clientauth.Verifier{Issuer: issuer, Replay: (&keytest.Replay{Clock: w.clock}).Use, Now: w.clock.Now, Keys: o.Keys}
	o.Clients = clients.NewRegistry(clients.Options{
		Store: memstore.New[clients.Client](), Auth: w.auth, Documents: o.Documents, AllowHTTP: o.AllowHTTP, Now: o.Now, Log: quiet,
	})
	w.Registry, w.Service = o.Clients, New(o)
	return w
}

func allowHTTP(o *Options) { o.AllowHTTP, o.Documents.AllowHTTP = true, true }

// add keeps a client that must be valid.
func (w *world) add(c clients.Client) clients.Client {
	w.Helper()
	c, err := w.Add(w.Context(), c)
	if err != nil {
		w.Fatalf("add client: %v", err)
	}
	return c
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
