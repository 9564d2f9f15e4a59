package store

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

// ErrUnreachable is in the chain of an engine's error that means that no server
// of the database could be found for as long as an election takes. Nothing was
// asked of anybody.
var ErrUnreachable = errors.New("the database cannot be reached")

const (
	// rest is how long nobody looks for a server after none was found.
	rest = time.Second
	// longest is how long a call may take whose caller sets no end.
	longest = 30 * time.Second
)

// A Guarded backend ends every call. While no server can be reached, callers
// hear so at once instead of after a wait each; one of them looks again every
// second. What a Collection over it cannot decode is noted; see Damaged.
type Guarded struct {
	Backend
	now func() time.Time

	mu      sync.Mutex
	until   time.Time // nobody looks for a server until then; zero: there is one
	looking bool      // one looks

	known damaged
}

// Guard stands before a backend. now is the clock that a rest is measured by.
func Guard(b Backend, now func() time.Time) *Guarded {
	return &Guarded{Backend: b, now: now, known: damaged{of: map[Damage]time.Time{}}}
}

// admit lets a caller through, or says why not. looks says that it is the one
// who looks whether there is a server again.
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

// judge takes note of how it went for somebody who was let through.
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
	case gone: // the caller left: that says nothing
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
	err = errors.New("the call did not return") // as when it panics
	defer func() { g.judge(looks, err) }()
	var v T
	v, err = call(ctx)
	return v, err
}

func tell(ctx context.Context, g *Guarded, call func(context.Context) error) error {
	_, err := ask(ctx, g, func(ctx context.Context) (struct{}, error) { return struct{}{}, call(ctx) })
	return err
}

// Insert is the backend's.
func (g *Guarded) Insert(ctx context.Context, set string, r Record) error {
	return tell(ctx, g, func(ctx context.Context) error { return g.Backend.Insert(ctx, set, r) })
}

// Get is the backend's.
func (g *Guarded) Get(ctx context.Context, set, id string) (Record, error) {
	return ask(ctx, g, func(ctx context.Context) (Record, error) { return g.Backend.Get(ctx, set, id) })
}

// Replace is the backend's.
func (g *Guarded) Replace(ctx context.Context, set string, r Record) error {
	return tell(ctx, g, func(ctx context.Context) error { return g.Backend.Replace(ctx, set, r) })
}

// Take is the backend's.
func (g *Guarded) Take(ctx context.Context, set, id string) (Record, error) {
	return ask(ctx, g, func(ctx context.Context) (Record, error) { return g.Backend.Take(ctx, set, id) })
}

// Delete is the backend's.
func (g *Guarded) Delete(ctx context.Context, set, id string) error {
	return tell(ctx, g, func(ctx context.Context) error { return g.Backend.Delete(ctx, set, id) })
}

// Find is the backend's.
func (g *Guarded) Find(ctx context.Context, set string, q Query) ([]Record, error) {
	return ask(ctx, g, func(ctx context.Context) ([]Record, error) { return g.Backend.Find(ctx, set, q) })
}

// Count is the backend's.
func (g *Guarded) Count(ctx context.Context, set string, q Query) (int, error) {
	return ask(ctx, g, func(ctx context.Context) (int, error) { return g.Backend.Count(ctx, set, q) })
}
