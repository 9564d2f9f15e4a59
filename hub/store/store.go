// Package store keeps sets of records in a database.
//
// It is the only seam to storage: a Backend speaks to one kind of database
// (sqlite, mongodb), Set gives everybody else typed records over it. Every
// operation touches one document, so no engine needs transactions; what must
// change together lives in one document.
package store

import (
	"context"
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
	// It may be called at every start and by several processes at once.
	Prepare(ctx context.Context, sets []Spec) error

	Insert(ctx context.Context, set string, r Record) error
	Get(ctx context.Context, set, id string) (Record, error)

	// Replace writes r only over the version that was read (r.Version) and
	// stores it as r.Version+1; any other version is fs.ErrExist, no record
	// at all fs.ErrNotExist.
	Replace(ctx context.Context, set string, r Record) error

	// Take gets and deletes in one step: of any number of concurrent callers
	// at most one receives the record.
	Take(ctx context.Context, set, id string) (Record, error)
	Delete(ctx context.Context, set, id string) error
	Find(ctx context.Context, set string, q Query) ([]Record, error)

	// Sweep removes records that expired before now and returns how many.
	// It is only garbage collection: reads never return an expired record.
	// An engine that expires records by itself may do nothing.
	Sweep(ctx context.Context, now time.Time) (int, error)

	Close(ctx context.Context) error
}

// A Record is one document as an engine sees it. Doc holds the fields; id,
// version and expiry travel beside it.
type Record struct {
	ID      string
	Version int64     // 1 when inserted; Insert ignores what it is given
	Expires time.Time // zero: never
	Doc     bson.Raw
}

// A Spec declares a set and the indexes its look-ups need. Index fields are
// top-level bson names whose values are strings. A record without the field,
// or with an empty string in it, is not indexed (so it collides with nobody).
type Spec struct {
	Name   string
	Unique []string // no two records share a value
	Index  []string // looked up, may repeat
}

// A Query selects records of one set. The zero Query is the whole set in the
// order of ids.
type Query struct {
	// Field is a declared index; empty means the id.
	Field string
	// Equals keeps records whose Field has exactly this value, in the order
	// of ids. Without it a Field orders the result by that field, which then
	// must be a unique one.
	Equals string
	// Prefix keeps records whose Field (or id) starts with it.
	Prefix string
	// After continues behind this value of the ordering key: the id where
	// Field is empty or Equals is set, else the field's value.
	After string
	// Desc turns the order round; After then continues before the value.
	Desc bool
	// Limit is the most records to return; 0 means all.
	Limit int
	// Now hides records that expired at or before it; Set fills it in.
	Now time.Time
}
