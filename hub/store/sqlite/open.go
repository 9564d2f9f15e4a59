package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"sync"
	"time"

	driver "modernc.org/sqlite"
	lib "modernc.org/sqlite/lib"
)

func open(path string) (*DB, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	if err := create(path); err != nil {
		return nil, reason(err)
	}
	d := &DB{
		path:    path,
		besides: make(chan *write),
		writes:  make(chan *write),
		closed:  make(chan struct{}),
		stopped: make(chan struct{}),
	}
	d.closing = sync.OnceFunc(func() { close(d.closed) })
	d.finish = sync.OnceValue(d.closeAll)
	if d.write, err = connections(path, 1, writerSettings()); err != nil {
		return nil, reason(err)
	}
	if err := d.prove(); err != nil {
		return nil, errors.Join(reason(err), d.write.Close())
	}
	if d.read, err = connections(path, readers(), readerSettings()); err != nil {
		return nil, errors.Join(reason(err), d.write.Close())
	}
	return d, nil
}

// create makes the folder and an empty file that only this user can read.
// SQLite gives its log and lock files the permissions of the database file.
func create(path string) error {
	if info, err := os.Stat(path); err == nil {
		if !info.Mode().IsRegular() {
			return errors.New("it is not a regular file")
		}
		return nil
	}
	folder := filepath.Dir(path)
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return err
	}
	// Create the file under another name and link it after closing: closing any
	// descriptor of a database drops all locks that this process holds on it,
	// and another part of the process may have opened the same path meanwhile.
	empty, err := os.CreateTemp(folder, ".fedhub-*") // 0600
	if err != nil {
		return err
	}
	defer os.Remove(empty.Name())
	if err := empty.Close(); err != nil {
		return err
	}
	if err := os.Link(empty.Name(), path); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return nil
}

// readers is the number of concurrent queries. More than the number of
// processors only costs memory, because each has a page cache.
func readers() int { return min(max(runtime.GOMAXPROCS(0), 2), 8) }

type settings map[string][]string

func writerSettings() settings {
	return settings{
		"_journal_mode": {"WAL"},
		// Lets the file release free pages to the disk (space.go). It only has
		// an effect on a new file.
		"_auto_vacuum": {"INCREMENTAL"},
		// The log is synced at every commit, so an acknowledged write survives
		// a power failure. Group commit keeps that fast.
		"_synchronous": {"FULL"},
		// Short, because the writer itself retries while callers wait.
		"_busy_timeout": {"250"},
		"_pragma":       {"cache_size(-2048)", "journal_size_limit(" + strconv.Itoa(longLog) + ")"}, // KiB; bytes
	}
}

func readerSettings() settings {
	return settings{
		"_query_only": {"1"},
		// A reader only meets a lock while another process recovers the file,
		// or empties the log when it closes.
		"_busy_timeout": {"10000"},
		"_pragma":       {"cache_size(-1024)"}, // KiB
	}
}

func connections(path string, n int, s settings) (*sql.DB, error) {
	query := url.Values{
		"_defensive": {"1"}, // our SQL need not change SQLite's internals
		"_dqs":       {"0"}, // "name" is never a string literal
		"_error_rc":  {"1"}, // error messages that match the error
	}
	maps.Copy(query, s)
	name := url.URL{Scheme: "file", Path: filepath.ToSlash(path), RawQuery: query.Encode()}
	connector, err := driver.NewConnector(name.String())
	if err != nil {
		return nil, err
	}
	db := sql.OpenDB(connector)
	db.SetMaxOpenConns(n)
	db.SetMaxIdleConns(n)
	return db, nil
}

// openPatience is how long a start waits for another process's lock.
const openPatience = 30 * time.Second

// prove checks that the file is a database and writable, so that a mistake is
// reported at the start and not at the first sign-in.
func (d *DB) prove() error {
	ctx, cancel := context.WithTimeout(context.Background(), openPatience)
	defer cancel()
	for {
		err := d.touch(ctx)
		// Two processes that create the same file conflict here: SQLite does
		// not use its busy timeout when it switches a new file to WAL mode.
		if !busy(err) {
			return err
		}
		select {
		case <-time.After(5 * time.Millisecond):
		case <-ctx.Done():
			return err
		}
	}
}

func (d *DB) touch(ctx context.Context) error {
	s, err := newSession(ctx, d.write)
	if err != nil {
		return err
	}
	defer s.discard()
	var mode string
	if err := s.row("PRAGMA journal_mode", nil, &mode); err != nil {
		return err
	}
	if mode != "wal" {
		return fmt.Errorf("its file system does not allow SQLite's write-ahead log (journal mode is %s)", mode)
	}
	var id int
	if err := s.row("PRAGMA application_id", nil, &id); err != nil {
		return err
	}
	if id != 0 && id != applicationID {
		return errors.New("it is a database of another program")
	}
	if err := s.exec("BEGIN IMMEDIATE; PRAGMA application_id = " + strconv.Itoa(applicationID) + "; COMMIT"); err != nil {
		return err
	}
	return s.convert(d.path)
}

// applicationID lets file(1) and similar tools recognise a hub's database.
const applicationID = 0x66656468 // "fedh"

// reason converts errors of SQLite and the system to messages that an operator
// can act on.
func reason(err error) error {
	var failed *driver.Error
	switch {
	case errors.Is(err, fs.ErrPermission):
		return fmt.Errorf("this user has no permission to write there: %w", err)
	case !errors.As(err, &failed):
		return err
	}
	switch failed.Code() & 0xff {
	case lib.SQLITE_NOTADB:
		return fmt.Errorf("it is not an SQLite database: %w", err)
	case lib.SQLITE_CORRUPT:
		return fmt.Errorf("it is damaged; restore it from a backup: %w", err)
	case lib.SQLITE_READONLY, lib.SQLITE_PERM, lib.SQLITE_CANTOPEN:
		return fmt.Errorf("this user has no permission to write to it or its folder: %w", err)
	case lib.SQLITE_FULL:
		return fmt.Errorf("the disk is full: %w", err)
	case lib.SQLITE_BUSY:
		return fmt.Errorf("another process has locked it: %w", err)
	}
	return err
}

func busy(err error) bool { return primaryCode(err) == lib.SQLITE_BUSY }

// taken reports whether a write found an existing id or unique value.
func taken(err error) bool {
	var failed *driver.Error
	if !errors.As(err, &failed) {
		return false
	}
	return failed.Code() == lib.SQLITE_CONSTRAINT_PRIMARYKEY || failed.Code() == lib.SQLITE_CONSTRAINT_UNIQUE
}

func primaryCode(err error) int {
	var failed *driver.Error
	if !errors.As(err, &failed) {
		return lib.SQLITE_OK
	}
	return failed.Code() & 0xff
}
