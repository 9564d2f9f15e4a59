package health

import (
	"context"
	"log/slog"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/clients/hubs"
	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/hub/mail"
	"github.com/fedhub/fedhub/hub/settings"
	"github.com/fedhub/fedhub/hub/signing"
	"github.com/fedhub/fedhub/hub/store"
	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/internal/names"
)

const (
	every     = 24 * time.Hour   // time between rounds
	first     = time.Hour        // after the first start
	claim     = 15 * time.Minute // how long one process has for a round
	lookAgain = 5 * time.Minute  // how often a process checks whether a round is due
	atOnce    = 4                // providers that are checked at once
)

// A Check is when the last round was, and when the next is due. There is one.
type Check struct {
	ID   string    `bson:"id"`
	Next time.Time `bson:"next"`
	Done time.Time `bson:"done,omitempty"`
}

// Key names the record.
func (w Check) Key() string { return w.ID }

const watchID = names.WatchID

// A Monitor checks what will soon stop working: once a day, in one of the
// processes on a database.
type Monitor struct {
	Set       *store.Collection[Warning]
	Watches   *store.Collection[Check]
	Upstreams *federation.Registry
	Clients   *clients.Registry
	Hubs      *hubs.Service
	Signing   *signing.Service
	Settings  *settings.Service
	Users     *users.Service
	Mailer    mail.Mailer // nil: no emails
	Standing  []Warning   // permanent warnings of the configuration; every round includes them
	Log       *slog.Logger
	Now       func() time.Time
}

// Run runs the rounds when they are due, until the context ends.
func (d *Monitor) Run(ctx context.Context) {
	timer := time.NewTicker(lookAgain)
	defer timer.Stop()
	for {
		due, err := d.due(ctx)
		if err == nil && due {
			err = d.Check(ctx)
		}
		if err != nil && ctx.Err() == nil {
			d.Log.ErrorContext(ctx, "could not check the providers; the hub will try again", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
		}
	}
}

// due claims the round if it is due. One of several processes gets it; if that
// one crashes, another one runs it a little later.
func (d *Monitor) due(ctx context.Context) (ours bool, err error) {
	err = d.Watches.Put(ctx, watchID, func(w *Check) error {
		if w.ID == "" {
			ours, *w = false, Check{ID: watchID, Next: d.Now().Add(first)}
			return nil
		}
		if ours = !d.Now().Before(w.Next); !ours {
			return store.ErrUnchanged
		}
		w.Next = d.Now().Add(claim)
		return nil
	})
	return ours && err == nil, err
}

// Done is the time of the last round; zero if there was none.
func (d *Monitor) Done(ctx context.Context) (time.Time, error) {
	w, err := d.Watches.Get(ctx, watchID)
	if store.Absent(err) {
		return time.Time{}, nil
	}
	return w.Done, err
}

// Check runs a round now: it checks everything, stores the warnings, and emails
// new ones to the administrators.
func (d *Monitor) Check(ctx context.Context) error {
	found, err := d.look(ctx)
	if err != nil {
		return err
	}
	if err := d.keep(ctx, found); err != nil {
		return err
	}
	if err := d.write(ctx, found); err != nil {
		return err
	}
	done := Check{ID: watchID, Next: d.Now().Add(every), Done: d.Now()}
	return d.Watches.Put(ctx, watchID, func(w *Check) error { *w = done; return nil })
}

// look collects the facts and applies checks.go.
func (d *Monitor) look(ctx context.Context) ([]Warning, error) {
	keys, err := d.Upstreams.Enabled(ctx)
	if err != nil {
		return nil, err
	}
	apps, err := store.Collect(d.Clients.ByState(ctx, clients.Active), 0)
	if err != nil {
		return nil, err
	}
	cards, err := d.Signing.List(ctx)
	if err != nil {
		return nil, err
	}
	s, err := d.Settings.Current(ctx)
	if err != nil {
		return nil, err
	}
	now := d.Now()
	results := make([][]Warning, len(keys)+len(apps))
	var group errgroup.Group
	group.SetLimit(atOnce)
	for i, k := range keys {
		group.Go(func() error {
			sight, err := d.Upstreams.Examine(ctx, k.ID)
			results[i] = checkKey(k, sight, err, now)
			return nil
		})
	}
	for i, c := range apps {
		group.Go(func() error {
			seen, err := d.Hubs.Discover(ctx, c.Server.MetadataURL)
			results[len(keys)+i] = checkServer(c, seen, err)
			return nil
		})
	}
	group.Wait() //nolint:errcheck // a failure is a finding, not an error
	if ctx.Err() != nil {
		return nil, ctx.Err() // what was not checked is not a problem
	}
	found := append(checkSigning(cards, s.RotateEvery(), now), d.Standing...)
	for _, r := range results {
		found = append(found, r...)
	}
	return found, nil
}
