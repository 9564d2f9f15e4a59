package passwords

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"github.com/fedhub/fedhub/hub/store"
	"github.com/fedhub/fedhub/internal/secrets"
	"github.com/fedhub/fedhub/internal/texts"
)

const (
	freeFailures   = 5  // mistakes that cost nothing
	atOnce         = 64 // attempts not yet known to be wrong; NIST allows 100
	longestWait    = time.Hour
	throttleMemory = 24 * time.Hour // after that much quiet everything is forgotten
)

// A Throttle counts the wrong passwords tried for one address, whether or not
// anybody has it.
type Throttle struct {
	ID       string    `bson:"id"` // SHA-256 of the canonical address, in hex
	Failures int       `bson:"failures"`
	Until    time.Time `bson:"until,omitempty"` // no attempt is looked at before
	Last     time.Time `bson:"last"`
}

// Key is the throttle's id.
func (t Throttle) Key() string { return t.ID }

// ExpiresAt is when the throttle is forgotten.
func (t Throttle) ExpiresAt() time.Time { return t.Last.Add(throttleMemory) }

// Throttled refuses an attempt because too many before it failed. The wait
// grows to an hour and never becomes a lock (NIST SP 800-63B-4 §3.2.2).
type Throttled struct{ Until time.Time }

func (t *Throttled) Error() string {
	return "too many wrong passwords; the next attempt counts from " + t.Until.Format(time.RFC3339)
}

// Sentence is for the record of events.
func (t *Throttled) Sentence() texts.Text {
	return texts.New("signin.throttled", "until", t.Until.Format(time.RFC3339))
}

// A Limiter slows guessing down. An attempt is counted before its password is
// looked at and forgiven when it was right, so that however many guesses come
// at once, no more than atOnce fit between look and count. It has to wait only
// for failures that are known: people who sign in on several devices at the
// same moment are not in each other's way.
type Limiter struct {
	set *store.Collection[Throttle]
	now func() time.Time
}

// NewLimiter returns a Limiter that keeps its counts in a set.
func NewLimiter(set *store.Collection[Throttle], now func() time.Time) Limiter {
	return Limiter{set, now}
}

// Begin counts an attempt for an address, or refuses it with *Throttled. A
// refused attempt changes nothing, so knocking does not prolong the wait.
func (l Limiter) Begin(ctx context.Context, emailKey string) (id string, err error) {
	id = throttleID(emailKey)
	for range 50 { // others may insert or reset in between
		err = l.set.Update(ctx, id, func(rec *Throttle) error {
			now := l.now()
			if open := rec.opens(); now.Before(open) {
				return &Throttled{open}
			}
			rec.Failures++
			rec.Last = now
			return nil
		})
		if !errors.Is(err, fs.ErrNotExist) {
			return id, err
		}
		err = l.set.Insert(ctx, Throttle{ID: id, Failures: 1, Last: l.now()})
		if !errors.Is(err, fs.ErrExist) {
			return id, err
		}
	}
	return id, fmt.Errorf("count an attempt: %w", err)
}

// opens is when the next attempt is looked at.
func (t Throttle) opens() time.Time {
	if t.Failures < atOnce {
		return t.Until
	}
	if alone := t.Last.Add(waitAfter(t.Failures)); alone.After(t.Until) {
		return alone
	}
	return t.Until
}

// waitAfter is 1 s, 2 s, 4 s … once the free failures are used up.
func waitAfter(failures int) time.Duration {
	over := failures - freeFailures
	switch {
	case over <= 0:
		return 0
	case over > 12: // 2^12 s is more than an hour
		return longestWait
	}
	return min(longestWait, time.Second<<(over-1))
}

// Wrong makes the address wait after a wrong password.
func (l Limiter) Wrong(ctx context.Context, id string) error {
	return l.edit(ctx, id, func(rec *Throttle) error {
		until := l.now().Add(waitAfter(rec.Failures))
		if rec.Failures <= freeFailures || !until.After(rec.Until) {
			return store.ErrUnchanged
		}
		rec.Until = until
		return nil
	})
}

// Forgive takes an attempt back that was never looked at.
func (l Limiter) Forgive(ctx context.Context, id string) error {
	return l.edit(ctx, id, func(rec *Throttle) error {
		rec.Failures = max(0, rec.Failures-1)
		return nil
	})
}

// edit changes a throttle; one that was reset meanwhile stays reset.
func (l Limiter) edit(ctx context.Context, id string, change func(*Throttle) error) error {
	err := l.set.Update(ctx, id, change)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// Reset forgets all failures of an address after a right password.
func (l Limiter) Reset(ctx context.Context, id string) error {
	err := l.set.Delete(ctx, id)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

func throttleID(emailKey string) string {
	return secrets.HexHash(emailKey)
}
