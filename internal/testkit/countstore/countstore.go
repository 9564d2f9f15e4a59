// Package countstore counts the calls to a database, so that a test can check
// that a request's cost does not depend on the size of the database.
//
//	counted := countstore.Over(db)
//	cost := counted.OfRequests(func() { browser.Open("/account") })
//
// Unbounded names the queries whose cost grows with the database.
package countstore

import (
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/fedhub/fedhub/hub/store"
	"github.com/fedhub/fedhub/internal/testkit/faultstore"
)

// A Cost is the number of calls and records.
type Cost struct {
	Reads   int // questions; an update asks once, and writes once
	Writes  int
	Rounds  int // sequential reads and writes: overlapping calls are one round
	Records int // in the answers
}

// A Store is a backend that counts calls. It does not count Prepare, Raise, Sweep
// and Close.
type Store struct {
	store.Backend

	mu         sync.Mutex
	all, asked meter
	unbounded  map[string]bool
	endless    map[string]bool
	beside     map[string]int // records read outside of requests, by set
}

// A meter has the counts and the number of running calls.
type meter struct {
	Cost
	running int
}

// Over counts the calls to b.
func Over(b store.Backend) *Store {
	return &Store{Backend: b, unbounded: map[string]bool{}, endless: map[string]bool{}, beside: map[string]int{}}
}

// Of returns the cost of all calls while do runs.
func (s *Store) Of(do func()) Cost { return s.of(&s.all, do) }

// OfRequests returns the cost of requests while do runs: of calls with a context
// that faultstore.Request marked, without the hub's background work. Work that a
// request starts in the background counts if it runs before do returns.
func (s *Store) OfRequests(do func()) Cost { return s.of(&s.asked, do) }

func (s *Store) of(m *meter, do func()) Cost {
	s.mu.Lock()
	m.Cost = Cost{}
	s.mu.Unlock()
	do()
	s.mu.Lock()
	defer s.mu.Unlock()
	return m.Cost
}

// Unbounded names the sets that were queried without a limit since the store was
// made, with the field if it is not the id: "clients", "families userId".
func (s *Store) Unbounded() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Sorted(maps.Keys(s.unbounded))
}

// mostOfRequest is the time after the start of a request in which all its calls
// must end. A request has 15 s; the rest is for a slow machine.
const mostOfRequest = 20 * time.Second

// Endless names the sets with a call that has no deadline, or one later than a
// request may take.
func (s *Store) Endless() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Sorted(maps.Keys(s.endless))
}

// Beside is how many records of each set were read outside of requests since the
// store was made.
func (s *Store) Beside() map[string]int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return maps.Clone(s.beside)
}

// begin counts a call and returns the function that ends it.
func (s *Store) begin(ctx context.Context, set string, writes bool) (end func(records int)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if begun := faultstore.Begun(ctx); !begun.IsZero() {
		if end, ends := ctx.Deadline(); !ends || end.After(begun.Add(mostOfRequest)) {
			s.endless[set] = true
		}
	}
	meters := []*meter{&s.all}
	if faultstore.IsRequest(ctx) {
		meters = append(meters, &s.asked)
	}
	for _, m := range meters {
		if writes {
			m.Writes++
		} else {
			m.Reads++
		}
		if m.running == 0 {
			m.Rounds++
		}
		m.running++
	}
	request := faultstore.IsRequest(ctx)
	return func(records int) {
		s.mu.Lock()
		defer s.mu.Unlock()
		if !request {
			s.beside[set] += records
		}
		for _, m := range meters {
			m.running--
			m.Records += records
		}
	}
}

func (s *Store) write(ctx context.Context, set string, do func() error) error {
	end := s.begin(ctx, set, true)
	defer end(0)
	return do()
}

// Insert is a write.
func (s *Store) Insert(ctx context.Context, set string, r store.Record) error {
	return s.write(ctx, set, func() error { return s.Backend.Insert(ctx, set, r) })
}

// Replace is a write.
func (s *Store) Replace(ctx context.Context, set string, r store.Record) error {
	return s.write(ctx, set, func() error { return s.Backend.Replace(ctx, set, r) })
}

// Delete is a write.
func (s *Store) Delete(ctx context.Context, set, id string) error {
	return s.write(ctx, set, func() error { return s.Backend.Delete(ctx, set, id) })
}

// Take is a write.
func (s *Store) Take(ctx context.Context, set, id string) (r store.Record, err error) {
	err = s.write(ctx, set, func() error { r, err = s.Backend.Take(ctx, set, id); return err })
	return r, err
}

// Get is a read.
func (s *Store) Get(ctx context.Context, set, id string) (store.Record, error) {
	end := s.begin(ctx, set, false)
	defer end(1)
	return s.Backend.Get(ctx, set, id)
}

// Find is a read.
func (s *Store) Find(ctx context.Context, set string, q store.Query) (found []store.Record, err error) {
	if q.Limit == 0 {
		s.mu.Lock()
		name := set
		if q.Field != "" {
			name += " " + q.Field
		}
		s.unbounded[name] = true
		s.mu.Unlock()
	}
	end := s.begin(ctx, set, false)
	defer func() { end(len(found)) }()
	return s.Backend.Find(ctx, set, q)
}

// Count is a read.
func (s *Store) Count(ctx context.Context, set string, q store.Query) (int, error) {
	end := s.begin(ctx, set, false)
	defer end(0)
	return s.Backend.Count(ctx, set, q)
}
