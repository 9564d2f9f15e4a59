// Package readiness knows whether this process can do its work, which needs a
// database that answers, takes what is written, and agrees with us on the time.
//
// Whoever asks (State) costs the database one read and waits a second at most.
// Whether it can be written to is tried beside the requests, every few seconds:
// a full disk, a file that another process keeps locked, or a database that has
// become too slow shows nowhere else until somebody signs in.
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

// A Proof is what one process wrote last, to see whether it can.
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

// remember is for how long a process that writes nothing counts as there.
const remember = time.Minute

// Reasons why a process is not ready.
const (
	Leaving   = "leaving" // it has begun to shut down
	Unread    = "read"    // the database does not answer
	Unwritten = "write"   // the last proof is too old
)

// A State is whether the process can do its work.
type State struct {
	Reason string        // one of the reasons; empty: it can
	Age    time.Duration // since the database last took a record; 0 if nobody tries
}

// A Service tries the database. Its exported fields are set before it is used.
type Service struct {
	Set   *store.Collection[Proof]
	Clock *Clock
	Name  string // of this process among all
	Host  string
	Log   *slog.Logger
	Now   func() time.Time // for expiry

	Every time.Duration    // between two proofs; 5 s if zero
	Limit time.Duration    // of one proof; 2 s if zero
	Old   time.Duration    // after which a proof says nothing any more; 15 s if zero
	Wait  time.Duration    // how long State waits for the database; 800 ms if zero
	Wall  func() time.Time // the clock of these; time.Now if nil

	mu      sync.Mutex
	written time.Time // when the database last took a proof; zero: nobody tries
	failing bool
}

const (
	defaultEvery = 5 * time.Second
	defaultOld   = 15 * time.Second
	defaultWait  = 800 * time.Millisecond
)

// Run tries the database again and again, until the context ends.
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

// Begin says that somebody tries from now on.
func (s *Service) Begin() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.written = s.wall()
}

// Try writes one proof, and measures the clock.
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

// leave takes the proof away, so that nobody is shown a process that is gone.
func (s *Service) leave(ctx context.Context) { _ = s.Set.Delete(lasting.Of(ctx), s.Name) }

// State tells whether the process can do its work. It writes nothing.
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

// Skewed returns the processes, of all on the database, whose clocks are too
// far from the database's.
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
