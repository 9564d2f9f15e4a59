package storetest

import (
	"fmt"
	"iter"
	"slices"
	"testing"
	"time"

	"github.com/fedhub/fedhub/hub/store"
)

// each visits more records than fit on a page, in every order.
func each(t *testing.T, database Database) {
	d := newDesk(t, database)
	var ids, even []string
	for i := range 11 {
		n := note{ID: fmt.Sprintf("%02d", i), Slug: fmt.Sprintf("s%02d", 99-i), Owner: []string{"ada", "bob"}[i%2],
			Rank: int64(1 + i/3), Due: someday.Add(time.Duration(i/4) * time.Hour), Place: &place{City: fmt.Sprint(i / 5)}}
		d.insert(t, n)
		if ids = append(ids, n.ID); i%2 == 0 {
			even = append(even, n.ID)
		}
	}
	visited := func(notes iter.Seq2[note, error]) []note {
		t.Helper()
		all, err := store.Collect(notes, 0)
		must(t, err)
		return all
	}
	for _, size := range []int{0, 1, 3, 11, 12} {
		all := func(q store.Query) []note {
			t.Helper()
			q.Limit = size
			return visited(d.notes.Each(t.Context(), q))
		}
		what := func(order string) string { return fmt.Sprintf("%s by %d", order, size) }
		wantIDs(t, what("ids"), all(store.Query{}), ids...)
		wantIDs(t, what("ids backward"), all(store.Query{Desc: true}), backwards(ids)...)
		wantIDs(t, what("unique text"), all(store.Query{Field: "slug"}), backwards(ids)...)
		wantIDs(t, what("numbers"), all(store.Query{Field: "rank"}), ids...)
		wantIDs(t, what("times backward"), all(store.Query{Field: "due", Desc: true}), backwards(ids)...)
		wantIDs(t, what("a field inside a document"), all(store.Query{Field: "place.city"}), ids...)
		wantIDs(t, what("one owner's"), all(store.Query{Field: "owner", Equals: "ada"}), even...)
		wantIDs(t, what("a range"), all(store.Query{Field: "rank", From: 2, Below: 4}), ids[3:9]...)
	}
	wantIDs(t, "of an owner", visited(d.notes.EachWhere(t.Context(), "owner", "ada")), even...)
	wantIDs(t, "of all", visited(d.notes.EachWhere(t.Context(), "", "")), ids...)
	wantIDs(t, "of nobody", visited(d.notes.EachWhere(t.Context(), "owner", "")))
	wantIDs(t, "since a time", visited(d.notes.Since(t.Context(), "due", someday.Add(2*time.Hour))), ids[8:]...)
	first, err := store.Collect(d.notes.Each(t.Context(), store.Query{Limit: 2}), 5)
	must(t, err)
	wantIDs(t, "the first", first, ids[:5]...)

	d.clock.advance(time.Hour)
	must(t, d.notes.Update(t.Context(), "04", func(n *note) error { n.Ends = d.clock.now(); return nil }))
	wantIDs(t, "without the expired", visited(d.notes.Each(t.Context(), store.Query{Limit: 2})), slices.Concat(ids[:4], ids[5:])...)
}

// eachRemoved deletes the records that it visits, as ending all sessions does.
func eachRemoved(t *testing.T, database Database) {
	d := newDesk(t, database)
	for i := range 7 {
		d.insert(t, note{ID: fmt.Sprint(i), Owner: "ada"})
	}
	for n, err := range d.notes.Each(t.Context(), store.Query{Field: "owner", Equals: "ada", Limit: 3}) {
		must(t, err)
		must(t, d.notes.Delete(t.Context(), n.ID))
	}
	wantIDs(t, "left", find(t, d, store.Query{}))

	if all, err := store.Collect(d.notes.Each(t.Context(), store.Query{Field: "text"}), 0); err == nil {
		t.Errorf("by a field without an index: got %v", all)
	}
}
