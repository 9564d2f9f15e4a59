package cache

import (
	"maps"
	"slices"
	"sync"
	"time"
)

// A Book remembers which records have or had a name, for names that say nothing
// of the record that has them. It is read once as a whole, and from then on
// only what changed since; who finds a record in it looks at it again before
// it counts. It is an index: a name that fell out of it would not be found, so
// nothing does. The zero Book is empty.
type Book struct {
	mu    sync.Mutex
	ids   map[string]map[string]bool // by name
	read  time.Time                  // the changes until then are in it
	fresh time.Time                  // until then nothing is read for a name that nobody has
}

// Of returns the ids of the records that have or had a name.
func (b *Book) Of(name string) []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Collect(maps.Keys(b.ids[name]))
}

// Add notes that a record has these names.
func (b *Book) Add(id string, names ...string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, name := range names {
		if b.ids == nil {
			b.ids = map[string]map[string]bool{}
		}
		if b.ids[name] == nil {
			b.ids[name] = map[string]bool{}
		}
		b.ids[name][id] = true
	}
}

// Remove notes that a record has a name no longer.
func (b *Book) Remove(name, id string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if delete(b.ids[name], id); len(b.ids[name]) == 0 {
		delete(b.ids, name)
	}
}

// Read is until when the changes are in it; zero if it was never read.
func (b *Book) Read() time.Time {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.read
}

// IsFresh reports whether a name that is not in it need not be read for.
func (b *Book) IsFresh(now time.Time) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return now.Before(b.fresh) && !now.Before(b.read)
}

// Done notes that all changes until now are in it, and that it is fresh for a
// while.
func (b *Book) Done(now time.Time, pause time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.read, b.fresh = now, now.Add(pause)
}

// Forget makes the next question read what changed.
func (b *Book) Forget() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.fresh = time.Time{}
}
