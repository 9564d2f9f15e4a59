package faults_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/fedhub/fedhub/hub"
	"github.com/fedhub/fedhub/hub/internal/hubtest"
	"github.com/fedhub/fedhub/hub/readiness"
	"github.com/fedhub/fedhub/hub/store"
)

// replicas are hubs with the same address and database, on machines with
// different clocks.
type replicas struct {
	database hubtest.Clock
	all      map[time.Duration]*hubtest.World // each clock's offset from the database
}

func newReplicas(t *testing.T, ahead ...time.Duration) *replicas {
	t.Helper()
	r := &replicas{all: map[time.Duration]*hubtest.World{}}
	db, url := hubtest.OpenSQLite(t), ""
	for _, by := range ahead {
		w := hubtest.NewWorldAs(t, db, hub.Config{
			URL: url, Now: func() time.Time { return time.Now().Add(by) },
			DatabaseTime: func(context.Context) (time.Time, error) { return r.database.Now(), nil },
		})
		if url == "" {
			url = w.URL
		}
		r.all[by] = w
	}
	return r
}

func (r *replicas) skip(d time.Duration) {
	r.database.Skip(d)
	for _, w := range r.all {
		w.Clock.Skip(d)
	}
}

func TestACodeLivesAMinuteAtEveryReplicaWhateverItsClock(t *testing.T) {
	const half = 30 * time.Second
	r := newReplicas(t, 0, half, -half)
	at := r.all[0]
	at.Person("ada@example.org")
	a := at.App()
	b := at.Browser()
	b.SignInTo(a, "ada@example.org")
	for from, issuer := range r.all {
		for to, redeemer := range r.all {
			there, here := *a, *a
			there.W, here.W = issuer, redeemer
			code := func() string {
				t.Helper()
				p := b.At(issuer).Authorize(there.Request())
				here.Verifier = there.Verifier
				return b.At(issuer).Answer(p).Get("code")
			}
			c := code()
			r.skip(58 * time.Second)
			if got := here.Redeem(c); got.Status != http.StatusOK {
				t.Errorf("issued %v ahead, redeemed %v ahead, after 58 s: got %d %s", from, to, got.Status, got.Body)
			}
			c = code()
			r.skip(62 * time.Second)
			hubtest.Refused(t, "a code after 62 s", here.Redeem(c), 400, "invalid_grant")
		}
	}
}

func TestAClockThatDiffersIsLoggedAndShown(t *testing.T) {
	r := newReplicas(t, 0, 3*time.Second, time.Second)
	for by, w := range r.all {
		if told := strings.Contains(w.Logs.String(), "the clocks of this machine and of the database differ"); told != (by >= readiness.Noticed) {
			t.Errorf("%v ahead: told in the log: %v", by, told)
		}
	}
	w := r.all[0]
	proofs := store.NewCollection[readiness.Proof](w.Backend, "proofs", w.Clock.Now)
	for limit := time.Now().Add(time.Minute); ; {
		if n, err := proofs.Count(t.Context(), store.Query{}, 10); err != nil || n == len(r.all) {
			hubtest.Done(t, err)
			break
		}
		if time.Now().After(limit) {
			t.Fatal("not every replica says how its clock stands")
		}
	}
	p := w.Operator().Open("/admin")
	if n := strings.Count(p.Body, "ahead of the database"); n != 1 || !strings.Contains(p.Body, "It is 3s ahead of the database") {
		t.Errorf("the overview names %d clocks: %s", n, hubtest.Gist(p.Body))
	}
}
