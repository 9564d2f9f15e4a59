package cache_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fedhub/fedhub/internal/cache"
)

// shelf is a server's published set, with the times of the requests.
type shelf struct {
	*cache.Value[[]string]
	mu     sync.Mutex
	things []string
	fails  error
	asked  []time.Time
}

func newShelf(things ...string) *shelf {
	s := &shelf{things: things}
	s.Value = &cache.Value[[]string]{Fetch: s.fetch, Fresh: time.Hour, Sorry: cache.Gap, Limit: time.Minute, Now: time.Now}
	return s
}

func (s *shelf) fetch(context.Context) ([]string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked = append(s.asked, time.Now())
	return slices.Clone(s.things), s.fails
}

func (s *shelf) put(fails error, things ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.things, s.fails = things, fails
}

func (s *shelf) fetches() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.asked)
}

func (s *shelf) has(ctx context.Context, waits *cache.Waits, thing string) (bool, error) {
	things, err := s.Find(ctx, waits, func(things []string) cache.Sight {
		if slices.Contains(things, thing) {
			return cache.Found
		}
		return cache.Missing
	})
	return slices.Contains(things, thing), err
}

func TestWhatAppearsWithinTheGapIsWaitedFor(t *testing.T) {
	for name, before := range map[string]struct {
		fails  error
		things []string
	}{
		"beside another thing": {nil, []string{"old"}},
		"in nothing":           {nil, nil},
		"in what is no answer": {errors.Join(errors.New("an empty set"), cache.ErrNothingYet), nil},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s, waits := newShelf(), cache.NewWaits(nil)
				s.put(before.fails, before.things...)
				begun := time.Now()
				s.Get(t.Context()) //nolint:errcheck // fills the cache
				time.AfterFunc(3*time.Second, func() { s.put(nil, "old", "new") })
				time.Sleep(2 * time.Second)
				if found, err := s.has(t.Context(), waits, "new"); !found || err != nil {
					t.Errorf("got %v, %v", found, err)
				}
				if took := time.Since(begun); took != cache.Gap || s.fetches() != 2 {
					t.Errorf("it came after %v and %d fetches, want %v and 2", took, s.fetches(), cache.Gap)
				}
			})
		})
	}
}

func TestWhatAppearsAfterTheFetchThatLookedForItIsWaitedForToo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, waits := newShelf("old"), cache.NewWaits(nil)
		s.has(t.Context(), waits, "old") //nolint:errcheck // fills the cache
		time.Sleep(time.Minute)
		time.AfterFunc(time.Second, func() { s.put(nil, "new") })
		if found, err := s.has(t.Context(), waits, "new"); !found || err != nil || s.fetches() != 3 {
			t.Errorf("got %v, %v after %d fetches", found, err, s.fetches())
		}
	})
}

func TestWhoeverAsksThereIsOneFetchInTheGap(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, waits := newShelf("old"), cache.NewWaits(nil)
		var all sync.WaitGroup
		for i := range 40 {
			all.Go(func() {
				time.Sleep(time.Duration(i) * 700 * time.Millisecond)
				if found, err := s.has(t.Context(), waits, "never"); found || err != nil {
					t.Errorf("got %v, %v", found, err)
				}
			})
		}
		all.Wait()
		for i, at := range s.asked[1:] {
			if apart := at.Sub(s.asked[i]); apart < cache.Gap {
				t.Errorf("fetches %v apart", apart)
			}
		}
		if s.fetches() < 3 {
			t.Errorf("%d fetches", s.fetches())
		}
	})
}

func TestSixteenWaitInAllSetsTogetherAndTheRestAreRefusedAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		one, two, waits := newShelf("old"), newShelf("old"), cache.NewWaits(nil)
		one.Get(t.Context()) //nolint:errcheck // fills the cache
		two.Get(t.Context()) //nolint:errcheck // fills the cache
		begun := time.Now()
		var all sync.WaitGroup
		for i := range 16 {
			all.Go(func() {
				if found, err := []*shelf{one, two}[i%2].has(t.Context(), waits, "new"); !found || err != nil {
					t.Errorf("who waits: got %v, %v", found, err)
				}
			})
		}
		synctest.Wait()
		for _, s := range []*shelf{one, two} {
			if found, err := s.has(t.Context(), waits, "new"); found || err != nil || time.Since(begun) != 0 {
				t.Errorf("the seventeenth: got %v, %v after %v", found, err, time.Since(begun))
			}
			if found, err := s.has(t.Context(), waits, "old"); !found || err != nil {
				t.Errorf("who misses nothing: got %v, %v", found, err)
			}
			s.put(nil, "old", "new")
		}
		all.Wait()
		if took := time.Since(begun); took != cache.Gap || one.fetches() != 2 || two.fetches() != 2 {
			t.Errorf("after %v: %d and %d fetches, want 2 of each after %v", took, one.fetches(), two.fetches(), cache.Gap)
		}
		if found, _ := one.has(t.Context(), waits, "newer"); found || time.Since(begun) == cache.Gap {
			t.Error("the places are not free again")
		}
	})
}

func TestWhoLeavesStopsWaiting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, waits := newShelf("old"), cache.NewWaits(nil)
		s.Get(t.Context()) //nolint:errcheck // fills the cache
		begun := time.Now()
		for range 20 { // more than there are places
			ctx, leave := context.WithCancel(t.Context())
			time.AfterFunc(100*time.Millisecond, leave)
			if _, err := s.has(ctx, waits, "new"); !errors.Is(err, context.Canceled) {
				t.Errorf("got %v", err)
			}
		}
		if took := time.Since(begun); took != 2*time.Second || s.fetches() != 1 {
			t.Errorf("after %v and %d fetches", took, s.fetches())
		}
	})
}

// A server that is slow to answer holds the requests that look again.
func TestAPlaceIsTakenUntilTheSecondLookIsOver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slow, other, waits := newShelf("old"), newShelf("old"), cache.NewWaits(nil)
		slow.Get(t.Context())  //nolint:errcheck // fills the cache
		other.Get(t.Context()) //nolint:errcheck // fills the cache
		answer := make(chan struct{})
		slow.Fetch = func(ctx context.Context) ([]string, error) { <-answer; return slow.fetch(ctx) }
		var all sync.WaitGroup
		for range 16 {
			all.Go(func() { slow.has(t.Context(), waits, "new") }) //nolint:errcheck // it is about the places
		}
		time.Sleep(cache.Gap + time.Second) // all of them wait for the answer now
		synctest.Wait()
		if _, err := other.has(t.Context(), waits, "new"); err != nil { // its gap is over, so it fetches first
			t.Error(err)
		}
		if got := other.fetches(); got != 2 {
			t.Errorf("the seventeenth waited: %d fetches, want 2", got)
		}
		close(answer)
		all.Wait()
		if other.has(t.Context(), waits, "new"); other.fetches() != 3 { //nolint:errcheck // counted
			t.Errorf("the places are not free again: %d fetches, want 3", other.fetches())
		}
	})
}

func TestNobodyWaitsForWhatDoesNotFitIntoTheTimeOfTheRequest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for span, want := range map[time.Duration]int{2*cache.Gap - time.Second: 1, 2 * cache.Gap: 2} {
			s, waits := newShelf("old"), cache.NewWaits(nil)
			s.Get(t.Context()) //nolint:errcheck // fills the cache
			ctx, leave := context.WithTimeout(t.Context(), span)
			if found, err := s.has(ctx, waits, "new"); found || err != nil || s.fetches() != want {
				t.Errorf("with %v left: got %v, %v after %d fetches, want %d", span, found, err, s.fetches(), want)
			}
			leave()
		}
	})
}

func TestWhatIsWrongIsWorthAFetchAndNoWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, waits := newShelf("old"), cache.NewWaits(nil)
		begun := time.Now()
		look := func() int {
			s.Find(t.Context(), waits, func([]string) cache.Sight { return cache.Wrong }) //nolint:errcheck // counted below
			return s.fetches()
		}
		if got := look(); got != 1 {
			t.Errorf("%d fetches at first", got)
		}
		time.Sleep(cache.Gap)
		if got := look(); got != 2 {
			t.Errorf("%d fetches behind the gap", got)
		}
		if took := time.Since(begun); took != cache.Gap {
			t.Errorf("somebody waited: %v", took)
		}
	})
}

func TestNobodyWaitsWhereThereAreNoPlacesOrTheServerIsAway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, begun := newShelf("old"), time.Now()
		if found, err := s.has(t.Context(), nil, "new"); found || err != nil {
			t.Errorf("without places: got %v, %v", found, err)
		}
		away := newShelf()
		away.put(errFetch)
		if _, err := away.has(t.Context(), cache.NewWaits(nil), "new"); !errors.Is(err, errFetch) {
			t.Errorf("away: got %v", err)
		}
		if took := time.Since(begun); took != 0 {
			t.Errorf("somebody waited: %v", took)
		}
	})
}
