package cache

import (
	"context"
	"errors"
	"time"
)

// Gap is the least time between two fetches of a value in which somebody misses
// something. Whoever asks, and however often, the server behind it gets no more
// than that.
const Gap = 5 * time.Second

// ErrNothingYet is in the chain of a Fetch's error where the server answered and
// has nothing that can be used: it may have something in a moment.
var ErrNothingYet = errors.New("it is still empty")

// mostWaiting is how many requests may wait together for something to appear.
const mostWaiting = 16

// Waits are the places of those who wait for something to appear in a value, for
// all values of a hub together: strangers can occupy them all and nothing else.
// With nil nobody waits.
type Waits struct {
	places chan struct{}
	sleep  func(context.Context, time.Duration) error
}

// NewWaits returns Waits in which nobody waits yet. sleep lets a time pass, and
// ends with its context; nil is by the clock on the wall.
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

// enter takes a place, which the caller leaves when nothing holds its request any
// more. It reports at once where there is none, and where a wait of that time and
// a look behind it do not fit into the time that the request has.
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

// A Sight is what somebody who looks for something in a value sees.
type Sight int

// What can be seen. Something that is wrong may be right in a newer value, and a
// fetch is worth it, but no wait.
const (
	Found Sight = iota
	Wrong
	Missing
)

// Find is Get for whoever looks for something in the value that may be newer
// than the last fetch. What is not found is looked for in a value that is
// fetched now, if the last fetch is a Gap ago, and what is missing then in one
// that is fetched when the Gap is over, for which the caller waits once. The
// value that is returned is the newest, whatever is seen in it.
//
// Who calls it has looked at everything else before: whoever may wait takes a
// place from others.
func (c *Value[T]) Find(ctx context.Context, waits *Waits, look func(T) Sight) (T, error) {
	seen := func(v T, err error) Sight {
		switch {
		case err == nil:
			return look(v)
		case errors.Is(err, ErrNothingYet):
			return Missing
		}
		return Found // it is not the value that decides
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
	defer waits.leave() // the second look holds the request too
	if gone := waits.sleep(ctx, left); gone != nil {
		var none T
		return none, gone
	}
	return c.since(ctx, last)
}

// lastTry is the last fetch that ended, and how much of the Gap behind it is left.
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

// since returns a value that was fetched after that try.
func (c *Value[T]) since(ctx context.Context, try *outcome[T]) (T, error) {
	c.mu.Lock()
	if c.last != try && c.last != nil {
		c.mu.Unlock()
		return c.Get(ctx)
	}
	return c.join(ctx)
}
