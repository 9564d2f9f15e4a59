package clients

import (
	"sync"
	"time"
)

const (
	// cacheLife bounds how long another process may still see a client as it
	// was before a change. The process that makes the change forgets at once.
	cacheLife = 2 * time.Second
	// cacheSize bounds what a flood of made-up ids can occupy, for known and
	// unknown ids separately so that the latter never push out the former.
	cacheSize = 4096
)

// A clientCache remembers for cacheLife what a look-up found, so the token path
// costs no database read. Unknown ids are remembered too: otherwise they would
// be told from known ones by their latency.
//
// It is no cache.Map: a change drops what was read before it and would be put
// in after it, all at once for both maps, and readers do not wait for each
// other.
type clientCache struct {
	mu      sync.RWMutex
	known   map[string]cached
	unknown map[string]time.Time
	epoch   uint64 // rises with every drop
}

type cached struct {
	client Client
	at     time.Time
}

func newCache() *clientCache {
	return &clientCache{known: map[string]cached{}, unknown: map[string]time.Time{}}
}

// get returns what is remembered about id: hit says whether anything is,
// found whether it is a client.
func (c *clientCache) get(id string, now time.Time) (client Client, found, hit bool) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	if entry, ok := c.known[id]; ok && fresh(entry.at, now) {
		return entry.client, true, true
	}
	if at, ok := c.unknown[id]; ok && fresh(at, now) {
		return Client{}, false, true
	}
	return Client{}, false, false
}

// site is what is remembered about the Frappe site that id is, if anything is
// remembered. It copies no client.
func (c *clientCache) site(id string, now time.Time) (site *FrappeSite, hit bool) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	if fresh(c.known[id].at, now) {
		return c.known[id].client.Frappe, true
	}
	return nil, fresh(c.unknown[id], now)
}

// fresh also distrusts entries from the future, for a clock that was set back.
func fresh(at, now time.Time) bool {
	age := now.Sub(at)
	return 0 <= age && age < cacheLife
}

// begin returns the epoch to hand to put or miss, taken before the store is
// read: what was read before a drop must not be remembered after it.
func (c *clientCache) begin() uint64 {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.epoch
}

func (c *clientCache) put(client Client, at time.Time, epoch uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if epoch != c.epoch {
		return
	}
	if len(c.known) >= cacheSize {
		clear(c.known)
	}
	c.known[client.ID] = cached{client: client, at: at}
	delete(c.unknown, client.ID)
}

func (c *clientCache) miss(id string, at time.Time, epoch uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if epoch != c.epoch {
		return
	}
	if len(c.unknown) >= cacheSize {
		clear(c.unknown)
	}
	c.unknown[id] = at
	delete(c.known, id)
}

func (c *clientCache) drop(id string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.epoch++
	delete(c.known, id)
	delete(c.unknown, id)
}
