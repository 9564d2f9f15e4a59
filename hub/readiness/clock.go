package readiness

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"
)

const (
	// Noticed is the skew from which an administrator is told.
	Noticed = 2 * time.Second
	// follow is the most by which the database's clock is followed. Beyond it
	// somebody's clock is plainly wrong, and nobody can tell whose.
	follow = 5 * time.Minute
	// slight is less than what a measurement can be wrong by.
	slight = 100 * time.Millisecond
)

// A Clock shows the database's time: all processes on one database have the
// same, whatever their own clocks show. A code that one of them makes so lives
// its sixty seconds at every other, neither less nor more. Between two
// measurements it runs as the process's own.
type Clock struct {
	own func() time.Time
	ask func(context.Context) (time.Time, error)

	skew   atomic.Int64 // of our own clock, ahead of the database's, as measured last
	behind atomic.Int64 // what is taken off our own
	mu     sync.Mutex
	told   bool // that they differ
}

// NewClock returns a clock over a process's own. ask asks the database for the
// time; nil where it has no clock but ours.
func NewClock(own func() time.Time, ask func(context.Context) (time.Time, error)) *Clock {
	return &Clock{own: own, ask: ask}
}

// Now is the time that all processes agree on.
func (c *Clock) Now() time.Time { return c.own().Add(-time.Duration(c.behind.Load())) }

// Skew is how far the process's own clock is ahead of the database's.
func (c *Clock) Skew() time.Duration { return time.Duration(c.skew.Load()) }

// Measure compares the clocks. Where the database does not say, everything
// stays as it was.
func (c *Clock) Measure(ctx context.Context, log *slog.Logger) {
	if c.ask == nil {
		return
	}
	before := c.own()
	theirs, err := c.ask(ctx)
	after := c.own()
	took := after.Sub(before)
	if err != nil || took < 0 || took > time.Second {
		return // a slow answer says too little
	}
	skew := before.Add(took / 2).Sub(theirs)
	c.skew.Store(int64(skew))
	if skew.Abs() > follow {
		c.behind.Store(0)
	} else if (skew - time.Duration(c.behind.Load())).Abs() > max(slight, took) {
		c.behind.Store(int64(skew))
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	wrong := skew.Abs() >= Noticed
	switch {
	case wrong && !c.told:
		log.WarnContext(ctx, "the clocks of this machine and of the database differ; synchronize both by NTP", "ahead", skew.Round(time.Millisecond).String(), "followed", skew.Abs() <= follow)
	case !wrong && c.told:
		log.InfoContext(ctx, "the clocks of this machine and of the database agree again")
	}
	c.told = wrong
}
