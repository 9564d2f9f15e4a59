package store_test

import (
	"context"
	"errors"
	"io/fs"
	"path/filepath"
	"reflect"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/fedhub/fedhub/hub/store"
	"github.com/fedhub/fedhub/hub/store/sqlite"
)

type key struct {
	ID    string    `bson:"id"`
	Value string    `bson:"value" secret:"sealed"`
	Made  time.Time `bson:"made"`
	Used  time.Time `bson:"used"`
	Parts []part    `bson:"parts"`
	Notes []string  `bson:"notes"`
}

type part struct {
	ID   string `bson:"id"`
	Hash string `bson:"hash" secret:"hash"`
}

func (k key) Key() string { return k.ID }

func TestARecordIsShownWithoutItsSecrets(t *testing.T) {
	db, err := sqlite.Open(filepath.Join(t.TempDir(), "hub.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close(context.Background()) }) //nolint:errcheck // the test is over
	if err := db.Prepare(t.Context(), []store.CollectionSpec{{Name: "keys"}}); err != nil {
		t.Fatal(err)
	}
	var keys store.Browsable = store.NewCollection[key](db, "keys", time.Now)
	made := time.Date(2026, 7, 1, 12, 0, 0, 0, time.UTC)
	for id, fields := range map[string]bson.M{
		"newer": {"value": "v1.abc", "made": made, "used": time.Time{}, "notes": []string{"a"}, "twin": "of a newer program",
			"parts": []bson.M{{"id": "1", "hash": "0f", "salt": "of a newer program"}, {"id": "2", "hash": ""}}},
		"spoilt": {"value": 7, "made": "yesterday"}, // as no program reads it
	} {
		fields["id"] = id
		doc, err := bson.Marshal(fields)
		if err != nil {
			t.Fatal(err)
		}
		if err := db.Insert(t.Context(), "keys", store.Record{ID: id, Doc: doc}); err != nil {
			t.Fatal(err)
		}
	}

	for id, want := range map[string]map[string]any{
		"newer": {"id": "newer", "value": "(sealed)", "made": made, "notes": []any{"a"}, "twin": "(not known to this program)",
			"parts": []any{map[string]any{"id": "1", "hash": "(hash)", "salt": "(not known to this program)"}, map[string]any{"id": "2", "hash": ""}}},
		"spoilt": {"id": "spoilt", "value": "(sealed)", "made": "yesterday"},
	} {
		if got, err := keys.Show(t.Context(), id); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: got %v, %v, want %v", id, got, err, want)
		}
	}
	page, err := keys.Browse(t.Context(), "", 10)
	want := []store.Glance{{ID: "newer", Times: map[string]time.Time{"made": made}}, {ID: "spoilt", Times: map[string]time.Time{}}}
	if err != nil || !reflect.DeepEqual(page, want) {
		t.Errorf("got %v, %v, want %v", page, err, want)
	}
	if page, err := keys.Browse(t.Context(), "newer", 10); err != nil || len(page) != 1 {
		t.Errorf("behind the first: got %v, %v", page, err)
	}
	if err := keys.Delete(t.Context(), "spoilt"); err != nil {
		t.Error(err)
	}
	if _, err := keys.Show(t.Context(), "spoilt"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("after it was deleted: %v", err)
	}
	if n, err := keys.Amount(t.Context(), 10); err != nil || n != 1 {
		t.Errorf("left: %d, %v", n, err)
	}
}
