// Package sqlite keeps sets of records in one SQLite file. It is the default
// engine.
//
// Each set is a table: id, version, expires, and the record as extended JSON,
// which any SQLite tool can read. The declared indexes are expression indexes
// on that JSON, so there are no extra columns to maintain.
//
// One goroutine does all writes and combines waiting ones in one transaction.
// Every acknowledged write is on the disk (synchronous=FULL), but one fsync
// serves many callers. Reads use their own connections and never wait for
// writes.
//
// Other processes may open the same file at the same time. It must be on a
// local disk, because SQLite's locks do not work on network file systems.
package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/fedhub/fedhub/hub/store"
)

// A DB is an open database file.
type DB struct {
	read  *sql.DB // connections for queries
	write *sql.DB // the writer's single connection

	tables atomic.Pointer[map[string]*table]
	major  atomic.Int64 // of the program, set by Raise; 0 before

	path    string
	writes  chan *write
	besides chan *write   // work for the writer outside transactions
	closing func()        // refuses new writes
	closed  chan struct{} // closed when no more writes are taken
	stopped chan struct{} // closed when the writer has ended
	finish  func() error  // closes all connections, once
	session *session      // the writer's and, after it has ended, used by finish
}

var _ store.Backend = (*DB)(nil)

// Open opens the database file at path, and creates it and its folder if they
// are missing, readable only for this user.
func Open(path string) (*DB, error) {
	d, err := open(path)
	if err != nil {
		return nil, fmt.Errorf("the database file %s cannot be used: %w", path, err)
	}
	go d.run()
	return d, nil
}

// ErrClosed is the error of writes after Close.
var ErrClosed = errors.New("the database is closed")

// Close finishes pending writes, moves the log into the database file and
// closes it. If ctx ends before that, the file is as after a crash: consistent,
// and recovered at the next start.
func (d *DB) Close(ctx context.Context) error {
	d.closing()
	select {
	case <-d.stopped:
		return d.finish()
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Raise writes the major version into the file's header, which every write
// transaction of every process checks.
func (d *DB) Raise(ctx context.Context, major int) error {
	d.major.Store(int64(major))
	return d.submit(ctx, func(s *session) error {
		version, err := s.version()
		if err != nil || version >= int64(major) {
			return err
		}
		return s.exec("PRAGMA user_version = " + strconv.Itoa(major))
	})
}

// closeAll closes the writer's connection last: moving the log into the file
// needs write access, and only the last connection does it.
func (d *DB) closeAll() error {
	err := errors.Join(d.read.Close(), d.lastReads())
	d.forget()
	return errors.Join(err, d.write.Close())
}

// closePatience is how long Close waits for running queries.
const closePatience = 10 * time.Second

// lastReads waits for running queries. Closing the pool only closes idle
// connections, and one that opens or ends later would create SQLite's side
// files again beside a closed file.
func (d *DB) lastReads() error {
	for until := time.Now().Add(closePatience); d.read.Stats().OpenConnections > 0; {
		if time.Now().After(until) {
			return errors.New("a query is still running")
		}
		time.Sleep(time.Millisecond)
	}
	return nil
}

// table returns a set that was declared to Prepare.
func (d *DB) table(set string) (*table, error) {
	if all := d.tables.Load(); all != nil {
		if t := (*all)[set]; t != nil {
			return t, nil
		}
	}
	return nil, fmt.Errorf("set %s was not declared", set)
}

// answer reports whether an error is an answer of the database and not a
// failure.
func answer(err error) bool {
	return err == nil || errors.Is(err, fs.ErrExist) || errors.Is(err, fs.ErrNotExist)
}
