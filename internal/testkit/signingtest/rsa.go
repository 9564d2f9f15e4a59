// Package signingtest saves tests the making of RSA keys, which takes longer
// than most tests.
package signingtest

import (
	"crypto/rand"
	"crypto/rsa"
	"sync"
)

// size is how many different keys there are: more than the hubs of tests that
// run beside each other make while one of them looks.
const size = 32

var (
	mu   sync.Mutex
	made []*rsa.PrivateKey
	next int
)

// RSA returns a key; only after several the same comes again.
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
