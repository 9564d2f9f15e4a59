package storetest

import (
	"fmt"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/fedhub/fedhub/hub/store"
)

func find(t *testing.T, d desk, q store.Query) []note {
	t.Helper()
	found, err := d.notes.Find(t.Context(), q)
	must(t, err)
	return found
}

func indexOrder(t *testing.T, database Database) {
	d := newDesk(t, database)
	d.insert(t,
		note{ID: "1", Owner: "bob", Rank: 10, Due: someday.Add(time.Hour)},
		note{ID: "2", Owner: "ada", Rank: 9, Due: someday},
		note{ID: "3", Owner: "ada", Rank: 1 << 40, Due: someday},
		note{ID: "4", Owner: "Ada", Rank: 9, Due: someday.Add(-time.Hour)},
	)

	wantIDs(t, "by text", find(t, d, store.Query{Field: "owner"}), "4", "2", "3", "1")
	wantIDs(t, "by number", find(t, d, store.Query{Field: "rank"}), "2", "4", "1", "3")
	wantIDs(t, "by time", find(t, d, store.Query{Field: "due"}), "4", "2", "3", "1")
	wantIDs(t, "by text backward", find(t, d, store.Query{Field: "owner", Desc: true}), "1", "3", "2", "4")
	wantIDs(t, "by number backward", find(t, d, store.Query{Field: "rank", Desc: true, Limit: 3}), "3", "1", "4")
	wantIDs(t, "behind one of two that are due at once",
		find(t, d, store.Query{Field: "due", AfterValue: someday, After: "2"}), "3", "1")
	wantIDs(t, "before the other", find(t, d, store.Query{Field: "due", AfterValue: someday, After: "3", Desc: true}), "2", "4")
	wantIDs(t, "behind a record that is gone",
		find(t, d, store.Query{Field: "rank", AfterValue: 9, After: "3"}), "4", "1", "3")
}

func ranges(t *testing.T, database Database) {
	d := newDesk(t, database)
	for i := range 9 {
		d.insert(t, note{ID: fmt.Sprint(i), Slug: fmt.Sprint("s", i), Owner: fmt.Sprint("o", i/3),
			Rank: int64(i), Due: someday.Add(time.Duration(i) * time.Millisecond)})
	}
	at := func(i int) time.Time { return someday.Add(time.Duration(i) * time.Millisecond) }

	wantIDs(t, "ids", find(t, d, store.Query{From: "3", Below: "6"}), "3", "4", "5")
	wantIDs(t, "unique text", find(t, d, store.Query{Field: "slug", From: "s3", Below: "s6", Desc: true}), "5", "4", "3")
	wantIDs(t, "text", find(t, d, store.Query{Field: "owner", From: "o1", Below: "o2"}), "3", "4", "5")
	wantIDs(t, "numbers", find(t, d, store.Query{Field: "rank", From: 3, Below: int64(6)}), "3", "4", "5")
	wantIDs(t, "times", find(t, d, store.Query{Field: "due", From: at(3), Below: at(6)}), "3", "4", "5")
	wantIDs(t, "times in another zone", find(t, d, store.Query{Field: "due", Below: at(2).In(time.FixedZone("", 5*3600))}), "0", "1")
	wantIDs(t, "without an end", find(t, d, store.Query{Field: "due", From: at(7)}), "7", "8")
	wantIDs(t, "the next page", find(t, d, store.Query{Field: "due", Below: at(6), AfterValue: at(3), After: "3", Limit: 1}), "4")
	wantIDs(t, "nothing between", find(t, d, store.Query{Field: "rank", From: 6, Below: 3}))
	wantIDs(t, "before all", find(t, d, store.Query{Field: "due", Below: time.Time{}}))
}

func zeroes(t *testing.T, database Database) {
	d := newDesk(t, database)
	d.insert(t, note{ID: "a"}, note{ID: "b", Owner: "o", Rank: 1, Due: someday}, note{ID: "c", Due: time.Unix(-1, 0)})
	for id, doc := range map[string]bson.D{
		"zero": {{Key: "owner", Value: ""}, {Key: "rank", Value: 0}, {Key: "due", Value: time.Time{}}},
		"null": {{Key: "owner", Value: nil}, {Key: "rank", Value: nil}, {Key: "due", Value: nil}, {Key: "place", Value: nil}},
	} {
		must(t, d.Insert(t.Context(), "notes", store.Record{ID: id, Doc: document(t, doc)}))
	}

	for _, field := range []string{"owner", "rank", "due"} {
		wantIDs(t, field, find(t, d, store.Query{Field: field}), "b")
		wantIDs(t, field+" backward", find(t, d, store.Query{Field: field, Desc: true}), "b")
	}
	wantIDs(t, "less than a number", find(t, d, store.Query{Field: "rank", Below: 2}), "b")
	wantIDs(t, "before a time", find(t, d, store.Query{Field: "due", Below: someday.Add(1000)}))
	wantIDs(t, "before a later time", find(t, d, store.Query{Field: "due", Below: someday.Add(time.Millisecond)}), "b")
}

func timesOrder(t *testing.T, database Database) {
	d := newDesk(t, database)
	var ids []string
	for i, at := range []time.Time{
		time.Unix(0, 0), time.Date(1999, 12, 31, 23, 59, 59, 999e6, time.UTC), someday, someday.Add(time.Millisecond),
		someday.Add(10 * time.Millisecond), someday.Add(100 * time.Millisecond), someday.Add(120 * time.Millisecond),
		someday.Add(time.Second), time.Date(9999, 12, 31, 23, 59, 59, 999e6, time.UTC),
	} {
		// The ids descend as the times ascend, so that the order shows the sort
		// field.
		ids = append(ids, fmt.Sprint(9-i))
		d.insert(t, note{ID: ids[i], Due: at})
		found := find(t, d, store.Query{Field: "due", From: at, Below: at.Add(time.Millisecond)})
		wantIDs(t, at.String(), found, ids[i])
	}
	wantIDs(t, "all", find(t, d, store.Query{Field: "due"}), ids...)
}

func insideDocument(t *testing.T, database Database) {
	d := newDesk(t, database)
	d.insert(t, note{ID: "1", Place: &place{City: "Ulm"}}, note{ID: "2", Place: &place{City: "Bonn"}}, note{ID: "3", Place: &place{}},
		note{ID: "4"}, note{ID: "5", Place: &place{City: "Ulm"}})

	wantIDs(t, "equal", find(t, d, store.Query{Field: "place.city", Equals: "Ulm"}), "1", "5")
	wantIDs(t, "in order", find(t, d, store.Query{Field: "place.city"}), "2", "1", "5")
}

func wrongKinds(t *testing.T, database Database) {
	d := newDesk(t, database)
	for field, wrong := range map[string][]any{
		"rank":  {"1", 1.5, 1.0, -1, true, someday},
		"due":   {"2026-01-01", 5, time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)},
		"place": {bson.A{bson.D{{Key: "city", Value: "Ulm"}}}, "Ulm", bson.D{{Key: "city", Value: 7}}},
	} {
		for _, v := range wrong {
			doc := document(t, bson.D{{Key: field, Value: v}})
			wantRefused(t, fmt.Sprintf("%v in %s", v, field), d.Insert(t.Context(), "notes", store.Record{ID: "w", Doc: doc}))
		}
	}
	for name, q := range map[string]store.Query{
		"a number for a text":     {Field: "owner", From: 1},
		"a text for a number":     {Field: "rank", Below: "1"},
		"a number for a time":     {Field: "due", From: 1},
		"a text for a time":       {Field: "due", Equals: "2026"},
		"a prefix of a number":    {Field: "rank", Prefix: "1"},
		"a place of another kind": {Field: "rank", AfterValue: "1", After: "x"},
		"a float":                 {Field: "rank", From: 1.5},
		"an operator":             {Field: "rank", From: bson.D{{Key: "$gt", Value: 0}}},
	} {
		_, err := d.Find(t.Context(), "notes", q)
		wantRefused(t, name, err)
	}
}

func counts(t *testing.T, database Database) {
	d := newDesk(t, database)
	for i := range 20 {
		n := note{ID: fmt.Sprintf("%02d", i), Owner: "ada", Rank: int64(i % 2)}
		if i < 5 {
			n.Ends = d.clock.now().Add(time.Hour)
		}
		d.insert(t, n)
	}
	count := func(q store.Query, most int) int {
		t.Helper()
		n, err := d.notes.Count(t.Context(), q, most)
		must(t, err)
		return n
	}

	want(t, "all", count(store.Query{}, 100), 20)
	want(t, "as far as 7", count(store.Query{}, 7), 7)
	want(t, "of an owner", count(store.Query{Field: "owner", Equals: "ada"}, 100), 20)
	want(t, "of nobody", count(store.Query{Field: "owner", Equals: "bob"}, 100), 0)
	want(t, "in an index", count(store.Query{Field: "rank"}, 100), 10)
	want(t, "ids below 10", count(store.Query{Below: "10"}, 100), 10)
	d.clock.advance(time.Hour)
	want(t, "without the expired", count(store.Query{}, 100), 15)
	_, err := d.Count(t.Context(), "notes", store.Query{})
	wantRefused(t, "a count without a bound", err)
	_, err = d.Count(t.Context(), "notes", store.Query{Field: "text", Limit: 1})
	wantRefused(t, "a count by a field without an index", err)
}

func freed(t *testing.T, database Database) {
	d := newDesk(t, database)
	d.insert(t, note{ID: "a", Slug: "s"})
	wantRefused := func(err error) {
		t.Helper()
		if err == nil {
			t.Error("a second record with a unique value was taken")
		}
	}
	wantRefused(d.notes.Insert(t.Context(), note{ID: "b", Slug: "s"}))

	later := []store.CollectionSpec{{Name: "notes", Unique: []string{"alias"}, Index: []string{"slug"}, Freed: []string{"slug"}}, {Name: "plain"}}
	must(t, d.Prepare(t.Context(), later))
	must(t, d.Prepare(t.Context(), later))

	d.insert(t, note{ID: "b", Slug: "s"})
	wantIDs(t, "both", find(t, d, store.Query{Field: "slug"}), "a", "b")
}
