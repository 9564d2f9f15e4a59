// Package testkit has helpers for the tests of several packages.
package testkit

import (
	"math/rand/v2"
	"net"
	"strconv"
	"testing"
)

// Port is an unused port of this machine, for a program that needs its port
// before it starts. It is below the ephemeral range of the system (from 32768 or
// 49152), because another process may get a port of that range before this one is
// used.
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
