package main

import (
	"context"
	"runtime/debug"
	"runtime/metrics"
	"time"
)

// Checking a password takes 19 MiB for a moment, and Go keeps what it once had
// for minutes: a hub that has just signed people in holds three times what it
// needs. So when it rests, the memory goes back to the system. Nothing is
// limited, and a busy hub is left alone.
const (
	lookEvery = 30 * time.Second
	worthIt   = 8 << 20 // bytes
	restful   = 2       // collections in that time, at most
)

// A reading is what the runtime says of its memory.
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

// giveBackMemory does so until the context ends.
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

// spare says whether giving back is worth it: the hub rested since the last
// look, and holds more than it turned out to need.
func spare(needed, before, now reading) bool {
	return now.cycles-before.cycles <= restful && now.held > needed.held+worthIt
}
