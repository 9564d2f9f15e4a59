package readiness

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"
)

const (
	// Noticed is the skew that causes a warning for administrators.
	Noticed = 2 * time.Second
	// follow is the largest skew that is corrected. If it is larger, one clock
	// is wrong, and the hub cannot tell which.
	follow = 5 * time.Minute
	// slight is less than the error of a measurement.
	slight = 100 * time.Millisecond
)

// A Clock shows the database's time, so that all processes on one database
// agree, whatever their own clocks show. So a code that one process issues is
// valid for sixty seconds in every other process. Between measurements it runs
// like the process's own clock.
type Clock struct {
	own func() time.Time
	ask func(context.Context) (time.Time, error)

	skew   atomic.Int64 // how far our clock is ahead of the database's, last measurement
	behind atomic.Int64 // the correction of our clock
	mu     sync.Mutex
	told   bool // whether the difference was logged
}

// NewClock returns a clock based on the process's own. ask reads the database's
// time; nil for a database without its own clock.
func NewClock(own func() time.Time, ask func(context.Context) (time.Time, error)) *Clock {
	return &Clock{own: own, ask: ask}
}

// Now is the common time of all processes.
func (c *Clock) Now() time.Time { return c.own().Add(-time.Duration(c.behind.Load())) }

// Skew is how far the process's own clock is ahead of the database's.
func (c *Clock) Skew() time.Duration { return time.Duration(c.skew.Load()) }

// Measure compares the clocks. If the database does not answer, nothing
// changes.
func (c *Clock) Measure(ctx context.Context, log *slog.Logger) {
	if c.ask == nil {
		return
	}
	before := c.own()
	theirs, err := c.ask(ctx)
	after := c.own()
	took := after.Sub(before)
	if err != nil || took < 0 || took > time.Second {
		return // a slow answer is too imprecise
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
