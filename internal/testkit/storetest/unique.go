package storetest

import (
	"io/fs"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/fedhub/fedhub/hub/store"
)

func uniqueTakenOnce(t *testing.T, database Database) {
	d := newDesk(t, database)
	d.insert(t, note{ID: "a", Slug: "one"}, note{ID: "b", Slug: "two", Alias: "one"})

	wantErr(t, "slug", d.notes.Insert(t.Context(), note{ID: "c", Slug: "one"}), fs.ErrExist)
	wantErr(t, "alias", d.notes.Insert(t.Context(), note{ID: "c", Alias: "one"}), fs.ErrExist)
	wantErr(t, "replace", d.Replace(t.Context(), "notes", store.Record{
		ID: "b", Version: 1, Doc: document(t, note{ID: "b", Slug: "one"}),
	}), fs.ErrExist)
	wantErr(t, "own", d.notes.Update(t.Context(), "a", func(n *note) error { n.Text = "x"; return nil }), nil)
	// Case and accents are the caller's responsibility: bytes are compared.
	d.insert(t, note{ID: "d", Slug: "ONE"}, note{ID: "e", Slug: "one "}, note{ID: "f", Slug: "one\x00"})

	_, err := d.notes.Get(t.Context(), "c")
	wantErr(t, "the refused record", err, fs.ErrNotExist)
}

func emptyUnique(t *testing.T, database Database) {
	d := newDesk(t, database)
	d.insert(t, note{ID: "a"}, note{ID: "b"}, note{ID: "c", Slug: "s"})
	for _, id := range []string{"x", "y"} { // neither field at all
		must(t, d.Insert(t.Context(), "notes", store.Record{ID: id, Doc: document(t, bson.D{{Key: "id", Value: id}})}))
	}
	for _, id := range []string{"m", "n"} { // null
		doc := document(t, bson.D{{Key: "id", Value: id}, {Key: "slug", Value: nil}, {Key: "owner", Value: nil}})
		must(t, d.Insert(t.Context(), "notes", store.Record{ID: id, Doc: doc}))
	}

	found, err := d.notes.Find(t.Context(), store.Query{Field: "slug"})
	must(t, err)
	wantIDs(t, "ordered by slug", found, "c")
	_, err = d.notes.By(t.Context(), "slug", "")
	wantErr(t, "by an empty slug", err, fs.ErrNotExist)
	for _, wrong := range []any{7, true, bson.A{"s"}, bson.D{{Key: "s", Value: 1}}} {
		doc := document(t, bson.D{{Key: "id", Value: "w"}, {Key: "slug", Value: wrong}})
		wantRefused(t, "a slug that is no text", d.Insert(t.Context(), "notes", store.Record{ID: "w", Doc: doc}))
	}
}

func uniqueFreed(t *testing.T, database Database) {
	d := newDesk(t, database)
	d.insert(t, note{ID: "a", Slug: "s"})

	must(t, d.notes.Update(t.Context(), "a", func(n *note) error { n.Slug = "other"; return nil }))
	d.insert(t, note{ID: "b", Slug: "s"})
	must(t, d.notes.Delete(t.Context(), "b"))
	d.insert(t, note{ID: "c", Slug: "s"})
	must(t, d.notes.Update(t.Context(), "c", func(n *note) error { n.Slug = ""; return nil }))
	d.insert(t, note{ID: "d", Slug: "s"})
}

func foundByUnique(t *testing.T, database Database) {
	d := newDesk(t, database)
	d.insert(t, note{ID: "a", Slug: "one"}, note{ID: "b", Slug: "two"})

	got, err := d.notes.By(t.Context(), "slug", "two")
	must(t, err)
	want(t, "id", got.ID, "b")
	for _, none := range []string{"three", "on", "one%", "ONE", `{"$ne":""}`, "' OR 1=1 --"} {
		_, err := d.notes.By(t.Context(), "slug", none)
		wantErr(t, none, err, fs.ErrNotExist)
	}
}
