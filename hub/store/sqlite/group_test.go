package sqlite

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/fedhub/fedhub/hub/store"
)

// groups opens a database without a running writer, so that a test decides which
// writes share a group.
func groups(t *testing.T) *DB {
	t.Helper()
	d, err := open(filepath.Join(t.TempDir(), "hub.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.closeAll() })
	spec := store.CollectionSpec{Name: "notes", Unique: []string{"slug"}}
	created := request(t.Context(), func(s *session) error { return declare(s, spec) })
	d.commit([]*write{created})
	if err := <-created.done; err != nil {
		t.Fatal(err)
	}
	tables := map[string]*table{"notes": newTable(spec)}
	if err := d.prepareReads(t.Context(), tables); err != nil {
		t.Fatal(err)
	}
	d.tables.Store(&tables)
	return d
}

func request(ctx context.Context, apply func(*session) error) *write {
	return &write{ctx: ctx, apply: apply, done: make(chan error, 1)}
}

func (d *DB) insertion(t *testing.T, ctx context.Context, id, slug string) *write {
	t.Helper()
	doc, err := bson.Marshal(bson.D{{Key: "slug", Value: slug}})
	if err != nil {
		t.Fatal(err)
	}
	table, json, err := d.outgoing("notes", store.Record{ID: id, Doc: doc})
	if err != nil {
		t.Fatal(err)
	}
	return request(ctx, func(s *session) error {
		err := s.exec(table.insert, id, store.FirstVersion(), nil, json)
		if taken(err) {
			return fs.ErrExist
		}
		return err
	})
}

func TestAnAnswerInAGroupDoesNotTouchTheOthers(t *testing.T) {
	d := groups(t)
	group := []*write{
		d.insertion(t, t.Context(), "a", "one"),
		d.insertion(t, t.Context(), "a", "two"), // its id is taken
		d.insertion(t, t.Context(), "b", "one"), // its slug is taken
		d.insertion(t, t.Context(), "c", "three"),
	}

	d.commit(group)

	for i, want := range []error{nil, fs.ErrExist, fs.ErrExist, nil} {
		if got := <-group[i].done; !errors.Is(got, want) {
			t.Errorf("write %d: got %v, want %v", i, got, want)
		}
	}
	d.wantIDs(t, "a", "c")
}

func TestAFailureInAGroupIsOneCallersOwn(t *testing.T) {
	d := groups(t)
	broken := errors.New("broken")
	group := []*write{
		d.insertion(t, t.Context(), "a", ""),
		request(t.Context(), func(s *session) error {
			if err := s.exec("INSERT INTO notes (id, version, doc) VALUES ('half', 1, '{}')"); err != nil {
				t.Error(err)
			}
			return broken
		}),
		d.insertion(t, t.Context(), "b", ""),
		request(t.Context(), func(s *session) error { return s.exec("ROLLBACK") }), // as SQLite does when the disk fails
		d.insertion(t, t.Context(), "c", ""),
	}

	d.commit(group)

	for i, w := range group {
		err := <-w.done
		if failed := i == 1 || i == 3; (err != nil) != failed {
			t.Errorf("write %d: got %v", i, err)
		}
	}
	d.wantIDs(t, "a", "b", "c")
}

func TestWhoHasLeftAGroupWritesNothing(t *testing.T) {
	d := groups(t)
	left, leave := context.WithCancel(t.Context())
	leave()
	group := []*write{d.insertion(t, left, "a", ""), d.insertion(t, t.Context(), "b", "")}

	d.commit(group)

	if got := <-group[0].done; !errors.Is(got, context.Canceled) {
		t.Errorf("who left: got %v", got)
	}
	if got := <-group[1].done; got != nil {
		t.Errorf("who stayed: got %v", got)
	}
	d.wantIDs(t, "b")
}

func (d *DB) wantIDs(t *testing.T, want ...string) {
	t.Helper()
	found, err := d.Find(t.Context(), "notes", store.Query{})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, r := range found {
		got = append(got, r.ID)
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("records: got %v, want %v", got, want)
	}
}
