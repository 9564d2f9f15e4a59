package logouts

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/fedhub/fedhub/hub/store"
	"github.com/fedhub/fedhub/hub/store/sqlite"
	"github.com/fedhub/fedhub/internal/testkit/countstore"
)

func newKeeper(t *testing.T, now time.Time) (*Service, *countstore.Store) {
	t.Helper()
	db, err := sqlite.Open(filepath.Join(t.TempDir(), "logouts.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close(context.Background()) }) //nolint:errcheck // the test is over
	err = db.Prepare(t.Context(), []store.CollectionSpec{{Name: "notices", Index: []string{"clientId"}, Times: []string{"next"}}, {Name: "told"}, {Name: "signouts"}})
	if err != nil {
		t.Fatal(err)
	}
	counted := countstore.Over(db)
	clock := func() time.Time { return now }
	k := &Service{
		Notices:  store.NewCollection[Notice](counted, "notices", clock),
		Statuses: store.NewCollection[Status](counted, "told", clock), Ledger: store.NewCollection[SignOut](counted, "signouts", clock), Log: slog.New(slog.DiscardHandler), Now: clock,
	}
	return k.Start(), counted
}

// waits stores n pending sign-outs for a client, due from next on.
func waits(t *testing.T, k *Service, clientID string, n int, next time.Time) {
	t.Helper()
	for i := range n {
		err := k.Notices.Insert(t.Context(), Notice{ID: fmt.Sprint(clientID, " ", i), ClientID: clientID, Next: next, Expires: next.Add(time.Hour)})
		if err != nil {
			t.Fatal(err)
		}
	}
}

func TestALookCostsNothingForWhatIsNotDue(t *testing.T) {
	now := time.Date(2026, 7, 1, 12, 0, 0, 0, time.UTC)
	k, reads := newKeeper(t, now)
	waits(t, k, "later", 250, now.Add(time.Millisecond))
	waits(t, k, "due", 1, now)
	waits(t, k, "overdue", 1, now.Add(-time.Minute))

	cost := reads.Of(func() { k.look(t.Context()) })

	if want := (countstore.Cost{Reads: 1, Rounds: 1, Records: 2}); cost != want {
		t.Errorf("got %+v, want %+v", cost, want)
	}
	begun := k.lanes.begin()
	if slices.Sort(begun); !slices.Equal(begun, []string{"due", "overdue"}) {
		t.Errorf("told now: got %q", begun)
	}
}

func TestALookFindsEveryClientBehindALongQueue(t *testing.T) {
	now := time.Date(2026, 7, 1, 12, 0, 0, 0, time.UTC)
	k, _ := newKeeper(t, now)
	waits(t, k, "a", 2*batch, now.Add(-time.Minute)) // all due at once
	waits(t, k, "b", 1, now)

	k.look(t.Context())

	begun := k.lanes.begin()
	if slices.Sort(begun); !slices.Equal(begun, []string{"a", "b"}) {
		t.Errorf("told now: got %q", begun)
	}
}

func TestWhatWaitsForAClientThatIsAwayIsNotDue(t *testing.T) {
	now := time.Date(2026, 7, 1, 12, 0, 0, 0, time.UTC)
	k, reads := newKeeper(t, now)
	waits(t, k, "away", batch+20, now.Add(-time.Minute))
	until := now.Add(10 * time.Minute)
	if err := k.Statuses.Insert(t.Context(), Status{ClientID: "away", Failures: 3, Until: until, Expires: now.Add(time.Hour)}); err != nil {
		t.Fatal(err)
	}

	if err := k.deliverDue(t.Context(), "away"); err != nil {
		t.Fatal(err)
	}

	if cost := reads.Of(func() { k.look(t.Context()) }); cost.Records != 0 || len(k.lanes.begin()) != 0 {
		t.Errorf("a look after that: %+v, want nothing to be due", cost)
	}
	all, err := k.Notices.All(t.Context())
	if err != nil || len(all) != batch+20 {
		t.Fatalf("notices: got %d, %v", len(all), err)
	}
	for _, n := range all {
		if !n.Next.Equal(until) {
			t.Fatalf("%s is tried at %s, want %s", n.ID, n.Next, until)
		}
	}
}

// A hub that was slow to find out that a client does not answer must not put
// off the try of the hub that took the notice up after it.
func TestALateFailureLeavesANoticeToWhoHasItNow(t *testing.T) {
	now := time.Date(2026, 7, 1, 12, 0, 0, 0, time.UTC)
	k, _ := newKeeper(t, now)
	waits(t, k, "app", 1, now)
	slow, ours, err := k.acquireLease(t.Context(), "app 0")
	if err != nil || !ours {
		t.Fatalf("got %v, %v", ours, err)
	}
	if _, ours, err := k.acquireLease(t.Context(), "app 0"); err != nil || ours {
		t.Fatalf("two have it: %v", err)
	}
	now = now.Add(claim)
	k.Now = func() time.Time { return now }
	quick, ours, err := k.acquireLease(t.Context(), "app 0")
	if err != nil || !ours {
		t.Fatalf("nobody has it after %s: %v", claim, err)
	}

	k.failed(t.Context(), slow, true, errors.New("no answer"))

	stored, err := k.Notices.Get(t.Context(), "app 0")
	if err != nil || !stored.Next.Equal(quick.Next) {
		t.Errorf("it is tried again at %s, want %s, %v", stored.Next, quick.Next, err)
	}
	k.failed(t.Context(), quick, true, errors.New("no answer"))
	if stored, err = k.Notices.Get(t.Context(), "app 0"); err != nil || stored.Next.Equal(quick.Next) {
		t.Errorf("its own failure does not put it off: %v", err)
	}
}
