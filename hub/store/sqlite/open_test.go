package sqlite_test

import (
	"context"
	"database/sql"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/fedhub/fedhub/hub/store"
	"github.com/fedhub/fedhub/hub/store/sqlite"
)

func TestTheFileIsForThisUserAlone(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "new", "data")
	file := filepath.Join(folder, "hub #1?%20.db") // what a URL would read otherwise
	d := open(t, file)
	if err := d.Prepare(t.Context(), counters); err != nil {
		t.Fatal(err)
	}

	for name, want := range map[string]fs.FileMode{folder: 0o700, file: 0o600, file + "-wal": 0o600, file + "-shm": 0o600} {
		info, err := os.Stat(name)
		if err != nil {
			t.Fatal(err)
		}
		if got := info.Mode().Perm(); got != want {
			t.Errorf("%s: got mode %o, want %o", name, got, want)
		}
	}
	left, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := len(left), 3; got != want {
		t.Errorf("files: got %d, want %d: %v", got, want, left)
	}
}

func TestAPathThatCannotBeUsedIsExplained(t *testing.T) {
	folder := t.TempDir()
	text := filepath.Join(folder, "notes.txt")
	if err := os.WriteFile(text, []byte(strings.Repeat("not a database\n", 100)), 0o600); err != nil {
		t.Fatal(err)
	}
	others := filepath.Join(folder, "others.db")
	run(t, others, "PRAGMA application_id = 12345; CREATE TABLE t (a)")
	for path, why := range map[string]string{
		folder:                           "it is not a regular file",
		text:                             "it is not an SQLite database",
		others:                           "it is a database of another program",
		filepath.Join(text, "hub.db"):    "not a directory",
		"/proc/fedhub-cannot/be/here.db": "no such file or directory",
	} {
		d, err := sqlite.Open(path)
		if err == nil {
			d.Close(context.Background())
			t.Errorf("%s: opened", path)
			continue
		}
		if !strings.Contains(err.Error(), why) || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: got %q, want it to say %q", path, err, why)
		}
		if strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: got several lines: %q", path, err)
		}
	}
}

func TestAnEmptyFileBecomesADatabase(t *testing.T) {
	file := filepath.Join(t.TempDir(), "empty.db")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := open(t, file).Prepare(t.Context(), counters); err != nil {
		t.Fatal(err)
	}
}

func TestCloseLeavesOneFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "hub.db")
	d := open(t, file)
	if err := d.Prepare(t.Context(), counters); err != nil {
		t.Fatal(err)
	}
	if err := d.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, suffix := range []string{"-wal", "-shm"} {
		if _, err := os.Stat(file + suffix); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s is left: %v", suffix, err)
		}
	}
}

func TestAUniqueFieldThatIsAlreadyDoubleIsExplained(t *testing.T) {
	d := open(t, filepath.Join(t.TempDir(), "hub.db"))
	if err := d.Prepare(t.Context(), []store.CollectionSpec{{Name: "users"}}); err != nil {
		t.Fatal(err)
	}
	for _, id := range []string{"a", "b"} {
		doc, _ := bson.Marshal(bson.D{{Key: "mail", Value: "same"}})
		if err := d.Insert(t.Context(), "users", store.Record{ID: id, Doc: doc}); err != nil {
			t.Fatal(err)
		}
	}

	err := d.Prepare(t.Context(), []store.CollectionSpec{{Name: "users", Unique: []string{"mail"}}})

	if err == nil || !strings.Contains(err.Error(), "prepare set users: unique mail") {
		t.Errorf("got %v, want the set and the field named", err)
	}
	if _, err := d.Get(t.Context(), "users", "a"); err != nil {
		t.Errorf("the set is unusable after the refusal: %v", err)
	}
}

func TestAnotherProcessWithTheWriteLockIsWaitedFor(t *testing.T) {
	file := filepath.Join(t.TempDir(), "hub.db")
	d := open(t, file)
	if err := d.Prepare(t.Context(), counters); err != nil {
		t.Fatal(err)
	}
	set := store.NewCollection[counter](d, "counters", time.Now)
	release := hold(t, file)

	hurried, stop := context.WithTimeout(t.Context(), 400*time.Millisecond) // longer than one busy timeout
	defer stop()
	err := set.Insert(hurried, counter{ID: "hurried"})
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("a hurried caller: got %v, want its deadline", err)
	}
	patient := make(chan error, 1)
	go func() { patient <- set.Insert(t.Context(), counter{ID: "patient"}) }()
	if _, err := set.All(t.Context()); err != nil {
		t.Errorf("a reader meanwhile: %v", err)
	}
	release()

	if err := <-patient; err != nil {
		t.Errorf("a patient caller: %v", err)
	}
	if _, err := set.Get(t.Context(), "hurried"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the hurried caller's write: got %v, want it not done", err)
	}
}

func TestCloseDoesNotWaitForAnotherProcess(t *testing.T) {
	file := filepath.Join(t.TempDir(), "hub.db")
	d := open(t, file)
	if err := d.Prepare(t.Context(), counters); err != nil {
		t.Fatal(err)
	}
	release := hold(t, file)
	defer release()
	set := store.NewCollection[counter](d, "counters", time.Now)
	stuck := make(chan error, 1)
	go func() { stuck <- set.Insert(t.Context(), counter{ID: "a"}) }()

	if err := d.Close(t.Context()); err != nil {
		t.Error(err)
	}

	if err := <-stuck; err == nil {
		t.Error("a write succeeded while another process held the lock")
	}
}

// hold takes the write lock on a file, as another process would.
func hold(t *testing.T, file string) (release func()) {
	t.Helper()
	db, err := sql.Open("sqlite", file)
	if err != nil {
		t.Fatal(err)
	}
	db.SetMaxOpenConns(1)
	t.Cleanup(func() { db.Close() })
	if _, err := db.Exec("BEGIN IMMEDIATE"); err != nil {
		t.Fatal(err)
	}
	return func() {
		if _, err := db.Exec("ROLLBACK"); err != nil {
			t.Error(err)
		}
	}
}

func run(t *testing.T, file, statements string) {
	t.Helper()
	db, err := sql.Open("sqlite", file)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec(statements); err != nil {
		t.Fatal(err)
	}
}
