// Package cache keeps one value that is slow or costly to fetch: a discovery
// document, a key set, a list of records; and, in a Map, many values by their
// names.
//
// However many ask at once, one fetch runs; it has its own deadline and does
// not die with the request that happened to start it. A failure is remembered
// for a moment too, so that a dead server is not asked by everybody in turn. A
// value that may be kept serves on while no newer one can be had, and nobody
// waits for one.
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

	// Keep is how long a value serves on where no newer one can be had, and
	// Wait how long anybody waits for a newer one meanwhile.
	Keep, Wait time.Duration
	// Away says whether a failure means only that there is no newer value to be
	// had; any other is an answer, and nothing serves on. Nil: every failure.
	Away func(error) bool

	mu     sync.Mutex
	good   *outcome[T] // the last success
	doubt  bool        // whether it still holds
	last   *outcome[T] // the last try
	flying *flight[T]  // the fetch under way
}

type outcome[T any] struct {
	value T
	err   error
	at    time.Time
}

type flight[T any] struct {
	began  time.Time     // by the wall's clock
	landed chan struct{} // closed when outcome is set
	outcome[T]
}

// Get returns the value, fetching it if there is none that is fresh.
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

// within also distrusts what is from the future, for a clock that was set back.
func within(now, at time.Time, life time.Duration) bool {
	age := now.Sub(at)
	return 0 <= age && age < life
}

// orKept waits a little for a newer value than the one that is kept, unless it
// is known that there is none to be had now. It is called with the lock held
// and releases it.
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

// Refresh fetches the value again and again, until the context ends, so that
// whoever asks finds it ready.
func (c *Value[T]) Refresh(ctx context.Context, every time.Duration) {
	timer := time.NewTicker(every)
	defer timer.Stop()
	for {
		c.mu.Lock()
		_, _ = c.join(ctx) // who asks hears of it
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
		}
	}
}

// Renew fetches the value again, unless that was tried less than gap ago. It
// is for callers to whom the value they got looks out of date, and waits for no
// gap, as Find does.
func (c *Value[T]) Renew(ctx context.Context, gap time.Duration) (T, error) {
	c.mu.Lock()
	if c.last != nil && within(c.Now(), c.last.at, gap) {
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
	c.good, c.doubt, c.last, c.flying = nil, false, nil, nil
}

// Put sets the value to what the caller knows it to be now.
func (c *Value[T]) Put(v T) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.good = &outcome[T]{value: v, at: c.Now()}
	c.doubt, c.last, c.flying = false, c.good, nil
}

// Doubt says that the value may not hold any more: it is fetched anew, and until
// then it serves only where no newer one can be had.
func (c *Value[T]) Doubt() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.doubt, c.last, c.flying = true, nil, nil
}

// join waits for the fetch under way, or starts one. It is called with the
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

// takeOff returns the fetch under way, which it starts if there is none.
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
	if c.flying == f { // else it was dropped meanwhile
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
