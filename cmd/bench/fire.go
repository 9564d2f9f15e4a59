package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"
)

// A sample is one measurement.
type sample struct {
	rate     float64       // requests per second
	p50, p99 time.Duration // until the answer was read
	server   time.Duration // processor time, of all requests together
	database time.Duration // the same of the database server
	requests int
}

// fire lets every visitor send a fixed number of requests, one after another.
func fire(ctx context.Context, t *target, e endpoint, each int) (sample, error) {
	if e.first != nil {
		for _, v := range t.visitors {
			v.apps[e.app].codes = nil
		}
		if _, err := fire(ctx, t, *e.first, each); err != nil {
			return sample{}, err
		}
	}
	if err := t.connect(ctx); err != nil {
		return sample{}, err
	}
	defer t.hangUp()
	before, err := t.used()
	if err != nil {
		return sample{}, err
	}
	took := make([][]time.Duration, len(t.visitors))
	failures := make([]error, len(t.visitors))
	var visitors sync.WaitGroup
	start := time.Now()
	for i, v := range t.visitors {
		visitors.Go(func() { took[i], failures[i] = visit(t, v, e, each) })
	}
	visitors.Wait()
	elapsed := time.Since(start)
	if err := errors.Join(failures...); err != nil {
		return sample{}, fmt.Errorf("%s at the %s: %w", e.name, t.name, err)
	}
	after, err := t.used()
	if err != nil {
		return sample{}, err
	}
	all := slices.Sorted(slices.Values(slices.Concat(took...)))
	return sample{
		rate:     float64(len(all)) / elapsed.Seconds(),
		p50:      all[len(all)/2],
		p99:      all[len(all)*99/100],
		server:   after.server - before.server,
		database: after.database - before.database,
		requests: len(all),
	}, nil
}

func visit(t *target, v *visitor, e endpoint, each int) ([]time.Duration, error) {
	took := make([]time.Duration, 0, each)
	for range each {
		request := e.request(t, v, e.app)
		start := time.Now()
		a, err := v.wire.do(request)
		took = append(took, time.Since(start))
		if err != nil {
			return nil, err
		}
		if a.status != e.status {
			return nil, fmt.Errorf("status %d: %s", a.status, a.body)
		}
		if e.keep == nil {
			continue
		}
		if err := e.keep(v, e.app, a); err != nil {
			return nil, err
		}
	}
	return took, nil
}

// usage is processor time spent so far.
type usage struct{ server, database time.Duration }

func (t *target) used() (usage, error) {
	var u usage
	var err error
	if u.server, err = processorTime(t.cmd.Process.Pid); err != nil || t.database == 0 {
		return u, err
	}
	u.database, err = processorTime(t.database)
	return u, err
}
