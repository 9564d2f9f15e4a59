package cache

import (
	"sync"
	"time"
)

// Lookups remember for a while what was looked up by an id, so that a hot path
// costs no read of the database. What was not found is remembered too:
// otherwise it would be told from what there is by its latency.
//
// They are no Map: a change drops what was read before it and would be put in
// after it, all at once for what was found and what was not, and readers do
// not wait for each other.
type Lookups[T any] struct {
	life time.Duration
	size int

	mu      sync.RWMutex
	known   map[string]lookup[T]
	unknown map[string]time.Time
	epoch   uint64 // rises with every drop
}

type lookup[T any] struct {
	value T
	at    time.Time
}

// NewLookups returns Lookups that remember for life. size bounds what a flood
// of made-up ids can occupy, for known and unknown ids separately so that the
// latter never push out the former.
func NewLookups[T any](life time.Duration, size int) *Lookups[T] {
	return &Lookups[T]{life: life, size: size, known: map[string]lookup[T]{}, unknown: map[string]time.Time{}}
}

// Get returns what is remembered about an id: hit says whether anything is,
// found whether there is such a thing.
func (l *Lookups[T]) Get(id string, now time.Time) (value T, found, hit bool) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	if entry, ok := l.known[id]; ok && l.fresh(entry.at, now) {
		return entry.value, true, true
	}
	at, ok := l.unknown[id]
	return value, false, ok && l.fresh(at, now)
}

// fresh also distrusts entries from the future, for a clock that was set back.
func (l *Lookups[T]) fresh(at, now time.Time) bool {
	age := now.Sub(at)
	return 0 <= age && age < l.life
}

// Begin returns the epoch to hand to Put or Miss, taken before the database is
// read: what was read before a drop must not be remembered after it.
func (l *Lookups[T]) Begin() uint64 {
	l.mu.RLock()
	defer l.mu.RUnlock()
	return l.epoch
}

// Put remembers what was found.
func (l *Lookups[T]) Put(id string, value T, at time.Time, epoch uint64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if epoch != l.epoch {
		return
	}
	if len(l.known) >= l.size {
		clear(l.known)
	}
	l.known[id] = lookup[T]{value, at}
	delete(l.unknown, id)
}

// Miss remembers that nothing was found.
func (l *Lookups[T]) Miss(id string, at time.Time, epoch uint64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if epoch != l.epoch {
		return
	}
	if len(l.unknown) >= l.size {
		clear(l.unknown)
	}
	l.unknown[id] = at
	delete(l.known, id)
}

// Drop forgets an id, also what a look-up under way will bring.
func (l *Lookups[T]) Drop(id string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.epoch++
	delete(l.known, id)
	delete(l.unknown, id)
}
