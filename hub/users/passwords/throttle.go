package passwords

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"time"

	"github.com/fedhub/fedhub/hub/store"
	"github.com/fedhub/fedhub/internal/secrets"
	"github.com/fedhub/fedhub/internal/texts"
)

const (
	longestWait  = time.Hour           // of an account, in one network
	longestAlone = time.Minute         // of an account, everywhere
	rowMemory    = 30 * 24 * time.Hour // how long many wrong passwords in a row are remembered
	longRow      = 10                  // the number from which they are remembered that long
	mostNetworks = 64                  // remembered for one account
	mostInARow   = 100                 // NIST SP 800-63B-4 §3.2.2
)

// A Throttle counts the wrong passwords for one address from unknown browsers,
// whether or not the address has an account.
type Throttle struct {
	ID       string    `bson:"id"` // SHA-256 of the canonical address, in hex
	Wait     wait      `bson:",inline"`
	InARow   int       `bson:"inARow,omitempty"` // wrong ones since the last right one
	Looking  Looks     `bson:"looking,omitempty"`
	Networks []network `bson:"networks,omitempty"`
}

// A network is an origin of wrong passwords for one account.
type network struct {
	Prefix string `bson:"prefix"`
	Wait   wait   `bson:",inline"`
}

// Key is the throttle's id.
func (t Throttle) Key() string { return t.ID }

// ExpiresAt is when the throttle is forgotten.
func (t Throttle) ExpiresAt() time.Time {
	if t.InARow >= longRow {
		return t.Wait.Last.Add(rowMemory)
	}
	return t.Wait.Last.Add(throttleMemory)
}

// Throttled refuses an attempt because too many failed before it, or too many
// are being checked. The wait grows but never becomes a lock-out (NIST SP
// 800-63B-4 §3.2.2).
type Throttled struct{ Until time.Time }

func (t *Throttled) Error() string {
	return "too many wrong passwords; the next attempt counts from " + t.Until.Format(time.RFC3339)
}

// Sentence is the text for the audit log.
func (t *Throttled) Sentence() texts.Text {
	return texts.New("signin.throttled", "until", t.Until.Format(time.RFC3339))
}

// An Attempt is a password that may be checked. The caller must then call
// exactly one of Wrong, Right and Forgive.
type Attempt interface {
	// Wrong counts a wrong password.
	Wrong(context.Context) error
	// Right resets the count.
	Right(context.Context) error
	// Forgive takes back an attempt that was never looked at.
	Forgive(context.Context) error
	// Doubtful reports that so many were wrong in a row that the password alone
	// is not enough.
	Doubtful() bool
}

// A Limiter slows guessing down. Few passwords of an account are checked at the
// same time, so that concurrent guesses count as one step of the wait.
type Limiter struct {
	set *store.Collection[Throttle]
	now func() time.Time
}

// NewLimiter returns a Limiter that stores its counts in a set.
func NewLimiter(set *store.Collection[Throttle], now func() time.Time) Limiter {
	return Limiter{set, now}
}

// Begin starts an attempt for an address from a network, or refuses it with
// *Throttled. A refused attempt changes nothing, so repeated attempts do not
// prolong the wait.
func (l Limiter) Begin(ctx context.Context, emailKey, from string) (Attempt, error) {
	return l.BeginShared(ctx, emailKey, from, 1)
}

// BeginShared is Begin where an account is known under so many identifiers, each
// with a count of its own: together they may be wrong as often in a row as one
// address alone.
func (l Limiter) BeginShared(ctx context.Context, key, from string, identifiers int) (Attempt, error) {
	a := attempt{Limiter: l, id: throttleID(key), network: from, look: NewLook(l.now()), most: mostInARow / identifiers}
	for range 50 { // other requests may insert or delete it in between
		err := l.set.Update(ctx, a.id, a.begin)
		if !errors.Is(err, fs.ErrNotExist) {
			return a, err
		}
		fresh := Throttle{ID: a.id}
		if err := a.begin(&fresh); err != nil {
			return a, err
		}
		if err = l.set.Insert(ctx, fresh); !errors.Is(err, fs.ErrExist) {
			return a, err
		}
	}
	return a, fmt.Errorf("count an attempt: %w", fs.ErrExist)
}

// Clear forgets all wrong passwords of an address.
func (l Limiter) Clear(ctx context.Context, emailKey string) error {
	err := l.set.Delete(ctx, throttleID(emailKey))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// attempt is an attempt in an unknown browser.
type attempt struct {
	Limiter
	id      string
	network string
	look    Look
	inARow  int
	most    int // wrong ones in a row, until the password alone is not enough

	// The waits when the attempt began. Of attempts that were checked together,
	// only the first wrong one lets a wait grow.
	steps, networkSteps int
}

// Doubtful is true after too many wrong passwords in a row.
func (a attempt) Doubtful() bool { return a.inARow >= a.most }

func (a *attempt) begin(t *Throttle) error {
	now := a.look.Since
	if t.Wait.quiet(now) {
		t.Wait = wait{}
	}
	t.Networks = slices.DeleteFunc(t.Networks, func(n network) bool { return n.Wait.quiet(now) })
	open := t.Wait.opens(longestAlone)
	a.steps, a.networkSteps, a.inARow = t.Wait.Steps, 0, t.InARow
	if i := t.find(a.network); i >= 0 {
		a.networkSteps = t.Networks[i].Wait.Steps
		open = later(open, t.Networks[i].Wait.opens(longestWait))
	}
	if now.Before(open) {
		return &Throttled{open}
	}
	if !t.Looking.Admit(a.look) || t.Wait.Steps == 0 && len(t.Looking) > 1 && t.Wait.Failures+len(t.Looking) > freeFailures {
		// All checks in progress may fail and use up the free ones.
		return &Throttled{now.Add(time.Second)}
	}
	t.Wait.Last = now
	return nil
}

func (t *Throttle) find(prefix string) int {
	return slices.IndexFunc(t.Networks, func(n network) bool { return n.Prefix == prefix })
}

// Wrong makes the account wait, and the network longer.
func (a attempt) Wrong(ctx context.Context) error {
	return a.edit(ctx, func(t *Throttle) {
		now := a.now()
		t.InARow++
		t.Wait.wrong(now, a.steps, longestAlone)
		i := t.find(a.network)
		if i < 0 {
			if len(t.Networks) >= mostNetworks {
				t.forgetOne()
			}
			t.Networks = append(t.Networks, network{Prefix: a.network})
			i = len(t.Networks) - 1
		}
		t.Networks[i].Wait.wrong(now, a.networkSteps, longestWait)
	})
}

// forgetOne makes room: it removes the network with the earliest end of its
// wait.
func (t *Throttle) forgetOne() {
	first := slices.MinFunc(t.Networks, func(a, b network) int {
		if c := a.Wait.Until.Compare(b.Wait.Until); c != 0 {
			return c
		}
		return a.Wait.Last.Compare(b.Wait.Last)
	})
	t.Networks = slices.DeleteFunc(t.Networks, func(n network) bool { return n.Prefix == first.Prefix })
}

// Right resets the counts, except the waits of other networks, which may be an
// attacker's.
func (a attempt) Right(ctx context.Context) error {
	return a.edit(ctx, func(t *Throttle) {
		t.InARow, t.Wait = 0, wait{Last: t.Wait.Last}
		t.Networks = slices.DeleteFunc(t.Networks, func(n network) bool { return n.Prefix == a.network })
	})
}

// Forgive takes the attempt back.
func (a attempt) Forgive(ctx context.Context) error { return a.edit(ctx, func(*Throttle) {}) }

// edit ends the check and changes the throttle. A throttle that was cleared
// meanwhile stays cleared.
func (a attempt) edit(ctx context.Context, change func(*Throttle)) error {
	err := a.set.Update(ctx, a.id, func(t *Throttle) error {
		t.Looking.End(a.look)
		change(t)
		return nil
	})
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

func throttleID(emailKey string) string {
	return secrets.HexHash(emailKey)
}
