package hubs_test

import (
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/internal/hubtest"
)

func TestWhatChangesAtThePrimaryArrivesAtTheNextRefresh(t *testing.T) {
	hubtest.OnBothEngines(t, func(t *testing.T, w *hubtest.World) {
		hubs, a, r := hubtest.Tied(t, w)
		hubtest.Want(t, "roles at first", hubtest.Roles(hubs.Secondary, r), "member")
		b := w.Browser()
		b.SignIn(b.Open("/signin"), "ada@example.org")
		b.Submit(b.Open("/account/profile"), "/account/profile", "name", "Ada King")
		if _, err := w.Hub.People().SetRoles(t.Context(), hubtest.Ada(t, w), []string{"lead"}); err != nil {
			t.Fatal(err)
		}

		r = a.Refresh(r.Str("refresh_token"))
		hubtest.Want(t, "roles a moment later: the primary is not asked at every refresh", hubtest.Roles(hubs.Secondary, r), "member")
		hubs.Skip(6 * time.Minute)
		r = a.Refresh(r.Str("refresh_token"))
		hubtest.Want(t, "roles after a while", hubtest.Roles(hubs.Secondary, r), "leader")
		hubtest.Want(t, "name", hubs.Secondary.Userinfo(r.Str("access_token")).Str("name"), "Ada King")

		// The tokens are not stored in plain text.
		if text := hubtest.Dump(t, hubs.Secondary); strings.Contains(text, "fhr_") {
			t.Error("a refresh token of the primary is in the secondary's database as it is")
		}
		// Simultaneous refreshes cause one request, and all succeed.
		hubs.Skip(6 * time.Minute)
		r = a.Refresh(r.Str("refresh_token"))
		hubtest.Want(t, "the third time", r.Status, 200)
	})
}

func TestWhoIsTurnedOffAtThePrimaryIsSoAtTheNextRefresh(t *testing.T) {
	hubs, a, r, b := hubtest.TiedIn(t, hubtest.NewWorld(t, hubtest.OpenSQLite(t)))
	hubtest.Want(t, "a page of their own", b.Open("/account").Status, 200)
	if _, err := hubs.Primary.Hub.People().SetDisabled(t.Context(), hubtest.Ada(t, hubs.Primary), true); err != nil {
		t.Fatal(err)
	}
	hubs.Skip(6 * time.Minute)
	hubtest.Refused(t, "refresh", a.Refresh(r.Str("refresh_token")), 400, "invalid_grant")
	hubtest.Want(t, "userinfo", hubs.Secondary.Userinfo(r.Str("access_token")).Status, 401)
	hubtest.Want(t, "a page of their own", b.Open("/account").Status, 303)
}

func TestASilentPrimaryIsWaitedForADay(t *testing.T) { // FE-45
	hubs, a, r := hubtest.Tied(t, hubtest.NewWorld(t, hubtest.OpenSQLite(t)))
	hubs.Primary.Stop()
	for range 3 {
		hubs.Skip(7 * time.Hour)
		r = a.Refresh(r.Str("refresh_token"))
		hubtest.Want(t, "refresh while the primary is down", r.Status, 200)
	}
	hubs.Skip(7 * time.Hour)
	hubtest.Refused(t, "after more than a day", a.Refresh(r.Str("refresh_token")), 503, "temporarily_unavailable")
}

func TestASuspensionIsNoWordAboutThePerson(t *testing.T) {
	hubs, a, r := hubtest.Tied(t, hubtest.NewWorld(t, hubtest.OpenSQLite(t)))
	if err := hubs.Primary.Hub.DecideServer(t.Context(), audit.Named("test"), hubs.Secondary.URL+"/oauth2/client-metadata/"+hubs.Key.ID, clients.Suspended); err != nil {
		t.Fatal(err)
	}
	hubs.Skip(6 * time.Minute)
	r = a.Refresh(r.Str("refresh_token"))
	hubtest.Want(t, "refresh", r.Status, 200)
	hubs.Skip(25 * time.Hour)
	hubtest.Refused(t, "after a day", a.Refresh(r.Str("refresh_token")), 503, "temporarily_unavailable")
}

// AD-10: tokens of one provider are never sent to another.
func TestTokensAreNotSentToWhereAKeyWasMoved(t *testing.T) {
	hubs, a, r := hubtest.Tied(t, hubtest.NewWorld(t, hubtest.OpenSQLite(t)))
	var requests atomic.Int32
	other := hubtest.NewServer(t, func(w http.ResponseWriter, _ *http.Request) { requests.Add(1); w.WriteHeader(http.StatusNotFound) })
	hubs.Secondary.Person("boss@example.org", "admin")
	boss := hubs.Secondary.Browser()
	boss.SignIn(boss.Open("/signin?local=1"), "boss@example.org")
	path := "/admin/providers/" + hubs.Key.ID
	asked := boss.Submit(boss.Open(path), path, "base_url", other)
	boss.Submit(asked, path, "identities", "leave")
	hubtest.Want(t, "the Base URL", hubs.Secondary.Key(hubs.Key.ID).BaseURL, other)

	requests.Store(0)
	hubs.Skip(6 * time.Minute)
	r = a.Refresh(r.Str("refresh_token"))
	hubtest.Want(t, "refresh", r.Status, 200)
	hubtest.Want(t, "how often the other was asked", requests.Load(), 0)
	hubs.Skip(25 * time.Hour)
	hubtest.Refused(t, "after a day", a.Refresh(r.Str("refresh_token")), 503, "temporarily_unavailable")
}
