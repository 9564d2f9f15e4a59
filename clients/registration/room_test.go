package registration

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/internal/testkit/memstore"
	"github.com/fedhub/fedhub/internal/texts"
)

func TestWhoAsksForNothingThatThereIsGetsNothing(t *testing.T) {
	w := newWorld(t)
	const begin = `{"redirect_uris": ["https://app.example.com/cb"]`
	for scope, want := range map[string][]string{
		``:                       {"openid", "email"}, // no scope requested: the defaults
		`, "scope": ""`:          {"openid", "email"},
		`, "scope": "email x y"`: {"email"},
		`, "scope": "roles"`:     {"roles"},
	} {
		c, err := w.declare(begin + scope + `}`)
		if err != nil || !slices.Equal(c.Scopes, want) {
			t.Errorf("%s: got %q, %v, want %q", scope, c.Scopes, err, want)
		}
	}
	for _, scope := range []string{"x", "x y", "OPENID", "files"} {
		if c, err := w.declare(begin + `, "scope": "` + scope + `"}`); refusal(err) != InvalidMetadata {
			t.Errorf("%s: got %q, %v, want %s", scope, c.Scopes, err, InvalidMetadata)
		}
	}
	// The same for a client with a metadata document.
	const id = "https://app.example.net/client.json"
	read := parsed(t, id, []byte(`{"client_id":"`+id+`","redirect_uris":["https://app.example.net/cb"],"scope":"x"}`))
	if c, err := describe(read, limits, time.Unix(1, 0), false); err == nil {
		t.Errorf("a document: got %q", c.Scopes)
	}
}

// from registers an app from a network.
func (w *world) from(network string, perNetwork, inAll int) (clients.Client, error) {
	w.Helper()
	d, err := w.Declare(w.Context(), []byte(`{"redirect_uris": ["https://app.example.com/cb"], "token_endpoint_auth_method": "none"}`), limits, nil)
	if err != nil {
		w.Fatal(err)
	}
	c, _, _, err := w.Register(w.Context(), d, texts.New("client.by.itself"), Newcomer{network, perNetwork, inAll})
	w.Clock.Forward(time.Second)
	return c, err
}

// kept are the ids of the stored clients.
func (w *world) kept() []string {
	w.Helper()
	all, err := memstore.Listed(w.All(w.Context()))
	if err != nil {
		w.Fatal(err)
	}
	var ids []string
	for _, c := range all {
		ids = append(ids, c.ID)
	}
	return ids
}

func TestANetworkMakesRoomByWhatItNeverUsed(t *testing.T) {
	w := newWorld(t)
	var mine []clients.Client
	for range 3 {
		c, err := w.from("192.0.2.0/24", 3, 100)
		if err != nil || !NeverUsed(c) {
			t.Fatalf("got %+v, %v", c.Registration, err)
		}
		mine = append(mine, c)
	}
	other, err := w.from("198.51.100.0/24", 3, 100)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.MarkUsed(t.Context(), mine[0]); err != nil {
		t.Fatal(err)
	}
	fourth, err := w.from("192.0.2.0/24", 3, 100)
	if err != nil {
		t.Fatal(err)
	}
	if got := w.kept(); slices.Contains(got, mine[1].ID) || !slices.Contains(got, mine[0].ID) || !slices.Contains(got, mine[2].ID) || !slices.Contains(got, other.ID) {
		t.Errorf("%q are kept, want all but the second, the earliest that was not used", got)
	}
	if !slices.Contains(w.Forgotten.IDs, mine[1].ID) {
		t.Error("what there was of it beside its record stays")
	}
	for _, c := range []clients.Client{mine[2], fourth} {
		if err := w.MarkUsed(t.Context(), c); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := w.from("192.0.2.0/24", 3, 100); !errors.Is(err, ErrFull) {
		t.Errorf("when all are used: got %v, want ErrFull", err)
	}
	if _, err := w.from("198.51.100.0/24", 3, 100); err != nil {
		t.Errorf("another network suffers for it: %v", err)
	}
	if _, err := w.from("", 0, 0); err != nil {
		t.Errorf("one that was let in suffers for it: %v", err)
	}
}

func TestNobodyFillsTheRoomForOthers(t *testing.T) {
	w := newWorld(t)
	early, err := w.from("198.51.100.0/24", 100, 30)
	if err != nil {
		t.Fatal(err)
	}
	var crowd []string
	for i := range 50 {
		c, err := w.from(fmt.Sprintf("203.0.113.%d/32", i%2), 100, 30)
		if err != nil {
			t.Fatalf("number %d: %v", i, err)
		}
		crowd = append(crowd, c.ID)
	}
	late, err := w.from("192.0.2.0/24", 100, 30)
	if err != nil {
		t.Fatalf("somebody else: %v", err)
	}
	got := w.kept()
	if len(got) > 30 {
		t.Errorf("%d are kept, want 30 at most", len(got))
	}
	if !slices.Contains(got, early.ID) || !slices.Contains(got, late.ID) {
		t.Error("the crowd displaced somebody else")
	}
	if slices.Contains(got, crowd[0]) {
		t.Error("the earliest of the crowd is still there")
	}
}

func TestAUseIsNotedOnce(t *testing.T) {
	w := newWorld(t)
	c, err := w.from("192.0.2.0/24", 3, 100)
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := w.MarkUsed(t.Context(), c); err != nil {
			t.Fatal(err)
		}
	}
	if kept := w.Kept(c.ID); NeverUsed(kept) || kept.Updated != c.Updated || kept.ConsentVersion != c.ConsentVersion {
		t.Errorf("got %+v", kept)
	}
	if !strings.HasPrefix(c.ID, "client_") {
		t.Errorf("its id is %q", c.ID)
	}
}
