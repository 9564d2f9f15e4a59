package passwords

import (
	"crypto/rand"
	"slices"
	"time"
)

const (
	freeFailures   = 5              // mistakes that cost nothing
	throttleMemory = 24 * time.Hour // after that much quiet a wait is forgotten
)

// A wait grows with the wrong passwords that it is for.
type wait struct {
	Failures int       `bson:"failures"`
	Steps    int       `bson:"steps,omitempty"` // how often it grew
	Until    time.Time `bson:"until,omitempty"` // no attempt is looked at before
	Last     time.Time `bson:"last"`
}

// opens is when the next attempt is looked at. What was written when waits
// were longer counts as no more than the longest of now.
func (w wait) opens(longest time.Duration) time.Time {
	if most := w.Last.Add(longest); w.Until.After(most) {
		return most
	}
	return w.Until
}

// quiet says whether nothing happened for so long that it is forgotten.
func (w wait) quiet(now time.Time) bool { return now.Sub(w.Last) >= throttleMemory }

// wrong counts a wrong password whose look began when the wait had grown so far.
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
	// AtOnce is how many passwords are looked at together for one account.
	AtOnce = 5
	// lookLife is when a look counts as lost with its process.
	lookLife = time.Minute
)

// A Look is a password that is being looked at.
type Look struct {
	ID    string    `bson:"id"`
	Since time.Time `bson:"since"`
}

// NewLook begins a look, which Admit may still refuse.
func NewLook(now time.Time) Look { return Look{ID: rand.Text(), Since: now} }

// Looks are those of one account, browser or session.
type Looks []Look

// Admit adds a look, if there is room for it.
func (l *Looks) Admit(next Look) bool {
	*l = slices.DeleteFunc(*l, func(old Look) bool { return next.Since.Sub(old.Since) >= lookLife })
	if len(*l) >= AtOnce {
		return false
	}
	*l = append(*l, next)
	return true
}

// End takes a look away.
func (l *Looks) End(done Look) {
	*l = slices.DeleteFunc(*l, func(old Look) bool { return old.ID == done.ID })
}
