// Package breaker remembers which upstreams are silent.
package breaker

import (
	"sync"
	"time"
)

const (
	strikes   = 5                // silences in a row until a breaker opens
	firstRest = 15 * time.Second // how long it is open the first time
	longRest  = 2 * time.Minute  // and at most
)

// A Verdict is what one step says about the upstream.
type Verdict int

// The verdicts.
const (
	Nothing  Verdict = iota // nobody can tell: the visitor left, or nothing was asked
	Answered                // the upstream is there, whatever it said
	Silent                  // it is not
)

// A Breaker remembers that an upstream is silent, so that only now and then
// somebody has to wait to find out whether it still is. It knows nothing of
// people: they are counted by silences alone.
//
// sony/gobreaker would be no shorter here: its rests are all as long as the
// first, it does not say until when one lasts, and it knows no clock but the
// wall's.
type Breaker struct {
	mu      sync.Mutex
	row     int       // silences in a row
	rests   int       // how often it has opened in a row
	until   time.Time // open until then; zero while closed
	probing bool      // somebody tries whether the upstream is back
}

// Admit says whether one more may try. While the breaker is half-open that is
// one at a time. Whoever was admitted is judged.
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

// Judge takes note of how it went for somebody who was admitted.
func (b *Breaker) Judge(now time.Time, v Verdict) {
	b.mu.Lock()
	defer b.mu.Unlock()
	half := !b.until.IsZero() && !now.Before(b.until)
	b.probing = b.probing && !half
	switch v {
	case Answered:
		b.row, b.rests, b.until, b.probing = 0, 0, time.Time{}, false
	case Silent:
		// Those who were under way together when it opened say nothing new.
		if b.row++; half || (b.until.IsZero() && b.row >= strikes) {
			b.until = now.Add(min(firstRest<<min(b.rests, 10), longRest))
			b.rests++
		}
	}
}

// Open is until when nobody is let through; zero if somebody is.
func (b *Breaker) Open(now time.Time) time.Time {
	b.mu.Lock()
	defer b.mu.Unlock()
	if now.Before(b.until) {
		return b.until
	}
	return time.Time{}
}

// Silences are how many there were in a row.
func (b *Breaker) Silences() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.row
}
