// Package store keeps sets of records in a database.
//
// It is the only interface to storage: a Backend supports one kind of database
// (sqlite, mongodb), and Collection offers typed records over it. Every
// operation changes one document, so no engine needs transactions; what must
// change together is in one document.
package store

import (
	"context"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// A Backend is a database with sets of records. All methods are safe for
// concurrent use, by several goroutines and processes.
//
// A missing record is fs.ErrNotExist; a taken id or unique field, or a Replace
// that lost a race, is fs.ErrExist. Every other error means that the database
// did not answer, and the write may or may not have happened.
type Backend interface {
	// Prepare creates missing sets and indexes. It is called first, at every
	// start, in several processes at once. Only declared sets can be used.
	Prepare(ctx context.Context, sets []CollectionSpec) error

	// Raise declares that this program uses this major version, and is ErrNewer
	// if a higher one was declared. An engine that can check it in every write
	// refuses writes of older programs from then on. Another engine may do
	// nothing, because Schema has checked.
	Raise(ctx context.Context, major int) error

	// Declare replaces both when a database is only inspected, or a record
	// deleted: it creates and raises nothing. A missing set is empty. It is
	// ErrNewer if a higher major version was declared.
	Declare(ctx context.Context, sets []CollectionSpec, major int) error

	Insert(ctx context.Context, set string, r Record) error

	// Get also returns expired records that still exist, because only the
	// caller knows the time. Collection hides them.
	Get(ctx context.Context, set, id string) (Record, error)

	// Replace writes r only over the version that was read (r.Version) and
	// stores it as r.Version+1. Any other version is ErrLost, a missing record
	// fs.ErrNotExist.
	Replace(ctx context.Context, set string, r Record) error

	// Take reads and deletes in one step: at most one of concurrent callers
	// gets the record.
	Take(ctx context.Context, set, id string) (Record, error)

	// Delete deletes a record; a missing one is fs.ErrNotExist.
	Delete(ctx context.Context, set, id string) error

	// Find returns the selected records; an empty result is no error.
	Find(ctx context.Context, set string, q Query) ([]Record, error)

	// Count counts the selected records up to q.Limit, which is required:
	// "10,000 or more" costs as much as 10,000.
	Count(ctx context.Context, set string, q Query) (int, error)

	// Sweep deletes records that expired by now and returns how many. It is
	// only garbage collection, because Collection never returns an expired
	// record. An engine with its own expiry may do nothing.
	Sweep(ctx context.Context, now time.Time) (int, error)

	// Close waits for writes in progress; later calls are refused.
	Close(ctx context.Context) error
}

// ErrLost is the fs.ErrExist of a Replace that found another version: another
// writer was first.
var ErrLost = fmt.Errorf("another writer was first: %w", fs.ErrExist)

// A Record is one document as an engine sees it. Doc has the fields; id,
// version and expiry are stored separately.
type Record struct {
	ID      string    // UTF-8 text, not empty
	Version int64     // FirstVersion at insert; Insert ignores the given value
	Expires time.Time // to the millisecond; zero: never
	Doc     bson.Raw  // empty: unreadable; plain values; no field name, at any depth, begins with $
}

// FirstVersion is the version of an inserted record. It is random, so that a
// write to a record that was deleted meanwhile does not match its successor
// with the same id.
func FirstVersion() int64 { return 1 + rand.Int64N(1<<62) }

// A CollectionSpec declares a set and its indexes. An index field is the bson
// name of a field, or several names separated by dots for a field of an
// embedded document. Records without the field, or with an empty text, a zero
// number or a time before 1970, are not indexed: no lookup by the field finds
// them, and they never conflict in a unique index.
type CollectionSpec struct {
	Name     string
	Unique   []string // text; a value occurs once
	Index    []string // text, may repeat
	Integers []string // whole numbers, not negative
	Times    []string // until the year 9999

	// Freed were unique in earlier programs. Prepare removes those indexes.
	Freed []string
}

// A Query selects records of one set. The zero Query selects all in the order
// of ids.
type Query struct {
	// Field is a declared index; empty means the id.
	Field string
	// Equals selects records with this text in Field, in the order of ids.
	// Without it, Field sets the order: by its value, and by id for equal
	// values.
	Equals string
	// Prefix selects records whose Field (or id) starts with it.
	Prefix string
	// From and Below select records whose Field (or id) is at least From and
	// less than Below: a string, an int or int64, or a time.Time, as in the
	// index. Nil is no bound.
	From, Below any
	// After continues after the record with this id. In an order by Field,
	// AfterValue is that record's value: a page continues after value and id,
	// so that no record with an equal value is skipped.
	After      string
	AfterValue any
	// Desc reverses the order; After then continues before the record.
	Desc bool
	// Limit is the maximum number of records; 0 means all.
	Limit int
	// Now hides records that expired at or before it; Collection sets it.
	Now time.Time
}

// Ordered reports whether the result is in the order of Field and not only of
// ids.
func (q Query) Ordered() bool { return q.Field != "" && q.Equals == "" }
