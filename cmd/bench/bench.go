package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// A bench is one run of this program.
type bench struct {
	options
	folder   string // thrown away at the end
	progress io.Writer
	engines  []engine
	floor    *target
	hubs     []*target
}

// measure does all there is to do and returns what came out.
func (b *bench) measure(ctx context.Context) (report, error) {
	defer b.close()
	wanted, err := b.wanted()
	if err != nil {
		return report{}, err
	}
	if err := b.open(ctx); err != nil {
		return report{}, err
	}
	r := report{options: b.options, machine: machine()}
	for _, e := range b.engines {
		r.engines = append(r.engines, e.version)
	}
	before, err := b.watch()
	if err != nil {
		return report{}, err
	}
	if r.rows, err = b.repeat(ctx, wanted); err != nil {
		return report{}, err
	}
	after, err := b.watch()
	if err != nil {
		return report{}, err
	}
	r.others = before.others(after)
	return r, nil
}

func (b *bench) wanted() ([]endpoint, error) {
	if b.only == "" {
		return endpoints(), nil
	}
	asked := strings.Split(b.only, ",")
	for _, name := range asked {
		if !slices.Contains(names(), name) {
			return nil, fmt.Errorf("there is no measurement %q; there are %s", name, strings.Join(names(), ", "))
		}
	}
	return slices.DeleteFunc(endpoints(), func(e endpoint) bool { return !slices.Contains(asked, e.name) }), nil
}

// open starts the floor and a hub on each database, and signs people in.
func (b *bench) open(ctx context.Context) error {
	p, err := spawn(ctx, b.folder, "floor", "as-floor")
	if err != nil {
		return err
	}
	b.floor = &target{process: p}
	if err := b.floor.connect(ctx, b.concurrency); err != nil {
		return err
	}
	for name := range strings.SplitSeq(b.options.engines, ",") {
		e, err := b.engine(ctx, name)
		if err != nil {
			return err
		}
		b.engines = append(b.engines, e)
		if err := b.openHub(ctx, e); err != nil {
			return err
		}
	}
	return nil
}

func (b *bench) openHub(ctx context.Context, e engine) error {
	fmt.Fprintf(b.progress, "a hub on %s, %d people sign in\n", e.version, b.concurrency)
	t := &target{database: e.server}
	err := answerOf(ctx, &t.world, "as-seed", "-database", e.address, "-people", strconv.Itoa(b.concurrency))
	if err != nil {
		return err
	}
	if t.process, err = spawn(ctx, b.folder, e.name, "as-hub", "-database", e.address); err != nil {
		return err
	}
	b.hubs = append(b.hubs, t)
	return t.connect(ctx, b.concurrency)
}

func (b *bench) close() {
	if b.floor != nil {
		b.floor.close()
	}
	for _, t := range b.hubs {
		t.close()
	}
	for _, e := range b.engines {
		e.stop()
	}
}

// repeat goes through everything in rounds. The first is not counted: in it
// caches fill and connections find their pace.
func (b *bench) repeat(ctx context.Context, wanted []endpoint) ([]*row, error) {
	var rows []*row
	for range len(b.hubs) * len(wanted) {
		rows = append(rows, &row{})
	}
	for round := range 1 + b.rounds {
		for i, e := range wanted {
			if err := ctx.Err(); err != nil {
				return nil, errors.New("interrupted")
			}
			fmt.Fprintf(b.progress, "\rround %d of %d: %-20s", round, b.rounds, e.name)
			if err := b.take(e, rows[i*len(b.hubs):], round); err != nil {
				return nil, err
			}
		}
	}
	fmt.Fprint(b.progress, "\r\n")
	return rows, nil
}

// take measures one thing on every database, and the floor first, so that
// both meet the machine in the same mood.
func (b *bench) take(e endpoint, rows []*row, round int) error {
	each := b.requests / b.concurrency
	floor, err := fire(b.floor, endpoints()[0], each)
	if err != nil {
		return err
	}
	for i, t := range b.hubs {
		s, err := b.fire(t, e, each, b.profile != "" && round == b.rounds)
		if err != nil {
			return err
		}
		rows[i].name, rows[i].engine = e.name, b.engines[i].name
		if round > 0 {
			rows[i].samples = append(rows[i].samples, s)
			rows[i].floors = append(rows[i].floors, floor)
		}
	}
	return nil
}

// fire is fire, under a profile if one is asked for.
func (b *bench) fire(t *target, e endpoint, each int, profiled bool) (sample, error) {
	if !profiled {
		return fire(t, e, each)
	}
	if err := os.MkdirAll(b.profile, 0o755); err != nil {
		return sample{}, err
	}
	file, err := filepath.Abs(filepath.Join(b.profile, t.name+"-"+e.name+".pprof"))
	if err != nil {
		return sample{}, err
	}
	if err := t.tell("profile " + file); err != nil {
		return sample{}, err
	}
	s, err := fire(t, e, each)
	return s, errors.Join(err, t.tell("stop"))
}

// A watch tells how much of the machine's time went to whom.
type watch struct {
	machine clock
	ours    usage
}

func (b *bench) watch() (watch, error) {
	var w watch
	var err error
	if w.machine, err = machineTime(); err != nil {
		return w, err
	}
	self, err := processorTime(os.Getpid())
	if err != nil {
		return w, err
	}
	w.ours.server = self
	for _, t := range append([]*target{b.floor}, b.hubs...) {
		u, err := t.used()
		if err != nil {
			return w, err
		}
		w.ours.server += u.server + u.database
	}
	return w, nil
}

// others is the share of the processors, from 0 to 1, that went to programs
// which have nothing to do with the bench.
func (w watch) others(later watch) float64 {
	total := later.machine.total - w.machine.total
	busy := total - (later.machine.idle - w.machine.idle)
	ours := later.ours.server - w.ours.server
	if total <= 0 {
		return 0
	}
	return max(0, float64(busy-ours)/float64(total))
}
