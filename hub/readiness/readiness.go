// Package readiness decides whether this process can work, which needs a
// database that answers, accepts writes, and agrees with us on the time.
//
// State costs one read of the database and takes at most a second. A background
// task tests writing every few seconds: a full disk, a locked file, or a slow
// database would otherwise only show when a user signs in.
package readiness

import (
	"cmp"
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"sync"
	"time"

	"github.com/fedhub/fedhub/hub/store"
	"github.com/fedhub/fedhub/internal/lasting"
)

// A Proof is the last test record of one process.
type Proof struct {
	ID      string    `bson:"id"`   // the process, until it ends
	Host    string    `bson:"host"` // where it runs
	Written time.Time `bson:"written"`
	Ahead   int64     `bson:"ahead"` // of the database's clock, in milliseconds; negative: behind
	Expires time.Time `bson:"expires"`
}

// Key names the record.
func (p Proof) Key() string { return p.ID }

// ExpiresAt is when the process is gone.
func (p Proof) ExpiresAt() time.Time { return p.Expires }

// Skew is how far the process's clock is ahead of the database's.
func (p Proof) Skew() time.Duration { return time.Duration(p.Ahead) * time.Millisecond }

// remember is how long a process counts as running without new records.
const remember = time.Minute

// Reasons why a process is not ready.
const (
	Leaving   = "leaving" // shutdown has begun
	Unread    = "read"    // the database does not answer
	Unwritten = "write"   // the last successful write is too old
)

// A State is whether the process can work.
type State struct {
	Reason string        // one of the reasons; empty: ready
	Age    time.Duration // since the database last accepted a write; 0 if it is not tested
}

// A Service tests the database. Set its exported fields before use.
type Service struct {
	Set   *store.Collection[Proof]
	Clock *Clock
	Name  string // of this process, unique among all
	Host  string
	Log   *slog.Logger
	Now   func() time.Time // for expiry

	Every time.Duration    // between two writes; 5 s if zero
	Limit time.Duration    // of one write; 2 s if zero
	Old   time.Duration    // age at which a write no longer proves anything; 15 s if zero
	Wait  time.Duration    // how long State waits for the database; 800 ms if zero
	Wall  func() time.Time // the clock for these; time.Now if nil

	mu      sync.Mutex
	written time.Time // when the database last accepted a write; zero: not tested
	failing bool
}

const (
	defaultEvery = 5 * time.Second
	defaultOld   = 15 * time.Second
	defaultWait  = 800 * time.Millisecond
)

// Run tests the database repeatedly, until the context ends.
func (s *Service) Run(ctx context.Context) {
	s.Begin()
	timer := time.NewTicker(cmp.Or(s.Every, defaultEvery))
	defer timer.Stop()
	for {
		s.Try(ctx)
		select {
		case <-ctx.Done():
			s.leave(ctx)
			return
		case <-timer.C:
		}
	}
}

// Begin starts the time for the first write.
func (s *Service) Begin() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.written = s.wall()
}

// Try writes one record, and measures the clock.
func (s *Service) Try(ctx context.Context) {
	limited, done := context.WithTimeout(ctx, cmp.Or(s.Limit, lasting.Limit))
	defer done()
	if s.Clock != nil {
		s.Clock.Measure(limited, s.Log)
	}
	err := s.prove(limited)
	if ctx.Err() != nil {
		return
	}
	s.mu.Lock()
	was := s.failing
	if s.failing = err != nil; err == nil {
		s.written = s.wall()
	}
	s.mu.Unlock()
	switch {
	case err != nil && !was:
		s.Log.ErrorContext(ctx, "the database accepts no writes; if this continues, /readyz reports not ready", "error", err)
	case err == nil && was:
		s.Log.InfoContext(ctx, "the database accepts writes again")
	}
}

func (s *Service) prove(ctx context.Context) error {
	now := s.Now()
	proof := Proof{ID: s.Name, Host: s.Host, Written: now, Expires: now.Add(remember)}
	if s.Clock != nil {
		proof.Ahead = s.Clock.Skew().Milliseconds()
	}
	return s.Set.Put(ctx, s.Name, func(p *Proof) error { *p = proof; return nil })
}

// leave deletes the record, so that a stopped process is no longer listed.
func (s *Service) leave(ctx context.Context) { _ = s.Set.Delete(lasting.Of(ctx), s.Name) }

// State reports whether the process can work. It writes nothing.
func (s *Service) State(ctx context.Context) State {
	ctx, done := context.WithTimeout(ctx, cmp.Or(s.Wait, defaultWait))
	defer done()
	_, err := s.Set.Get(ctx, s.Name)
	s.mu.Lock()
	defer s.mu.Unlock()
	var state State
	if !s.written.IsZero() {
		state.Age = s.wall().Sub(s.written)
	}
	switch {
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		state.Reason = Unread
	case state.Age > cmp.Or(s.Old, defaultOld):
		state.Reason = Unwritten
	}
	return state
}

// Skewed returns the processes on the database with clocks that are too far
// from the database's.
func (s *Service) Skewed(ctx context.Context) ([]Proof, error) {
	const most = 1000 // processes
	all, err := s.Set.List(ctx, store.Query{Limit: most})
	var skewed []Proof
	for _, p := range all {
		if p.Skew().Abs() >= Noticed {
			skewed = append(skewed, p)
		}
	}
	return skewed, err
}

func (s *Service) wall() time.Time {
	if s.Wall == nil {
		return time.Now()
	}
	return s.Wall()
}
