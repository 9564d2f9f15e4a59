package admin_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/internal/hubtest"
	"github.com/fedhub/fedhub/hub/users"
)

func TestAnAdministratorFindsPeople(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Person("root@example.org", "admin")
	b := w.Home("root@example.org")
	for i := range 30 {
		if _, err := w.Hub.AddUser(t.Context(), audit.Named("test"), users.NewUser{Email: "p" + string(rune('a'+i%26)) + strings.Repeat("x", i/26) + "@example.org", Profile: users.Profile{Name: "Person"}}); err != nil {
			t.Fatal(err)
		}
	}
	zoe, err := w.Hub.AddUser(t.Context(), audit.Named("test"), users.NewUser{Email: "z@example.org", Profile: users.Profile{Name: "Zoë Müller"}})
	if err != nil {
		t.Fatal(err)
	}
	first := b.Open("/admin/users")
	second := b.Open(link(t, first, "next"))
	hubtest.Want(t, "people on two pages", strings.Count(first.Body+second.Body, `href="/admin/users/`), 32)
	for _, text := range []string{"zoë", "MÜLLER", "z@ex", zoe.ID} {
		p := b.Open("/admin/users?q=" + url.QueryEscape(text))
		if !strings.Contains(p.Body, "/admin/users/"+zoe.ID) {
			t.Errorf("%q does not find Zoë: %s", text, p.Body)
		}
	}
	if p := b.Open("/admin/users?q=" + url.QueryEscape("nobody at all")); !strings.Contains(p.Body, "No users found") {
		t.Error("somebody was found")
	}
	w.Person("ada@example.org")
	for _, path := range []string{"/admin/users", "/admin/users/" + zoe.ID} {
		hubtest.Want(t, "for others", w.Home("ada@example.org").Open(path).Status, http.StatusForbidden)
	}
}

// link is the href of the link with this id.
func link(t *testing.T, p hubtest.Page, id string) string {
	t.Helper()
	before, _, found := strings.Cut(p.Body, `" id="`+id+`"`)
	if !found {
		t.Fatalf("the page has no link %s: %s", id, p.Body)
	}
	address := before[strings.LastIndex(before, `href="`)+len(`href="`):]
	return strings.ReplaceAll(address, "&amp;", "&")
}

// TestADisabledPersonIsOutEverywhere is FE-26: sessions and tokens end, the
// secondary gets a logout token, and no provider signs the user in again.
func TestADisabledPersonIsOutEverywhere(t *testing.T) {
	hubtest.OnBothEngines(t, func(t *testing.T, w *hubtest.World) {
		w.Person("root@example.org", "admin")
		ada := w.Person("ada@example.org")
		hubs := hubtest.NewPair(t, w)
		local := w.App()
		held := local.Redeem(w.Browser().SignInTo(local, "ada@example.org", "scope", "openid offline_access").Get("code"))
		a := hubs.Secondary.App()
		b := hubs.Secondary.Browser()
		there := a.Redeem(b.Answer(hubs.Through(b, a, "ada@example.org")).Get("code"))

		root := w.Home("root@example.org")
		shown := root.Open("/admin/users/" + ada.ID)
		if !strings.Contains(shown.Body, "signin.ok") {
			t.Errorf("the page shows no events: %s", shown.Body)
		}
		done := root.Submit(shown, "/admin/users/"+ada.ID+"/disable")
		if !strings.Contains(done.Body, "Disabled and signed out everywhere.") {
			t.Fatalf("%d %s", done.Status, done.Body)
		}
		if r := local.Refresh(held.Str("refresh_token")); r.Status == 200 {
			t.Error("the refresh token works")
		}
		if r := w.Userinfo(held.Str("access_token")); r.Status == 200 {
			t.Error("the access token works")
		}
		// The secondary gets the logout token a moment later.
		b.At(hubs.Secondary).OpenUntil("/account", func(p hubtest.Page) bool { return p.URL.Path == "/signin" })
		if r := a.Refresh(there.Str("refresh_token")); r.Status == 200 {
			t.Error("the refresh token of the secondary works")
		}
		if p := w.Browser().SignIn(w.Browser().Open("/signin"), "ada@example.org"); p.URL.Path == "/account" {
			t.Error("the password works")
		}
		back := root.Submit(done, "/admin/users/"+ada.ID+"/enable")
		if !strings.Contains(back.Body, "Enabled.") {
			t.Error("was not enabled")
		}
		w.Home("ada@example.org")
	})
}

// TestAnUpstreamDoesNotEnableAnybody is FE-26, at the secondary.
func TestAnUpstreamDoesNotEnableAnybody(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Person("ada@example.org")
	hubs := hubtest.NewPair(t, w)
	hubs.Secondary.Person("root@example.org", "admin")
	a := hubs.Secondary.App()
	b := hubs.Secondary.Browser()
	b.Answer(hubs.Through(b, a, "ada@example.org"))
	root := hubs.Secondary.Home("root@example.org")
	found := root.Open("/admin/users?q=ada%40example.org")
	path := found.Body[strings.Index(found.Body, "/admin/users/"):]
	path = path[:strings.Index(path, `"`)]
	root.Submit(root.Open(path), path+"/disable")
	again := hubs.Secondary.Browser()
	if p := hubs.Through(again, a, "ada@example.org"); p.Status != http.StatusForbidden {
		t.Errorf("a disabled person came in: %d %s", p.Status, p.Location)
	}
	if p := root.Open(path); !strings.Contains(p.Body, "Disabled") {
		t.Error("they are enabled again")
	}
}

func TestAdministratorsDoNotLockThemselvesOut(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	root := w.Person("root@example.org", "admin")
	other := w.Person("other@example.org", "admin")
	b := w.Home("root@example.org")
	page := b.Open("/admin/users/" + other.ID)
	own := b.Open("/admin/users/" + root.ID)
	if strings.Contains(own.Body, `/disable"`) {
		t.Error("the own page offers to disable oneself")
	}
	_, fields, _ := hubtest.Form(page.Body, "/admin/users/"+other.ID+"/disable")
	p := b.Read(b.PostForm(w.URL+"/admin/users/"+root.ID+"/disable", fields))
	hubtest.Want(t, "disabling oneself", p.Status, http.StatusConflict)
	hubtest.Want(t, "without the role", b.Submit(own, "/admin/users/"+root.ID+"/administrator").Status, http.StatusConflict)
	b.Submit(page, "/admin/users/"+other.ID+"/roles", "roles", "staff\neditors")
	u, err := w.Hub.User(t.Context(), other.ID)
	if err != nil {
		t.Fatal(err)
	}
	hubtest.Want(t, "roles", strings.Join(u.Roles, " "), "admin editors staff")
	bad := b.Submit(b.Open("/admin/users/"+other.ID), "/admin/users/"+other.ID+"/roles", "roles", strings.Repeat("x", 100))
	hubtest.Want(t, "a role nobody could read", bad.Status, http.StatusUnprocessableEntity)
}

func TestAnAdministratorSendsALinkToChooseAPassword(t *testing.T) {
	w, box := hubtest.MailingWorld(t)
	w.Person("root@example.org", "admin")
	ada := w.Person("ada@example.org")
	b := w.Home("root@example.org")
	p := b.Submit(b.Open("/admin/users/"+ada.ID), "/admin/users/"+ada.ID+"/reset")
	if !strings.Contains(p.Body, "Email sent.") || strings.Contains(p.Body, "/password/reset/") {
		t.Errorf("%s", p.Body)
	}
	hubtest.Want(t, "the link", w.Browser().Open(box.Link(w, "ada@example.org")).Status, 200)

	silent := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	silent.Person("root@example.org", "admin")
	ada = silent.Person("ada@example.org")
	b = silent.Home("root@example.org")
	p = b.Submit(b.Open("/admin/users/"+ada.ID), "/admin/users/"+ada.ID+"/reset")
	_, shown, found := strings.Cut(p.Body, `id="reset-link">`)
	if !found {
		t.Fatalf("no link is shown: %s", p.Body)
	}
	shown, _, _ = strings.Cut(shown, "<")
	hubtest.Want(t, "the shown link", silent.Browser().Open(shown).Status, 200)
}

func TestAnIdentityIsUnlinkedByAnAdministratorButNotTheLast(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	ada := w.Person("ada@example.org")
	hubs := hubtest.NewPair(t, w, func(k *federation.LoginKey) { k.Linking = federation.Confirm })
	hubs.Secondary.Person("root@example.org", "admin")
	a := hubs.Secondary.App()
	b := hubs.Secondary.Browser()
	b.Answer(hubs.Through(b, a, "ada@example.org"))
	root := hubs.Secondary.Home("root@example.org")
	// Search by the provider's ID (sub).
	found := root.Open("/admin/users?q=" + ada.ID)
	path := found.Body[strings.Index(found.Body, "/admin/users/"):]
	path = path[:strings.Index(path, `"`)]
	p := root.Open(path)
	if !strings.Contains(p.Body, ada.ID) || strings.Contains(p.Body, path+"/unlink") {
		t.Errorf("the only way in can be removed: %s", p.Body)
	}
}
