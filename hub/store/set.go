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

// A Keyed record names its own id.
type Keyed interface{ Key() string }

// An Expiring record names the time after which it must not be seen any more.
type Expiring interface{ ExpiresAt() time.Time }

// A Collection keeps records of one type. Its errors are the Backend's: fs.ErrNotExist
// for missing or expired, fs.ErrExist for taken.
type Collection[T Keyed] struct {
	name    string
	backend Backend
	now     func() time.Time
	shape   *shape // of T: what an update may not erase is beyond it
	notes   notes  // takes note of records that cannot be decoded; may be nil
}

// NewCollection returns the set called name; now is the clock that expiry is measured by.
func NewCollection[T Keyed](b Backend, name string, now func() time.Time) *Collection[T] {
	var c Collection[T]
	c.Open(b, name, now)
	return &c
}

// Open makes c the set called name, before anything else is asked of it.
func (s *Collection[T]) Open(b Backend, name string, now func() time.Time) {
	*s = Collection[T]{name: name, backend: b, now: now, shape: shapeOf(reflect.TypeFor[T]())}
	s.notes, _ = b.(notes)
}

// Get returns the record with this id.
func (s *Collection[T]) Get(ctx context.Context, id string) (T, error) {
	r, err := s.backend.Get(ctx, s.name, id)
	if err != nil {
		var none T
		return none, s.fail("get from", err)
	}
	return s.live(r)
}

// By returns the record whose unique field has this value. An empty value is
// nobody's, so it finds nothing.
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

// Insert keeps a new record. An expired one with the same id, which nobody
// can see any more, makes room for it; a unique field stays taken until the
// sweep.
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

// evict writes r over an expired record with its id. Where that is not
// what stood in the way, the answer stays taken.
func (s *Collection[T]) evict(ctx context.Context, r Record, taken error) error {
	old, err := s.backend.Get(ctx, s.name, r.ID)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		// Swept in between, or it was another record's unique field.
		return s.backend.Insert(ctx, s.name, r)
	case err != nil:
		return err
	case !s.expired(old):
		return taken
	}
	// Of several that displace the same record, the version lets one through.
	r.Version = old.Version
	err = s.backend.Replace(ctx, s.name, r)
	if errors.Is(err, fs.ErrNotExist) {
		return s.backend.Insert(ctx, s.name, r)
	}
	return err
}

// updateTries bounds the compare-and-swap loop. Each round has a winner, so
// only an unlucky one of many writers comes near the bound; past it something
// else is wrong.
const updateTries = 500

// ErrUnchanged, returned by the function given to Update, ends the update
// without a write and without an error.
var ErrUnchanged = errors.New("unchanged")

// Update reads the record, lets change edit it and writes it back, again and
// again until no other writer came between. change may run several times; an
// error from it ends the update with nothing written. Fields of the record that
// this program does not know stay as they are.
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
	v, err := s.live(r)
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

// changed lets change edit a value, and is the record that it became; with
// ErrUnchanged there is nothing to write.
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

// Put is Update for what the hub writes by itself and can do without: where there
// is no record, or one that cannot be read, change edits an empty one and gives it
// its id. Nothing that restricts anybody is written so, for what it refused would
// be allowed.
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
		return s.Insert(ctx, v) // one that can be read meanwhile is in the way
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

// pause waits a little longer, and less predictably, after each lost race, up
// to 20 ms.
func pause(ctx context.Context, try int) error {
	wait := rand.N(time.Duration(min(try+1, 40)) * 500 * time.Microsecond)
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(wait):
		return nil
	}
}

// Take returns the record and removes it; only one of many callers gets it.
func (s *Collection[T]) Take(ctx context.Context, id string) (T, error) {
	r, err := s.backend.Take(ctx, s.name, id)
	if err != nil {
		var none T
		return none, s.fail("take from", err)
	}
	return s.live(r)
}

// Delete removes the record.
func (s *Collection[T]) Delete(ctx context.Context, id string) error {
	if err := s.backend.Delete(ctx, s.name, id); err != nil {
		return s.fail("delete from", err)
	}
	return nil
}

// Find returns the records a query selects. It is for look-ups: one of them that
// cannot be decoded fails it.
func (s *Collection[T]) Find(ctx context.Context, q Query) ([]T, error) {
	out, lost, err := s.Salvage(ctx, q)
	if err == nil && len(lost) > 0 {
		return nil, lost[0]
	}
	return out, err
}

// Salvage is Find for whoever goes on without the records that cannot be decoded,
// and must know which they are.
func (s *Collection[T]) Salvage(ctx context.Context, q Query) (found []T, lost []*DamagedError, err error) {
	rs, err := s.backend.Find(ctx, s.name, s.at(q))
	if err != nil {
		return nil, nil, s.fail("find in", err)
	}
	found = make([]T, 0, len(rs))
	for _, r := range rs {
		v, err := s.decode(r)
		if damage, damaged := errors.AsType[*DamagedError](err); damaged {
			lost = append(lost, damage)
		} else {
			found = append(found, v)
		}
	}
	return found, lost, nil
}

// Page returns up to limit records in the order of ids, behind the id after:
// those whose index field, which holds text, is value, or of all if field is
// empty. It is a table, as List is.
func (s *Collection[T]) Page(ctx context.Context, field, value, after string, limit int) ([]T, error) {
	return s.List(ctx, Query{Field: field, Equals: value, After: after, Limit: limit})
}

// CountWhere returns how many records have value in an index field, which holds
// text; any value if it is empty, and all records if there is no field. It
// counts no further than most.
func (s *Collection[T]) CountWhere(ctx context.Context, field, value string, most int) (int, error) {
	return s.Count(ctx, Query{Field: field, Equals: value}, most)
}

// Count returns how many records a query selects, and counts no further than
// most.
func (s *Collection[T]) Count(ctx context.Context, q Query, most int) (int, error) {
	q.Limit = most
	n, err := s.backend.Count(ctx, s.name, s.at(q))
	if err != nil {
		return 0, s.fail("count in", err)
	}
	return n, nil
}

// fail says what was tried, and marks what is the database's fault.
func (s *Collection[T]) fail(verb string, err error) error {
	for _, answer := range []error{fs.ErrExist, fs.ErrNotExist, context.Canceled} {
		if errors.Is(err, answer) {
			return fmt.Errorf("%s %s: %w", verb, s.name, err)
		}
	}
	return fmt.Errorf("%s %s: %w", verb, s.name, &UnavailableError{err})
}

// ErrUnavailable is what every UnavailableError is.
var ErrUnavailable = errors.New("the database is unavailable")

// An UnavailableError means that the database did not answer, or refused; what
// was asked of it may or may not have happened.
type UnavailableError struct{ cause error }

func (e *UnavailableError) Error() string { return ErrUnavailable.Error() + ": " + e.cause.Error() }

// Is makes it an ErrUnavailable.
func (e *UnavailableError) Is(target error) bool { return target == ErrUnavailable }

// Unwrap returns what the engine said.
func (e *UnavailableError) Unwrap() error { return e.cause }

func (s *Collection[T]) live(r Record) (T, error) {
	if s.expired(r) {
		var none T
		return none, fmt.Errorf("%s %w", s.name, fs.ErrNotExist)
	}
	return s.decode(r)
}

func (s *Collection[T]) expired(r Record) bool {
	return !r.Expires.IsZero() && !s.now().Before(r.Expires)
}

func (s *Collection[T]) decode(r Record) (T, error) {
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
	return v, nil
}

// read is decode without a note of it.
func (s *Collection[T]) read(r Record) (v T, damage *DamagedError) {
	if err := bson.Unmarshal(r.Doc, &v); err != nil {
		damage = &DamagedError{Damage{s.name, r.ID}, err}
	}
	return v, damage
}

func (s *Collection[T]) record(v T) (Record, error) {
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
