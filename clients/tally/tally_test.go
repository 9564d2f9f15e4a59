package tally_test

import (
	"testing"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/clients/tally"
	"github.com/fedhub/fedhub/internal/testkit/memstore"
)

func TestHubsAreNotCountedAsApplications(t *testing.T) {
	store := memstore.New[clients.Client]()
	r := clients.NewRegistry(clients.Options{Store: store})
	for id, hub := range map[string]*clients.FederatedHub{
		"app": nil, "https://a.example/": {State: clients.Active}, "https://b.example/": {State: clients.Pending}, "https://c.example/": {State: clients.Refused},
	} {
		if err := store.Insert(t.Context(), clients.Client{ID: id, Server: hub}); err != nil {
			t.Fatal(err)
		}
	}
	got, err := tally.Of(t.Context(), r)
	if want := (tally.Tally{All: 4, Apps: 1, Servers: 1, Waiting: 1}); err != nil || got != want {
		t.Errorf("got %+v, %v, want %+v", got, err, want)
	}
}
