// Package breaker implements a circuit breaker for providers that do not
// answer.
package breaker

import (
	"sync"
	"time"
)

const (
	strikes   = 5                // missing answers in a row until a breaker opens
	firstRest = 15 * time.Second // how long it is open the first time
	longRest  = 2 * time.Minute  // and at most
)

// A Verdict is what one step shows about the provider.
type Verdict int

// The verdicts.
const (
	Nothing  Verdict = iota // unknown: the visitor left, or nothing was asked
	Answered                // the provider answered, whatever the content
	Silent                  // the provider did not answer
)

// A Breaker remembers that a provider does not answer, so that only an
// occasional request waits to find out whether it answers again. It counts
// missing answers only.
//
// sony/gobreaker would not be shorter here: all its pauses have the same
// length, it does not say when one ends, and it uses only the system clock.
type Breaker struct {
	mu      sync.Mutex
	row     int       // missing answers in a row
	rests   int       // how often it opened in a row
	until   time.Time // open until then; zero while closed
	probing bool      // a request tests whether the provider answers again
}

// Admit reports whether one more request may try. While the breaker is
// half-open that is one at a time. Every admitted request must be judged.
func (b *Breaker) Admit(now time.Time) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch {
	case b.until.IsZero():
		return true
	case now.Before(b.until), b.probing:
		return false
	}
	b.probing = true
	return true
}

// Judge records the result of an admitted request.
func (b *Breaker) Judge(now time.Time, v Verdict) {
	b.mu.Lock()
	defer b.mu.Unlock()
	half := !b.until.IsZero() && !now.Before(b.until)
	b.probing = b.probing && !half
	switch v {
	case Answered:
		b.row, b.rests, b.until, b.probing = 0, 0, time.Time{}, false
	case Silent:
		// Requests that were in progress when it opened are not counted again.
		if b.row++; half || (b.until.IsZero() && b.row >= strikes) {
			b.until = now.Add(min(firstRest<<min(b.rests, 10), longRest))
			b.rests++
		}
	}
}

// Open is until when no request is admitted; zero if requests are.
func (b *Breaker) Open(now time.Time) time.Time {
	b.mu.Lock()
	defer b.mu.Unlock()
	if now.Before(b.until) {
		return b.until
	}
	return time.Time{}
}

// Silences are the missing answers in a row.
func (b *Breaker) Silences() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.row
}
