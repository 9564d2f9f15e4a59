package frappe_test

import (
	"testing"

	"github.com/fedhub/fedhub/clients/frappe"
	"github.com/fedhub/fedhub/clients/metadatadoc"
	"github.com/fedhub/fedhub/internal/testkit/clientstest"
)

// A world is a service over clients in an empty store.
type world struct {
	clientstest.World
	*frappe.Service
}

func newWorld(t *testing.T) *world {
	w := clientstest.NewWorld(t, metadatadoc.Reader{}, false)
	return &world{w, frappe.New(frappe.Options{Clients: w.Registry, Now: w.Clock.Now})}
}
