package storetest

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fedhub/fedhub/hub/store"
)

func findAll(t *testing.T, database Database) {
	d := newDesk(t, database)
	// Byte order: upper case, lower case, then non-ASCII.
	for _, id := range []string{"b", "é", "a", "B", "10", "9", "\U0001F600", "\uffee", "a\x00", "ab"} {
		d.insert(t, note{ID: id})
	}
	order := []string{"10", "9", "B", "a", "a\x00", "ab", "b", "é", "\uffee", "\U0001F600"}

	all, err := d.notes.All(t.Context())
	must(t, err)
	wantIDs(t, "all", all, order...)

	slices.Reverse(order)
	all, err = d.notes.Find(t.Context(), store.Query{Desc: true})
	must(t, err)
	wantIDs(t, "backwards", all, order...)
}

func pages(t *testing.T, database Database) {
	d := newDesk(t, database)
	var ids, even, odd []string
	for i := range 23 {
		id := fmt.Sprintf("n%02d", i)
		ids = append(ids, id)
		if i%2 == 0 {
			even = append(even, id)
		} else {
			odd = append(odd, id)
		}
		// Values repeat, so that pages start and end between equal values.
		d.insert(t, note{ID: id, Slug: fmt.Sprintf("s%02d", 22-i), Owner: fmt.Sprint(i % 2),
			Rank: 1 + int64(i)/6, Due: someday.Add(time.Duration(i/6) * time.Millisecond)})
	}
	reversed, byOwner := backwards(ids), slices.Concat(even, odd)
	for _, c := range []struct {
		name  string
		query store.Query
		want  []string
	}{
		{"forward", store.Query{}, ids},
		{"backward", store.Query{Desc: true}, reversed},
		{"by slug", store.Query{Field: "slug"}, reversed},
		{"by slug backward", store.Query{Field: "slug", Desc: true}, ids},
		{"by owner", store.Query{Field: "owner"}, byOwner},
		{"by owner backward", store.Query{Field: "owner", Desc: true}, backwards(byOwner)},
		{"by rank", store.Query{Field: "rank"}, ids},
		{"by rank backward", store.Query{Field: "rank", Desc: true}, reversed},
		{"by time", store.Query{Field: "due"}, ids},
		{"by time backward", store.Query{Field: "due", Desc: true}, reversed},
	} {
		for _, size := range []int{1, 5, 23, 50} {
			wantIDs(t, fmt.Sprintf("%s by %d", c.name, size), walk(t, d, c.query, size), c.want...)
		}
	}
}

// walk reads a query page by page.
func walk(t *testing.T, d desk, q store.Query, size int) []note {
	t.Helper()
	var all []note
	q.Limit = size
	for {
		page, err := d.notes.Find(t.Context(), q)
		must(t, err)
		if len(page) > size {
			t.Fatalf("a page of %d has %d records", size, len(page))
		}
		all = append(all, page...)
		if len(page) < size {
			return all
		}
		last := page[size-1]
		q.After = last.ID
		if q.Ordered() {
			q.AfterValue = map[string]any{"slug": last.Slug, "owner": last.Owner, "rank": last.Rank, "due": last.Due}[q.Field]
		}
	}
}

// someday is a due time.
var someday = time.Date(2026, 7, 1, 12, 0, 0, 0, time.UTC)

func backwards(ids []string) []string {
	ids = slices.Clone(ids)
	slices.Reverse(ids)
	return ids
}

func equals(t *testing.T, database Database) {
	d := newDesk(t, database)
	d.insert(t, note{ID: "3", Owner: "ada"}, note{ID: "1", Owner: "ada"}, note{ID: "2", Owner: "bob"},
		note{ID: "4", Owner: "ada", Slug: "x"}, note{ID: "5"}, note{ID: "6", Owner: "adam"}, note{ID: "7", Owner: "Ada"})
	find := func(q store.Query) []note {
		t.Helper()
		found, err := d.notes.Find(t.Context(), q)
		must(t, err)
		return found
	}

	wantIDs(t, "ada", find(store.Query{Field: "owner", Equals: "ada"}), "1", "3", "4")
	wantIDs(t, "ada backward", find(store.Query{Field: "owner", Equals: "ada", Desc: true}), "4", "3", "1")
	wantIDs(t, "ada after 1", find(store.Query{Field: "owner", Equals: "ada", After: "1", Limit: 1}), "3")
	wantIDs(t, "ada before 4", find(store.Query{Field: "owner", Equals: "ada", After: "4", Desc: true, Limit: 1}), "3")
	wantIDs(t, "nobody", find(store.Query{Field: "owner", Equals: "eve"}))
	wantIDs(t, "by slug", find(store.Query{Field: "slug", Equals: "x"}), "4")
	wantIDs(t, "by id", find(store.Query{Equals: "2"}), "2")
	wantIDs(t, "page by page", walk(t, d, store.Query{Field: "owner", Equals: "ada"}, 2), "1", "3", "4")
}

func uniqueOrder(t *testing.T, database Database) {
	d := newDesk(t, database)
	d.insert(t, note{ID: "1", Slug: "c"}, note{ID: "2", Slug: "a"}, note{ID: "3", Slug: "b"}, note{ID: "4"}, note{ID: "5", Slug: "C"})

	found, err := d.notes.Find(t.Context(), store.Query{Field: "slug"})
	must(t, err)
	wantIDs(t, "by slug", found, "5", "2", "3", "1")
	found, err = d.notes.Find(t.Context(), store.Query{Field: "slug", AfterValue: "b", After: "3", Desc: true, Limit: 2})
	must(t, err)
	wantIDs(t, "before b", found, "2", "5")
}

func prefix(t *testing.T, database Database) {
	d := newDesk(t, database)
	ids := []string{"a", "a%", "a%b", "a_b", "aXb", "a*b", "a?b", "a.b", "a[b", "a\\b", "a'b", "é", "éa", "e\u0301", "\U0010FFFF", "\U0010FFFFx", "\uD7FF", "\uE000"}
	for i, id := range ids {
		d.insert(t, note{ID: id, Slug: "slug " + id, Owner: fmt.Sprint(i % 2)})
	}
	for _, p := range []string{"a", "a%", "a_", "a*", "a?", "a.", "a[", "a\\", "a'", "é", "e", "\U0010FFFF", "\ud7ff", "zz", "aX", "a%b"} {
		var expect []string
		for _, id := range ids {
			if strings.HasPrefix(id, p) {
				expect = append(expect, id)
			}
		}
		slices.Sort(expect)
		found, err := d.notes.Find(t.Context(), store.Query{Prefix: p})
		must(t, err)
		wantIDs(t, fmt.Sprintf("ids with %q", p), found, expect...)
		found, err = d.notes.Find(t.Context(), store.Query{Field: "slug", Prefix: "slug " + p})
		must(t, err)
		wantIDs(t, fmt.Sprintf("slugs with %q", p), found, expect...)
	}
	found, err := d.notes.Find(t.Context(), store.Query{Prefix: "a", After: "a%", Limit: 3, Desc: true})
	must(t, err)
	wantIDs(t, "before a%", found, "a")
	found, err = d.notes.Find(t.Context(), store.Query{Field: "owner", Equals: "1", Prefix: "1"})
	must(t, err)
	want(t, "equals and prefix", len(found), len(ids)/2)
	found, err = d.notes.Find(t.Context(), store.Query{Field: "owner", Equals: "1", Prefix: "0"})
	must(t, err)
	want(t, "equals and another prefix", len(found), 0)
}

func undeclaredIndex(t *testing.T, database Database) {
	d := newDesk(t, database)
	for name, q := range map[string]store.Query{
		"a field without an index":    {Field: "text", Equals: "x"},
		"a page behind a value alone": {Field: "owner", AfterValue: "x"},
		"a page behind an id alone":   {Field: "owner", After: "x"},
		"a nested field":              {Field: "owner.name", Equals: "x"},
		"an operator":                 {Field: "$where", Equals: "1"},
		"a piece of SQL":              {Field: "id = id OR slug", Equals: "x"},
	} {
		_, err := d.Find(t.Context(), "notes", q)
		wantRefused(t, name, err)
	}
}

func wantIDs(t *testing.T, what string, found []note, ids ...string) {
	t.Helper()
	got := make([]string, 0, len(found))
	for _, n := range found {
		got = append(got, n.ID)
	}
	if !slices.Equal(got, ids) {
		t.Errorf("%s: got %q, want %q", what, got, ids)
	}
}
