package registration

import (
	"errors"
	"io/fs"
	"testing"

	"github.com/fedhub/fedhub/internal/testkit/clientstest"
	"github.com/fedhub/fedhub/internal/texts"
)

// RFC 7592 §3: reading and changing a registration needs its registration access
// token.
func TestAnotherTokenManagesNoClient(t *testing.T) {
	w := newWorld(t)
	d, err := w.Declare(t.Context(), []byte(`{"redirect_uris":["https://app.example.com/cb"],"client_name":"Rota"}`), limits, nil)
	if err != nil {
		t.Fatal(err)
	}
	c, secret, token, err := w.Register(t.Context(), d, texts.New("client.by.itself"), Newcomer{})
	if err != nil || secret == "" {
		t.Fatalf("got the secret %q and %v", secret, err)
	}
	other := w.Added(clientstest.WebApp()) // an administrator made it, so it has no token
	if got, err := w.Registered(t.Context(), c.ID, token); err != nil || got.ID != c.ID {
		t.Errorf("its own token: got %+v and %v", got, err)
	}
	if _, again, err := w.UpdateMetadata(t.Context(), c.ID, token, d); err != nil || again != "" {
		t.Errorf("its own token: got another secret %q, and %v", again, err)
	}
	for name, row := range map[string][2]string{
		"another token": {c.ID, "fhm_x"}, "none": {c.ID, ""}, "another client": {other.ID, token}, "one without a token": {other.ID, ""}, "nobody": {"nobody", token},
	} {
		if _, err := w.Registered(t.Context(), row[0], row[1]); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s: read: got %v, want fs.ErrNotExist", name, err)
		}
		if _, _, err := w.UpdateMetadata(t.Context(), row[0], row[1], d); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s: change: got %v, want fs.ErrNotExist", name, err)
		}
	}
}
