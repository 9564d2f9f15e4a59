// Package sqlite keeps sets of records in one SQLite file. It is the engine a
// hub starts with when nothing is configured.
//
// Each set is a table: id, version, expires, and the record as extended JSON,
// so that any SQLite tool can read it. The declared indexes are expression
// indexes on that JSON; there is no column to keep in step.
//
// Writes from all callers meet in one goroutine, which puts those that wait
// into one transaction. Every acknowledged write is on the disk
// (synchronous=FULL), but one fsync serves many callers. Reads have their own
// connections and never wait for writes.
//
// Other processes may open the same file at the same time. It must be on a
// local disk: SQLite's locks do not work on network file systems.
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
	read  *sql.DB // connections that only query
	write *sql.DB // the one connection of the writer

	tables atomic.Pointer[map[string]*table]
	major  atomic.Int64 // of the program, as Raise was told; 0 before that

	path    string
	writes  chan *write
	besides chan *write   // what needs the writer and no transaction
	closing func()        // takes no more writes
	closed  chan struct{} // closed when no more writes are taken
	stopped chan struct{} // closed when the writer has left
	finish  func() error  // closes all connections, once
	session *session      // the writer's, and after it has left finish's
}

var _ store.Backend = (*DB)(nil)

// Open opens the database file at path, and creates it, and the folder it is
// in, where missing. Both are then for this user alone.
func Open(path string) (*DB, error) {
	d, err := open(path)
	if err != nil {
		return nil, fmt.Errorf("the database file %s cannot be used: %w", path, err)
	}
	go d.run()
	return d, nil
}

// ErrClosed answers writes that come after Close.
var ErrClosed = errors.New("the database is closed")

// Close finishes the writes under way, moves the log into the database file
// and closes it. If ctx ends before that, the file is as after a crash: whole,
// and recovered when it is next opened.
func (d *DB) Close(ctx context.Context) error {
	d.closing()
	select {
	case <-d.stopped:
		return d.finish()
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Raise writes the major version into the file's header, where every write
// transaction of every process looks.
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

// closeAll closes the writer's connection last: only one that may write can
// move the log into the file, and only the last one does.
func (d *DB) closeAll() error {
	err := errors.Join(d.read.Close(), d.lastReads())
	d.forget()
	return errors.Join(err, d.write.Close())
}

// closePatience is how long a closing database waits for queries under way.
const closePatience = 10 * time.Second

// lastReads waits until the queries under way have ended. Closing the pool only
// closes the connections that are idle, and one that opens or ends later would
// write SQLite's side files anew beside a file that is already closed.
func (d *DB) lastReads() error {
	for until := time.Now().Add(closePatience); d.read.Stats().OpenConnections > 0; {
		if time.Now().After(until) {
			return errors.New("a query is still running")
		}
		time.Sleep(time.Millisecond)
	}
	return nil
}

// table finds a set that was declared to Prepare.
func (d *DB) table(set string) (*table, error) {
	if all := d.tables.Load(); all != nil {
		if t := (*all)[set]; t != nil {
			return t, nil
		}
	}
	return nil, fmt.Errorf("set %s was not declared", set)
}

// answer tells apart what the database said from its failure to say anything.
func answer(err error) bool {
	return err == nil || errors.Is(err, fs.ErrExist) || errors.Is(err, fs.ErrNotExist)
}
