package sqlite

import (
	"context"
	"path/filepath"
	"testing"
	"time"
)

// A query may still run after its caller has returned. Close waits for it, so
// that no file appears beside the database after Close.
func TestCloseWaitsForQueriesUnderWay(t *testing.T) {
	file := filepath.Join(t.TempDir(), "hub.db")
	d, err := Open(file)
	if err != nil {
		t.Fatal(err)
	}
	running, err := d.read.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	closed := make(chan error, 1)
	go func() { closed <- d.Close(context.Background()) }()
	for until := time.Now().Add(time.Minute); d.read.PingContext(t.Context()) == nil; {
		if time.Now().After(until) {
			t.Fatal("Close never takes the pool of readers away")
		}
	}

	var tables int
	if err := running.QueryRowContext(t.Context(), "SELECT count(*) FROM sqlite_master").Scan(&tables); err != nil {
		t.Error("the query under way was cut off:", err)
	}
	select {
	case err := <-closed:
		t.Fatal("Close did not wait:", err)
	default:
	}
	if err := running.Close(); err != nil {
		t.Fatal(err)
	}
	if err := <-closed; err != nil {
		t.Error(err)
	}
	if left, err := filepath.Glob(file + "-*"); err != nil || len(left) > 0 {
		t.Error("beside the closed file are", left, err)
	}
}
