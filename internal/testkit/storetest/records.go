package storetest

import (
	"bytes"
	"errors"
	"io/fs"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/fedhub/fedhub/hub/store"
)

func missing(t *testing.T, database Database) {
	d := newDesk(t, database)

	_, err := d.Get(t.Context(), "notes", "nobody")
	wantErr(t, "get", err, fs.ErrNotExist)
	_, err = d.Take(t.Context(), "notes", "nobody")
	wantErr(t, "take", err, fs.ErrNotExist)
	err = d.Delete(t.Context(), "notes", "nobody")
	wantErr(t, "delete", err, fs.ErrNotExist)
	err = d.Replace(t.Context(), "notes", store.Record{ID: "nobody", Version: 1, Doc: document(t, note{ID: "nobody"})})
	wantErr(t, "replace", err, fs.ErrNotExist)
	_, err = d.notes.Get(t.Context(), "")
	wantErr(t, "get nothing", err, fs.ErrNotExist)
	found, err := d.Find(t.Context(), "notes", store.Query{})
	must(t, err)
	want(t, "found", len(found), 0)
}

func comesBack(t *testing.T, database Database) {
	d := newDesk(t, database)
	ends := time.Date(2100, 2, 3, 4, 5, 6, 789_000_000, time.UTC)
	in := store.Record{ID: "a", Version: 77, Expires: ends, Doc: document(t, note{ID: "a", Text: "hello", Count: 1 << 60})}
	must(t, d.Insert(t.Context(), "notes", in))

	got, err := d.Get(t.Context(), "notes", "a")
	must(t, err)
	want(t, "id", got.ID, "a")
	if got.Version <= 0 || got.Version == in.Version {
		t.Errorf("version: got %d, want one of the engine's own", got.Version)
	}
	want(t, "expires", got.Expires, ends)
	if !bytes.Equal(got.Doc, in.Doc) {
		t.Errorf("document: got %v, want %v", got.Doc, in.Doc)
	}

	d.insert(t, note{ID: "b"})
	got, err = d.Get(t.Context(), "notes", "b")
	must(t, err)
	want(t, "without expiry", got.Expires, time.Time{})
}

func idTakenOnce(t *testing.T, database Database) {
	d := newDesk(t, database)
	d.insert(t, note{ID: "a", Text: "first"})

	wantErr(t, "second", d.notes.Insert(t.Context(), note{ID: "a", Text: "second"}), fs.ErrExist)

	got, err := d.notes.Get(t.Context(), "a")
	must(t, err)
	want(t, "text", got.Text, "first")
	must(t, d.Insert(t.Context(), "plain", store.Record{ID: "a", Doc: document(t, note{ID: "a"})}))
}

func replaceNeedsVersion(t *testing.T, database Database) {
	d := newDesk(t, database)
	d.insert(t, note{ID: "a", Text: "1"})
	over := func(version int64, text string) error {
		r := store.Record{ID: "a", Version: version, Doc: document(t, note{ID: "a", Text: text})}
		return d.Replace(t.Context(), "notes", r)
	}

	inserted, err := d.Get(t.Context(), "notes", "a")
	must(t, err)
	first := inserted.Version
	must(t, over(first, "2"))
	must(t, over(first+1, "3"))
	for _, stale := range []int64{-1, 0, first - 1, first, first + 1, first + 3} {
		err := over(stale, "stale")
		wantErr(t, "another version", err, store.ErrLost)
		wantErr(t, "another version", err, fs.ErrExist)
	}

	got, err := d.Get(t.Context(), "notes", "a")
	must(t, err)
	want(t, "version", got.Version, first+2)
	want(t, "text", text(t, got), "3")
}

func takenIsGone(t *testing.T, database Database) {
	d := newDesk(t, database)
	d.insert(t, note{ID: "a", Slug: "s", Text: "once"})

	got, err := d.notes.Take(t.Context(), "a")
	must(t, err)
	want(t, "text", got.Text, "once")

	_, err = d.notes.Take(t.Context(), "a")
	wantErr(t, "second take", err, fs.ErrNotExist)
	_, err = d.notes.Get(t.Context(), "a")
	wantErr(t, "get", err, fs.ErrNotExist)
	d.insert(t, note{ID: "a", Slug: "s"})
}

func deletedIsGone(t *testing.T, database Database) {
	d := newDesk(t, database)
	d.insert(t, note{ID: "a"}, note{ID: "b"})

	must(t, d.notes.Delete(t.Context(), "a"))

	wantErr(t, "second delete", d.notes.Delete(t.Context(), "a"), fs.ErrNotExist)
	_, err := d.notes.Get(t.Context(), "a")
	wantErr(t, "get", err, fs.ErrNotExist)
	_, err = d.notes.Get(t.Context(), "b")
	must(t, err)
}

func update(t *testing.T, database Database) {
	d := newDesk(t, database)
	d.insert(t, note{ID: "a", Slug: "a", Text: "old"}, note{ID: "b", Slug: "b"})
	inserted, err := d.Get(t.Context(), "notes", "a")
	must(t, err)
	change := func(edit func(*note) error) error { return d.notes.Update(t.Context(), "a", edit) }

	must(t, change(func(n *note) error { n.Text = "new"; return nil }))
	must(t, change(func(n *note) error { n.Text = "unwanted"; return store.ErrUnchanged }))
	mistake := errors.New("mistake")
	wantErr(t, "a failing change", change(func(n *note) error { n.Text = "unwanted"; return mistake }), mistake)
	wantRefused(t, "another id", change(func(n *note) error { n.ID = "c"; return nil }))
	err = change(func(n *note) error { n.Slug = "b"; return nil })
	wantErr(t, "a taken slug", err, fs.ErrExist)
	if errors.Is(err, store.ErrLost) {
		t.Error("a taken slug looks like a lost race")
	}
	wantErr(t, "a missing record", d.notes.Update(t.Context(), "c", func(*note) error { return nil }), fs.ErrNotExist)

	got, err := d.Get(t.Context(), "notes", "a")
	must(t, err)
	want(t, "text", text(t, got), "new")
	want(t, "version", got.Version, inserted.Version+1)
}

// Some ids are derived from other values, so a deleted record can come back under
// the same id while a write to the old one is still running.
func successorStays(t *testing.T, database Database) {
	d := newDesk(t, database)
	again := func() { d.insert(t, note{ID: "a", Text: "successor"}) }
	for how, remove := range map[string]func() error{
		"deleted": func() error { return d.notes.Delete(t.Context(), "a") },
		"taken":   func() error { _, err := d.notes.Take(t.Context(), "a"); return err },
	} {
		d.insert(t, note{ID: "a", Text: "former"})
		var saw []string
		must(t, d.notes.Update(t.Context(), "a", func(n *note) error {
			if saw = append(saw, n.Text); n.Text == "former" {
				must(t, remove())
				again()
			}
			n.Owner = n.Text
			return nil
		}))
		got, err := d.notes.Take(t.Context(), "a")
		must(t, err)
		want(t, how+": text", got.Text, "successor")
		want(t, how+": written from", got.Owner, "successor")
		want(t, how+": readings", len(saw), 2)
	}
}

func undeclared(t *testing.T, database Database) {
	b := database(t)(t)
	doc := document(t, note{ID: "a"})
	try := func(when string) {
		_, err := b.Get(t.Context(), "nowhere", "a")
		wantRefused(t, when+": get", err)
		_, err = b.Take(t.Context(), "nowhere", "a")
		wantRefused(t, when+": take", err)
		_, err = b.Find(t.Context(), "nowhere", store.Query{})
		wantRefused(t, when+": find", err)
		wantRefused(t, when+": insert", b.Insert(t.Context(), "nowhere", store.Record{ID: "a", Doc: doc}))
		wantRefused(t, when+": replace", b.Replace(t.Context(), "nowhere", store.Record{ID: "a", Version: 1, Doc: doc}))
		wantRefused(t, when+": delete", b.Delete(t.Context(), "nowhere", "a"))
	}
	try("before prepare")
	must(t, b.Prepare(t.Context(), specs()))
	try("after prepare")
	for _, bad := range []store.CollectionSpec{
		{Name: ""}, {Name: `a"b`}, {Name: "a$b"}, {Name: "sqlite_x"}, {Name: "Upper"},
		{Name: "ok", Unique: []string{"a..b"}}, {Name: "ok", Index: []string{"a."}}, {Name: "ok", Index: []string{"a'b"}},
		{Name: "ok", Index: []string{"f"}, Unique: []string{"f"}},
	} {
		wantRefused(t, "spec "+bad.Name, b.Prepare(t.Context(), []store.CollectionSpec{bad}))
	}
}

func document(t *testing.T, v any) bson.Raw {
	t.Helper()
	doc, err := bson.Marshal(v)
	must(t, err)
	return doc
}

func text(t *testing.T, r store.Record) string {
	t.Helper()
	var n note
	must(t, bson.Unmarshal(r.Doc, &n))
	return n.Text
}
