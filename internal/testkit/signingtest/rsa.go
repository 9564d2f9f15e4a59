// Package signingtest reuses RSA keys, because generating one takes longer than
// most tests.
package signingtest

import (
	"crypto/rand"
	"crypto/rsa"
	"sync"
)

// size is the number of different keys: more than the hubs of tests that run in
// parallel generate at the same time.
const size = 32

var (
	mu   sync.Mutex
	made []*rsa.PrivateKey
	next int
)

// RSA returns a key. The same key comes again only after all others.
func RSA() (*rsa.PrivateKey, error) {
	mu.Lock()
	defer mu.Unlock()
	at := next % size
	next++
	if at < len(made) {
		return made[at], nil
	}
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err == nil {
		made = append(made, key)
	}
	return key, err
}
