package main

import (
	"context"
	"runtime/debug"
	"runtime/metrics"
	"time"
)

// Checking a password takes 19 MiB for a moment, and Go keeps freed memory for
// minutes: after sign-ins a hub holds three times what it needs. So an idle hub
// gives memory back to the system. A busy hub is not affected.
const (
	lookEvery = 30 * time.Second
	worthIt   = 8 << 20 // bytes
	restful   = 2       // collections in that time, at most
)

// A reading is the memory that the runtime reports.
type reading struct {
	held   uint64 // bytes of heap, in use or kept ready
	cycles uint64 // collections since the start
}

func read() reading {
	s := []metrics.Sample{
		{Name: "/memory/classes/heap/objects:bytes"}, {Name: "/memory/classes/heap/unused:bytes"},
		{Name: "/memory/classes/heap/free:bytes"}, {Name: "/gc/cycles/total:gc-cycles"},
	}
	metrics.Read(s)
	return reading{s[0].Value.Uint64() + s[1].Value.Uint64() + s[2].Value.Uint64(), s[3].Value.Uint64()}
}

// giveBackMemory gives memory back until the context ends.
func giveBackMemory(ctx context.Context) {
	timer := time.NewTicker(lookEvery)
	defer timer.Stop()
	var needed, before reading
	for {
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
		}
		now := read()
		if spare(needed, before, now) {
			debug.FreeOSMemory()
			now = read()
			needed = now
		}
		before = now
	}
}

// spare reports whether giving back is worth it: the hub was idle since the last
// look, and holds clearly more than it needed then.
func spare(needed, before, now reading) bool {
	return now.cycles-before.cycles <= restful && now.held > needed.held+worthIt
}
