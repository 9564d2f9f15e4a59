package sqlite_test

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/fedhub/fedhub/hub/store"
	"github.com/fedhub/fedhub/hub/store/sqlite"
)

// large is a record of ten kilobytes.
func large(t *testing.T, id string, expires time.Time) store.Record {
	t.Helper()
	doc, err := bson.Marshal(bson.M{"text": strings.Repeat("x", 10_000)})
	if err != nil {
		t.Fatal(err)
	}
	return store.Record{ID: id, Expires: expires, Doc: doc}
}

func lengths(t *testing.T, path string) (file, log int64) {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if l, err := os.Stat(path + "-wal"); err == nil {
		log = l.Size()
	}
	return info.Size(), log
}

// fillTo keeps n large records that have expired by the hour.
func fillTo(t *testing.T, d *sqlite.DB, hour time.Time, n int) {
	t.Helper()
	if err := d.Prepare(t.Context(), []store.CollectionSpec{{Name: "things"}}); err != nil {
		t.Fatal(err)
	}
	failed := make(chan error, n)
	for i := range n {
		r := large(t, fmt.Sprint("old-", i), hour)
		go func() { failed <- d.Insert(context.Background(), "things", r) }()
	}
	for range n {
		if err := <-failed; err != nil {
			t.Fatal(err)
		}
	}
}

func sweep(t *testing.T, d *sqlite.DB, now time.Time) {
	t.Helper()
	if _, err := d.Sweep(t.Context(), now); err != nil {
		t.Fatal(err)
	}
}

func TestAFileGivesSpaceBackWhenMuchIsDeleted(t *testing.T) {
	hour := time.Now().Add(time.Hour)
	path := filepath.Join(t.TempDir(), "hub.db")
	d := open(t, path)
	fillTo(t, d, hour, 1500)
	if err := d.Insert(t.Context(), "things", large(t, "kept", time.Time{})); err != nil {
		t.Fatal(err)
	}
	sweep(t, d, hour.Add(-time.Minute))
	before, log := lengths(t, path)
	sweep(t, d, hour.Add(time.Minute))
	after, logAfter := lengths(t, path)
	t.Logf("file %d and log %d, then %d and %d", before, log, after, logAfter)
	if before+log < 10<<20 || after > 3<<20 || logAfter > 1<<20 {
		t.Errorf("the file had %d bytes (log %d) and has %d (log %d)", before, log, after, logAfter)
	}
	if _, err := d.Get(t.Context(), "things", "kept"); err != nil {
		t.Errorf("what stays: %v", err)
	}
}

func TestTheLogIsEmptiedWhenASlowReaderLetItGrow(t *testing.T) {
	path := filepath.Join(t.TempDir(), "hub.db")
	d := open(t, path)
	fillTo(t, d, time.Now().Add(time.Hour), 1)
	reader, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	tx, err := reader.Begin()
	if err != nil {
		t.Fatal(err)
	}
	var n int
	if err := tx.QueryRow("SELECT count(*) FROM things").Scan(&n); err != nil {
		t.Fatal(err)
	}
	for i := range 2000 {
		r := large(t, fmt.Sprint("new-", i%20), time.Time{})
		_ = d.Delete(t.Context(), "things", r.ID)
		if err := d.Insert(t.Context(), "things", r); err != nil {
			t.Fatal(err)
		}
		if _, log := lengths(t, path); log > 17<<20 {
			break
		}
	}
	if _, log := lengths(t, path); log <= 16<<20 {
		t.Fatalf("the log did not grow: %d bytes", log)
	}
	sweep(t, d, time.Now()) // the reader is in the way, and that is no failure
	if err := tx.Rollback(); err != nil {
		t.Fatal(err)
	}
	sweep(t, d, time.Now())
	if _, log := lengths(t, path); log != 0 {
		t.Errorf("the log still has %d bytes", log)
	}
}

func TestAFileOfAnEarlierHubGivesSpaceBackToo(t *testing.T) {
	path := filepath.Join(t.TempDir(), "hub.db")
	run(t, path, "PRAGMA journal_mode=WAL; CREATE TABLE old (id INTEGER); INSERT INTO old VALUES (7)")
	d := open(t, path)
	raw, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer raw.Close()
	var mode, kept int
	if err := raw.QueryRow("PRAGMA auto_vacuum").Scan(&mode); err != nil || mode != 2 {
		t.Errorf("auto_vacuum is %d, %v; want 2", mode, err)
	}
	if err := raw.QueryRow("SELECT id FROM old").Scan(&kept); err != nil || kept != 7 {
		t.Errorf("what was in it: %d, %v", kept, err)
	}
	hour := time.Now().Add(time.Hour)
	fillTo(t, d, hour, 1000)
	sweep(t, d, hour.Add(time.Minute))
	if file, _ := lengths(t, path); file > 3<<20 {
		t.Errorf("the file has %d bytes", file)
	}
}
