package cache

import lru "github.com/hashicorp/golang-lru/v2"

// A Map caches values by key, up to a size. It is safe for concurrent use. The
// caller decides how long a value is valid.
type Map[K comparable, V any] = lru.Cache[K, V]

// NewMap returns a map of at most size values; the least recently used one is
// evicted first.
func NewMap[K comparable, V any](size int) *Map[K, V] {
	m, err := lru.New[K, V](size)
	if err != nil {
		panic(err) // only for a size below one
	}
	return m
}
