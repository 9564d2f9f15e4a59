package sqlite

import (
	"database/sql"
	"path/filepath"
	"strings"
	"testing"
)

// SQLite's errors become sentences with what to do.
func TestTheReasonIsInWords(t *testing.T) {
	for words, statements := range map[string][2]string{
		"this user has no permission to write to it or its folder": {"PRAGMA query_only = 1", "INSERT INTO t VALUES (1)"},
		"the disk is full":              {"PRAGMA max_page_count = 2", "INSERT INTO t VALUES (randomblob(100000))"},
		"another process has locked it": {"PRAGMA busy_timeout = 0", "BEGIN IMMEDIATE"},
	} {
		file := filepath.Join(t.TempDir(), "hub.db")
		ours, others := connection(t, file), connection(t, file)
		do(t, ours, "CREATE TABLE t (a)")
		do(t, ours, statements[0])
		if strings.Contains(words, "locked") {
			do(t, others, "BEGIN IMMEDIATE")
		}
		_, err := ours.Exec(statements[1])
		if got := reason(err); err == nil || !strings.HasPrefix(got.Error(), words+": ") {
			t.Errorf("got %v, want it to begin with %q", got, words)
		}
	}
}

func connection(t *testing.T, file string) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite", file)
	if err != nil {
		t.Fatal(err)
	}
	db.SetMaxOpenConns(1)
	t.Cleanup(func() { db.Close() })
	return db
}

func do(t *testing.T, db *sql.DB, statement string) {
	t.Helper()
	if _, err := db.Exec(statement); err != nil {
		t.Fatal(err)
	}
}
