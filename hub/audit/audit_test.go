package audit

import (
	"context"
	"log/slog"
	"path/filepath"
	"testing"
	"time"

	"github.com/fedhub/fedhub/hub/store"
	"github.com/fedhub/fedhub/hub/store/sqlite"
)

func TestAPersonsActivityIsFoundHoweverMuchHappenedSince(t *testing.T) {
	db, err := sqlite.Open(filepath.Join(t.TempDir(), "audit.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close(context.Background()) }) //nolint:errcheck // the test is over
	if err := db.Prepare(t.Context(), []store.CollectionSpec{{Name: "audit", Index: []string{"ref", "actor", "target"}}}); err != nil {
		t.Fatal(err)
	}
	r := &Recorder{Set: store.NewCollection[Event](db, "audit", time.Now), Log: slog.New(slog.DiscardHandler), Now: time.Now}
	r.Record(t.Context(), Event{Kind: "first", Actor: "ada", Target: "app"})
	r.Record(t.Context(), Event{Kind: "second", Actor: "bob", Target: "ada"})
	r.Record(t.Context(), Event{Kind: "third", Actor: "ada", Target: "ada"})
	for range 50 {
		r.Record(t.Context(), Event{Kind: "noise", Actor: "bob", Target: "eve"})
	}

	for limit, want := range map[int][]string{2: {"third", "second"}, 10: {"third", "second", "first"}} {
		found, err := r.About(t.Context(), "ada", limit)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, e := range found {
			got = append(got, e.Kind)
		}
		if len(got) != len(want) || got[0] != want[0] || got[len(got)-1] != want[len(want)-1] {
			t.Errorf("at most %d: got %q, want %q", limit, got, want)
		}
	}
}
