package cache

import (
	"sync"
	"time"
)

// maxTurns bounds how many chores are remembered; one that was forgotten is
// done once too often.
const maxTurns = 4096

// Turns lets one caller in a while do a chore, however many see the need. It is
// safe for concurrent use.
type Turns struct {
	mu    sync.Mutex
	taken *Map[string, time.Time]
}

// NewTurns returns Turns of which none is taken.
func NewTurns() *Turns { return &Turns{taken: NewMap[string, time.Time](maxTurns)} }

// Take reports whether it is the caller's turn to do the chore at now, which
// nobody then gets for a while.
func (t *Turns) Take(chore string, now time.Time, every time.Duration) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if last, found := t.taken.Get(chore); found && now.Sub(last) < every {
		return false
	}
	t.taken.Add(chore, now)
	return true
}
