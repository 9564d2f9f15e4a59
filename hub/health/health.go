// Package health keeps how each upstream fares, and watches over what will
// soon stop working.
//
// A Record says when somebody last signed in through a login key, what failed
// last and why, and how many there were in the last day; health.go and
// record.go. The Dog looks once a day at everything that the hub depends on
// and keeps a Warning for each thing that an administrator should see to;
// dog.go, checks.go and warning.go.
//
// It decides nothing: whether anybody is sent to an upstream is federation's.
package health

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"sync"
	"time"

	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/hub/store"
)

// flushEvery is how often what was counted is written, where nothing changes.
const flushEvery = time.Minute

// A Service counts how sign-ins go. Counting is in memory; what it comes to is
// added to the records once a minute, and at once when a key begins or ceases
// to fail. A process that dies takes a minute of counts with it.
type Service struct {
	Set *store.Collection[Record]
	Log *slog.Logger
	Now func() time.Time

	mu      sync.Mutex
	pending map[string]*Record // what is not written yet, by key
	bad     map[string]bool    // keys whose last outcome was a failure
	bell    chan struct{}

	writing sync.Mutex // held from when pending is taken until it is written
}

// Start makes the service ready; Run writes.
func (k *Service) Start() *Service {
	k.pending, k.bad = map[string]*Record{}, map[string]bool{}
	k.bell = make(chan struct{}, 1)
	return k
}

// Report takes note of an outcome. It is what federation.Options.Report wants:
// quick, for a person waits.
func (k *Service) Report(_ context.Context, o federation.Outcome) {
	k.mu.Lock()
	defer k.mu.Unlock()
	r := k.pending[o.Key]
	if r == nil {
		r = &Record{ID: o.Key}
		k.pending[o.Key] = r
	}
	r.note(o)
	if o.Stray || o.Err == nil && o.Step == federation.StepBegin {
		return // says nothing of how we stand with the upstream
	}
	if failed := o.Err != nil; failed != k.bad[o.Key] {
		k.bad[o.Key] = failed
		select {
		case k.bell <- struct{}{}:
		default:
		}
	}
}

// Run writes what was counted until the context ends, and once more then.
func (k *Service) Run(ctx context.Context) {
	timer := time.NewTicker(flushEvery)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			last, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
			defer cancel()
			k.flush(last)
			return
		case <-k.bell:
		case <-timer.C:
		}
		k.flush(ctx)
	}
}

// flush adds what was counted to the records.
func (k *Service) flush(ctx context.Context) {
	k.writing.Lock()
	defer k.writing.Unlock()
	k.mu.Lock()
	taken := k.pending
	k.pending = map[string]*Record{}
	k.mu.Unlock()
	for id, news := range taken {
		if err := k.write(ctx, *news); err != nil {
			k.Log.ErrorContext(ctx, "could not store the health of a provider; the hub will try again", "key", id, "error", err)
			k.putBack(news)
		}
	}
}

func (k *Service) write(ctx context.Context, news Record) error {
	return k.Set.Put(ctx, news.ID, func(r *Record) error {
		r.ID = news.ID
		r.add(news, k.Now())
		return nil
	})
}

func (k *Service) putBack(old *Record) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if newer := k.pending[old.ID]; newer != nil {
		old.add(*newer, k.Now())
	}
	k.pending[old.ID] = old
}

// All returns how every key fares, by its id. A key that nobody used has no
// record. What this process has not written yet is in it.
func (k *Service) All(ctx context.Context) (map[string]Record, error) {
	k.writing.Lock()
	defer k.writing.Unlock()
	all := map[string]Record{}
	for r, err := range k.Set.Each(ctx, store.Query{}) {
		if err != nil {
			return nil, err
		}
		all[r.ID] = r
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	for id, news := range k.pending {
		all[id] = k.with(all[id], *news)
	}
	return all, nil
}

// with is a record, or none, and what is not written yet.
func (k *Service) with(r, news Record) Record {
	r.ID = news.ID
	r.add(news, k.Now())
	return r
}

// Of returns how one key fares.
func (k *Service) Of(ctx context.Context, id string) (Record, error) {
	k.writing.Lock()
	defer k.writing.Unlock()
	r, err := k.Set.Get(ctx, id)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return Record{}, err
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if news := k.pending[id]; news != nil {
		r = k.with(r, *news)
	}
	return r, nil
}

// Forget drops what is known of a key, which was deleted.
func (k *Service) Forget(ctx context.Context, id string) error {
	k.mu.Lock()
	delete(k.pending, id)
	delete(k.bad, id)
	k.mu.Unlock()
	err := k.Set.Delete(ctx, id)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}
