package registration

import (
	"net/http"
	"testing"

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
	o := Options{Documents: metadatadoc.Reader{HTTP: http.DefaultClient, Issuer: issuer}}
	for _, option := range options {
		option(&o)
	}
	w := clientstest.NewWorld(t, o.Documents, o.AllowHTTP)
	o.Clients, o.Store, o.Keys, o.Now = w.Registry, w.Store, w.Auth.Keys, w.Clock.Now
	return &world{w, New(o)}
}

func allowHTTP(o *Options) { o.AllowHTTP, o.Documents.AllowHTTP = true, true }
