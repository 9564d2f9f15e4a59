package hubs

import (
	"context"
	"errors"
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
	clock *keytest.Clock
	store *memstore.Memory[clients.Client]
}

func newWorld(t *testing.T, options ...func(*Options)) *world {
	t.Helper()
	w := &world{T: t, clock: keytest.NewClock(), store: memstore.New[clients.Client]()}
	quiet := slog.New(slog.DiscardHandler)
	o := Options{
		Documents: metadatadoc.Reader{HTTP: http.DefaultClient, Issuer: issuer}, Now: w.clock.Now, Log: quiet,
		Auth: &clientauth.Verifier{
			Issuer: issuer, Replay: (&keytest.Replay{Clock: w.clock}).Use, Now: w.clock.Now,
			Keys: &clientauth.Keyring{
				Now: w.clock.Now, Log: quiet,
				Follow: func(ctx context.Context, id string, keys clientauth.Keys) error { return w.Follow(ctx, id, keys) },
			},
		},
	}
	for _, option := range options {
		option(&o)
	}
	o.Auth.Keys.Read = o.Documents.Read
	if o.Clients == nil {
		o.Clients = clients.NewRegistry(clients.Options{Store: w.store, Auth: o.Auth, Documents: o.Documents, AllowHTTP: o.AllowHTTP, Now: o.Now, Log: quiet})
	}
	w.Registry = o.Clients
	w.Service = New(o)
	t.Cleanup(w.Close)
	return w
}

func allowHTTP(o *Options) { o.AllowHTTP, o.Documents.AllowHTTP = true, true }

// sharing makes a world of another process on the same store.
func sharing(other *world) func(*Options) {
	return func(o *Options) {
		o.Now, o.Auth.Now, o.Auth.Keys.Now, o.Auth.Replay = other.clock.Now, other.clock.Now, other.clock.Now, other.auth.Replay
		o.Clients = clients.NewRegistry(clients.Options{Store: other.store, Auth: o.Auth, Documents: o.Documents, AllowHTTP: o.AllowHTTP, Now: o.Now})
	}
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

// login authenticates as the token endpoint does.
func (w *world) login(cred clientauth.Credentials) error {
	_, err := w.Authenticate(w.Context(), cred, "")
	return err
}

func webApp() clients.Client {
	return clients.Client{ID: "web1", Name: "Web App", Type: clients.Web, RedirectURIs: []string{"https://app.example.com/cb"}}
}

func byKey(id, jwt string) clientauth.Credentials {
	return clientauth.Credentials{Method: clientauth.MethodKey, ID: id, Assertion: jwt}
}

// code returns the code of a clientauth.AuthError, or "" if it is none.
func code(err error) string {
	var auth *clientauth.AuthError
	if errors.As(err, &auth) {
		return auth.Code
	}
	return ""
}
