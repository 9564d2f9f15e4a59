package store

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

// ErrUnreachable is in the error of an engine that could not reach a database
// server for as long as an election takes. The operation was not sent.
var ErrUnreachable = errors.New("the database cannot be reached")

const (
	// rest is the pause before a server is looked for again.
	rest = time.Second
	// longest bounds a call without a deadline.
	longest = 30 * time.Second
)

// A Guarded backend gives every call a time limit. While no server can be
// reached, calls fail at once instead of waiting, and one of them tries again
// every second. It notes records that a Collection cannot decode; see Damaged.
type Guarded struct {
	Backend
	now func() time.Time

	mu      sync.Mutex
	until   time.Time // no attempt until then; zero: a server is reachable
	looking bool      // one call is trying

	known damaged
}

// Guard wraps a backend. now is the clock for pauses.
func Guard(b Backend, now func() time.Time) *Guarded {
	return &Guarded{Backend: b, now: now, known: damaged{of: map[Damage]time.Time{}}}
}

// admit lets a call through, or returns the reason why not. looks says that
// this call tests whether a server is reachable again.
func (g *Guarded) admit() (looks bool, err error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	switch {
	case g.until.IsZero():
		return false, nil
	case g.looking, g.now().Before(g.until):
		return false, fmt.Errorf("it is not tried again yet: %w", ErrUnreachable)
	}
	g.looking = true
	return true, nil
}

// judge records the result of a call that was let through.
func (g *Guarded) judge(looks bool, err error) {
	gone := errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)
	g.mu.Lock()
	defer g.mu.Unlock()
	if looks {
		g.looking = false
	}
	switch {
	case errors.Is(err, ErrUnreachable):
		g.until = g.now().Add(rest)
	case gone: // the caller was cancelled: no information
	default:
		g.until = time.Time{}
	}
}

// ask makes a call.
func ask[T any](ctx context.Context, g *Guarded, call func(context.Context) (T, error)) (T, error) {
	looks, err := g.admit()
	if err != nil {
		var none T
		return none, err
	}
	if _, ends := ctx.Deadline(); !ends {
		var done context.CancelFunc
		ctx, done = context.WithTimeout(ctx, longest)
		defer done()
	}
	err = errors.New("the call did not return") // for example because it panics
	defer func() { g.judge(looks, err) }()
	var v T
	v, err = call(ctx)
	return v, err
}

func tell(ctx context.Context, g *Guarded, call func(context.Context) error) error {
	_, err := ask(ctx, g, func(ctx context.Context) (struct{}, error) { return struct{}{}, call(ctx) })
	return err
}

// Insert calls the backend.
func (g *Guarded) Insert(ctx context.Context, set string, r Record) error {
	return tell(ctx, g, func(ctx context.Context) error { return g.Backend.Insert(ctx, set, r) })
}

// Get calls the backend.
func (g *Guarded) Get(ctx context.Context, set, id string) (Record, error) {
	return ask(ctx, g, func(ctx context.Context) (Record, error) { return g.Backend.Get(ctx, set, id) })
}

// Replace calls the backend.
func (g *Guarded) Replace(ctx context.Context, set string, r Record) error {
	return tell(ctx, g, func(ctx context.Context) error { return g.Backend.Replace(ctx, set, r) })
}

// Take calls the backend.
func (g *Guarded) Take(ctx context.Context, set, id string) (Record, error) {
	return ask(ctx, g, func(ctx context.Context) (Record, error) { return g.Backend.Take(ctx, set, id) })
}

// Delete calls the backend.
func (g *Guarded) Delete(ctx context.Context, set, id string) error {
	return tell(ctx, g, func(ctx context.Context) error { return g.Backend.Delete(ctx, set, id) })
}

// Find calls the backend.
func (g *Guarded) Find(ctx context.Context, set string, q Query) ([]Record, error) {
	return ask(ctx, g, func(ctx context.Context) ([]Record, error) { return g.Backend.Find(ctx, set, q) })
}

// Count calls the backend.
func (g *Guarded) Count(ctx context.Context, set string, q Query) (int, error) {
	return ask(ctx, g, func(ctx context.Context) (int, error) { return g.Backend.Count(ctx, set, q) })
}
