package audit

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"path/filepath"
	"testing"
	"time"

	"github.com/fedhub/fedhub/hub/store"
	"github.com/fedhub/fedhub/hub/store/sqlite"
	"github.com/fedhub/fedhub/internal/texts"
)

func TestTheLogSaysInWordsWhatTheRecordSaysByCode(t *testing.T) {
	for _, tt := range []struct {
		words texts.Words
		event Event
		want  string
	}{
		{words, Event{Kind: "a", Why: texts.New("invited", "by", "ada")}, "invited in words, by ada"},
		{words, Event{Kind: "a", Reason: "It was so."}, "It was so."},
		{nil, Event{Kind: "a", Why: texts.New("invited", "by", "ada")}, "invited"},
	} {
		var log bytes.Buffer
		r := &Recorder{Log: slog.New(slog.NewJSONHandler(&log, nil)), Now: time.Now, Words: tt.words}
		r.Note(t.Context(), tt.event)
		var line struct{ Event map[string]string }
		if err := json.Unmarshal(log.Bytes(), &line); err != nil {
			t.Fatalf("%v: %s", err, &log)
		}
		if got := line.Event["reason"]; got != tt.want || len(line.Event) != 2 {
			t.Errorf("%v: the log says %v, want %q", tt.event.Why, line.Event, tt.want)
		}
	}
}

func words(code string, args map[string]string) string { return code + " in words, by " + args["by"] }

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
