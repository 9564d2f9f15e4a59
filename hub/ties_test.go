package hub_test

import (
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/federation"
)

// tied is an app at a secondary whose person came from the primary, for good.
func tied(t *testing.T, w *world, change ...func(*federation.LoginKey)) (hubs pair, a *app, r reply) {
	t.Helper()
	hubs, a, r, _ = tiedIn(t, w, change...)
	return hubs, a, r
}

// tiedIn is tied, with the browser in which the person is signed in.
func tiedIn(t *testing.T, w *world, change ...func(*federation.LoginKey)) (hubs pair, a *app, r reply, b *browser) {
	t.Helper()
	w.person("ada@example.org", "staff")
	w.person("root@example.org", "admin")
	hubs = newPair(t, w, append(change, func(k *federation.LoginKey) {
		k.Direct, k.RoleMap = true, map[string]string{"staff": "member", "lead": "leader"}
	})...)
	a = hubs.secondary.app()
	b = hubs.secondary.browser()
	p := b.walk(b.authorize(a.request("scope", "openid profile email roles offline_access")), "ada@example.org", hubs.primary, hubs.secondary)
	return hubs, a, a.redeem(b.answer(p).Get("code")), b
}

func TestWhatChangesAtThePrimaryArrivesAtTheNextRefresh(t *testing.T) {
	onBothEngines(t, func(t *testing.T, w *world) {
		hubs, a, r := tied(t, w)
		want(t, "roles at first", roles(hubs.secondary, r), "member")
		b := w.browser()
		b.signIn(b.open("/signin"), "ada@example.org")
		b.submit(b.open("/account/profile"), "/account/profile", "name", "Ada King")
		if _, err := w.Hub.People().SetRoles(t.Context(), ada(t, w), []string{"lead"}); err != nil {
			t.Fatal(err)
		}

		r = a.refresh(r.str("refresh_token"))
		want(t, "roles a moment later: the primary is not asked at every refresh", roles(hubs.secondary, r), "member")
		hubs.skip(6 * time.Minute)
		r = a.refresh(r.str("refresh_token"))
		want(t, "roles after a while", roles(hubs.secondary, r), "leader")
		want(t, "name", hubs.secondary.userinfo(r.str("access_token")).str("name"), "Ada King")

		// The tokens are nowhere to be read.
		if text := dump(t, hubs.secondary); strings.Contains(text, "fhr_") {
			t.Error("a refresh token of the primary is in the secondary's database as it is")
		}
		// Many at once ask once; none of them is refused for it.
		hubs.skip(6 * time.Minute)
		r = a.refresh(r.str("refresh_token"))
		want(t, "the third time", r.Status, 200)
	})
}

func TestWhoIsTurnedOffAtThePrimaryIsSoAtTheNextRefresh(t *testing.T) {
	hubs, a, r, b := tiedIn(t, newWorld(t, openSQLite(t)))
	want(t, "a page of their own", b.open("/account").Status, 200)
	if _, err := hubs.primary.Hub.People().SetDisabled(t.Context(), ada(t, hubs.primary), true); err != nil {
		t.Fatal(err)
	}
	hubs.skip(6 * time.Minute)
	refused(t, "refresh", a.refresh(r.str("refresh_token")), 400, "invalid_grant")
	want(t, "userinfo", hubs.secondary.userinfo(r.str("access_token")).Status, 401)
	want(t, "a page of their own", b.open("/account").Status, 303)
}

func TestASilentPrimaryIsWaitedForADay(t *testing.T) { // FE-45
	hubs, a, r := tied(t, newWorld(t, openSQLite(t)))
	hubs.primary.stop()
	for range 3 {
		hubs.skip(7 * time.Hour)
		r = a.refresh(r.str("refresh_token"))
		want(t, "refresh while the primary is down", r.Status, 200)
	}
	hubs.skip(7 * time.Hour)
	refused(t, "after more than a day", a.refresh(r.str("refresh_token")), 503, "temporarily_unavailable")
}

// ada is her id at a hub.
func ada(t *testing.T, w *world) string {
	t.Helper()
	all, err := w.Hub.Users(t.Context(), "", 10)
	if err != nil {
		t.Fatal(err)
	}
	for _, u := range all {
		if u.Email == "ada@example.org" {
			return u.ID
		}
	}
	t.Fatal("ada is not there")
	return ""
}

func roles(w *world, r reply) string {
	list, _ := w.userinfo(r.str("access_token")).JSON["roles"].([]any)
	var out []string
	for _, one := range list {
		out = append(out, one.(string))
	}
	return strings.Join(out, " ")
}

func TestASuspensionIsNoWordAboutThePerson(t *testing.T) {
	hubs, a, r := tied(t, newWorld(t, openSQLite(t)))
	if err := hubs.primary.Hub.DecideServer(t.Context(), "test", hubs.secondary.URL+"/oauth2/client-metadata/"+hubs.key.ID, clients.Suspended); err != nil {
		t.Fatal(err)
	}
	hubs.skip(6 * time.Minute)
	r = a.refresh(r.str("refresh_token"))
	want(t, "refresh", r.Status, 200)
	hubs.skip(25 * time.Hour)
	refused(t, "after a day", a.refresh(r.str("refresh_token")), 503, "temporarily_unavailable")
}

// AD-10: what one upstream gave is never sent to another.
func TestTokensAreNotSentToWhereAKeyWasMoved(t *testing.T) {
	hubs, a, r := tied(t, newWorld(t, openSQLite(t)))
	var asked atomic.Int32
	other := newServer(t, func(w http.ResponseWriter, _ *http.Request) { asked.Add(1); w.WriteHeader(http.StatusNotFound) })
	hubs.secondary.person("boss@example.org", "admin")
	boss := hubs.secondary.browser()
	boss.signIn(boss.open("/signin?local=1"), "boss@example.org")
	path := "/admin/keys/" + hubs.key.ID
	boss.submit(boss.open(path), path, "base_url", other)
	want(t, "the Base URL", hubs.secondary.key(hubs.key.ID).BaseURL, other)

	asked.Store(0)
	hubs.skip(6 * time.Minute)
	r = a.refresh(r.str("refresh_token"))
	want(t, "refresh", r.Status, 200)
	want(t, "how often the other was asked", asked.Load(), 0)
	hubs.skip(25 * time.Hour)
	refused(t, "after a day", a.refresh(r.str("refresh_token")), 503, "temporarily_unavailable")
}
