// Package countstore counts what a database is asked, so that a test can hold
// a request to a bound that no size of the database changes.
package countstore

import (
	"context"
	"sync"

	"github.com/fedhub/fedhub/hub/store"
)

// A Store is a backend that counts its reads.
type Store struct {
	store.Backend

	mu      sync.Mutex
	running int
	cost    Cost
}

// A Cost is what was read.
type Cost struct {
	Reads   int // questions
	Rounds  int // of them one after the other: those that overlap are one round
	Records int // in the answers
}

// Over counts what b is asked.
func Over(b store.Backend) *Store { return &Store{Backend: b} }

// Of returns what do reads.
func (s *Store) Of(do func()) Cost {
	s.mu.Lock()
	s.cost = Cost{}
	s.mu.Unlock()
	do()
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.cost
}

func (s *Store) begin() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.cost.Reads++
	if s.running == 0 {
		s.cost.Rounds++
	}
	s.running++
}

func (s *Store) end(records int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.running--
	s.cost.Records += records
}

// Get counts and asks.
func (s *Store) Get(ctx context.Context, set, id string) (store.Record, error) {
	s.begin()
	defer s.end(1)
	return s.Backend.Get(ctx, set, id)
}

// Find counts and asks.
func (s *Store) Find(ctx context.Context, set string, q store.Query) (found []store.Record, err error) {
	s.begin()
	defer func() { s.end(len(found)) }()
	return s.Backend.Find(ctx, set, q)
}

// Count counts and asks.
func (s *Store) Count(ctx context.Context, set string, q store.Query) (int, error) {
	s.begin()
	defer s.end(0)
	return s.Backend.Count(ctx, set, q)
}
