// Package health records how each provider works, and warns about problems
// before they become failures.
//
// A Record says when a sign-in last succeeded through a login key, what failed
// last and why, and the counts of the last day (health.go, record.go). The
// Monitor checks everything that the hub depends on once a day and stores a
// Warning for each thing that an administrator should fix (monitor.go,
// checks.go, warning.go).
//
// It does not influence sign-ins: federation decides whether users are sent to
// a provider.
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

// flushEvery is how often the counts are stored if the state does not change.
const flushEvery = time.Minute

// A Service counts the outcomes of sign-ins. It counts in memory and adds the
// counts to the records once a minute, and at once when a key starts or stops
// failing. A crash loses at most a minute of counts.
type Service struct {
	Set *store.Collection[Record]
	Log *slog.Logger
	Now func() time.Time

	mu      sync.Mutex
	pending map[string]*Record // not stored yet, by key
	bad     map[string]bool    // keys with a failure as last outcome
	bell    chan struct{}

	writing sync.Mutex // held from taking pending until it is stored
}

// Start prepares the service; Run stores the counts.
func (k *Service) Start() *Service {
	k.pending, k.bad = map[string]*Record{}, map[string]bool{}
	k.bell = make(chan struct{}, 1)
	return k
}

// Report counts an outcome. It implements federation.Options.Report and is
// fast, because a user waits.
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
		return // it says nothing about the provider
	}
	if failed := o.Err != nil; failed != k.bad[o.Key] {
		k.bad[o.Key] = failed
		select {
		case k.bell <- struct{}{}:
		default:
		}
	}
}

// Run stores the counts until the context ends, and once more at the end.
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

// flush adds the counts to the records.
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

// All returns the record of every key, by id, including counts that are not
// stored yet. An unused key has no record.
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

// with adds unstored counts to a record.
func (k *Service) with(r, news Record) Record {
	r.ID = news.ID
	r.add(news, k.Now())
	return r
}

// Of returns the record of one key.
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

// Forget removes the record of a deleted key.
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
