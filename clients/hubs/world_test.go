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
	"github.com/fedhub/fedhub/internal/testkit/clientstest"
)

const issuer = clientstest.Issuer

// A world is a service over clients in an empty store.
type world struct {
	clientstest.World
	*Service
}

func newWorld(t *testing.T, options ...func(*Options)) *world {
	t.Helper()
	o := Options{Documents: metadatadoc.Reader{HTTP: http.DefaultClient, Issuer: issuer}, Log: slog.New(slog.DiscardHandler)}
	for _, option := range options {
		option(&o)
	}
	return served(clientstest.NewWorld(t, o.Documents, o.AllowHTTP), o)
}

// served is a service of its own over the clients of a world.
func served(of clientstest.World, o Options) *world {
	w := &world{World: of}
	of.Auth.Keys.Follow = func(ctx context.Context, id string, keys clientauth.Keys) error { return w.Follow(ctx, id, keys) }
	o.Clients, o.Auth, o.Now = of.Registry, of.Auth, of.Clock.Now
	w.Service = New(o)
	of.Cleanup(w.Close)
	return w
}

func allowHTTP(o *Options) { o.AllowHTTP, o.Documents.AllowHTTP = true, true }

// elsewhere is another process on the same store.
func (w *world) elsewhere() *world {
	w.Helper()
	o := Options{Documents: w.documents, AllowHTTP: w.allowHTTP, Log: w.log}
	other := clientstest.NewWorld(w.T, o.Documents, o.AllowHTTP)
	*other.Auth = clientauth.Verifier{Issuer: issuer, Replay: w.Auth.Replay, Now: w.Clock.Now, Keys: &clientauth.Keyring{Read: o.Documents.Read, Now: w.Clock.Now, Log: o.Log}}
	other.Clock, other.Store = w.Clock, w.Store
	other.Registry = clients.NewRegistry(clients.Options{Store: other.Store, Auth: other.Auth, Documents: o.Documents, AllowHTTP: o.AllowHTTP, Now: w.Clock.Now})
	return served(other, o)
}

// login authenticates as the token endpoint does.
func (w *world) login(cred clientauth.Credentials) error {
	_, err := w.Authenticate(w.Context(), cred, "")
	return err
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
