package storetest

import (
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/fedhub/fedhub/hub/store"
)

// rename is an upgrade that renames a field and counts the records.
func rename(set, from, to string, ran *atomic.Int64) store.Upgrade {
	return store.Upgrade{Set: set, Change: func(doc bson.Raw) (bson.Raw, error) {
		ran.Add(1)
		var d bson.D
		if err := bson.Unmarshal(doc, &d); err != nil {
			return nil, err
		}
		changed := false
		for i := range d {
			if d[i].Key == from {
				d[i].Key, changed = to, true
			}
		}
		if !changed {
			return nil, nil
		}
		return bson.Marshal(d)
	}}
}

// old fills the set "plain" with records of the older format.
func old(t *testing.T, d desk, n int) {
	t.Helper()
	for i := range n {
		id := fmt.Sprintf("%04d", i)
		must(t, d.Insert(t.Context(), "plain", store.Record{ID: id, Doc: document(t, bson.D{{Key: "id", Value: id}, {Key: "a", Value: int32(i)}})}))
	}
}

func wantRenamed(t *testing.T, d desk, n int, field string) {
	t.Helper()
	all, err := d.Find(t.Context(), "plain", store.Query{})
	must(t, err)
	want(t, "records", len(all), n)
	for i, r := range all {
		elements, err := r.Doc.Elements()
		must(t, err)
		if v, ok := r.Doc.Lookup(field).AsInt64OK(); !ok || v != int64(i) || len(elements) != 2 {
			t.Fatalf("record %s: got %s, want %d in %s alone", r.ID, r.Doc, i, field)
		}
	}
}

func upgradesOnce(t *testing.T, database Database) {
	d := newDesk(t, database)
	old(t, d, 3)
	var first, second atomic.Int64
	schema := store.Schema{Major: 1, Upgrades: []store.Upgrade{rename("plain", "a", "b", &first)}}
	must(t, schema.Prepare(t.Context(), d.Backend, specs(), d.clock.now))
	must(t, schema.Prepare(t.Context(), d.Backend, specs(), d.clock.now))
	wantRenamed(t, d, 3, "b")
	want(t, "records that the first looked at", first.Load(), 3)

	schema.Upgrades = append(schema.Upgrades, rename("plain", "b", "c", &second))
	must(t, schema.Prepare(t.Context(), d.Backend, specs(), d.clock.now))
	wantRenamed(t, d, 3, "c")
	want(t, "records that the first looked at", first.Load(), 3)
	want(t, "records that the second looked at", second.Load(), 3)

	schema.Upgrades = schema.Upgrades[:1] // an older version that may run at the same time
	must(t, schema.Prepare(t.Context(), d.Backend, specs(), d.clock.now))
	wantRenamed(t, d, 3, "c")
}

func upgradeGoesOn(t *testing.T, database Database) {
	open := database(t)
	d := openDesk(t, open)
	const all, cut = 500, 350
	old(t, d, all)
	var ran atomic.Int64
	killed := errors.New("killed")
	whole := rename("plain", "a", "b", &ran)
	broken := store.Upgrade{Set: "plain", Change: func(doc bson.Raw) (bson.Raw, error) {
		if ran.Load() == cut {
			return nil, killed
		}
		return whole.Change(doc)
	}}
	err := store.Schema{Major: 1, Upgrades: []store.Upgrade{broken}}.Prepare(t.Context(), d.Backend, specs(), d.clock.now)
	wantErr(t, "the first", err, killed)

	d.clock.advance(time.Hour) // the first lease expires
	next := openDesk(t, open)
	must(t, store.Schema{Major: 1, Upgrades: []store.Upgrade{whole}}.Prepare(t.Context(), next.Backend, specs(), d.clock.now))
	wantRenamed(t, next, all, "b")
	if n := ran.Load(); n >= all+cut {
		t.Errorf("the second looked at all records again: %d looks in all", n)
	}
}

func upgradeTogether(t *testing.T, database Database) {
	open := database(t)
	d := openDesk(t, open)
	const records = 30
	old(t, d, records)
	var ran atomic.Int64
	schema := store.Schema{Major: 1, Upgrades: []store.Upgrade{rename("plain", "a", "b", &ran)}}
	together(t, 4, func(int) {
		if err := schema.Prepare(t.Context(), open(t), specs(), d.clock.now); err != nil {
			t.Errorf("prepare: %v", err)
		}
	})
	wantRenamed(t, d, records, "b")
	want(t, "records that somebody looked at", ran.Load(), int64(records))
}

func newerRefused(t *testing.T, database Database) {
	open := database(t)
	old, newer := openDesk(t, open), openDesk(t, open)
	must(t, store.Schema{Major: 1}.Prepare(t.Context(), old.Backend, specs(), time.Now))
	old.insert(t, note{ID: "a"})
	must(t, store.Schema{Major: 2}.Prepare(t.Context(), newer.Backend, specs(), time.Now))

	wantErr(t, "an older program", store.Schema{Major: 1}.Prepare(t.Context(), open(t), specs(), time.Now), store.ErrNewer)
	must(t, store.Schema{Major: 2}.Prepare(t.Context(), open(t), specs(), time.Now))
	newer.insert(t, note{ID: "b"})
}
