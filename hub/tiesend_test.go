package hub_test

import (
	"testing"
	"time"

	"github.com/fedhub/fedhub/hub/store"
	"github.com/fedhub/fedhub/hub/ties"
	"github.com/fedhub/fedhub/hub/users"
)

// tie is the one that the hub keeps.
func (w *world) tie() (*store.Set[ties.Tie], ties.Tie) {
	w.Helper()
	set := store.NewSet[ties.Tie](w.backend, "ties", w.clock.now)
	all, err := set.Find(w.Context(), store.Query{})
	if err != nil || len(all) != 1 {
		w.Fatalf("%d ties, %v", len(all), err)
	}
	return set, all[0]
}

// An upstream that is asked about one person and answers about another speaks
// for nobody: what hangs on the answer ends.
func TestAnAnswerAboutSomebodyElseEndsTheSignIn(t *testing.T) {
	hubs, a, r := tied(t, newWorld(t, openSQLite(t)))
	set, tie := hubs.secondary.tie()
	if err := set.Update(t.Context(), tie.ID, func(now *ties.Tie) error { now.Subject = "somebody else"; return nil }); err != nil {
		t.Fatal(err)
	}
	hubs.skip(6 * time.Minute)
	refused(t, "refresh", a.refresh(r.str("refresh_token")), 400, "invalid_grant")
	if _, tie = hubs.secondary.tie(); !tie.Ended || tie.Sealed != "" {
		t.Errorf("it is asked again: ended %v", tie.Ended)
	}
}

// Whoever has lost the identity that they came by is not kept up to date by it.
func TestWhatWasDisconnectedMeanwhileEndsTheSignIn(t *testing.T) {
	hubs, a, r := tied(t, newWorld(t, openSQLite(t)))
	w := hubs.secondary
	set := store.NewSet[users.Identity](w.backend, "identities", w.clock.now)
	linked, err := w.Hub.Identities(t.Context(), ada(t, w))
	if err != nil || len(linked) != 1 {
		t.Fatalf("%d identities, %v", len(linked), err)
	}
	if err := set.Delete(t.Context(), linked[0].ID); err != nil {
		t.Fatal(err)
	}
	hubs.skip(6 * time.Minute)
	refused(t, "refresh", a.refresh(r.str("refresh_token")), 400, "invalid_grant")
	want(t, "userinfo", w.userinfo(r.str("access_token")).Status, 401)
}

// An upstream that is silent is waited for a day, and not a moment more.
func TestASilentUpstreamIsWaitedForADayExactly(t *testing.T) {
	hubs, a, r := tied(t, newWorld(t, openSQLite(t)))
	hubs.primary.stop()
	hubs.skip(12 * time.Hour)
	r = a.refresh(r.str("refresh_token"))
	want(t, "after half a day", r.Status, 200)
	hubs.skip(12*time.Hour - time.Minute)
	r = a.refresh(r.str("refresh_token"))
	want(t, "a minute before a day", r.Status, 200)
	hubs.skip(2 * time.Minute)
	if r = a.refresh(r.str("refresh_token")); r.Status == 200 {
		t.Error("after a day it goes on")
	}
}
