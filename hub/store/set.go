package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"reflect"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// A Keyed record has its own id.
type Keyed interface{ Key() string }

// An Expiring record has a time after which it must not be visible.
type Expiring interface{ ExpiresAt() time.Time }

// A Collection keeps records of one type. Its errors are those of the Backend:
// fs.ErrNotExist for missing or expired, fs.ErrExist for taken.
type Collection[T Keyed] struct {
	name    string
	backend Backend
	now     func() time.Time
	shape   *shape // of T: an update keeps fields beyond it
	notes   notes  // notes records that cannot be decoded; may be nil
	onRead  func(context.Context, *T) error
	onWrite func(*T)
}

// NewCollection returns the set with this name; now is the clock for expiry.
func NewCollection[T Keyed](b Backend, name string, now func() time.Time) *Collection[T] {
	var c Collection[T]
	c.Open(b, name, now)
	return &c
}

// Open makes c the set with this name. Call it before any other method.
func (s *Collection[T]) Open(b Backend, name string, now func() time.Time) {
	*s = Collection[T]{name: name, backend: b, now: now, shape: shapeOf(reflect.TypeFor[T]())}
	s.notes, _ = b.(notes)
}

// OnRead sets a function that completes every record that is read, with values
// that are not stored in it. Its error is the reader's. Call it before any other
// method but Open.
func (s *Collection[T]) OnRead(complete func(context.Context, *T) error) { s.onRead = complete }

// OnWrite sets a function that completes every record before it is stored, with
// values that repeat others. Call it before any other method but Open.
func (s *Collection[T]) OnWrite(complete func(*T)) { s.onWrite = complete }

// Get returns the record with this id.
func (s *Collection[T]) Get(ctx context.Context, id string) (T, error) {
	r, err := s.backend.Get(ctx, s.name, id)
	if err != nil {
		var none T
		return none, s.fail("get from", err)
	}
	return s.live(ctx, r)
}

// Has reports whether there is a record with this id.
func (s *Collection[T]) Has(ctx context.Context, id string) (bool, error) {
	_, err := s.Get(ctx, id)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil, err
}

// By returns the record with this value in a unique field. An empty value finds
// nothing.
func (s *Collection[T]) By(ctx context.Context, field, value string) (T, error) {
	var none T
	if value == "" {
		return none, fmt.Errorf("%s %w", s.name, fs.ErrNotExist)
	}
	found, err := s.Find(ctx, Query{Field: field, Equals: value, Limit: 1})
	if err != nil {
		return none, err
	}
	if len(found) == 0 {
		return none, fmt.Errorf("%s %w", s.name, fs.ErrNotExist)
	}
	return found[0], nil
}

// Insert stores a new record. It replaces an expired one with the same id,
// which is no longer visible; a unique field stays taken until the sweep.
func (s *Collection[T]) Insert(ctx context.Context, v T) error {
	r, err := s.record(v)
	if err != nil {
		return err
	}
	err = s.backend.Insert(ctx, s.name, r)
	if errors.Is(err, fs.ErrExist) {
		err = s.evict(ctx, r, err)
	}
	if err != nil {
		return s.fail("insert into", err)
	}
	return nil
}

// evict writes r over an expired record with its id. If something else was in
// the way, the error stays.
func (s *Collection[T]) evict(ctx context.Context, r Record, taken error) error {
	old, err := s.backend.Get(ctx, s.name, r.ID)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		// It was swept meanwhile, or another record has the unique value.
		return s.backend.Insert(ctx, s.name, r)
	case err != nil:
		return err
	case !s.expired(old):
		return taken
	}
	// If several replace the same record, the version lets one succeed.
	r.Version = old.Version
	err = s.backend.Replace(ctx, s.name, r)
	if errors.Is(err, fs.ErrNotExist) {
		return s.backend.Insert(ctx, s.name, r)
	}
	return err
}

// updateTries bounds the compare-and-swap loop. One writer succeeds in each
// round, so even with many writers the bound is hardly reached.
const updateTries = 500

// ErrUnchanged, returned by the function given to Update, ends the update
// without a write and without an error.
var ErrUnchanged = errors.New("unchanged")

// Update reads the record, lets change edit it and writes it back, and repeats
// that if another writer was faster. change may run several times; if it
// returns an error, nothing is written. Fields that this program does not know
// are kept.
func (s *Collection[T]) Update(ctx context.Context, id string, change func(*T) error) error {
	for try := range updateTries {
		err := s.updateOnce(ctx, id, change)
		if !errors.Is(err, ErrLost) {
			return err
		}
		if err := pause(ctx, try); err != nil {
			return s.fail("update in", err)
		}
	}
	return fmt.Errorf("update in %s: too many writers at once", s.name)
}

func (s *Collection[T]) updateOnce(ctx context.Context, id string, change func(*T) error) error {
	r, err := s.backend.Get(ctx, s.name, id)
	if err != nil {
		return s.fail("update in", err)
	}
	v, err := s.live(ctx, r)
	if err != nil {
		return err
	}
	next, err := s.changed(&v, id, change)
	if errors.Is(err, ErrUnchanged) {
		return nil
	}
	if err != nil {
		return err
	}
	next.Version = r.Version
	if next.Doc, err = s.shape.keep(r.Doc, next.Doc); err != nil {
		return fmt.Errorf("update in %s: %w", s.name, err)
	}
	if err := s.backend.Replace(ctx, s.name, next); err != nil {
		return s.fail("update in", err)
	}
	return nil
}

// changed lets change edit a value, and returns the new record; ErrUnchanged
// means that nothing is written.
func (s *Collection[T]) changed(v *T, id string, change func(*T) error) (Record, error) {
	if err := change(v); err != nil {
		return Record{}, err
	}
	next, err := s.record(*v)
	if err == nil && next.ID != id {
		err = fmt.Errorf("write to %s: the new id is always taken", s.name)
	}
	return next, err
}

// Put is Update for data that the hub writes by itself and can lose: if there
// is no record, or it cannot be read, change edits an empty one with this id.
// Do not use it for restrictions, because a lost one would allow what it
// refused.
func (s *Collection[T]) Put(ctx context.Context, id string, change func(*T) error) error {
	for try := range updateTries {
		err := s.updateOnce(ctx, id, change)
		if errors.Is(err, fs.ErrNotExist) || errors.Is(err, ErrDamaged) {
			err = s.begin(ctx, id, change)
		}
		if !errors.Is(err, fs.ErrExist) {
			return err
		}
		if err := pause(ctx, try); err != nil {
			return s.fail("put into", err)
		}
	}
	return fmt.Errorf("put into %s: too many writers at once", s.name)
}

func (s *Collection[T]) begin(ctx context.Context, id string, change func(*T) error) error {
	var v T
	next, err := s.changed(&v, id, change)
	if errors.Is(err, ErrUnchanged) {
		return nil
	}
	if err != nil {
		return err
	}
	old, err := s.backend.Get(ctx, s.name, id)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return s.fail("put into", err)
	}
	if _, damage := s.read(old); err != nil || damage == nil {
		return s.Insert(ctx, v) // another process stored a readable one meanwhile
	}
	next.Version = old.Version
	if err := s.backend.Replace(ctx, s.name, next); err != nil {
		return s.fail("put into", err)
	}
	if s.notes != nil {
		s.notes.readable(s.name, id)
	}
	return nil
}

// pause waits longer, with more variation, after each lost race, up to 20 ms.
func pause(ctx context.Context, try int) error {
	wait := rand.N(time.Duration(min(try+1, 40)) * 500 * time.Microsecond)
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(wait):
		return nil
	}
}

// Take returns the record and deletes it; only one of concurrent callers gets
// it.
func (s *Collection[T]) Take(ctx context.Context, id string) (T, error) {
	r, err := s.backend.Take(ctx, s.name, id)
	if err != nil {
		var none T
		return none, s.fail("take from", err)
	}
	return s.live(ctx, r)
}

// Delete deletes the record.
func (s *Collection[T]) Delete(ctx context.Context, id string) error {
	if err := s.backend.Delete(ctx, s.name, id); err != nil {
		return s.fail("delete from", err)
	}
	return nil
}

// Find returns the records that a query selects. It is for lookups: a record
// that cannot be decoded is an error.
func (s *Collection[T]) Find(ctx context.Context, q Query) ([]T, error) {
	out, lost, err := s.Salvage(ctx, q)
	if err == nil && len(lost) > 0 {
		return nil, lost[0]
	}
	return out, err
}

// Salvage is Find for callers that can continue without records that cannot be
// decoded, but must know them.
func (s *Collection[T]) Salvage(ctx context.Context, q Query) (found []T, lost []*DamagedError, err error) {
	rs, err := s.backend.Find(ctx, s.name, s.at(q))
	if err != nil {
		return nil, nil, s.fail("find in", err)
	}
	found = make([]T, 0, len(rs))
	for _, r := range rs {
		v, err := s.decode(ctx, r)
		if damage, damaged := errors.AsType[*DamagedError](err); damaged {
			lost = append(lost, damage)
		} else if err != nil {
			return nil, nil, err
		} else {
			found = append(found, v)
		}
	}
	return found, lost, nil
}

// Page returns up to limit records in the order of ids, after the id `after`:
// those with this value in a text index field, or all if field is empty. Like
// List, it skips damaged records.
func (s *Collection[T]) Page(ctx context.Context, field, value, after string, limit int) ([]T, error) {
	return s.List(ctx, Query{Field: field, Equals: value, After: after, Limit: limit})
}

// CountWhere counts the records with this value in a text index field; with any
// value if it is empty, and all records if field is empty. It counts up to
// most.
func (s *Collection[T]) CountWhere(ctx context.Context, field, value string, most int) (int, error) {
	return s.Count(ctx, Query{Field: field, Equals: value}, most)
}

// Count counts the records that a query selects, up to most.
func (s *Collection[T]) Count(ctx context.Context, q Query, most int) (int, error) {
	q.Limit = most
	n, err := s.backend.Count(ctx, s.name, s.at(q))
	if err != nil {
		return 0, s.fail("count in", err)
	}
	return n, nil
}

// fail adds the operation to an error, and marks the database's errors.
func (s *Collection[T]) fail(verb string, err error) error {
	for _, answer := range []error{fs.ErrExist, fs.ErrNotExist, context.Canceled} {
		if errors.Is(err, answer) {
			return fmt.Errorf("%s %s: %w", verb, s.name, err)
		}
	}
	return fmt.Errorf("%s %s: %w", verb, s.name, &UnavailableError{err})
}

// ErrUnavailable matches every UnavailableError.
var ErrUnavailable = errors.New("the database is unavailable")

// An UnavailableError means that the database did not answer, or refused. The
// operation may or may not have happened.
type UnavailableError struct{ cause error }

func (e *UnavailableError) Error() string { return ErrUnavailable.Error() + ": " + e.cause.Error() }

// Is makes it an ErrUnavailable.
func (e *UnavailableError) Is(target error) bool { return target == ErrUnavailable }

// Unwrap returns what the engine said.
func (e *UnavailableError) Unwrap() error { return e.cause }

func (s *Collection[T]) live(ctx context.Context, r Record) (T, error) {
	if s.expired(r) {
		var none T
		return none, fmt.Errorf("%s %w", s.name, fs.ErrNotExist)
	}
	return s.decode(ctx, r)
}

func (s *Collection[T]) expired(r Record) bool {
	return !r.Expires.IsZero() && !s.now().Before(r.Expires)
}

func (s *Collection[T]) decode(ctx context.Context, r Record) (T, error) {
	v, damage := s.read(r)
	switch {
	case damage != nil && s.notes != nil:
		s.notes.damaged(damage)
	case s.notes != nil:
		s.notes.readable(s.name, r.ID)
	}
	if damage != nil {
		return v, damage
	}
	if s.onRead != nil {
		if err := s.onRead(ctx, &v); err != nil {
			return v, fmt.Errorf("complete %s record: %w", s.name, err)
		}
	}
	return v, nil
}

// read is decode without noting damage.
func (s *Collection[T]) read(r Record) (v T, damage *DamagedError) {
	if err := bson.Unmarshal(r.Doc, &v); err != nil {
		damage = &DamagedError{Damage{s.name, r.ID}, err}
	}
	return v, damage
}

func (s *Collection[T]) record(v T) (Record, error) {
	if s.onWrite != nil {
		s.onWrite(&v)
	}
	doc, err := bson.Marshal(v)
	if err != nil {
		return Record{}, fmt.Errorf("encode %s record: %w", s.name, err)
	}
	r := Record{ID: v.Key(), Doc: doc}
	if r.ID == "" {
		return Record{}, fmt.Errorf("encode %s record: it has no id", s.name)
	}
	if e, ok := any(v).(Expiring); ok {
		r.Expires = e.ExpiresAt()
	}
	return r, nil
}
