package store_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/fedhub/fedhub/hub/store"
	"github.com/fedhub/fedhub/hub/store/sqlite"
	"github.com/fedhub/fedhub/internal/testkit/faultstore"
)

// A guarded store has a database that fails on demand, and a manual clock.
type guarded struct {
	*store.Guarded
	db  *faultstore.Store
	now time.Time
}

func newGuarded(t *testing.T) *guarded {
	t.Helper()
	file, err := sqlite.Open(filepath.Join(t.TempDir(), "guarded.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { file.Close(context.Background()) }) //nolint:errcheck // the test is over
	g := &guarded{db: faultstore.New(file), now: time.Now()}
	g.Guarded = store.Guard(g.db, func() time.Time { return g.now })
	if err := g.Prepare(t.Context(), []store.CollectionSpec{{Name: "notes"}}); err != nil {
		t.Fatal(err)
	}
	return g
}

// lookUp reads something that is not there.
func (g *guarded) lookUp(ctx context.Context) error {
	_, err := g.Get(ctx, "notes", "none")
	return err
}

func TestOnceNoServerIsFoundNobodyWaitsForASecond(t *testing.T) {
	g := newGuarded(t)
	g.db.Arm(faultstore.Plan{Nth: 1, Onwards: true, With: fmt.Errorf("select: %w", store.ErrUnreachable)})
	for range 3 {
		if err := g.lookUp(t.Context()); !errors.Is(err, store.ErrUnreachable) {
			t.Errorf("got %v", err)
		}
	}
	g.now = g.now.Add(time.Second)
	if err := g.lookUp(t.Context()); !errors.Is(err, store.ErrUnreachable) {
		t.Errorf("got %v", err)
	}
	if asked := len(g.db.Disarm().Calls); asked != 2 {
		t.Errorf("the database was looked for %d times, want once at first and once a second later", asked)
	}
	if err := g.lookUp(t.Context()); !errors.Is(err, store.ErrUnreachable) {
		t.Errorf("within the second: got %v", err)
	}
	g.now = g.now.Add(time.Second)
	for range 2 {
		if err := g.lookUp(t.Context()); errors.Is(err, store.ErrUnreachable) {
			t.Errorf("it is back: got %v", err)
		}
	}
}

// While the database is down, one caller at a time tries it; others get the error
// at once.
func TestOneLooksWhetherThereIsAServerAgain(t *testing.T) {
	g := newGuarded(t)
	g.db.Arm(faultstore.Plan{Nth: 1, With: store.ErrUnreachable})
	_ = g.lookUp(t.Context())
	g.now = g.now.Add(time.Second)
	g.db.Arm(faultstore.Plan{Nth: 1, Hangs: true})
	ctx, leave := context.WithCancel(t.Context())
	looked := make(chan error, 1)
	go func() { looked <- g.lookUp(ctx) }()
	for len(g.db.Report().Calls) == 0 {
		if t.Context().Err() != nil {
			t.Fatal("nobody looks")
		}
	}
	if err := g.lookUp(t.Context()); !errors.Is(err, store.ErrUnreachable) {
		t.Errorf("while one looks: got %v", err)
	}
	leave()
	if err := <-looked; !errors.Is(err, context.Canceled) {
		t.Errorf("who looked and left: got %v", err)
	}
	g.db.Disarm()
	if err := g.lookUp(t.Context()); errors.Is(err, store.ErrUnreachable) {
		t.Errorf("the next one may look: got %v", err)
	}
}

// endings notes whether calls have an end.
type endings struct {
	store.Backend
	endless bool
}

func (e *endings) Get(ctx context.Context, _, _ string) (store.Record, error) {
	_, ends := ctx.Deadline()
	e.endless = !ends
	return store.Record{}, nil
}

func TestEveryCallHasAnEnd(t *testing.T) {
	e := &endings{}
	if _, err := store.Guard(e, time.Now).Get(t.Context(), "notes", "a"); err != nil || e.endless {
		t.Errorf("a call without an end reaches the database: %v, %v", e.endless, err)
	}
}
