package store

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// ErrDamaged matches every DamagedError.
var ErrDamaged = errors.New("a record cannot be read")

// A Damage names a record that cannot be decoded.
type Damage struct{ Set, ID string }

// A DamagedError says that a record cannot be decoded. Requests that need it
// fail, because it may contain a restriction.
type DamagedError struct {
	Damage
	cause error
}

// Error is for the log: it names the record.
func (e *DamagedError) Error() string {
	return fmt.Sprintf("the record %q of %s cannot be read: %v", e.ID, e.Set, e.cause)
}

// Absent reports whether there is no record to show: it is gone, or it cannot be
// read. A list leaves it out and a status starts anew; what decides about
// somebody does not ask this, for the record may contain a restriction.
func Absent(err error) bool {
	return errors.Is(err, fs.ErrNotExist) || errors.Is(err, ErrDamaged)
}

// Is makes it an ErrDamaged.
func (e *DamagedError) Is(target error) bool { return target == ErrDamaged }

// Unwrap returns what the decoder said.
func (e *DamagedError) Unwrap() error { return e.cause }

// notes records what a Collection could and could not decode.
type notes interface {
	damaged(*DamagedError)
	readable(set, id string)
}

// mostDamaged bounds what is remembered.
const mostDamaged = 100

// damaged is the damaged records that were met and not repaired since, with the
// time.
type damaged struct {
	some atomic.Bool // whether there is any
	mu   sync.Mutex
	of   map[Damage]time.Time
	tell func(*DamagedError)
}

// Watch calls tell once for each record that is found damaged, until it can be
// read again. Call it before anything is read.
func (g *Guarded) Watch(tell func(*DamagedError)) { g.known.tell = tell }

// Damaged returns the damaged records that this process met, at most a hundred,
// sorted.
func (g *Guarded) Damaged() []Damage {
	g.known.mu.Lock()
	defer g.known.mu.Unlock()
	var all []Damage
	for d := range g.known.of {
		all = append(all, d)
	}
	slices.SortFunc(all, func(a, b Damage) int { return cmp.Or(cmp.Compare(a.Set, b.Set), cmp.Compare(a.ID, b.ID)) })
	return all
}

func (g *Guarded) damaged(e *DamagedError) {
	g.known.mu.Lock()
	defer g.known.mu.Unlock()
	_, known := g.known.of[e.Damage]
	if known || len(g.known.of) == mostDamaged {
		return
	}
	g.known.of[e.Damage] = g.now()
	g.known.some.Store(true)
	if g.known.tell != nil {
		g.known.tell(e)
	}
}

func (g *Guarded) readable(set, id string) {
	if !g.known.some.Load() {
		return
	}
	g.known.mu.Lock()
	defer g.known.mu.Unlock()
	delete(g.known.of, Damage{set, id})
	g.known.some.Store(len(g.known.of) > 0)
}

// Damaged visits the records that cannot be decoded.
func (s *Collection[T]) Damaged(ctx context.Context) iter.Seq2[Damage, error] {
	return func(yield func(Damage, error) bool) {
		for r, err := range eachRecord(ctx, s.backend, s.name, s.at(Query{})) {
			if err != nil {
				yield(Damage{}, s.fail("look through", err))
				return
			}
			if _, damage := s.read(r); damage != nil && !yield(damage.Damage, damage) {
				return
			}
		}
	}
}
