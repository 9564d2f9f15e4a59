package main

import (
	"os"
	"time"
)

// A watch is the processor time of the machine and of the measured processes.
type watch struct {
	machine clock
	ours    time.Duration
}

func (b *bench) watch() (watch, error) {
	var w watch
	var err error
	if w.machine, err = machineTime(); err != nil {
		return w, err
	}
	if w.ours, err = processorTime(os.Getpid()); err != nil {
		return w, err
	}
	for _, t := range append([]*target{b.floor}, b.hubs...) {
		u, err := t.used()
		if err != nil {
			return w, err
		}
		w.ours += u.server + u.database
	}
	return w, nil
}

// others is the share of processor time, from 0 to 1, that other programs used.
func (w watch) others(later watch) float64 {
	total := later.machine.total - w.machine.total
	busy := total - (later.machine.idle - w.machine.idle)
	if total <= 0 {
		return 0
	}
	return max(0, float64(busy-(later.ours-w.ours))/float64(total))
}
