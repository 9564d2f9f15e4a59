// Package flood limits log lines and audit events that unauthenticated requests
// cause: it writes the first of each kind in a minute and counts the rest.
package flood

import (
	"maps"
	"sync"
	"time"
)

const span = time.Minute

// How many of one kind are written in a minute, in total and per place by its
// rank, so that a flood hides neither other networks nor other clients of the
// same network.
const ofAll = 60

func ofPlace() [2]int { return [2]int{20, 10} }

// A Gate counts events by kind. The zero Gate is ready for use, and safe for
// concurrent use. Its memory is bounded by the written events.
type Gate[K comparable] struct {
	mu    sync.Mutex
	kinds map[K]*minute
}

// A minute is the events of a kind since the first one.
type minute struct {
	began   time.Time
	written int
	places  map[string]int
	left    int // left out
}

// Admit reports whether one more of a kind is written, and how many were left
// out of the previous minute, which the caller must report first. places are
// its origins, the wider before the narrower; an empty one is ignored.
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

// admit only counts written events per place, so that invented places cost
// nothing.
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

// over also ends a minute in the future, in case the clock was set back.
func (m *minute) over(now time.Time) bool {
	age := now.Sub(m.began)
	return age < 0 || age >= span
}

// Ended returns how many of each kind were left out of past minutes, and
// forgets them; all: of the current ones too.
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
