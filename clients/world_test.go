package clients

import (
	"errors"
	"log/slog"
	"net/http"
	"testing"
	"time"

	"github.com/fedhub/fedhub/clients/clientauth"
	"github.com/fedhub/fedhub/clients/metadatadoc"
	"github.com/fedhub/fedhub/internal/testkit/keytest"
	"github.com/fedhub/fedhub/internal/testkit/memstore"
)

const issuer = "https://id.example.org"

// A world is a registry on an empty store, with a clock that is moved by hand.
type world struct {
	*testing.T
	*Registry
	clock *keytest.Clock
	store *memstore.Memory[Client]
}

func newWorld(t *testing.T, options ...func(*Options)) *world {
	t.Helper()
	w := &world{T: t, clock: keytest.NewClock(), store: memstore.New[Client]()}
	o := Options{
		Store: w.store, Documents: metadatadoc.Reader{HTTP: http.DefaultClient, Issuer: issuer}, Now: w.clock.Now, Log: slog.New(slog.DiscardHandler),
		Auth: &clientauth.Verifier{
			Issuer: issuer, Replay: (&keytest.Replay{Clock: w.clock}).Use, Now: w.clock.Now, SecretKey: []byte("the hub's key"),
			Keys: &clientauth.Keyring{Now: w.clock.Now, Log: slog.New(slog.DiscardHandler)},
		},
	}
	for _, option := range options {
		option(&o)
	}
	o.Auth.Keys.Read = o.Documents.Read
	w.Registry = NewRegistry(o)
	return w
}

func allowHTTP(o *Options) { o.AllowHTTP, o.Documents.AllowHTTP = true, true }

// add keeps a client that must be valid.
func (w *world) add(c Client) Client {
	w.Helper()
	c, err := w.Add(w.Context(), c)
	if err != nil {
		w.Fatalf("add client: %v", err)
	}
	return c
}

func (w *world) addSecret(id string, life time.Duration) string {
	w.Helper()
	secret, err := w.AddSecret(w.Context(), id, life)
	if err != nil {
		w.Fatalf("add secret: %v", err)
	}
	return secret
}

func (w *world) lookup(id string) Client {
	w.Helper()
	c, err := w.Lookup(w.Context(), id)
	if err != nil {
		w.Fatalf("look up: %v", err)
	}
	return c
}

func webApp() Client {
	return Client{ID: "web1", Name: "Web App", Type: Web, RedirectURIs: []string{"https://app.example.com/cb"}}
}

func nativeApp() Client {
	return Client{
		ID: "native1", Name: "Native App", Type: Native, DefaultRedirectURI: "com.example.app:/cb",
		RedirectURIs: []string{"http://127.0.0.1/cb", "http://[::1]/cb", "com.example.app:/cb"},
	}
}

func spaApp() Client {
	return Client{ID: "spa1", Name: "Browser App", Type: SPA, RedirectURIs: []string{"https://spa.example.com/cb"}}
}

// code returns the code of an clientauth.AuthError, or "" if it is none.
func code(err error) string {
	var auth *clientauth.AuthError
	if errors.As(err, &auth) {
		return auth.Code
	}
	return ""
}
