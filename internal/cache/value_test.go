package cache_test

import (
	"context"
	"errors"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/fedhub/fedhub/internal/cache"
)

// counting is a value that counts its fetches. It fails or waits at a gate if the
// test wants it.
type counting struct {
	*cache.Value[int32]
	fetches atomic.Int32
	fail    atomic.Bool
	gate    chan struct{}
	now     time.Time
}

var errFetch = errors.New("no answer")

func newCounting() *counting {
	c := &counting{now: time.Unix(1000, 0)}
	c.Value = &cache.Value[int32]{
		Fetch: func(ctx context.Context) (int32, error) {
			n := c.fetches.Add(1)
			if c.gate != nil {
				select {
				case <-c.gate:
				case <-ctx.Done():
					return 0, ctx.Err()
				}
			}
			if c.fail.Load() {
				return 0, errFetch
			}
			return n, nil
		},
		Fresh: time.Minute, Sorry: 5 * time.Second, Limit: time.Minute,
		Now: func() time.Time { return c.now },
	}
	return c
}

func (c *counting) want(t *testing.T, what string, value int32, err error) {
	t.Helper()
	got, gotErr := c.Get(t.Context())
	if got != value || !errors.Is(gotErr, err) {
		t.Errorf("%s: got %d and %v, want %d and %v", what, got, gotErr, value, err)
	}
}

func TestAValueServesUntilItIsOld(t *testing.T) {
	c := newCounting()
	c.want(t, "first", 1, nil)
	c.now = c.now.Add(59 * time.Second)
	c.want(t, "fresh", 1, nil)
	c.now = c.now.Add(time.Second)
	c.want(t, "old", 2, nil)
}

func TestAFailureIsRememberedForAMoment(t *testing.T) {
	c := newCounting()
	c.fail.Store(true)
	c.want(t, "first", 0, errFetch)
	c.fail.Store(false)
	c.want(t, "at once", 0, errFetch)
	c.now = c.now.Add(5 * time.Second)
	c.want(t, "later", 2, nil)
}

func TestManyCallersShareOneFetch(t *testing.T) {
	c := newCounting()
	c.gate = make(chan struct{})
	var callers sync.WaitGroup
	for range 50 {
		callers.Go(func() { c.want(t, "shared", 1, nil) })
	}
	close(c.gate)
	callers.Wait()
	if got, want := c.fetches.Load(), int32(1); got != want {
		t.Errorf("got %d fetches, want %d", got, want)
	}
}

func TestACallerMayLeaveWithoutTheFetch(t *testing.T) {
	c := newCounting()
	c.gate = make(chan struct{})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := c.Value.Get(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want context.Canceled", err)
	}
	close(c.gate)
	c.want(t, "the fetch it started", 1, nil)
}

func TestAFetchHasItsOwnDeadline(t *testing.T) {
	c := newCounting()
	c.gate = make(chan struct{}) // never opened
	c.Limit = time.Millisecond
	c.want(t, "hanging", 0, context.DeadlineExceeded)
}

func TestADroppedFetchIsNotKept(t *testing.T) {
	c := newCounting()
	c.gate = make(chan struct{})
	got := make(chan int32)
	go func() {
		n, _ := c.Get(context.Background())
		got <- n
	}()
	for c.fetches.Load() == 0 {
		runtime.Gosched() // let the first fetch begin
	}
	c.Drop()
	close(c.gate)
	if n := <-got; n != 1 {
		t.Errorf("the caller before the drop: got %d, want 1", n)
	}
	c.want(t, "after the drop", 2, nil)
}

func TestAMapForgetsWhatNobodyAskedForTheLongest(t *testing.T) {
	m := cache.NewMap[string, int](2)
	m.Add("first", 1)
	m.Add("second", 2)
	m.Get("first")
	m.Add("third", 3)
	if _, found := m.Get("second"); found || m.Len() != 2 {
		t.Errorf("got %d values, the second among them: %v", m.Len(), found)
	}
	if first, found := m.Get("first"); !found || first != 1 {
		t.Errorf("got %d, %v", first, found)
	}
}

// keeping is counting with a value that may be kept for an hour.
func keeping(t *testing.T) *counting {
	t.Helper()
	c := newCounting()
	c.Keep, c.Wait = time.Hour, time.Minute
	c.want(t, "first", 1, nil)
	return c
}

func TestAValueIsKeptWhileNoNewerOneCanBeHad(t *testing.T) {
	c := keeping(t)
	c.fail.Store(true)
	c.now = c.now.Add(59 * time.Minute)
	c.want(t, "old, and the fetch fails", 1, nil)
	c.now = c.now.Add(time.Minute)
	c.want(t, "too old", 0, errFetch)
	c.fail.Store(false)
	c.now = c.now.Add(time.Minute)
	c.want(t, "later", c.fetches.Load()+1, nil)
}

func TestWhereAValueIsKeptANewerOneIsWaitedForALittle(t *testing.T) {
	c := keeping(t)
	c.now = c.now.Add(2 * time.Minute)
	c.want(t, "old, and the fetch works", 2, nil)
	c.gate, c.Wait = make(chan struct{}), time.Millisecond
	c.now = c.now.Add(2 * time.Minute)
	c.want(t, "old, and the fetch hangs", 2, nil)
	close(c.gate)
}

func TestAfterAFailureNobodyWaitsForAValueThatIsKept(t *testing.T) {
	c := keeping(t)
	c.fail.Store(true)
	c.now = c.now.Add(2 * time.Minute)
	c.want(t, "old, and the fetch fails", 1, nil)
	c.now = c.now.Add(2 * time.Minute)
	c.gate = make(chan struct{}) // Wait is a minute, so a waiting call would block the test
	c.want(t, "the next fetch hangs", 1, nil)
	close(c.gate)
}

func TestAValueInDoubtServesOnlyWhereThereIsNoNewerOne(t *testing.T) {
	c := keeping(t)
	c.Doubt()
	c.want(t, "in doubt, and the fetch works", 2, nil)
	c.Doubt()
	c.fail.Store(true)
	c.want(t, "in doubt, and the fetch fails", 2, nil)
}

func TestAValueThatIsPutServesAtOnce(t *testing.T) {
	c := keeping(t)
	c.Put(40)
	c.want(t, "put", 40, nil)
	c.now = c.now.Add(2 * time.Minute)
	c.want(t, "old", 2, nil)
}

func TestAValueThatIsRefreshedIsReadyForWhoeverAsks(t *testing.T) {
	c := newCounting()
	ctx, stop := context.WithCancel(t.Context())
	var all sync.WaitGroup
	all.Go(func() { c.Refresh(ctx, time.Microsecond) })
	for c.fetches.Load() < 3 {
		if t.Context().Err() != nil {
			t.Fatal("it is not refreshed")
		}
		runtime.Gosched()
	}
	stop()
	all.Wait()
	n := c.fetches.Load()
	c.want(t, "afterwards", n, nil)
}

func TestAFailureThatIsAnAnswerEndsWhatIsKept(t *testing.T) {
	c := keeping(t)
	c.Away = func(error) bool { return false }
	c.fail.Store(true)
	c.now = c.now.Add(2 * time.Minute)
	c.want(t, "the fetch says no", 0, errFetch)
	c.want(t, "and again", 0, errFetch)
}
