// Package store keeps sets of records in a database.
//
// It is the only seam to storage: a Backend speaks to one kind of database
// (sqlite, mongodb), Set gives everybody else typed records over it. Every
// operation touches one document, so no engine needs transactions; what must
// change together lives in one document.
package store

import (
	"context"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// A Backend is a database that can keep sets of records. All methods are safe
// for concurrent use, by several goroutines and by several processes.
//
// A missing record is fs.ErrNotExist; a taken id or unique field, or a Replace
// that lost the race, is fs.ErrExist. Every other error means that the
// database did not answer, and that the write may or may not have happened.
type Backend interface {
	// Prepare creates the declared sets and indexes where they are missing.
	// It comes before anything else, at every start, in several processes at
	// once. A set that was not declared to Prepare cannot be used.
	Prepare(ctx context.Context, sets []CollectionSpec) error

	// Raise says that this program lays records out as of this major version,
	// and is ErrNewer where a higher one was said. An engine that can look at
	// it in every write refuses the writes of older programs from then on; one
	// that cannot may do nothing, for Schema has looked.
	Raise(ctx context.Context, major int) error

	// Declare stands in for both where a database is only looked at, or a
	// record removed: it creates and raises nothing. A set that is not there is
	// empty. It is ErrNewer where a higher major version was said.
	Declare(ctx context.Context, sets []CollectionSpec, major int) error

	Insert(ctx context.Context, set string, r Record) error

	// Get returns expired records too, as long as they are there: only the
	// caller's clock knows. Set hides them.
	Get(ctx context.Context, set, id string) (Record, error)

	// Replace writes r only over the version that was read (r.Version) and
	// stores it as r.Version+1; any other version is ErrLost, no record at
	// all fs.ErrNotExist.
	Replace(ctx context.Context, set string, r Record) error

	// Take gets and deletes in one step: of any number of concurrent callers
	// at most one receives the record.
	Take(ctx context.Context, set, id string) (Record, error)

	// Delete removes a record; one that is missing is fs.ErrNotExist.
	Delete(ctx context.Context, set, id string) error

	// Find returns the selected records; none is no error.
	Find(ctx context.Context, set string, q Query) ([]Record, error)

	// Count returns how many records are selected, and counts no further than
	// q.Limit, which it needs: "10,000 or more" costs what 10,000 cost.
	Count(ctx context.Context, set string, q Query) (int, error)

	// Sweep removes records that expired by now and returns how many. It is
	// only garbage collection: Set never returns an expired record. An engine
	// that expires records by itself may do nothing.
	Sweep(ctx context.Context, now time.Time) (int, error)

	// Close waits for writes under way; what comes later is refused.
	Close(ctx context.Context) error
}

// ErrLost is the fs.ErrExist of a Replace that found another version than the
// one it was to replace: another writer came first.
var ErrLost = fmt.Errorf("another writer was first: %w", fs.ErrExist)

// A Record is one document as an engine sees it. Doc holds the fields; id,
// version and expiry travel beside it.
type Record struct {
	ID      string    // UTF-8 text, not empty
	Version int64     // FirstVersion when inserted; Insert ignores what it is given
	Expires time.Time // to the millisecond; zero: never
	Doc     bson.Raw  // empty: it cannot be read; plain values; no field name, at any depth, begins with $
}

// FirstVersion is the version of a record that is inserted. It is random, so
// that a write under way of a record that was removed meanwhile does not fit
// its successor under the same id.
func FirstVersion() int64 { return 1 + rand.Int64N(1<<62) }

// A CollectionSpec declares a set and the indexes its look-ups need. An index field is
// the bson name of a field, or several with dots between them for one inside
// an embedded document. Records without the field, or with an empty text, a
// zero number or a time before 1970 in it, are not indexed: no look-up by the
// field finds them, and a unique one collides with nobody.
type CollectionSpec struct {
	Name     string
	Unique   []string // text; no two records share a value
	Index    []string // text, may repeat
	Integers []string // whole numbers, not negative
	Times    []string // until the year 9999

	// Freed were unique in earlier programs. Prepare removes those indexes.
	Freed []string
}

// A Query selects records of one set. The zero Query is the whole set in the
// order of ids.
type Query struct {
	// Field is a declared index; empty means the id.
	Field string
	// Equals keeps records whose Field, which holds text, is exactly this, in
	// the order of ids. Without it a Field orders the result: by its value,
	// and by id among equals.
	Equals string
	// Prefix keeps records whose Field (or id) starts with it.
	Prefix string
	// From and Below keep records whose Field (or id) is at least the one and
	// less than the other: a string, an int or int64, or a time.Time,
	// whichever the index holds. Nil is no bound.
	From, Below any
	// After continues behind the record with this id. In an order by Field,
	// AfterValue is what that record has in it: a page goes on behind value
	// and id, so that of several with one value none is left out.
	After      string
	AfterValue any
	// Desc turns the order round; After then continues before the record.
	Desc bool
	// Limit is the most records to return; 0 means all.
	Limit int
	// Now hides records that expired at or before it; Set fills it in.
	Now time.Time
}

// Ordered reports whether the result comes in the order of Field and not of
// ids alone.
func (q Query) Ordered() bool { return q.Field != "" && q.Equals == "" }
