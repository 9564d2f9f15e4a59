// Package flood bounds how much is written of what strangers can cause as often
// as they like: the first of each kind in a minute, and then how many more
// there were.
package flood

import (
	"maps"
	"sync"
	"time"
)

const span = time.Minute

// How many of one kind are written in a minute: of all there are, and of each
// place by its rank, so that who floods hides neither what other networks do
// nor the other clients of their own.
const ofAll = 60

func ofPlace() [2]int { return [2]int{20, 10} }

// A Gate counts kinds. The zero Gate is ready for use, and safe for concurrent
// use. It remembers of each kind no more than what was written of it.
type Gate[K comparable] struct {
	mu    sync.Mutex
	kinds map[K]*minute
}

// A minute is what there was of a kind since the first of it.
type minute struct {
	began   time.Time
	written int
	places  map[string]int
	left    int // out
}

// Admit says whether one more of a kind is written, and how many were left out
// of the minute before, which is to be told first. Places say where it comes
// from, the wider before the narrower; an empty one says nothing.
func (g *Gate[K]) Admit(now time.Time, kind K, places ...string) (written bool, before int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	m := g.kinds[kind]
	if m != nil && m.over(now) {
		before, m = m.left, nil
	}
	if m == nil {
		m = &minute{began: now, places: map[string]int{}}
		if g.kinds == nil {
			g.kinds = map[K]*minute{}
		}
		g.kinds[kind] = m
	}
	if !m.admit(places) {
		m.left++
		return false, before
	}
	return true, before
}

// admit counts what is written alone, so that made-up places cost nothing.
func (m *minute) admit(places []string) bool {
	if m.written >= ofAll {
		return false
	}
	var names []string
	whole := ""
	for rank, place := range places {
		if whole += "\x00" + place; place == "" {
			continue
		}
		if m.places[whole] >= ofPlace()[rank] {
			return false
		}
		names = append(names, whole)
	}
	for _, name := range names {
		m.places[name]++
	}
	m.written++
	return true
}

// over also ends a minute from the future, for a clock that was set back.
func (m *minute) over(now time.Time) bool {
	age := now.Sub(m.began)
	return age < 0 || age >= span
}

// Ended says how many of each kind were left out of a minute that is over, and
// forgets it; all: of those under way too.
func (g *Gate[K]) Ended(now time.Time, all bool) map[K]int {
	g.mu.Lock()
	defer g.mu.Unlock()
	left := map[K]int{}
	maps.DeleteFunc(g.kinds, func(kind K, m *minute) bool {
		if !all && !m.over(now) {
			return false
		}
		if m.left > 0 {
			left[kind] = m.left
		}
		return true
	})
	return left
}
