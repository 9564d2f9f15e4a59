// Package testkit has what tests of several packages need.
package testkit

import (
	"math/rand/v2"
	"net"
	"strconv"
	"testing"
)

// Port is a port of this machine that nothing listens on, for a program that
// has to be told before it starts. It lies below those that the system gives
// out itself (from 32768 on, or 49152), to whoever listens on port 0 or calls
// somebody: one of those may be somebody else's by the time it is used.
func Port(t testing.TB) int {
	t.Helper()
	for range 100 {
		port := 20_000 + rand.IntN(12_000)
		l, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
		if err != nil {
			continue
		}
		l.Close()
		return port
	}
	t.Fatal("no port of this machine is free")
	return 0
}
