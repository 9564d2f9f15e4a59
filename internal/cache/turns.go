package cache

import (
	"sync"
	"time"
)

// maxTurns bounds the remembered tasks; a forgotten one runs once too often.
const maxTurns = 4096

// Turns lets one caller at a time interval do a task. It is safe for concurrent
// use.
type Turns struct {
	mu    sync.Mutex
	taken *Map[string, time.Time]
}

// NewTurns returns empty Turns.
func NewTurns() *Turns { return &Turns{taken: NewMap[string, time.Time](maxTurns)} }

// Take reports whether the caller should do the task now; other callers then
// get false for the time every.
func (t *Turns) Take(chore string, now time.Time, every time.Duration) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if last, found := t.taken.Get(chore); found && now.Sub(last) < every {
		return false
	}
	t.taken.Add(chore, now)
	return true
}
