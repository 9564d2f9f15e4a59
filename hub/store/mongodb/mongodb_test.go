package mongodb_test

import (
	"context"
	"testing"

	"github.com/fedhub/fedhub/hub/store"
	"github.com/fedhub/fedhub/hub/store/mongodb"
	"github.com/fedhub/fedhub/internal/testkit/mongodtest"
	"github.com/fedhub/fedhub/internal/testkit/storetest"
)

func TestMongoDBKeepsTheContract(t *testing.T) {
	storetest.Run(t, func(t *testing.T) func(*testing.T) store.Backend {
		uri := mongodtest.URI(t)
		return func(t *testing.T) store.Backend { return open(t, uri) }
	})
}

func open(t *testing.T, uri string) *mongodb.DB {
	t.Helper()
	d, err := mongodb.Open(t.Context(), uri)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.Close(context.Background()); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return d
}
