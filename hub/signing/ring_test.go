package signing

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/fedhub/fedhub/hub/store"
	"github.com/fedhub/fedhub/hub/store/sqlite"
	"github.com/fedhub/fedhub/internal/testkit/countstore"
	"github.com/fedhub/fedhub/internal/testkit/faultstore"
	"github.com/fedhub/fedhub/internal/testkit/userstest"
)

// A process has its own stopped clock, on a shared database that counts calls and
// may fail.
type process struct {
	*Service
	t    *testing.T
	time time.Time
}

// shared is a database for several processes.
func shared(t *testing.T) (*store.Collection[Key], *countstore.Store, *faultstore.Store) {
	t.Helper()
	db, err := sqlite.Open(filepath.Join(t.TempDir(), "keys.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close(context.Background()) }) //nolint:errcheck // the test is over
	return sharedOn(t, db)
}

func sharedOn(t *testing.T, db store.Backend) (*store.Collection[Key], *countstore.Store, *faultstore.Store) {
	t.Helper()
	if err := db.Prepare(t.Context(), []store.CollectionSpec{{Name: "signing"}}); err != nil {
		t.Fatal(err)
	}
	faulty := faultstore.New(db)
	counted := countstore.Over(faulty)
	return store.NewCollection[Key](counted, "signing", time.Now), counted, faulty
}

func newProcess(t *testing.T, set *store.Collection[Key]) *process {
	t.Helper()
	p := &process{t: t, time: time.Date(2030, 5, 1, 12, 0, 0, 0, time.UTC)}
	p.Service = newKeeper(set, box(t, 'k'), func() time.Time { return p.time })
	return p
}

func (p *process) pass(d time.Duration) { p.time = p.time.Add(d) }

// settle waits for background reads.
func (p *process) settle() {
	p.flights.Do("read", func() (any, error) { return nil, nil }) //nolint:errcheck // it cannot fail
}

// takes says whether a token passes for one of the hub's.
func (p *process) takes(token string) bool {
	p.t.Helper()
	var got claims
	err := p.Verify(p.t.Context(), token, "JWT", &got)
	if err != nil && !errors.Is(err, ErrVerify) {
		p.t.Fatal(err)
	}
	return err == nil
}

// A key that one process revokes is trusted by others for ten seconds at most.
func TestAnotherProcessHearsOfADistrustedKeyWithinSeconds(t *testing.T) {
	for _, row := range []struct {
		what       string
		after      time.Duration
		now, later bool // whether the token is valid: at once, and after a background read of the keys
	}{
		{"at once", 0, true, true},
		{"after two seconds, almost", 2*time.Second - 1, true, true},
		{"after two seconds", 2 * time.Second, true, false},
		{"after ten seconds, almost", 10*time.Second - 1, true, false},
		{"after ten seconds", 10 * time.Second, false, false},
		{"when the clock was set back", -time.Hour, false, false},
	} {
		set, _, _ := shared(t)
		one, two := newProcess(t, set), newProcess(t, set)
		_, token := signedBy(t, one.Service, ES256)
		if !two.takes(token) {
			t.Fatal("the token never passed")
		}
		if _, err := one.Rotate(t.Context(), "", true); err != nil {
			t.Fatal(err)
		}
		two.pass(row.after)
		if got := two.takes(token); got != row.now {
			t.Errorf("%s: the token passes: %v, want %v", row.what, got, row.now)
		}
		two.settle()
		if got := two.takes(token); got != row.later {
			t.Errorf("%s, and then: the token passes: %v, want %v", row.what, got, row.later)
		}
	}
}

// A clock that was set back must not keep a process from what others did: it
// would trust what they distrust until the clock is where it was.
func TestAClockThatIsSetBackStopsNobody(t *testing.T) {
	set, _, _ := shared(t)
	one, two := newProcess(t, set), newProcess(t, set)
	published(t, one.Service)
	published(t, two.Service)
	one.rotate(false)
	two.pass(-time.Hour)
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	if rotated, err := two.Rotate(ctx, "", true); err != nil || !rotated {
		t.Fatalf("distrusting: got %v, %v", rotated, err)
	}
	for _, alg := range kinds() {
		if cards := two.cards(alg); len(cards) != 1 || cards[0].State != Current {
			t.Errorf("%s: got %+v, want the new key alone", alg, cards)
		}
	}
}

// slow is a database that delays its next response until another operation has
// run.
type slow struct {
	store.Backend
	meanwhile func()
}

func (s *slow) Find(ctx context.Context, set string, q store.Query) ([]store.Record, error) {
	found, err := s.Backend.Find(ctx, set, q)
	if do := s.meanwhile; do != nil {
		s.meanwhile = nil
		do()
	}
	return found, err
}

// A read that began before a key was revoked and ends after it is discarded.
func TestAReadingThatIsLateDoesNotWin(t *testing.T) {
	db := &slow{Backend: userstest.NewMemory()}
	set, _, _ := sharedOn(t, db)
	one, two := newProcess(t, set), newProcess(t, set)
	_, token := signedBy(t, one.Service, ES256)
	if !two.takes(token) {
		t.Fatal("the token never passed")
	}
	db.meanwhile = func() {
		one.rotate(true)
		if err := two.load(t.Context()); err != nil {
			t.Error(err)
		}
	}
	if err := two.load(t.Context()); err != nil {
		t.Fatal(err)
	}
	if two.takes(token) {
		t.Error("the distrusted key is back")
	}
}

func TestSigningAndVerifyingCostTheDatabaseNothing(t *testing.T) {
	set, counted, _ := shared(t)
	p := newProcess(t, set)
	_, token := signedBy(t, p.Service, ES256)
	published(t, p.Service) // every key is there
	for what, do := range map[string]func(){
		"signing":                     func() { signedBy(t, p.Service, ES256) },
		"verifying":                   func() { p.takes(token) },
		"everybody asks for the JWKS": func() { published(t, p.Service); published(t, p.Service) },
		"made-up kids":                func() { p.takes(withKID(t, p.Service, "nobody")); p.takes(withKID(t, p.Service, "no one")) },
	} {
		if cost := counted.Of(func() { do(); p.settle() }); cost.Reads != 0 {
			t.Errorf("%s: %d reads", what, cost.Reads)
		}
	}
	p.pass(time.Second)
	cost := counted.Of(func() { p.takes(withKID(t, p.Service, "nobody")); p.takes(withKID(t, p.Service, "no one")) })
	if cost.Reads != 1 {
		t.Errorf("a kid that another process may have made a moment ago: %d reads, want one", cost.Reads)
	}
}

// withKID is signed with the hub's key under another name.
func withKID(t *testing.T, k *Service, kid string) string {
	t.Helper()
	key := *k.ring.Load().current(ES256, k.now())
	renamed := &ready{Key: key.Key, private: key.private}
	renamed.KID = kid
	token, err := renamed.compact("JWT", []byte(`{"sub":"eve"}`))
	if err != nil {
		t.Fatal(err)
	}
	return token
}

// A key that another process made a moment ago is found when it is met.
func TestAKeyThatIsNewIsLookedFor(t *testing.T) {
	set, _, _ := shared(t)
	one, two := newProcess(t, set), newProcess(t, set)
	published(t, one.Service)
	published(t, two.Service)
	if _, err := one.Rotate(t.Context(), "", true); err != nil {
		t.Fatal(err)
	}
	_, token := signedBy(t, one.Service, ES256)
	if two.takes(token) {
		t.Error("it is found in the very moment: then made-up kids cost a read each")
	}
	two.pass(100 * time.Millisecond)
	if !two.takes(token) {
		t.Error("a moment later it is not found")
	}
}

// While the database is down, cached keys are used, and the hub retries every two
// seconds.
func TestTheDatabaseMayGoAway(t *testing.T) {
	set, _, faulty := shared(t)
	p := newProcess(t, set)
	_, token := signedBy(t, p.Service, ES256)
	published(t, p.Service)
	unknown := withKID(t, p.Service, "nobody")
	var asked atomic.Int64
	faulty.Arm(faultstore.Plan{Nth: 1, Onwards: true, Counts: func(faultstore.Call) bool { asked.Add(1); return true }})
	p.pass(time.Hour)
	serve := func() {
		t.Helper()
		if _, fresh := signedBy(t, p.Service, ES256); !p.takes(fresh) || !p.takes(token) || p.takes(unknown) {
			t.Error("it signs or verifies no more, or takes what is not its own")
		}
		published(t, p.Service)
	}
	serve()
	serve()
	p.pass(2*time.Second - 1)
	serve()
	if n := asked.Load(); n != 1 {
		t.Errorf("it is asked %d times in two seconds, want once", n)
	}
	p.pass(1)
	serve()
	if n := asked.Load(); n != 2 {
		t.Errorf("after two seconds it was asked %d times, want twice", n)
	}
	if _, err := p.Rotate(t.Context(), "", false); !errors.Is(err, faultstore.Err) {
		t.Errorf("rotating without it: got %v", err)
	}
	if _, err := newProcess(t, set).Public(t.Context()); !errors.Is(err, faultstore.Err) {
		t.Errorf("a process that knows no keys: got %v", err)
	}
	faulty.Disarm()
	p.pass(2 * time.Second)
	serve()
}

func TestADatabaseThatIsAwayIsNotAskedBesideEveryRequest(t *testing.T) {
	set, _, faulty := shared(t)
	p := newProcess(t, set)
	signedBy(t, p.Service, ES256)
	var asked atomic.Int64
	faulty.Arm(faultstore.Plan{Nth: 1, Onwards: true, Counts: func(faultstore.Call) bool { asked.Add(1); return true }})
	p.pass(2 * time.Second)
	for range 3 {
		signedBy(t, p.Service, ES256)
		p.settle()
	}
	if n := asked.Load(); n != 1 {
		t.Errorf("it was asked %d times beside three requests, want once", n)
	}
}

func TestWhatTheDatabaseDoesNotTakeIsToldAndDoneTheNextTime(t *testing.T) {
	for what, act := range map[string]func(*process) error{
		"rotating":    func(p *process) error { _, err := p.Rotate(t.Context(), "", false); return err },
		"distrusting": func(p *process) error { _, err := p.Rotate(t.Context(), "", true); return err },
		"tending": func(p *process) error {
			p.pass(30 * 24 * time.Hour)
			_, err := p.Tend(t.Context(), 24*time.Hour)
			return err
		},
	} {
		for n := 1; ; n++ {
			set, _, faulty := sharedOn(t, userstest.NewMemory())
			p := newProcess(t, set)
			before := published(t, p.Service)
			faulty.Arm(faultstore.Plan{Nth: n})
			err := act(p)
			report := faulty.Disarm()
			if !report.Failed {
				break
			}
			if !errors.Is(err, faultstore.Err) {
				t.Errorf("%s, without %s (%d): got %v", what, report.Last(), n, err)
			}
			if err := act(p); err != nil {
				t.Errorf("%s again, after it failed at %s (%d): %v", what, report.Last(), n, err)
			}
			after := published(t, p.Service)
			if slices.Equal(before, after) {
				t.Errorf("%s again, after it failed at %s (%d): no key is new", what, report.Last(), n)
			}
		}
	}
}
