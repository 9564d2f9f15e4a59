package logouts

import (
	"context"
	"errors"
	"io/fs"
	"iter"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/fedhub/fedhub/hub/store"
)

const (
	tick   = 2 * time.Second // how often the store is searched for due notices
	batch  = 100
	atOnce = 4 // for one client
)

// clientQueues are the clients that are being notified right now. Each has its
// own queue, so a client that does not answer only delays its own notices.
type clientQueues struct {
	mu   sync.Mutex
	open map[string]bool // true: check again at the end, because new notices came
	due  map[string]bool // to be started
	bell chan struct{}
}

func newLanes() clientQueues {
	return clientQueues{open: map[string]bool{}, due: map[string]bool{}, bell: make(chan struct{}, 1)}
}

// wake requests delivery to a client now.
func (l *clientQueues) wake(clientID string) {
	l.mu.Lock()
	l.due[clientID] = true
	l.mu.Unlock()
	select {
	case l.bell <- struct{}{}:
	default:
	}
}

// begin returns the clients to start.
func (l *clientQueues) begin() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	var begun []string
	for id := range l.due {
		if _, open := l.open[id]; open {
			l.open[id] = true
			continue
		}
		l.open[id] = false
		begun = append(begun, id)
	}
	clear(l.due)
	return begun
}

// again ends a client's queue, unless new notices came meanwhile.
func (l *clientQueues) again(clientID string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.open[clientID] {
		l.open[clientID] = false
		return true
	}
	delete(l.open, clientID)
	return false
}

// Run delivers notices until the context ends.
func (k *Service) Run(ctx context.Context) {
	timer := time.NewTicker(tick)
	defer timer.Stop()
	var running sync.WaitGroup
	defer running.Wait()
	k.look(ctx)
	for {
		for _, id := range k.lanes.begin() {
			running.Go(func() {
				for again := true; again; again = k.lanes.again(id) {
					if err := k.deliverDue(ctx, id); err != nil && ctx.Err() == nil {
						k.Log.ErrorContext(ctx, "could not send logout notices; the hub will try again", "client", id, "error", err)
					}
				}
			})
		}
		select {
		case <-ctx.Done():
			return
		case <-k.lanes.bell:
		case <-timer.C:
			k.look(ctx)
		}
	}
}

// look finds clients with due notices: from before the start, postponed, or
// written by another process. Notices that are not due cost nothing.
func (k *Service) look(ctx context.Context) {
	q := store.Query{Field: "next", Below: k.Now().Add(time.Millisecond), Limit: batch}
	for n, err := range k.Notices.Each(ctx, q) {
		if err != nil {
			if ctx.Err() == nil {
				k.Log.ErrorContext(ctx, "could not send logout notices; the hub will try again", "error", err)
			}
			return
		}
		k.lanes.wake(n.ClientID)
	}
}

// hold postpones the due notices of an unreachable client until it is tried
// again, so that look does not find them every time.
func (k *Service) hold(ctx context.Context, clientID string, until time.Time) error {
	for n, err := range k.waiting(ctx, clientID) {
		if err != nil {
			return err
		}
		if k.Now().Before(n.Next) {
			continue
		}
		err := k.Notices.Update(ctx, n.ID, func(stored *Notice) error {
			if k.Now().Before(stored.Next) {
				return store.ErrUnchanged
			}
			stored.Next = until
			return nil
		})
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

// deliverDue sends a client its due notices, a few at a time, until there are
// none or the client fails. A client that failed before first gets a single
// notice.
func (k *Service) deliverDue(ctx context.Context, clientID string) error {
	status, err := k.status(ctx, clientID)
	if err != nil {
		return err
	}
	if k.Now().Before(status.Until) {
		return k.hold(ctx, clientID, status.Until)
	}
	trial := status.Failures > 0
	down, stop := context.WithCancel(ctx)
	defer stop()
	var group errgroup.Group
	group.SetLimit(atOnce)
	defer group.Wait() //nolint:errcheck // errors are in the variable down
	for n, err := range k.waiting(ctx, clientID) {
		switch {
		case err != nil:
			return err
		case down.Err() != nil:
			return nil
		case k.Now().Before(n.Next):
		case trial:
			if trial = false; !k.deliver(ctx, n.ID) {
				return nil
			}
		default:
			group.Go(func() error {
				if down.Err() == nil && !k.deliver(ctx, n.ID) {
					stop()
				}
				return nil
			})
		}
	}
	return nil
}

// waiting visits a client's notices, due or not.
func (k *Service) waiting(ctx context.Context, clientID string) iter.Seq2[Notice, error] {
	return k.Notices.Each(ctx, store.Query{Field: "clientId", Equals: clientID, Limit: batch})
}
