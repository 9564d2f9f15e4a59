package hubs_test

import (
	"testing"
	"time"

	"github.com/fedhub/fedhub/hub/internal/hubtest"
	"github.com/fedhub/fedhub/hub/store"
	"github.com/fedhub/fedhub/hub/upstreamtokens"
	"github.com/fedhub/fedhub/hub/users/linking"
)

// An upstream that is asked about one person and answers about another speaks
// for nobody: what hangs on the answer ends.
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

// Whoever has lost the identity that they came by is not kept up to date by it.
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

// An upstream that is silent is waited for a day, and not a moment more.
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
