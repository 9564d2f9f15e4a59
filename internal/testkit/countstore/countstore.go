// Package countstore counts what a database is asked, so that a test can hold
// a request to a bound that no size of the database changes.
//
//	counted := countstore.Over(db)
//	cost := counted.OfRequests(func() { browser.Open("/account") })
//
// Unbounded says which questions would have grown with the database.
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

// A Cost is what the database was asked.
type Cost struct {
	Reads   int // questions; an update asks once, and writes once
	Writes  int
	Rounds  int // reads and writes one after the other: those that overlap are one round
	Records int // in the answers
}

// A Store is a backend that counts. Prepare, Raise, Sweep and Close count for
// nothing.
type Store struct {
	store.Backend

	mu         sync.Mutex
	all, asked meter
	unbounded  map[string]bool
	endless    map[string]bool
	beside     map[string]int // records in the answers to what is no request's, by set
}

// A meter is what was counted, and how much is under way.
type meter struct {
	Cost
	running int
}

// Over counts what b is asked.
func Over(b store.Backend) *Store {
	return &Store{Backend: b, unbounded: map[string]bool{}, endless: map[string]bool{}, beside: map[string]int{}}
}

// Of returns what is asked while do runs, by whomever.
func (s *Store) Of(do func()) Cost { return s.of(&s.all, do) }

// OfRequests returns what requests ask while do runs: whatever comes with a
// context that faultstore.Request marked, and not what the hub does beside
// them. What a request leaves to others is counted if it comes in time.
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

// Unbounded names the sets of which something was asked without a limit, with
// the field if it was not the id, since the store was made: "clients",
// "families userId".
func (s *Store) Unbounded() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Sorted(maps.Keys(s.unbounded))
}

// mostOfRequest is how long after a request began all that is asked for it must
// be over. A request has 15 s; the rest is for a machine that is slow to begin.
const mostOfRequest = 20 * time.Second

// Endless names the sets that were asked for a request for longer than a
// request may take, had they not answered.
func (s *Store) Endless() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Sorted(maps.Keys(s.endless))
}

// Beside is how many records of each set were read by what no request asked for,
// since the store was made.
func (s *Store) Beside() map[string]int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return maps.Clone(s.beside)
}

// begin counts a call, and returns what ends it.
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
