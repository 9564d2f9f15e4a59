// Package storetest is the test suite of every storage engine.
//
// An engine's own tests call Run with a function that makes databases, and Kill
// with a way to kill one while it works. The suite calls the engine both directly
// and through store.Collection, because both share the guarantees: the engine
// handles versions and order, the collection handles time.
package storetest

import (
	"context"
	"errors"
	"io/fs"
	"sync/atomic"
	"testing"
	"time"

	"github.com/fedhub/fedhub/hub/store"
)

// Database makes an empty database for one test. The function it returns opens
// that database, as another process does, each time it is called. Both close by
// t.Cleanup.
type Database func(t *testing.T) (open func(t *testing.T) store.Backend)

// Run checks an engine against the contract of store.Backend.
func Run(t *testing.T, database Database) {
	for _, c := range []struct {
		name string
		test func(*testing.T, Database)
	}{
		{"a missing record does not exist", missing},
		{"a record comes back as it was written", comesBack},
		{"an id is taken once", idTakenOnce},
		{"a replace needs the version that was read", replaceNeedsVersion},
		{"a taken record is gone", takenIsGone},
		{"a deleted record is gone", deletedIsGone},
		{"an update writes what it was left", update},
		{"an update keeps what this program does not know", keepsUnknown},
		{"an undeclared set is refused", undeclared},

		{"a unique field is taken once", uniqueTakenOnce},
		{"an empty or missing unique field collides with nobody", emptyUnique},
		{"a unique field is free again when its record lets go", uniqueFreed},
		{"a record is found by its unique field", foundByUnique},

		{"every kind of field comes back", fields},
		{"any struct comes back", anyStruct},
		{"large documents come back", large},
		{"what only some databases understand is refused", oddDocuments},

		{"everything is found in the order of ids", findAll},
		{"pages follow one another in both directions", pages},
		{"equals finds the records of one owner", equals},
		{"a unique field orders", uniqueOrder},
		{"an index orders, and ties go by id", indexOrder},
		{"a range is bounded at both ends", ranges},
		{"what is zero or missing is not indexed", zeroes},
		{"times keep their order to the millisecond", timesOrder},
		{"a field inside a document is an index too", insideDocument},
		{"an index holds one kind of value", wrongKinds},
		{"a count stops at its bound", counts},
		{"a field that was unique can be freed", freed},
		{"each visits every record, page by page", each},
		{"each may remove what it visits", eachRemoved},
		{"a prefix is taken literally", prefix},
		{"a query needs a declared index", undeclaredIndex},

		{"expired records are not seen", expiredNotSeen},
		{"sweep removes only what expired", sweep},
		{"an expired record makes room for its successor", displaced},

		{"a successor under the same id is not overwritten", successorStays},

		{"one of many inserts wins", raceInsert},
		{"one of many inserts with a unique field wins", raceUnique},
		{"one of many takes wins", raceTake},
		{"one of many replaces of a version wins", raceReplace},
		{"one of many displaces an expired record", raceDisplace},
		{"a counter raised by many is exact", raceCounter},

		{"upgrades run once, in order", upgradesOnce},
		{"an upgrade that was cut off goes on where it was", upgradeGoesOn},
		{"of many processes one upgrades", upgradeTogether},
		{"a newer database is refused", newerRefused},

		{"hostile ids are only ids", hostile},
		{"what is not text is nowhere", notText},
		{"a caller that has left gets its own reason", contexts},
		{"prepare can be repeated", prepareAgain},
		{"many processes may prepare at once", prepareTogether},
		{"two openers see each other's writes", twoOpeners},
		{"a closed database refuses", closed},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			c.test(t, database)
		})
	}
}

// A note is the record of these tests: two unique fields, an index of each
// kind, an expiry.
type note struct {
	ID    string    `bson:"id"`
	Slug  string    `bson:"slug"`
	Alias string    `bson:"alias,omitempty"`
	Owner string    `bson:"owner"`
	Text  string    `bson:"text"`
	Count int64     `bson:"count"`
	Ends  time.Time `bson:"ends"`
	Rank  int64     `bson:"rank,omitempty"`
	Due   time.Time `bson:"due,omitempty"`
	Place *place    `bson:"place,omitempty"`
}

type place struct {
	City string `bson:"city,omitempty"`
}

func (n note) Key() string          { return n.ID }
func (n note) ExpiresAt() time.Time { return n.Ends }

func specs() []store.CollectionSpec {
	return []store.CollectionSpec{
		{Name: "notes", Unique: []string{"slug", "alias"}, Index: []string{"owner", "place.city"}, Integers: []string{"rank"}, Times: []string{"due"}},
		{Name: "plain"},
	}
}

// A desk is one prepared database with a set of notes and a clock that only the
// test moves.
type desk struct {
	store.Backend
	notes *store.Collection[note]
	clock *clock
}

func newDesk(t *testing.T, database Database) desk {
	t.Helper()
	return openDesk(t, database(t))
}

func openDesk(t *testing.T, open func(*testing.T) store.Backend) desk {
	t.Helper()
	b := open(t)
	must(t, b.Prepare(t.Context(), specs()))
	c := &clock{}
	// An engine may expire records by its own clock, so the test's clock starts
	// at the real time and only moves ahead.
	c.set(time.Now())
	return desk{Backend: b, notes: store.NewCollection[note](b, "notes", c.now), clock: c}
}

func (d desk) insert(t *testing.T, notes ...note) {
	t.Helper()
	for _, n := range notes {
		must(t, d.notes.Insert(t.Context(), n))
	}
}

type clock struct{ at atomic.Int64 } // Unix milliseconds

func (c *clock) now() time.Time          { return time.UnixMilli(c.at.Load()).UTC() }
func (c *clock) set(t time.Time)         { c.at.Store(t.UnixMilli()) }
func (c *clock) advance(d time.Duration) { c.at.Add(d.Milliseconds()) }

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// wantErr checks that an operation failed for this reason and no other.
func wantErr(t *testing.T, what string, got, want error) {
	t.Helper()
	if !errors.Is(got, want) {
		t.Errorf("%s: got error %v, want %v", what, got, want)
	}
}

// wantRefused checks for an error that is neither ErrNotExist nor ErrExist.
func wantRefused(t *testing.T, what string, err error) {
	t.Helper()
	if err == nil || errors.Is(err, fs.ErrExist) || errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%s: got %v, want it refused", what, err)
	}
}

func want[T comparable](t *testing.T, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s: got %v, want %v", what, got, want)
	}
}

// background outlives the test's context, for cleanup.
func background() context.Context { return context.Background() }
