package clientstest

import (
	"context"
	"log/slog"
	"testing"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/clients/clientauth"
	"github.com/fedhub/fedhub/clients/metadatadoc"
	"github.com/fedhub/fedhub/internal/testkit/keytest"
	"github.com/fedhub/fedhub/internal/testkit/memstore"
)

// Issuer is the issuer of the hub under test.
const Issuer = "https://id.example.org"

// A World is a client registry on a store, with a manual clock.
type World struct {
	*testing.T
	*clients.Registry
	Auth  *clientauth.Verifier
	Clock *keytest.Clock
	Store *memstore.Memory[clients.Client]

	// Forgotten records the clients that lost all dependent records.
	Forgotten *Forgotten
}

// Forgotten records the ids, or fails.
type Forgotten struct {
	IDs  []string
	Fail error // for the next one
}

func (f *Forgotten) forget(_ context.Context, id string) error {
	if err := f.Fail; err != nil {
		f.Fail = nil
		return err
	}
	f.IDs = append(f.IDs, id)
	return nil
}

// NewWorld returns an empty registry.
func NewWorld(t *testing.T, documents metadatadoc.Reader, allowHTTP bool) World {
	t.Helper()
	clock := keytest.NewClock()
	quiet := slog.New(slog.DiscardHandler)
	w := World{T: t, Clock: clock, Store: memstore.New[clients.Client](), Forgotten: &Forgotten{}, Auth: &clientauth.Verifier{
		Issuer: Issuer, Replay: (&keytest.Replay{Clock: clock}).Use, Seal: keytest.Seal, Open: keytest.Open, Now: clock.Now, SecretKey: []byte("the hub's key"),
		Keys: &clientauth.Keyring{Read: documents.Read, Now: clock.Now, Log: quiet},
	}}
	w.Registry = clients.NewRegistry(clients.Options{Store: w.Store, Auth: w.Auth, Documents: documents, Forget: w.Forgotten.forget, AllowHTTP: allowHTTP, Now: clock.Now, Log: quiet})
	return w
}

// Added stores a client and fails the test if it is invalid.
func (w World) Added(c clients.Client) clients.Client {
	w.Helper()
	c, err := w.Add(w.Context(), c)
	if err != nil {
		w.Fatalf("add client: %v", err)
	}
	return c
}

// Kept is the stored client.
func (w World) Kept(id string) clients.Client {
	w.Helper()
	c, err := w.Lookup(w.Context(), id)
	if err != nil {
		w.Fatalf("look up: %v", err)
	}
	return c
}

// WebApp is a minimal valid client.
func WebApp() clients.Client {
	return clients.Client{ID: "web1", Name: "Web App", Type: clients.Web, RedirectURIs: []string{"https://app.example.com/cb"}}
}
