package demo

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/fedhub/fedhub/cmd/fedhub/internal/database"
	"github.com/fedhub/fedhub/cmd/fedhub/internal/serving"
	"github.com/fedhub/fedhub/hub"
	"github.com/fedhub/fedhub/hub/seal"
	"github.com/fedhub/fedhub/hub/users"
)

// hub starts one of the two hubs: the same code as "fedhub serve", with a
// watcher.
func (d *Demo) hub(ctx context.Context, party, name string, l *serving.Listener, hash users.HashParams) (Hub, error) {
	backend, err := database.Open(ctx, d.place.database(party))
	if err != nil {
		return Hub{}, fmt.Errorf("open the database of the %s: %w", party, err)
	}
	d.onClose(backend.Close)
	h, err := hub.New(ctx, hub.Config{
		URL: address(l), Name: name, SecretKey: seal.NewKey(), Hash: hash, Log: d.log.With("party", party),
		Watch: d.trace.event(party), Fetched: d.trace.fetched(party),
	}, backend)
	if err != nil {
		return Hub{}, fmt.Errorf("make the %s: %w", party, err)
	}
	d.trace.ask(party, h)
	d.run(h)
	d.serve(l, party, h)
	return Hub{Name: name, URL: h.URL(), Hub: h}, nil
}

// run lets the hub do its work beside the requests until the demo ends.
func (d *Demo) run(h *hub.Hub) {
	ctx, stop := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { h.Run(ctx) })
	d.onClose(func(context.Context) error {
		stop()
		running.Wait()
		return nil
	})
}

func (d *Demo) onClose(f func(context.Context) error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.close = append(d.close, f)
}

// ending is how long the demo may take to end.
const ending = 10 * time.Second

// Close ends the demo and removes what it kept. A second Close does nothing.
func (d *Demo) Close() error {
	d.mu.Lock()
	steps := d.close
	d.close = nil
	d.mu.Unlock()
	ctx, cancel := context.WithTimeout(context.Background(), ending)
	defer cancel()
	d.trace.stop()
	var err error
	for i := len(steps) - 1; i >= 0; i-- {
		err = errors.Join(err, steps[i](ctx))
	}
	return err
}
