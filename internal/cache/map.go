package cache

import lru "github.com/hashicorp/golang-lru/v2"

// A Map keeps many values by their names, up to a number of them. It is safe
// for concurrent use. How long a value serves is up to who put it in.
type Map[K comparable, V any] = lru.Cache[K, V]

// NewMap returns a map of at most size values; the one that nobody has asked
// for the longest goes first.
func NewMap[K comparable, V any](size int) *Map[K, V] {
	m, err := lru.New[K, V](size)
	if err != nil {
		panic(err) // it refuses a size below one
	}
	return m
}
