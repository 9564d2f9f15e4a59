// Package cache keeps one value that is slow or costly to fetch: a discovery
// document, a key set, a list of records; and, in a Map, many values by their
// names.
//
// However many ask at once, one fetch runs; it has its own deadline and does
// not die with the request that happened to start it. A failure is remembered
// for a moment too, so that a dead server is not asked by everybody in turn.
package cache

import (
	"context"
	"sync"
	"time"
)

// A Value is ready for use once its exported fields are set; they must not
// change afterwards. It is safe for concurrent use.
type Value[T any] struct {
	Fetch func(ctx context.Context) (T, error)
	Fresh time.Duration // how long a value serves
	Sorry time.Duration // how long a failure is repeated before the next try
	Limit time.Duration // the most one fetch may take
	Now   func() time.Time

	mu     sync.Mutex
	good   *outcome[T] // the last success
	last   *outcome[T] // the last try
	flying *flight[T]  // the fetch under way
}

type outcome[T any] struct {
	value T
	err   error
	at    time.Time
}

type flight[T any] struct {
	landed chan struct{} // closed when outcome is set
	outcome[T]
}

// Get returns the value, fetching it if there is none that is fresh.
func (c *Value[T]) Get(ctx context.Context) (T, error) {
	c.mu.Lock()
	now := c.Now()
	switch {
	case c.good != nil && now.Sub(c.good.at) < c.Fresh:
		defer c.mu.Unlock()
		return c.good.value, nil
	case c.last != nil && c.last.err != nil && now.Sub(c.last.at) < c.Sorry:
		defer c.mu.Unlock()
		return c.last.value, c.last.err
	}
	return c.join(ctx)
}

// Renew fetches the value again, unless that was tried less than gap ago. It
// is for callers to whom the value they got looks out of date.
func (c *Value[T]) Renew(ctx context.Context, gap time.Duration) (T, error) {
	c.mu.Lock()
	if c.last != nil && c.Now().Sub(c.last.at) < gap {
		c.mu.Unlock()
		return c.Get(ctx)
	}
	return c.join(ctx)
}

// Drop forgets everything, also what a fetch under way will bring: it may have
// begun before the change that made the caller drop.
func (c *Value[T]) Drop() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.good, c.last, c.flying = nil, nil, nil
}

// join waits for the fetch under way, or starts one. It is called with the
// lock held and releases it.
func (c *Value[T]) join(ctx context.Context) (T, error) {
	f := c.flying
	if f == nil {
		f = &flight[T]{landed: make(chan struct{})}
		c.flying = f
		go c.fly(context.WithoutCancel(ctx), f)
	}
	c.mu.Unlock()
	select {
	case <-f.landed:
		return f.value, f.err
	case <-ctx.Done():
		var none T
		return none, ctx.Err()
	}
}

func (c *Value[T]) fly(ctx context.Context, f *flight[T]) {
	ctx, cancel := context.WithTimeout(ctx, c.Limit)
	defer cancel()
	f.value, f.err = c.Fetch(ctx)

	c.mu.Lock()
	defer c.mu.Unlock()
	f.at = c.Now()
	if c.flying == f { // else it was dropped meanwhile
		c.flying, c.last = nil, &f.outcome
		if f.err == nil {
			c.good = &f.outcome
		}
	}
	close(f.landed)
}
