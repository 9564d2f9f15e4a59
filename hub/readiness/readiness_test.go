package readiness_test

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/fedhub/fedhub/hub/readiness"
	"github.com/fedhub/fedhub/hub/store"
	"github.com/fedhub/fedhub/hub/store/sqlite"
	"github.com/fedhub/fedhub/internal/testkit/faultstore"
)

// A world is a process on a database file, and a clock for its patience.
type world struct {
	*readiness.Service
	path string
	db   *faultstore.Store
	wall time.Time
	log  bytes.Buffer
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{path: filepath.Join(t.TempDir(), "hub.db"), wall: time.Now()}
	file, err := sqlite.Open(w.path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { file.Close(context.Background()) }) //nolint:errcheck // the test is over
	if err := file.Prepare(t.Context(), []store.CollectionSpec{{Name: "proofs"}}); err != nil {
		t.Fatal(err)
	}
	w.db = faultstore.New(file)
	w.Service = &readiness.Service{
		Set: store.NewCollection[readiness.Proof](w.db, "proofs", time.Now), Name: "one", Host: "here", Now: time.Now,
		Log: slog.New(slog.NewTextHandler(&w.log, nil)), Wall: func() time.Time { return w.wall },
		Limit: 300 * time.Millisecond, Wait: 300 * time.Millisecond,
	}
	w.Begin()
	return w
}

// later lets time pass in which the database is tried as usual.
func (w *world) later(t *testing.T) {
	t.Helper()
	for range 4 {
		w.wall = w.wall.Add(5 * time.Second)
		w.Try(t.Context())
	}
}

func (w *world) want(t *testing.T, when, reason string) {
	t.Helper()
	if got := w.State(t.Context()); got.Reason != reason {
		t.Errorf("%s: got %+v, want %q", when, got, reason)
	}
}

func TestWhatStopsWritingIsNoticed(t *testing.T) {
	for name, harm := range map[string]func(t *testing.T, w *world) (mend func()){
		"a full disk":   full,
		"a locked file": locked,
		"a database that is slower than its limit": func(_ *testing.T, w *world) func() {
			w.db.Arm(faultstore.Plan{Counts: faultstore.Call.Writes, Nth: 1, Onwards: true, Hangs: true})
			return func() { w.db.Disarm() }
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.later(t)
			w.want(t, "as long as all is well", "")
			mend := harm(t, w)
			w.Try(t.Context())
			w.want(t, "after one failure, which may be an election", "")
			w.later(t)
			w.want(t, "when it lasts", readiness.Unwritten)
			if n := strings.Count(w.log.String(), "accepts no writes"); n != 1 {
				t.Errorf("the log says it %d times: %s", n, w.log.String())
			}
			mend()
			w.Try(t.Context())
			w.want(t, "when it is mended", "")
		})
	}
}

// full makes writes to the file fail; the SQLite package tests the error of a
// real one.
func full(_ *testing.T, w *world) func() {
	w.db.Arm(faultstore.Plan{Counts: faultstore.Call.Writes, Nth: 1, Onwards: true, With: errors.New("the disk is full")})
	return func() { w.db.Disarm() }
}

// locked lets another process hold the file.
func locked(t *testing.T, w *world) func() {
	t.Helper()
	other, err := sql.Open("sqlite", w.path)
	if err != nil {
		t.Fatal(err)
	}
	other.SetMaxOpenConns(1)
	if _, err := other.Exec("BEGIN IMMEDIATE"); err != nil {
		t.Fatal(err)
	}
	return func() {
		if _, err := other.Exec("ROLLBACK"); err != nil {
			t.Fatal(err)
		}
		other.Close()
	}
}

func TestADatabaseThatDoesNotAnswerIsNoticedAtOnce(t *testing.T) {
	w := newWorld(t)
	w.later(t)
	w.db.Arm(faultstore.Plan{Nth: 1, Onwards: true, Hangs: true})
	w.want(t, "while it hangs", readiness.Unread)
	w.db.Arm(faultstore.Plan{Nth: 1, Onwards: true})
	w.want(t, "while it fails", readiness.Unread)
	w.db.Disarm()
	w.want(t, "when it is back", "")
}

func TestWhoeverAsksWritesNothingAndHearsTheAgeOfTheLastProof(t *testing.T) {
	w := newWorld(t)
	w.Try(t.Context())
	w.wall = w.wall.Add(7 * time.Second)
	w.db.Arm(faultstore.Plan{Counts: faultstore.Call.Writes})
	if got := w.State(t.Context()); got.Age != 7*time.Second {
		t.Errorf("got %+v", got)
	}
	if report := w.db.Disarm(); len(report.Calls) > 0 {
		t.Errorf("to ask costs %v", report.Calls)
	}
}

// A command that opens the database tries nothing, and is none the worse.
func TestWhereNobodyTriesReadingIsEnough(t *testing.T) {
	w := newWorld(t)
	w.Service = &readiness.Service{Set: w.Set, Name: "other", Now: time.Now, Log: w.Log}
	w.want(t, "without any proof", "")
}
