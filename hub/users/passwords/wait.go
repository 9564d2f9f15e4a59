package passwords

import (
	"crypto/rand"
	"slices"
	"time"
)

const (
	freeFailures   = 5              // mistakes without a wait
	throttleMemory = 24 * time.Hour // after that time without a mistake a wait is forgotten
)

// A wait grows with the number of wrong passwords.
type wait struct {
	Failures int       `bson:"failures"`
	Steps    int       `bson:"steps,omitempty"` // number of times it grew
	Until    time.Time `bson:"until,omitempty"` // no attempt is checked before
	Last     time.Time `bson:"last"`
}

// opens is when the next attempt is checked. A wait that an earlier, longer
// limit wrote counts as the longest current one.
func (w wait) opens(longest time.Duration) time.Time {
	if most := w.Last.Add(longest); w.Until.After(most) {
		return most
	}
	return w.Until
}

// quiet reports whether the last mistake was so long ago that the wait is
// forgotten.
func (w wait) quiet(now time.Time) bool { return now.Sub(w.Last) >= throttleMemory }

// wrong counts a wrong password; steps is the wait when its check began.
func (w *wait) wrong(now time.Time, steps int, longest time.Duration) {
	w.Failures++
	w.Last = now
	if w.Failures <= freeFailures || w.Steps != steps {
		return
	}
	w.Steps++
	w.Until = now.Add(min(longest, time.Second<<min(w.Steps-1, 12))) // 2^12 s is more than an hour
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

const (
	// AtOnce is how many passwords of one account are checked at once.
	AtOnce = 5
	// lookLife is when a check counts as lost together with its process.
	lookLife = time.Minute
)

// A Look is a password check in progress.
type Look struct {
	ID    string    `bson:"id"`
	Since time.Time `bson:"since"`
}

// NewLook makes a look, which Admit may still refuse.
func NewLook(now time.Time) Look { return Look{ID: rand.Text(), Since: now} }

// Looks are those of one account, browser or session.
type Looks []Look

// Admit adds a look if there is room.
func (l *Looks) Admit(next Look) bool {
	*l = slices.DeleteFunc(*l, func(old Look) bool { return next.Since.Sub(old.Since) >= lookLife })
	if len(*l) >= AtOnce {
		return false
	}
	*l = append(*l, next)
	return true
}

// End removes a look.
func (l *Looks) End(done Look) {
	*l = slices.DeleteFunc(*l, func(old Look) bool { return old.ID == done.ID })
}
