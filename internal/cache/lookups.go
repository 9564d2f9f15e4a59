package cache

import (
	"sync"
	"time"
)

// Lookups cache lookups by id for a while, so that a hot path needs no database
// read. Missing ids are cached too: otherwise the response time would show
// whether an id exists.
//
// A Map is not enough: a drop must also discard results that were read before
// it and stored after it, for found and missing ids together, and readers must
// not block each other.
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

// NewLookups returns Lookups that cache for the time life. size bounds found
// and missing ids separately, so that a flood of invented ids does not evict
// real ones.
func NewLookups[T any](life time.Duration, size int) *Lookups[T] {
	return &Lookups[T]{life: life, size: size, known: map[string]lookup[T]{}, unknown: map[string]time.Time{}}
}

// Get returns the cached result for an id: hit reports whether there is one,
// found whether the record exists.
func (l *Lookups[T]) Get(id string, now time.Time) (value T, found, hit bool) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	if entry, ok := l.known[id]; ok && l.fresh(entry.at, now) {
		return entry.value, true, true
	}
	at, ok := l.unknown[id]
	return value, false, ok && l.fresh(at, now)
}

// fresh also rejects entries from the future, in case the clock was set back.
func (l *Lookups[T]) fresh(at, now time.Time) bool {
	age := now.Sub(at)
	return 0 <= age && age < l.life
}

// Begin returns the epoch for Put or Miss. Call it before reading the database,
// so that a result from before a drop is not stored after it.
func (l *Lookups[T]) Begin() uint64 {
	l.mu.RLock()
	defer l.mu.RUnlock()
	return l.epoch
}

// Put caches a found value.
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

// Miss caches that an id does not exist.
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

// Drop removes an id, and discards lookups of it in progress.
func (l *Lookups[T]) Drop(id string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.epoch++
	delete(l.known, id)
	delete(l.unknown, id)
}
