package storetest

import (
	"fmt"
	"io/fs"
	"testing"
	"time"

	"github.com/fedhub/fedhub/hub/store"
)

func expiredNotSeen(t *testing.T, database Database) {
	d := newDesk(t, database)
	now := d.clock.now()
	for i := range 6 {
		d.insert(t, note{ID: fmt.Sprintf("%d", i), Owner: "ada", Slug: fmt.Sprintf("s%d", i), Ends: now.Add(time.Duration(i+1) * time.Hour)})
	}
	d.insert(t, note{ID: "always", Owner: "ada"})
	_, err := d.notes.Get(t.Context(), "2")
	must(t, err)

	d.clock.advance(3 * time.Hour) // exactly when "2" expires

	_, err = d.notes.Get(t.Context(), "2")
	wantErr(t, "get", err, fs.ErrNotExist)
	_, err = d.notes.Get(t.Context(), "3")
	must(t, err)
	_, err = d.notes.By(t.Context(), "slug", "s2")
	wantErr(t, "by slug", err, fs.ErrNotExist)
	err = d.notes.Update(t.Context(), "2", func(n *note) error { n.Ends = now.Add(99 * time.Hour); return nil })
	wantErr(t, "update", err, fs.ErrNotExist)
	_, err = d.notes.Take(t.Context(), "1")
	wantErr(t, "take", err, fs.ErrNotExist)
	all, err := d.notes.All(t.Context())
	must(t, err)
	wantIDs(t, "all", all, "3", "4", "5", "always")
	found, err := d.notes.Find(t.Context(), store.Query{Field: "owner", Equals: "ada", Limit: 2})
	must(t, err)
	wantIDs(t, "a page of the living", found, "3", "4")
	found, err = d.notes.Find(t.Context(), store.Query{Field: "slug", Desc: true})
	must(t, err)
	wantIDs(t, "by slug", found, "5", "4", "3")
}

// sweep has no effect on an engine that expires records itself.
func sweep(t *testing.T, database Database) {
	d := newDesk(t, database)
	now := d.clock.now()
	const expired, living = 1200, 3
	insertMany(t, d, expired, func(i int) note { return note{ID: fmt.Sprintf("e%d", i), Ends: now.Add(time.Minute)} })
	insertMany(t, d, living, func(i int) note { return note{ID: fmt.Sprintf("l%d", i), Ends: now.Add(2 * time.Minute)} })
	d.insert(t, note{ID: "l9"})

	swept, err := d.Sweep(t.Context(), now)
	must(t, err)
	want(t, "swept too early", swept, 0)
	swept, err = d.Sweep(t.Context(), now.Add(time.Minute))
	must(t, err)
	if swept != 0 && swept != expired {
		t.Errorf("swept: got %d, want %d or nothing", swept, expired)
	}
	left, err := d.Find(t.Context(), "notes", store.Query{})
	must(t, err)
	want(t, "left", len(left), expired-swept+living+1)
	for _, r := range left[len(left)-living-1:] {
		want(t, "living", r.ID[:1], "l")
	}
}

func insertMany(t *testing.T, d desk, n int, make func(int) note) {
	t.Helper()
	together(t, 16, func(caller int) {
		for i := caller; i < n; i += 16 {
			if err := d.notes.Insert(t.Context(), make(i)); err != nil {
				t.Error(err)
			}
		}
	})
}

func displaced(t *testing.T, database Database) {
	d := newDesk(t, database)
	now := d.clock.now()
	d.insert(t, note{ID: "jti", Slug: "s", Text: "old", Ends: now.Add(time.Minute)})
	d.insert(t, note{ID: "other", Slug: "taken", Ends: now.Add(time.Hour)})
	wantErr(t, "before it ends", d.notes.Insert(t.Context(), note{ID: "jti"}), fs.ErrExist)

	d.clock.advance(time.Minute)
	wantErr(t, "with a taken slug", d.notes.Insert(t.Context(), note{ID: "jti", Slug: "taken"}), fs.ErrExist)
	d.insert(t, note{ID: "jti", Slug: "s", Text: "new", Ends: now.Add(time.Hour)})

	got, err := d.notes.Get(t.Context(), "jti")
	must(t, err)
	want(t, "text", got.Text, "new")
	wantErr(t, "after", d.notes.Insert(t.Context(), note{ID: "jti"}), fs.ErrExist)
}
