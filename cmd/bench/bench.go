package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// A bench is one run of this program.
type bench struct {
	choices
	folder   string // deleted at the end
	progress io.Writer

	self, product string // program files
	engines       []engine
	floor         *target
	hubs          []*target // one for each engine
}

// measure carries out all measurements and returns the report.
func (b *bench) measure(ctx context.Context) (report, error) {
	defer b.close()
	wanted, err := b.wanted()
	if err != nil {
		return report{}, err
	}
	if err := b.build(ctx); err != nil {
		return report{}, err
	}
	if err := b.openEngines(ctx); err != nil {
		return report{}, err
	}
	r := report{choices: b.choices, machine: machine()}
	for _, e := range b.engines {
		r.engines = append(r.engines, e.version)
	}
	if r.weights, err = b.weigh(ctx); err != nil {
		return report{}, err
	}
	if err := b.open(ctx); err != nil {
		return report{}, err
	}
	before, err := b.watch()
	if err != nil {
		return report{}, err
	}
	if r.rows, err = b.repeat(ctx, wanted); err != nil {
		return report{}, err
	}
	after, err := b.watch()
	r.others = before.others(after)
	return r, err
}

func (b *bench) wanted() ([]endpoint, error) {
	if b.only == "" {
		return endpoints(), nil
	}
	asked := strings.Split(b.only, "/")
	for _, name := range asked {
		if !slices.Contains(names(), name) {
			return nil, fmt.Errorf("there is no measurement %q; the measurements are %s", name, strings.Join(names(), "/"))
		}
	}
	return slices.DeleteFunc(endpoints(), func(e endpoint) bool { return !slices.Contains(asked, e.name) }), nil
}

// open starts the floor and a hub on each database, and signs users in.
func (b *bench) open(ctx context.Context) error {
	p, err := b.floorServer(ctx)
	if err != nil {
		return err
	}
	b.floor = &target{process: p}
	if err := b.floor.people(ctx, b.concurrency); err != nil {
		return err
	}
	for _, e := range b.engines {
		fmt.Fprintf(b.progress, "signing in %d users at a hub on %s\n", b.concurrency, e.version)
		if err := b.openHub(ctx, e); err != nil {
			return err
		}
	}
	return nil
}

func (b *bench) openHub(ctx context.Context, e engine) error {
	address, w, err := b.populated(ctx, e)
	if err != nil {
		return err
	}
	p, err := b.hubServer(ctx, e.name, address)
	if err != nil {
		return err
	}
	t := &target{process: p, database: e.server, world: w}
	b.hubs = append(b.hubs, t)
	return t.people(ctx, b.concurrency)
}

func (b *bench) close() {
	if b.floor != nil {
		b.floor.stop()
	}
	for _, t := range b.hubs {
		t.stop()
	}
	for _, e := range b.engines {
		e.stop()
	}
}

// repeat runs the rounds. The first one is not counted: it fills caches and warms
// up connections.
func (b *bench) repeat(ctx context.Context, wanted []endpoint) ([]*row, error) {
	rows := make([]*row, 0, len(b.hubs)*len(wanted))
	for _, e := range wanted {
		for _, engine := range b.engines {
			rows = append(rows, &row{name: e.name, engine: engine.name})
		}
	}
	for round := range 1 + b.rounds {
		fmt.Fprintf(b.progress, "round %d of %d\n", round, b.rounds)
		for i, e := range wanted {
			if ctx.Err() != nil {
				return nil, errors.New("interrupted")
			}
			if err := b.take(ctx, e, rows[i*len(b.hubs):], round); err != nil {
				return nil, err
			}
		}
	}
	return rows, nil
}

// take measures one endpoint on the floor and then on every database, in close
// sequence, so that the machine is equally fast for all.
func (b *bench) take(ctx context.Context, e endpoint, rows []*row, round int) error {
	each := b.requests / b.concurrency
	floor, err := fire(ctx, b.floor, endpoints()[0], each)
	if err != nil {
		return err
	}
	for i, t := range b.hubs {
		s, err := b.fire(ctx, t, e, each, b.profile != "" && round == b.rounds)
		if err != nil {
			return err
		}
		if round > 0 {
			rows[i].samples = append(rows[i].samples, s)
			rows[i].floors = append(rows[i].floors, floor)
		}
	}
	return nil
}

// fire calls fire, with a CPU profile if profiled is set.
func (b *bench) fire(ctx context.Context, t *target, e endpoint, each int, profiled bool) (sample, error) {
	if !profiled {
		return fire(ctx, t, e, each)
	}
	if err := os.MkdirAll(b.profile, 0o755); err != nil {
		return sample{}, err
	}
	name := t.name + "-" + strings.ReplaceAll(e.name, ", ", "-") + ".pprof"
	file, err := filepath.Abs(filepath.Join(b.profile, name))
	if err != nil {
		return sample{}, err
	}
	if err := t.tell("profile " + file); err != nil {
		return sample{}, err
	}
	s, err := fire(ctx, t, e, each)
	return s, errors.Join(err, t.tell("stop"))
}
