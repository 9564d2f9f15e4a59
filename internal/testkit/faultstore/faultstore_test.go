package faultstore_test

import (
	"context"
	"errors"
	"io/fs"
	"path/filepath"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/fedhub/fedhub/hub/store"
	"github.com/fedhub/fedhub/hub/store/sqlite"
	"github.com/fedhub/fedhub/internal/testkit/faultstore"
)

func open(t *testing.T) *faultstore.Store {
	t.Helper()
	db, err := sqlite.Open(filepath.Join(t.TempDir(), "hub.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close(context.Background()) }) //nolint:errcheck // the test is over
	s := faultstore.New(db)
	if err := s.Prepare(t.Context(), []store.CollectionSpec{{Name: "notes"}, {Name: "others"}}); err != nil {
		t.Fatal(err)
	}
	return s
}

func note(t *testing.T, id string) store.Record {
	t.Helper()
	doc, err := bson.Marshal(bson.M{"text": id})
	if err != nil {
		t.Fatal(err)
	}
	return store.Record{ID: id, Doc: doc}
}

func TestTheChosenCallFailsBeforeItTookEffectOrAfter(t *testing.T) {
	for _, after := range []bool{false, true} {
		s := open(t)
		s.Arm(faultstore.Plan{Nth: 2, After: after})
		if err := s.Insert(t.Context(), "notes", note(t, "first")); err != nil {
			t.Errorf("the first call: %v", err)
		}
		if err := s.Insert(t.Context(), "notes", note(t, "second")); !errors.Is(err, faultstore.Err) {
			t.Errorf("the second call: %v", err)
		}
		if err := s.Insert(t.Context(), "notes", note(t, "third")); err != nil {
			t.Errorf("the third call: %v", err)
		}
		if r := s.Disarm(); !r.Failed || r.Last() != "Insert notes" || len(r.Calls) != 2 {
			t.Errorf("the report is %+v", r)
		}
		_, err := s.Get(t.Context(), "notes", "second")
		if missing := errors.Is(err, fs.ErrNotExist); missing == after {
			t.Errorf("after %v: the second record is missing: %v (%v)", after, missing, err)
		}
	}
}

func TestOnlyWhatCountsFails(t *testing.T) {
	s := open(t)
	s.Arm(faultstore.Plan{Nth: 1, Counts: func(c faultstore.Call) bool { return c.OfRequest && c.Writes() && c.Set == "notes" }})
	request := faultstore.Request(t.Context())
	for what, err := range map[string]error{
		"another set":     s.Insert(request, "others", note(t, "a")),
		"beside requests": s.Insert(t.Context(), "notes", note(t, "b")),
		"a read":          func() error { _, err := s.Find(request, "notes", store.Query{}); return err }(),
		"another read":    func() error { _, err := s.Get(request, "notes", "b"); return err }(),
	} {
		if err != nil {
			t.Errorf("%s: %v", what, err)
		}
	}
	if _, err := s.Take(request, "notes", "b"); !errors.Is(err, faultstore.Err) {
		t.Errorf("a write of a request: %v", err)
	}
	if _, err := s.Get(t.Context(), "notes", "b"); err != nil {
		t.Errorf("it took effect: %v", err)
	}
}

func TestFromTheChosenCallOnAllMayFail(t *testing.T) {
	s := open(t)
	s.Arm(faultstore.Plan{Nth: 1, Onwards: true})
	for range 2 {
		if err := s.Delete(t.Context(), "notes", "a"); !errors.Is(err, faultstore.Err) {
			t.Errorf("got %v", err)
		}
	}
	s.Disarm()
	if err := s.Delete(t.Context(), "notes", "a"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("without a plan: %v", err)
	}
}
