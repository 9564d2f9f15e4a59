package storetest

import (
	"context"
	"fmt"
	"io/fs"
	"strings"
	"testing"
	"time"

	"github.com/fedhub/fedhub/hub/store"
)

func hostileIDs() []string {
	return []string{
		"$ne", "$", "$where", `{"$ne": null}`, `{"$gt":""}`, "a.b", ".", "..", "../../etc/passwd", "_id",
		"'", `"`, "`", "' OR '1'='1", "'; DROP TABLE notes; --", "?", ":id", "@id", "%", "_", "*", "\\", "/",
		"\x00", "a\x00b", "a\x00c", "\n", "\r\n", "\t", " ", "  ", "a ", " a", "A", "a",
		"\u202e", "\ufeff", "\u00e9", "e\u0301", "\U0001F600", "\U0010FFFF", "null", "true", "0", "-1", "1e9", "NaN",
		strings.Repeat("k", 1024), strings.Repeat("k", 1023), strings.Repeat("\u00e9", 2000),
	}
}

func hostile(t *testing.T, database Database) {
	d := newDesk(t, database)
	ids := hostileIDs()
	for _, id := range ids {
		d.insert(t, note{ID: id, Slug: id, Owner: id, Text: id})
	}

	for _, id := range ids {
		got, err := d.notes.Get(t.Context(), id)
		must(t, err)
		want(t, "got", got.Text, id)
		wantErr(t, "again "+id, d.notes.Insert(t.Context(), note{ID: id}), fs.ErrExist)
		for _, q := range []store.Query{{Equals: id}, {Field: "slug", Equals: id}, {Field: "owner", Equals: id}} {
			found, err := d.notes.Find(t.Context(), q)
			must(t, err)
			wantIDs(t, fmt.Sprintf("by %q", q.Field), found, id)
		}
	}
	for i, id := range ids {
		got, err := d.notes.Take(t.Context(), id)
		must(t, err)
		want(t, "took", got.Text, id)
		left, err := d.notes.All(t.Context())
		must(t, err)
		want(t, "left", len(left), len(ids)-i-1)
	}
}

func notText(t *testing.T, database Database) {
	d := newDesk(t, database)
	d.insert(t, note{ID: "\ufffd", Slug: "\ufffd", Owner: "\ufffd"}, note{ID: "a"})
	for _, bad := range []string{"\xff", "a\xff", "\xed\xa0\x80", "\xc0\x80"} {
		wantRefused(t, "insert", d.notes.Insert(t.Context(), note{ID: bad}))
		wantRefused(t, "insert with slug", d.notes.Insert(t.Context(), note{ID: "b", Slug: bad}))
		wantRefused(t, "insert with owner", d.notes.Insert(t.Context(), note{ID: "b", Owner: bad}))
		_, err := d.notes.Get(t.Context(), bad)
		wantErr(t, "get", err, fs.ErrNotExist)
		_, err = d.notes.Take(t.Context(), bad)
		wantErr(t, "take", err, fs.ErrNotExist)
		wantErr(t, "delete", d.notes.Delete(t.Context(), bad), fs.ErrNotExist)
		for _, q := range []store.Query{
			{Equals: bad}, {Prefix: bad}, {After: bad}, {Field: "slug", Equals: bad}, {Field: "owner", Equals: bad},
		} {
			found, err := d.notes.Find(t.Context(), q)
			must(t, err)
			want(t, "found", len(found), 0)
		}
	}
	wantRefused(t, "insert without id", d.Insert(t.Context(), "notes", store.Record{Doc: document(t, note{})}))
}

func contexts(t *testing.T, database Database) {
	d := newDesk(t, database)
	d.insert(t, note{ID: "a", Slug: "a"})
	left, leave := context.WithCancel(t.Context())
	leave()
	late, stop := context.WithDeadline(t.Context(), time.Now().Add(-time.Second))
	defer stop()
	for _, c := range []struct {
		ctx  context.Context
		want error
	}{{left, context.Canceled}, {late, context.DeadlineExceeded}} {
		_, err := d.notes.Get(c.ctx, "a")
		wantErr(t, "get", err, c.want)
		_, err = d.notes.Take(c.ctx, "a")
		wantErr(t, "take", err, c.want)
		_, err = d.notes.All(c.ctx)
		wantErr(t, "all", err, c.want)
		wantErr(t, "insert", d.notes.Insert(c.ctx, note{ID: "b"}), c.want)
		wantErr(t, "delete", d.notes.Delete(c.ctx, "a"), c.want)
		wantErr(t, "update", d.notes.Update(c.ctx, "a", func(n *note) error { n.Text = "x"; return nil }), c.want)
		r := store.Record{ID: "a", Version: 1, Doc: document(t, note{ID: "a", Text: "x"})}
		wantErr(t, "replace", d.Replace(c.ctx, "notes", r), c.want)
	}

	all, err := d.notes.All(t.Context())
	must(t, err)
	wantIDs(t, "what had left did nothing", all, "a")
	want(t, "text", all[0].Text, "")
}

func prepareAgain(t *testing.T, database Database) {
	d := newDesk(t, database)
	d.insert(t, note{ID: "a", Slug: "s"})

	must(t, d.Prepare(t.Context(), specs()))
	must(t, d.Prepare(t.Context(), append(specs(), store.CollectionSpec{Name: "more", Index: []string{"owner"}})))

	wantErr(t, "the index still stands", d.notes.Insert(t.Context(), note{ID: "b", Slug: "s"}), fs.ErrExist)
	must(t, d.Insert(t.Context(), "more", store.Record{ID: "a", Doc: document(t, note{ID: "a"})}))
}

func prepareTogether(t *testing.T, database Database) {
	open := database(t)
	const openers = 6
	together(t, openers, func(i int) {
		b := open(t)
		if err := b.Prepare(t.Context(), specs()); err != nil {
			t.Errorf("prepare: %v", err)
			return
		}
		notes := store.NewCollection[note](b, "notes", time.Now)
		if err := notes.Insert(t.Context(), note{ID: fmt.Sprint(i)}); err != nil {
			t.Errorf("insert: %v", err)
		}
	})

	all, err := openDesk(t, open).notes.All(t.Context())
	must(t, err)
	want(t, "records", len(all), openers)
}

func twoOpeners(t *testing.T, database Database) {
	open := database(t)
	a, b := openDesk(t, open), openDesk(t, open)
	for i := range 20 {
		writer, reader := a, b
		if i%2 == 1 {
			writer, reader = b, a
		}
		id := fmt.Sprint(i)
		writer.insert(t, note{ID: id, Text: "hello"})
		got, err := reader.notes.Get(t.Context(), id)
		must(t, err)
		want(t, "text", got.Text, "hello")
	}
	_, err := a.notes.Take(t.Context(), "3")
	must(t, err)
	_, err = b.notes.Get(t.Context(), "3")
	wantErr(t, "taken elsewhere", err, fs.ErrNotExist)
}

func closed(t *testing.T, database Database) {
	d := newDesk(t, database)
	d.insert(t, note{ID: "a"})
	must(t, d.Close(background()))

	_, err := d.Get(t.Context(), "notes", "a")
	wantRefused(t, "get", err)
	wantRefused(t, "insert", d.notes.Insert(t.Context(), note{ID: "b"}))
	_, err = d.Take(t.Context(), "notes", "a")
	wantRefused(t, "take", err)
	must(t, d.Close(background())) // closing twice has no effect
}
