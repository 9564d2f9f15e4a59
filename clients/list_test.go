package clients

import "testing"

func TestHubsAreNotCountedAsApplications(t *testing.T) {
	w := newWorld(t)
	w.add(webApp())
	for id, state := range map[string]State{"https://a.example/": Active, "https://b.example/": Pending, "https://c.example/": Refused} {
		if err := w.store.Insert(t.Context(), Client{ID: id, Server: &FederatedHub{State: state}}); err != nil {
			t.Fatal(err)
		}
	}
	got, err := w.Tally(t.Context())
	if want := (Tally{All: 4, Apps: 1, Servers: 1, Waiting: 1}); err != nil || got != want {
		t.Errorf("got %+v, %v, want %+v", got, err, want)
	}
}
