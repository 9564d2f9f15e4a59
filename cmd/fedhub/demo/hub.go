package demo

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/fedhub/fedhub/cmd/fedhub/internal/database"
	"github.com/fedhub/fedhub/cmd/fedhub/internal/serving"
	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/fetch"
	"github.com/fedhub/fedhub/hub/mail"
	"github.com/fedhub/fedhub/hub/operator"
	"github.com/fedhub/fedhub/hub/operator/loginkeys"
	"github.com/fedhub/fedhub/hub/seal"
	"github.com/fedhub/fedhub/hub/store"
	"github.com/fedhub/fedhub/hub/users/passwords"
)

// A StartHub builds a hub as "fedhub serve" does, with callbacks for the log.
type StartHub func(context.Context, Setup, store.Backend) (Running, error)

// A Setup is the configuration of a hub of the demo. Its secret key is made for
// one demo.
type Setup struct {
	URL, Name string
	SecretKey []byte
	Hash      passwords.HashParams
	Log       *slog.Logger
	Watch     func(audit.Event)
	Fetched   func(fetch.Call)
	Mail      mail.Sender // the mail server
}

// Running is a hub that was built.
type Running struct {
	http.Handler
	Operator *operator.Service
	Keys     *loginkeys.Service
	Run      func(context.Context) // work beside the requests, until the context ends
}

// hub starts one of the two hubs.
func (d *Demo) hub(ctx context.Context, start StartHub, party, name string, l *serving.Listener, hash passwords.HashParams) (Hub, error) {
	backend, err := database.Open(ctx, d.place.database(party))
	if err != nil {
		return Hub{}, fmt.Errorf("open the database of the %s: %w", party, err)
	}
	d.onClose(backend.Close)
	h, err := start(ctx, Setup{
		URL: address(l), Name: name, SecretKey: seal.NewKey(), Hash: hash, Log: d.log.With("party", party),
		Watch: d.trace.event(party), Fetched: d.trace.fetched(party), Mail: letterbox{&d.mails, party},
	}, backend)
	if err != nil {
		return Hub{}, fmt.Errorf("create the %s: %w", party, err)
	}
	d.trace.ask(party, h.Operator)
	d.run(h.Run)
	d.serve(l, party, h)
	return Hub{Name: name, URL: address(l), Operator: h.Operator, Keys: h.Keys}, nil
}

// run lets a hub do its work beside the requests until the demo ends.
func (d *Demo) run(work func(context.Context)) {
	ctx, stop := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { work(ctx) })
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

// Close ends the demo and deletes its data. A second Close does nothing.
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
