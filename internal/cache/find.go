package cache

import (
	"context"
	"errors"
	"time"
)

// Gap is the shortest time between two fetches that are caused by missing
// entries, however many callers ask.
const Gap = 5 * time.Second

// ErrNothingYet is in the error of a Fetch if the server answered but has
// nothing usable: it may have something soon.
var ErrNothingYet = errors.New("it is still empty")

// mostWaiting bounds the requests that wait at the same time.
const mostWaiting = 16

// Waits limits how many requests wait for new values, for all values of a hub
// together. Unauthenticated requests can use all its places, but block nothing
// else. With nil no request waits.
type Waits struct {
	places chan struct{}
	sleep  func(context.Context, time.Duration) error
}

// NewWaits returns empty Waits. sleep waits, or ends with its context; nil uses
// the system clock.
func NewWaits(sleep func(context.Context, time.Duration) error) *Waits {
	if sleep == nil {
		sleep = pass
	}
	return &Waits{places: make(chan struct{}, mostWaiting), sleep: sleep}
}

func pass(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// enter takes a place, which the caller must leave. It returns false at once if
// there is none, or if the wait and another fetch do not fit into the request's
// time.
func (w *Waits) enter(ctx context.Context, d time.Duration) bool {
	end, ends := ctx.Deadline()
	if w == nil || ends && time.Until(end) < d+Gap {
		return false
	}
	select {
	case w.places <- struct{}{}:
		return true
	default:
		return false
	}
}

func (w *Waits) leave() { <-w.places }

// A Sight is the result of looking for something in a value.
type Sight int

// The results. Something wrong may be right in a newer value: that is worth a
// fetch, but no wait.
const (
	Found Sight = iota
	Wrong
	Missing
)

// Find is Get for callers that look for something that may be newer than the
// last fetch. If it is not found, the value is fetched again if the last fetch
// is a Gap ago. If it is still missing, the caller waits once for the end of
// the Gap and another fetch. The newest value is returned in any case.
//
// Check everything else before calling it, because a waiting caller takes a
// place from others.
func (c *Value[T]) Find(ctx context.Context, waits *Waits, look func(T) Sight) (T, error) {
	seen := func(v T, err error) Sight {
		switch {
		case err == nil:
			return look(v)
		case errors.Is(err, ErrNothingYet):
			return Missing
		}
		return Found // the value does not decide
	}
	v, err := c.Get(ctx)
	if seen(v, err) == Found {
		return v, err
	}
	last, left := c.lastTry()
	if left == 0 {
		if v, err = c.since(ctx, last); seen(v, err) != Missing {
			return v, err
		}
		last, left = c.lastTry()
	} else if seen(v, err) == Wrong {
		return v, err
	}
	if !waits.enter(ctx, left) {
		return v, err
	}
	defer waits.leave() // the second fetch delays the request too
	if gone := waits.sleep(ctx, left); gone != nil {
		var none T
		return none, gone
	}
	return c.since(ctx, last)
}

// lastTry returns the last finished fetch, and the rest of its Gap.
func (c *Value[T]) lastTry() (*outcome[T], time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.last == nil {
		return nil, 0
	}
	age := c.Now().Sub(c.last.at)
	if age < 0 { // the clock was set back
		return c.last, 0
	}
	return c.last, max(Gap-age, 0)
}

// since returns a value that was fetched after that one.
func (c *Value[T]) since(ctx context.Context, try *outcome[T]) (T, error) {
	c.mu.Lock()
	if c.last != try && c.last != nil {
		c.mu.Unlock()
		return c.Get(ctx)
	}
	return c.join(ctx)
}
