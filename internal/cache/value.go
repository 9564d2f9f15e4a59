// Package cache caches a value that is slow or expensive to fetch: a discovery
// document, a key set, a list of records; and, in a Map, many values by key.
//
// Concurrent callers share one fetch, which has its own deadline and does not
// end with the request that started it. A failure is cached briefly too, so
// that a dead server is not asked by each caller in turn. A value that may be
// kept is returned while no newer one is available, without waiting.
package cache

import (
	"context"
	"sync"
	"time"
)

// A Value is ready for use once its exported fields are set; they must not
// change after that. It is safe for concurrent use.
type Value[T any] struct {
	Fetch func(ctx context.Context) (T, error)
	Fresh time.Duration // how long a value is valid
	Sorry time.Duration // how long a failure is returned before the next attempt
	Limit time.Duration // time limit of one fetch
	Now   func() time.Time

	// Keep is how long an old value is returned if no newer one is available,
	// and Wait how long callers wait for a newer one first.
	Keep, Wait time.Duration
	// Away reports whether a failure only means that no newer value is
	// available; any other failure is returned to callers. Nil: every failure.
	Away func(error) bool

	mu     sync.Mutex
	good   *outcome[T] // the last success
	doubt  bool        // whether it may be outdated
	last   *outcome[T] // the last attempt
	flying *flight[T]  // the fetch in progress
}

type outcome[T any] struct {
	value T
	err   error
	at    time.Time
}

type flight[T any] struct {
	began  time.Time     // by the system clock
	landed chan struct{} // closed when outcome is set
	outcome[T]
}

// Get returns the value and fetches it if there is no valid one.
func (c *Value[T]) Get(ctx context.Context) (T, error) {
	c.mu.Lock()
	now := c.Now()
	switch {
	case c.good != nil && !c.doubt && within(now, c.good.at, c.Fresh):
		defer c.mu.Unlock()
		return c.good.value, nil
	case c.good != nil && within(now, c.good.at, c.Keep):
		return c.orKept(ctx, c.good.value)
	case c.last != nil && c.last.err != nil && within(now, c.last.at, c.Sorry):
		defer c.mu.Unlock()
		return c.last.value, c.last.err
	}
	return c.join(ctx)
}

// within also rejects times in the future, in case the clock was set back.
func within(now, at time.Time, life time.Duration) bool {
	age := now.Sub(at)
	return 0 <= age && age < life
}

// orKept waits briefly for a newer value than the kept one, unless it is known
// that none is available now. It is called with the lock held and releases it.
func (c *Value[T]) orKept(ctx context.Context, kept T) (T, error) {
	failed := c.last != nil && c.last.err != nil
	if failed && within(c.Now(), c.last.at, c.Sorry) {
		c.mu.Unlock()
		return kept, nil
	}
	f := c.takeOff(ctx)
	c.mu.Unlock()
	left := c.Wait - time.Since(f.began)
	if failed || left <= 0 {
		return kept, nil
	}
	enough := time.NewTimer(left)
	defer enough.Stop()
	select {
	case <-f.landed:
		if f.err == nil || !c.away(f.err) {
			return f.value, f.err
		}
	case <-enough.C:
	case <-ctx.Done():
	}
	return kept, nil
}

// Refresh fetches the value repeatedly until the context ends, so that callers
// need not wait.
func (c *Value[T]) Refresh(ctx context.Context, every time.Duration) {
	timer := time.NewTicker(every)
	defer timer.Stop()
	for {
		c.mu.Lock()
		_, _ = c.join(ctx) // callers get the error
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
		}
	}
}

// Renew fetches the value again unless the last attempt was less than gap ago.
// It is for callers that find the value outdated; unlike Find it does not wait.
func (c *Value[T]) Renew(ctx context.Context, gap time.Duration) (T, error) {
	c.mu.Lock()
	if c.last != nil && within(c.Now(), c.last.at, gap) {
		c.mu.Unlock()
		return c.Get(ctx)
	}
	return c.join(ctx)
}

// Drop removes the value, and discards a fetch in progress, which may have
// begun before the change.
func (c *Value[T]) Drop() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.good, c.doubt, c.last, c.flying = nil, false, nil, nil
}

// Put sets the value.
func (c *Value[T]) Put(v T) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.good = &outcome[T]{value: v, at: c.Now()}
	c.doubt, c.last, c.flying = false, c.good, nil
}

// Doubt marks the value as possibly outdated: it is fetched again, and until
// then only returned if no newer one is available.
func (c *Value[T]) Doubt() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.doubt, c.last, c.flying = true, nil, nil
}

// join waits for the fetch in progress, or starts one. It is called with the
// lock held and releases it.
func (c *Value[T]) join(ctx context.Context) (T, error) {
	f := c.takeOff(ctx)
	c.mu.Unlock()
	select {
	case <-f.landed:
		return f.value, f.err
	case <-ctx.Done():
		var none T
		return none, ctx.Err()
	}
}

// takeOff returns the fetch in progress, and starts one if needed.
func (c *Value[T]) takeOff(ctx context.Context) *flight[T] {
	if c.flying == nil {
		c.flying = &flight[T]{began: time.Now(), landed: make(chan struct{})}
		go c.fly(ctx, c.flying)
	}
	return c.flying
}

func (c *Value[T]) fly(ctx context.Context, f *flight[T]) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), c.Limit)
	defer cancel()
	f.value, f.err = c.Fetch(ctx)

	c.mu.Lock()
	defer c.mu.Unlock()
	f.at = c.Now()
	if c.flying == f { // otherwise it was dropped meanwhile
		c.flying, c.last = nil, &f.outcome
		switch {
		case f.err == nil:
			c.good, c.doubt = &f.outcome, false
		case !c.away(f.err):
			c.good = nil
		}
	}
	close(f.landed)
}

func (c *Value[T]) away(err error) bool { return c.Away == nil || c.Away(err) }
