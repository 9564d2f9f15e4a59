package store_test

import (
	"cmp"
	"errors"
	"io/fs"
	"slices"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/fedhub/fedhub/hub/store"
)

type note struct {
	ID   string `bson:"id"`
	Kind string `bson:"kind"`
}

func (n note) Key() string { return n.ID }

// damagedNotes are three notes; the second one has a number instead of a text.
func damagedNotes(t *testing.T) (*guarded, *store.Collection[note]) {
	t.Helper()
	g := newGuarded(t)
	for id, kind := range map[string]any{"a": "x", "b": 7, "c": "z"} {
		doc, err := bson.Marshal(bson.D{{Key: "id", Value: id}, {Key: "kind", Value: kind}})
		if err != nil {
			t.Fatal(err)
		}
		if err := g.Insert(t.Context(), "notes", store.Record{ID: id, Doc: doc}); err != nil {
			t.Fatal(err)
		}
	}
	return g, store.NewCollection[note](g.Guarded, "notes", time.Now)
}

func TestATableLeavesOutARecordThatCannotBeRead(t *testing.T) {
	_, notes := damagedNotes(t)
	for _, limit := range []int{0, 1, 2, 3} { // of a page: one may hold nothing that can be read
		found, err := notes.List(t.Context(), store.Query{Limit: limit})
		want := []note{{"a", "x"}, {"c", "z"}}
		if limit > 0 {
			want = want[:min(limit, 2)]
		}
		each, eachErr := store.Collect(notes.Each(t.Context(), store.Query{Limit: limit}), limit)
		if err != nil || eachErr != nil || !slices.Equal(found, want) || !slices.Equal(each, want) {
			t.Errorf("pages of %d: got %v, %v; want %v", limit, found, err, want)
		}
	}
}

func TestWhateverNeedsARecordThatCannotBeReadFails(t *testing.T) {
	_, notes := damagedNotes(t)
	_, get := notes.Get(t.Context(), "b")
	_, find := notes.Find(t.Context(), store.Query{})
	update := notes.Update(t.Context(), "b", func(*note) error { return nil })
	for name, err := range map[string]error{"get": get, "find": find, "update": update} {
		var damage *store.DamagedError
		if !errors.Is(err, store.ErrDamaged) || !errors.As(err, &damage) || damage.Damage != (store.Damage{Set: "notes", ID: "b"}) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func TestADamagedRecordIsToldOnceUntilItIsMended(t *testing.T) {
	g, notes := damagedNotes(t)
	told := 0
	g.Watch(func(*store.DamagedError) { told++ })
	for range 3 {
		_, _ = notes.Get(t.Context(), "b")
	}
	if got := g.Damaged(); told != 1 || !slices.Equal(got, []store.Damage{{Set: "notes", ID: "b"}}) {
		t.Errorf("it was told %d times; the overview has %v", told, got)
	}
	if err := notes.Delete(t.Context(), "b"); err != nil {
		t.Fatal(err)
	}
	if err := notes.Insert(t.Context(), note{"b", "y"}); err != nil {
		t.Fatal(err)
	}
	_, _ = notes.Get(t.Context(), "b")
	if got := g.Damaged(); len(got) > 0 {
		t.Errorf("it was mended; the overview has %v", got)
	}
}

func TestDamagedRecordsAreFoundByLookingThroughAll(t *testing.T) {
	_, notes := damagedNotes(t)
	var found []string
	for d, err := range notes.Damaged(t.Context()) {
		if !errors.Is(err, store.ErrDamaged) {
			t.Errorf("%v: %v", d, err)
		}
		found = append(found, d.ID)
	}
	if !slices.Equal(found, []string{"b"}) {
		t.Errorf("got %v", found)
	}
}

func TestWhatTheHubWritesByItselfTakesThePlaceOfWhatCannotBeRead(t *testing.T) {
	g, notes := damagedNotes(t)
	set := func(n *note) error { n.ID, n.Kind = cmp.Or(n.ID, "b"), n.Kind+"!"; return nil }
	if _, err := notes.List(t.Context(), store.Query{}); err != nil || len(g.Damaged()) != 1 {
		t.Fatalf("damaged are %v, %v", g.Damaged(), err)
	}
	for _, want := range []string{"!", "!!"} {
		if err := notes.Put(t.Context(), "b", set); err != nil {
			t.Fatal(err)
		}
		if got, err := notes.Get(t.Context(), "b"); err != nil || got.Kind != want {
			t.Errorf("got %+v, %v; want %s", got, err, want)
		}
	}
	if left := g.Damaged(); len(left) > 0 {
		t.Errorf("it is still named: %v", left)
	}
	if err := notes.Put(t.Context(), "new", func(n *note) error { n.ID = "new"; return nil }); err != nil {
		t.Error(err)
	}
	if err := notes.Put(t.Context(), "none", func(*note) error { return store.ErrUnchanged }); err != nil {
		t.Error(err)
	}
	if _, err := notes.Get(t.Context(), "none"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a record that nobody wanted: %v", err)
	}
	if err := notes.Put(t.Context(), "b", func(n *note) error { n.ID = "c"; return nil }); err == nil {
		t.Error("a record changed its id")
	}
}
