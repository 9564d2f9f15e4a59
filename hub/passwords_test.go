package hub_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/hub/settings"
	"github.com/fedhub/fedhub/hub/users"
)

// Holes #17945 and erpnext #2291: people come by single sign-on alone, and an
// administrator still gets in when that is down.
func TestFrappeHole17945PasswordsMayBeForAdministratorsAlone(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	w.person("ada@example.org")
	hubs := newPair(t, w, func(k *federation.LoginKey) { k.SignUps = users.SignUpAllow })
	here := hubs.secondary
	here.person("root@example.org", "admin")
	here.person("grace@example.org")
	root := here.home("root@example.org")
	saved := root.submit(root.open("/admin/settings"), "/admin/settings", "passwords", "administrators")
	if !strings.Contains(saved.Body, `value="administrators" selected`) {
		t.Fatalf("got %d: %s", saved.Status, saved.Body)
	}

	asks := func(p page) bool { return strings.Contains(p.Body, `name="password"`) }
	b := here.browser()
	p := b.open("/signin?switch=1")
	if asks(p) || !strings.Contains(p.Body, `id="use-password"`) || !strings.Contains(p.Body, "Continue with Head office") {
		t.Errorf("the page asks for a password, or names no other way: %s", p.Body)
	}
	p = b.open("/signin?local=1")
	if !asks(p) || !strings.Contains(p.Body, `id="only-administrators"`) {
		t.Errorf("administrators have no way in: %s", p.Body)
	}
	p = b.signIn(p, "grace@example.org")
	if p.Status != 403 || !strings.Contains(p.Body, "Your password is not a way in here.") {
		t.Errorf("got %d: %s", p.Status, p.Body)
	}
	if p = b.open("/account"); p.URL.Path != "/signin" {
		t.Errorf("a session was begun: at %s", p.URL)
	}
	if p = b.signIn(b.open("/signin?local=1"), "root@example.org"); p.URL.Path != "/account" {
		t.Errorf("an administrator is at %s: %s", p.URL, p.Body)
	}
	c, a := here.browser(), here.app()
	if c.answer(hubs.through(c, a, "ada@example.org")).Get("code") == "" {
		t.Error("nobody comes by the other hub")
	}

	// Nor does an invitation make a password.
	link, _, err := here.Hub.InviteUser(t.Context(), users.NewInvitation{Email: "new@example.org", By: "test"})
	if err != nil {
		t.Fatal(err)
	}
	at := strings.TrimPrefix(link, here.URL)
	invited := here.browser()
	p = invited.open(at)
	if asks(p) || !strings.Contains(p.Body, "Continue with Head office") {
		t.Errorf("the invitation asks for a password, or names no other way: %s", p.Body)
	}
	passwordsOf := func(who string) error {
		return here.Hub.ChangeSettings(t.Context(), "test", func(s *settings.Settings) { s.Passwords = who })
	}
	if err := passwordsOf("some"); err == nil {
		t.Error("any word is a setting")
	}
	if err := passwordsOf(settings.PasswordsForAll); err != nil {
		t.Fatal(err)
	}
	here.home("grace@example.org")
	// The form was opened before it was withdrawn.
	p = invited.open(at)
	if err := passwordsOf(settings.PasswordsForAdministrators); err != nil {
		t.Fatal(err)
	}
	if p = invited.post(p, at, "name", "New", "password", password); p.Status != 403 {
		t.Errorf("a password of an invited person: %d at %s", p.Status, p.URL)
	}
}

// A password that is no way in proves no account to somebody else's identity
// either: that would be the way in from then on.
func TestAPasswordThatIsNoWayInLinksNothing(t *testing.T) {
	hubs, _ := lettered(t)
	here := hubs.secondary
	hubs.primary.person("ada@example.org")
	ada := here.person("ada@example.org")
	b := here.browser()
	p := hubs.through(b, here.app(), "ada@example.org") // the page that asks for the password
	if err := here.Hub.ChangeSettings(t.Context(), "test", func(s *settings.Settings) { s.Passwords = settings.PasswordsForAdministrators }); err != nil {
		t.Fatal(err)
	}
	p = b.at(here).submit(p, "/signin/link", "password", password)
	want(t, "status", p.Status, http.StatusForbidden)
	if strings.Contains(p.Body, `name="password"`) || !strings.Contains(p.Body, "Your password is not a way in here.") || !strings.Contains(p.Body, `id="send-letter"`) {
		t.Errorf("it asks for a password again, or says no other way: %s", p.Body)
	}
	want(t, "links", hubs.linkedTo(t, ada), 0)

	// Where no letters are sent either, the page says so.
	silent := newPair(t, hubs.primary)
	silent.secondary.person("ada@example.org")
	if err := silent.secondary.Hub.ChangeSettings(t.Context(), "test", func(s *settings.Settings) { s.Passwords = settings.PasswordsForAdministrators }); err != nil {
		t.Fatal(err)
	}
	if p = silent.through(silent.secondary.browser(), silent.secondary.app(), "ada@example.org"); !strings.Contains(p.Body, `id="no-way"`) {
		t.Errorf("nobody is told what to do: %s", p.Body)
	}
}
