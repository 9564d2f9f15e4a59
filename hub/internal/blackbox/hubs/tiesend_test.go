package hubs_test

import (
	"testing"
	"time"

	"github.com/fedhub/fedhub/hub/internal/hubtest"
	"github.com/fedhub/fedhub/hub/store"
	"github.com/fedhub/fedhub/hub/upstreamtokens"
	"github.com/fedhub/fedhub/hub/users/linking"
)

// A response about another user than the requested one is invalid, so the
// sessions and tokens that depend on it end.
func TestAnAnswerAboutSomebodyElseEndsTheSignIn(t *testing.T) {
	hubs, a, r := hubtest.Tied(t, hubtest.NewWorld(t, hubtest.OpenSQLite(t)))
	set, tie := hubs.Secondary.Tie()
	if err := set.Update(t.Context(), tie.ID, func(now *upstreamtokens.Token) error { now.Subject = "somebody else"; return nil }); err != nil {
		t.Fatal(err)
	}
	hubs.Skip(6 * time.Minute)
	hubtest.Refused(t, "refresh", a.Refresh(r.Str("refresh_token")), 400, "invalid_grant")
	if _, tie = hubs.Secondary.Tie(); !tie.Ended || tie.Sealed != "" {
		t.Errorf("it is asked again: ended %v", tie.Ended)
	}
}

// After the identity was unlinked, its provider no longer updates the user.
func TestWhatWasDisconnectedMeanwhileEndsTheSignIn(t *testing.T) {
	hubs, a, r := hubtest.Tied(t, hubtest.NewWorld(t, hubtest.OpenSQLite(t)))
	w := hubs.Secondary
	set := store.NewCollection[linking.Identity](w.Backend, "identities", w.Clock.Now)
	linked, err := w.Hub.Identities(t.Context(), hubtest.Ada(t, w))
	if err != nil || len(linked) != 1 {
		t.Fatalf("%d identities, %v", len(linked), err)
	}
	if err := set.Delete(t.Context(), linked[0].ID); err != nil {
		t.Fatal(err)
	}
	hubs.Skip(6 * time.Minute)
	hubtest.Refused(t, "refresh", a.Refresh(r.Str("refresh_token")), 400, "invalid_grant")
	hubtest.Want(t, "userinfo", w.Userinfo(r.Str("access_token")).Status, 401)
}

// With an unreachable provider, sessions continue for exactly one day.
func TestASilentUpstreamIsWaitedForADayExactly(t *testing.T) {
	hubs, a, r := hubtest.Tied(t, hubtest.NewWorld(t, hubtest.OpenSQLite(t)))
	hubs.Primary.Stop()
	hubs.Skip(12 * time.Hour)
	r = a.Refresh(r.Str("refresh_token"))
	hubtest.Want(t, "after half a day", r.Status, 200)
	hubs.Skip(12*time.Hour - time.Minute)
	r = a.Refresh(r.Str("refresh_token"))
	hubtest.Want(t, "a minute before a day", r.Status, 200)
	hubs.Skip(2 * time.Minute)
	if r = a.Refresh(r.Str("refresh_token")); r.Status == 200 {
		t.Error("after a day it goes on")
	}
}
