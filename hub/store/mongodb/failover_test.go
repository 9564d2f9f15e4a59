package mongodb_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/fedhub/fedhub/hub/store"
	"github.com/fedhub/fedhub/hub/store/mongodb"
	"github.com/fedhub/fedhub/internal/testkit/mongodtest"
)

// A writer writes, updates and takes many codes while the primary is killed. It
// allows no error: every operation waits for the election and then reports its
// real result, once.
type writer struct {
	name string
	*mongodb.DB
	kept map[string]int64 // what must be there in the end, in this version
	gone []string         // what must not

	longest time.Duration // that one life took
}

const (
	writers      = 16
	roundsBefore = 4 // that each has done when the primary dies
	roundsAfter  = 4 // that each begins afterwards
)

// One replica set serves both tests, because starting three servers takes longer
// than either.
func TestThreeMembers(t *testing.T) {
	set := mongodtest.Start(t, 3)
	t.Run("writers outlive their primary", func(t *testing.T) { outlive(t, set) })
	t.Run("a write that no majority has is not acknowledged", func(t *testing.T) { lonePrimary(t, set) })
}

func outlive(t *testing.T, set *mongodtest.ReplicaSet) {
	d := open(t, set.URI())
	if err := d.Prepare(t.Context(), []store.CollectionSpec{{Name: "codes"}}); err != nil {
		t.Fatal(err)
	}
	var busy, done sync.WaitGroup
	busy.Add(writers)
	dead := make(chan struct{})
	all := make([]*writer, writers)
	for i := range all {
		w := &writer{name: fmt.Sprint("w", i), DB: d, kept: map[string]int64{}}
		all[i] = w
		done.Go(func() { w.work(t, busy.Done, dead) })
	}

	busy.Wait()
	victim := set.KillPrimary(t)
	close(dead)
	done.Wait()

	pause := time.Duration(0)
	for _, w := range all {
		w.check(t)
		pause = max(pause, w.longest)
	}
	t.Logf("the longest anybody waited: %v", pause) // a figure, not a promise: the machine decides
	set.Restart(t, victim)
}

func (w *writer) work(t *testing.T, busy func(), dead <-chan struct{}) {
	after := 0
	for n := 0; after < roundsAfter; n++ {
		if n == roundsBefore {
			busy()
		}
		select {
		case <-dead:
			after++
		default:
		}
		id := fmt.Sprint(w.name, "-", n)
		began := time.Now()
		if err := w.live(t.Context(), id, n%2 == 0); err != nil {
			t.Errorf("%s: %v", id, err)
		}
		w.longest = max(w.longest, time.Since(began))
	}
}

// live inserts a record, replaces it twice and takes it twice in parallel.
func (w *writer) live(ctx context.Context, id string, taken bool) error {
	doc, err := bson.Marshal(bson.D{{Key: "id", Value: id}})
	if err != nil {
		return err
	}
	r := store.Record{ID: id, Doc: doc}
	if err := w.Insert(ctx, "codes", r); err != nil {
		return fmt.Errorf("insert: %w", err)
	}
	if r, err = w.Get(ctx, "codes", id); err != nil {
		return fmt.Errorf("get: %w", err)
	}
	first := r.Version
	for ; r.Version < first+2; r.Version++ {
		if err := w.Replace(ctx, "codes", r); err != nil {
			return fmt.Errorf("replace version %d: %w", r.Version, err)
		}
	}
	if !taken {
		w.kept[id] = r.Version
		return nil
	}
	w.gone = append(w.gone, id)
	return w.takeTwice(ctx, id)
}

func (w *writer) takeTwice(ctx context.Context, id string) error {
	var winners atomic.Int32
	results := make(chan error, 2)
	for range 2 {
		go func() {
			_, err := w.Take(ctx, "codes", id)
			switch {
			case err == nil:
				winners.Add(1)
			case errors.Is(err, fs.ErrNotExist):
				err = nil // the other has it
			}
			results <- err
		}()
	}
	if err := errors.Join(<-results, <-results); err != nil {
		return fmt.Errorf("take: %w", err)
	}
	if got := winners.Load(); got != 1 {
		return fmt.Errorf("takes that succeeded: got %d, want 1", got)
	}
	return nil
}

func (w *writer) check(t *testing.T) {
	t.Helper()
	for id, version := range w.kept {
		r, err := w.Get(t.Context(), "codes", id)
		if err != nil {
			t.Errorf("%s was acknowledged: %v", id, err)
		} else if r.Version != version {
			t.Errorf("%s: got version %d, want %d", id, r.Version, version)
		}
	}
	for _, id := range w.gone {
		if _, err := w.Get(t.Context(), "codes", id); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s was taken, and then: got error %v, want %v", id, err, fs.ErrNotExist)
		}
	}
}

// An isolated primary does not know yet that it has lost its role, and accepts
// the write. The write must not be acknowledged: the other members may elect a
// new primary, and then it is lost.
func lonePrimary(t *testing.T, set *mongodtest.ReplicaSet) {
	d := open(t, set.URI())
	if err := d.Prepare(t.Context(), []store.CollectionSpec{{Name: "codes"}}); err != nil {
		t.Fatal(err)
	}
	doc, err := bson.Marshal(bson.D{{Key: "id", Value: "a"}})
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range []string{"taken", "replaced", "deleted"} {
		if err := d.Insert(t.Context(), "codes", store.Record{ID: id, Doc: doc}); err != nil {
			t.Fatal(err)
		}
	}
	replaced, err := d.Get(t.Context(), "codes", "replaced")
	if err != nil {
		t.Fatal(err)
	}
	primary := set.Primary(t)
	for member := range 3 {
		if member != primary {
			set.Kill(member)
		}
	}

	for name, write := range map[string]func(context.Context) error{
		"insert": func(ctx context.Context) error { return d.Insert(ctx, "codes", store.Record{ID: "new", Doc: doc}) },
		"take":   func(ctx context.Context) error { _, err := d.Take(ctx, "codes", "taken"); return err },
		"delete": func(ctx context.Context) error { return d.Delete(ctx, "codes", "deleted") },
		"replace": func(ctx context.Context) error {
			return d.Replace(ctx, "codes", replaced)
		},
	} {
		ctx, stop := context.WithTimeout(t.Context(), 300*time.Millisecond)
		if err := write(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%s on a lone primary: got %v, want %v", name, err, context.DeadlineExceeded)
		}
		stop()
	}
}
