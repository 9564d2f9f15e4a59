package sqlite_test

import (
	"errors"
	"io/fs"
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

// Opening a file to read it creates nothing in it.
func TestADeclaredSetThatIsNotThereIsEmpty(t *testing.T) {
	file := filepath.Join(t.TempDir(), "hub.db")
	db := open(t, file)
	if err := db.Declare(t.Context(), counters, 1); err != nil {
		t.Fatal(err)
	}
	set := counters[0].Name
	_, err := db.Get(t.Context(), set, "a")
	all, findErr := db.Find(t.Context(), set, store.Query{})
	n, countErr := db.Count(t.Context(), set, store.Query{Limit: 1})
	if !errors.Is(err, fs.ErrNotExist) || findErr != nil || countErr != nil || len(all)+n > 0 {
		t.Errorf("got %v; %v, %v; %d, %v", err, all, findErr, n, countErr)
	}
	if err := db.Insert(t.Context(), set, store.Record{ID: "a", Doc: emptyDoc(t)}); err == nil {
		t.Error("the set was made")
	}

	if err := (store.Schema{Major: 1}).Prepare(t.Context(), open(t, file), counters, time.Now); err != nil {
		t.Fatal(err)
	}
	if err := db.Declare(t.Context(), counters, 1); err != nil {
		t.Fatal(err)
	}
	if err := db.Insert(t.Context(), set, store.Record{ID: "a", Doc: emptyDoc(t)}); err != nil {
		t.Errorf("a set that is there: %v", err)
	}
	if err := db.Declare(t.Context(), counters, 0); !errors.Is(err, store.ErrNewer) {
		t.Errorf("an older program: %v", err)
	}
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
