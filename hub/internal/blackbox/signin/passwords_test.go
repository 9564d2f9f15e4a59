package signin_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/internal/hubtest"
	"github.com/fedhub/fedhub/hub/settings"
	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/hub/users/linking"
)

// Reports #17945 and erpnext #2291: users sign in by single sign-on only, but an
// administrator can still sign in if that is down.
func TestFrappeHole17945PasswordsMayBeForAdministratorsAlone(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Person("ada@example.org")
	hubs := hubtest.NewPair(t, w, func(k *federation.LoginKey) { k.SignUps = linking.SignUpAllow })
	here := hubs.Secondary
	here.Person("root@example.org", "admin")
	here.Person("grace@example.org")
	root := here.Home("root@example.org")
	saved := root.Submit(root.Open("/admin/settings"), "/admin/settings", "passwords", "administrators")
	if !strings.Contains(saved.Body, `value="administrators" selected`) {
		t.Fatalf("got %d: %s", saved.Status, saved.Body)
	}

	asks := func(p hubtest.Page) bool { return strings.Contains(p.Body, `name="password"`) }
	b := here.Browser()
	p := b.Open("/signin?switch=1")
	if asks(p) || !strings.Contains(p.Body, `id="use-password"`) || !strings.Contains(p.Body, "Continue with Head office") {
		t.Errorf("the page asks for a password, or names no other way: %s", p.Body)
	}
	p = b.Open("/signin?local=1")
	if !asks(p) || !strings.Contains(p.Body, `id="only-administrators"`) {
		t.Errorf("administrators have no way in: %s", p.Body)
	}
	p = b.SignIn(p, "grace@example.org")
	if p.Status != 403 || !strings.Contains(p.Body, "You can&#39;t sign in with a password here.") {
		t.Errorf("got %d: %s", p.Status, p.Body)
	}
	if p = b.Open("/account"); p.URL.Path != "/signin" {
		t.Errorf("a session was begun: at %s", p.URL)
	}
	if p = b.SignIn(b.Open("/signin?local=1"), "root@example.org"); p.URL.Path != "/account" {
		t.Errorf("an administrator is at %s: %s", p.URL, p.Body)
	}
	c, a := here.Browser(), here.App()
	if c.Answer(hubs.Through(c, a, "ada@example.org")).Get("code") == "" {
		t.Error("nobody comes by the other hub")
	}

	// An invitation does not set a password either.
	link, _, err := here.Hub.InviteUser(t.Context(), audit.Named("test"), users.NewInvitation{Email: "new@example.org"})
	if err != nil {
		t.Fatal(err)
	}
	at := strings.TrimPrefix(link, here.URL)
	invited := here.Browser()
	p = invited.Open(at)
	if asks(p) || !strings.Contains(p.Body, "Continue with Head office") {
		t.Errorf("the invitation asks for a password, or names no other way: %s", p.Body)
	}
	passwordsOf := func(who string) error {
		return here.Hub.ChangeSettings(t.Context(), audit.Named("test"), func(s *settings.Settings) { s.Passwords = who })
	}
	if err := passwordsOf("some"); err == nil {
		t.Error("any word is a setting")
	}
	if err := passwordsOf(settings.PasswordsForAll); err != nil {
		t.Fatal(err)
	}
	here.Home("grace@example.org")
	// The form was open before the setting changed.
	p = invited.Open(at)
	if err := passwordsOf(settings.PasswordsForAdministrators); err != nil {
		t.Fatal(err)
	}
	if p = invited.Post(p, at, "name", "New", "password", hubtest.Password); p.Status != 403 {
		t.Errorf("a password of an invited person: %d at %s", p.Status, p.URL)
	}
}

// A password that cannot sign in cannot link another identity either, because
// that identity could then sign in.
func TestAPasswordThatIsNoWayInLinksNothing(t *testing.T) {
	hubs, _ := hubtest.MailingPair(t)
	here := hubs.Secondary
	hubs.Primary.Person("ada@example.org")
	ada := here.Person("ada@example.org")
	b := here.Browser()
	p := hubs.Through(b, here.App(), "ada@example.org") // the page that asks for the password
	if err := here.Hub.ChangeSettings(t.Context(), audit.Named("test"), func(s *settings.Settings) { s.Passwords = settings.PasswordsForAdministrators }); err != nil {
		t.Fatal(err)
	}
	p = b.At(here).Submit(p, "/signin/link", "password", hubtest.Password)
	hubtest.Want(t, "status", p.Status, http.StatusForbidden)
	if strings.Contains(p.Body, `name="password"`) || !strings.Contains(p.Body, "You can&#39;t sign in with a password here.") || !strings.Contains(p.Body, `id="send-email"`) {
		t.Errorf("it asks for a password again, or says no other way: %s", p.Body)
	}
	hubtest.Want(t, "links", hubs.LinkedTo(t, ada), 0)

	// Where no emails are sent either, the page says so.
	silent := hubtest.NewPair(t, hubs.Primary)
	silent.Secondary.Person("ada@example.org")
	if err := silent.Secondary.Hub.ChangeSettings(t.Context(), audit.Named("test"), func(s *settings.Settings) { s.Passwords = settings.PasswordsForAdministrators }); err != nil {
		t.Fatal(err)
	}
	if p = silent.Through(silent.Secondary.Browser(), silent.Secondary.App(), "ada@example.org"); !strings.Contains(p.Body, `id="no-way"`) {
		t.Errorf("nobody is told what to do: %s", p.Body)
	}
}
