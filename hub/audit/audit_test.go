package audit

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"path/filepath"
	"slices"
	"strings"
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
		found, err := r.About(t.Context(), "ada", "", limit)
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

func TestAChangeSaysWhatWasAndWhatIsAndNeverASecret(t *testing.T) {
	type inner struct {
		Name string `bson:"name"`
	}
	type record struct {
		ID      string            `bson:"id"`
		Names   []string          `bson:"names,omitempty"`
		Inner   inner             `bson:"inner"`
		Params  map[string]string `bson:"params,omitempty"`
		On      bool              `bson:"on"`
		Sealed  string            `bson:"sealed" secret:"sealed"`
		Updated time.Time         `bson:"updated"`
	}
	before := FieldsOf(record{ID: "1", Names: []string{"a", "b, c"}, Inner: inner{"old"}, Params: map[string]string{"x": "1", "y": "2"}, Sealed: "v1.old", Updated: time.Unix(1, 0)})
	after := FieldsOf(record{ID: "1", Names: []string{"b, c"}, Inner: inner{strings.Repeat("ä", 400)}, Params: map[string]string{"x": "1"}, On: true, Sealed: "v1.new", Updated: time.Unix(2, 0)})
	want := []Change{{"inner.name", "old", strings.Repeat("ä", 250) + "…"}, {"names", "a\nb, c", "b, c"}, {"on", "", "true"}, {"params.y", "2", ""}}
	if got := before.To(after); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := after.To(after); got != nil {
		t.Errorf("nothing changed, and it says %q", got)
	}
}

func TestTheOldestEventsGoFirst(t *testing.T) {
	db, err := sqlite.Open(filepath.Join(t.TempDir(), "audit.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close(context.Background()) }) //nolint:errcheck // the test is over
	if err := db.Prepare(t.Context(), []store.CollectionSpec{{Name: "audit"}}); err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	r := &Recorder{Set: store.NewCollection[Event](db, "audit", time.Now), Log: slog.New(slog.DiscardHandler), Now: func() time.Time { return now }}
	now = now.Add(-48 * time.Hour)
	for range clearPage + 5 {
		r.Record(t.Context(), Event{Kind: "old"})
	}
	now = now.Add(48 * time.Hour)
	r.Record(t.Context(), Event{Kind: "young"})
	for _, step := range []struct{ most, gone, left int }{{3, 3, clearPage + 3}, {10_000, clearPage + 2, 1}, {10_000, 0, 1}} {
		n, err := r.Clear(t.Context(), now.Add(-time.Hour), step.most)
		all, lerr := r.Latest(t.Context(), "", 10_000)
		if err != nil || lerr != nil || n != step.gone || len(all) != step.left || all[0].Kind != "young" {
			t.Errorf("of at most %d: %d went and %d are left, %v, %v", step.most, n, len(all), err, lerr)
		}
	}
}
