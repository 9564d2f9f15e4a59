package cache

import (
	"maps"
	"slices"
	"sync"
	"time"
)

// A Book is an index from names to the records that have or had them. It is
// read once completely, and after that only the changes. Callers check the
// records that it returns, because they may have changed. It never drops
// entries, because a missing name would not be found. The zero Book is empty.
type Book struct {
	mu    sync.Mutex
	ids   map[string]map[string]bool // by name
	read  time.Time                  // changes until then are included
	fresh time.Time                  // until then an unknown name causes no read
}

// Of returns the ids of the records with a name, now or earlier.
func (b *Book) Of(name string) []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Collect(maps.Keys(b.ids[name]))
}

// Add notes the names of a record.
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

// Remove notes that a record no longer has a name.
func (b *Book) Remove(name, id string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if delete(b.ids[name], id); len(b.ids[name]) == 0 {
		delete(b.ids, name)
	}
}

// Read is until when changes are included; zero if it was never read.
func (b *Book) Read() time.Time {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.read
}

// IsFresh reports whether an unknown name needs no read.
func (b *Book) IsFresh(now time.Time) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return now.Before(b.fresh) && !now.Before(b.read)
}

// Done notes that all changes until now are included, and that no read is
// needed for the time of pause.
func (b *Book) Done(now time.Time, pause time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.read, b.fresh = now, now.Add(pause)
}

// Forget makes the next lookup read the changes.
func (b *Book) Forget() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.fresh = time.Time{}
}
