package sqlite_test

import (
	"errors"
	"path/filepath"
	"testing"
	"time"

	"github.com/fedhub/fedhub/hub/store"
	"go.mongodb.org/mongo-driver/v2/bson"
)

func emptyDoc(t *testing.T) bson.Raw {
	t.Helper()
	raw, err := bson.Marshal(bson.D{})
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func TestAProgramThatRunsStopsWritingWhereANewerOneHasBeen(t *testing.T) {
	file := filepath.Join(t.TempDir(), "hub.db")
	older, newer := open(t, file), open(t, file)
	if err := (store.Schema{Major: 1}).Prepare(t.Context(), older, counters, time.Now); err != nil {
		t.Fatal(err)
	}
	record := store.Record{ID: "a", Version: 1, Doc: emptyDoc(t)}
	if err := older.Insert(t.Context(), counters[0].Name, record); err != nil {
		t.Fatal(err)
	}
	if err := newer.Raise(t.Context(), 2); err != nil {
		t.Fatal(err)
	}

	for name, err := range map[string]error{
		"insert":  older.Insert(t.Context(), counters[0].Name, store.Record{ID: "b", Doc: emptyDoc(t)}),
		"replace": older.Replace(t.Context(), counters[0].Name, record),
		"delete":  older.Delete(t.Context(), counters[0].Name, "a"),
		"prepare": older.Prepare(t.Context(), counters),
		"raise":   older.Raise(t.Context(), 1),
	} {
		if !errors.Is(err, store.ErrNewer) {
			t.Errorf("%s: got %v, want the refusal of a newer database", name, err)
		}
	}
	if _, err := older.Get(t.Context(), counters[0].Name, "a"); err != nil {
		t.Errorf("reading: %v", err)
	}
}
