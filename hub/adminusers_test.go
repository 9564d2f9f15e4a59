package hub_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/hub/users"
)

func TestAnAdministratorFindsPeople(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	w.person("root@example.org", "admin")
	b := w.home("root@example.org")
	for i := range 30 {
		if _, err := w.Hub.AddUser(t.Context(), "test", users.NewUser{Email: "p" + string(rune('a'+i%26)) + strings.Repeat("x", i/26) + "@example.org", Name: "Person"}); err != nil {
			t.Fatal(err)
		}
	}
	zoe, err := w.Hub.AddUser(t.Context(), "test", users.NewUser{Email: "z@example.org", Name: "Zoë Müller"})
	if err != nil {
		t.Fatal(err)
	}
	first := b.open("/admin/users")
	second := b.open(link(t, first, "next"))
	want(t, "people on two pages", strings.Count(first.Body+second.Body, `href="/admin/users/`), 32)
	for _, text := range []string{"zoë", "MÜLLER", "z@ex", zoe.ID} {
		p := b.open("/admin/users?q=" + url.QueryEscape(text))
		if !strings.Contains(p.Body, "/admin/users/"+zoe.ID) {
			t.Errorf("%q does not find Zoë: %s", text, p.Body)
		}
	}
	if p := b.open("/admin/users?q=" + url.QueryEscape("nobody at all")); !strings.Contains(p.Body, "Nobody was found") {
		t.Error("somebody was found")
	}
	w.person("ada@example.org")
	for _, path := range []string{"/admin/users", "/admin/users/" + zoe.ID} {
		want(t, "for others", w.home("ada@example.org").open(path).Status, http.StatusForbidden)
	}
}

// link is where the link with the id leads.
func link(t *testing.T, p page, id string) string {
	t.Helper()
	before, _, found := strings.Cut(p.Body, `" id="`+id+`"`)
	if !found {
		t.Fatalf("the page has no link %s: %s", id, p.Body)
	}
	address := before[strings.LastIndex(before, `href="`)+len(`href="`):]
	return strings.ReplaceAll(address, "&amp;", "&")
}

// TestADisabledPersonIsOutEverywhere is FE-26: what the person holds here ends,
// the secondary is told, and no upstream lets them in again.
func TestADisabledPersonIsOutEverywhere(t *testing.T) {
	onBothEngines(t, func(t *testing.T, w *world) {
		w.person("root@example.org", "admin")
		ada := w.person("ada@example.org")
		hubs := newPair(t, w)
		local := w.app()
		held := local.redeem(w.browser().signInTo(local, "ada@example.org", "scope", "openid offline_access").Get("code"))
		a := hubs.secondary.app()
		b := hubs.secondary.browser()
		there := a.redeem(b.answer(hubs.through(b, a, "ada@example.org")).Get("code"))

		root := w.home("root@example.org")
		shown := root.open("/admin/users/" + ada.ID)
		if !strings.Contains(shown.Body, "signin.ok") {
			t.Errorf("the page shows no events: %s", shown.Body)
		}
		done := root.submit(shown, "/admin/users/"+ada.ID+"/disable")
		if !strings.Contains(done.Body, "Disabled, and signed out everywhere.") {
			t.Fatalf("%d %s", done.Status, done.Body)
		}
		if r := local.refresh(held.str("refresh_token")); r.Status == 200 {
			t.Error("the refresh token works")
		}
		if r := w.userinfo(held.str("access_token")); r.Status == 200 {
			t.Error("the access token works")
		}
		// The secondary hears of it a moment later.
		b.at(hubs.secondary).openUntil("/account", func(p page) bool { return p.URL.Path == "/signin" })
		if r := a.refresh(there.str("refresh_token")); r.Status == 200 {
			t.Error("the refresh token of the secondary works")
		}
		if p := w.browser().signIn(w.browser().open("/signin"), "ada@example.org"); p.URL.Path == "/account" {
			t.Error("the password works")
		}
		back := root.submit(done, "/admin/users/"+ada.ID+"/enable")
		if !strings.Contains(back.Body, "Enabled.") {
			t.Error("was not enabled")
		}
		w.home("ada@example.org")
	})
}

// TestAnUpstreamDoesNotEnableAnybody is FE-26, at the secondary.
func TestAnUpstreamDoesNotEnableAnybody(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	w.person("ada@example.org")
	hubs := newPair(t, w)
	hubs.secondary.person("root@example.org", "admin")
	a := hubs.secondary.app()
	b := hubs.secondary.browser()
	b.answer(hubs.through(b, a, "ada@example.org"))
	root := hubs.secondary.home("root@example.org")
	found := root.open("/admin/users?q=ada%40example.org")
	path := found.Body[strings.Index(found.Body, "/admin/users/"):]
	path = path[:strings.Index(path, `"`)]
	root.submit(root.open(path), path+"/disable")
	again := hubs.secondary.browser()
	if p := hubs.through(again, a, "ada@example.org"); p.Status != http.StatusForbidden {
		t.Errorf("a disabled person came in: %d %s", p.Status, p.Location)
	}
	if p := root.open(path); !strings.Contains(p.Body, "Disabled") {
		t.Error("they are enabled again")
	}
}

func TestAdministratorsDoNotLockThemselvesOut(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	root := w.person("root@example.org", "admin")
	other := w.person("other@example.org", "admin")
	b := w.home("root@example.org")
	page := b.open("/admin/users/" + other.ID)
	own := b.open("/admin/users/" + root.ID)
	if strings.Contains(own.Body, `/disable"`) {
		t.Error("the own page offers to disable oneself")
	}
	_, fields, _ := form(page.Body, "/admin/users/"+other.ID+"/disable")
	p := b.read(b.PostForm(w.URL+"/admin/users/"+root.ID+"/disable", fields))
	want(t, "disabling oneself", p.Status, http.StatusConflict)
	want(t, "without the role", b.submit(own, "/admin/users/"+root.ID+"/roles", "roles", "staff").Status, http.StatusConflict)
	b.submit(page, "/admin/users/"+other.ID+"/roles", "roles", "staff, editors")
	u, err := w.Hub.User(t.Context(), other.ID)
	if err != nil {
		t.Fatal(err)
	}
	want(t, "roles", strings.Join(u.Roles, " "), "editors staff")
	bad := b.submit(b.open("/admin/users/"+other.ID), "/admin/users/"+other.ID+"/roles", "roles", strings.Repeat("x", 100))
	want(t, "a role nobody could read", bad.Status, http.StatusUnprocessableEntity)
}

func TestAnAdministratorSendsALinkToChooseAPassword(t *testing.T) {
	w, box := mailingWorld(t)
	w.person("root@example.org", "admin")
	ada := w.person("ada@example.org")
	b := w.home("root@example.org")
	p := b.submit(b.open("/admin/users/"+ada.ID), "/admin/users/"+ada.ID+"/reset")
	if !strings.Contains(p.Body, "A letter is on its way.") || strings.Contains(p.Body, "/password/reset/") {
		t.Errorf("%s", p.Body)
	}
	want(t, "the link", w.browser().open(box.link(w, "ada@example.org")).Status, 200)

	silent := newWorld(t, openSQLite(t))
	silent.person("root@example.org", "admin")
	ada = silent.person("ada@example.org")
	b = silent.home("root@example.org")
	p = b.submit(b.open("/admin/users/"+ada.ID), "/admin/users/"+ada.ID+"/reset")
	_, shown, found := strings.Cut(p.Body, `id="reset-link">`)
	if !found {
		t.Fatalf("no link is shown: %s", p.Body)
	}
	shown, _, _ = strings.Cut(shown, "<")
	want(t, "the shown link", silent.browser().open(shown).Status, 200)
}

func TestAnIdentityIsUnlinkedByAnAdministratorButNotTheLast(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	ada := w.person("ada@example.org")
	hubs := newPair(t, w, func(k *federation.LoginKey) { k.Linking = federation.Confirm })
	hubs.secondary.person("root@example.org", "admin")
	a := hubs.secondary.app()
	b := hubs.secondary.browser()
	b.answer(hubs.through(b, a, "ada@example.org"))
	root := hubs.secondary.home("root@example.org")
	// By what the upstream calls her.
	found := root.open("/admin/users?q=" + ada.ID)
	path := found.Body[strings.Index(found.Body, "/admin/users/"):]
	path = path[:strings.Index(path, `"`)]
	p := root.open(path)
	if !strings.Contains(p.Body, ada.ID) || strings.Contains(p.Body, path+"/unlink") {
		t.Errorf("the only way in can be removed: %s", p.Body)
	}
}
