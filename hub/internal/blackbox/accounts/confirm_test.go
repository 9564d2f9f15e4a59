package accounts_test

import (
	"strings"
	"testing"
	"time"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/hub/internal/hubtest"
)

func lacks(t *testing.T, what string, p hubtest.Page, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if strings.Contains(p.Body, part) {
			t.Errorf("%s has %q", what, part)
		}
	}
}

func has(t *testing.T, what string, p hubtest.Page, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(p.Body, part) {
			t.Errorf("%s has no %q:\n%s", what, part, p.Body)
		}
	}
}

// A request for a new sign-in is put to the user who is signed in: their address
// stays and cannot be changed, and another account is a link away.
func TestANewSignInIsAskedOfTheUserWhoIsSignedIn(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Person("ada@example.org")
	w.Person("bob@example.org")
	a := w.App(func(c *clients.Client) { c.SkipAuthorization = true })
	b := w.Browser()
	token := a.Redeem(b.SignInTo(a, "ada@example.org").Get("code")).Str("id_token")
	w.Clock.Skip(time.Hour)
	for _, pairs := range [][]string{{"prompt", "login"}, {"max_age", "60"}, {"prompt", "login", "login_hint", "ADA@example.org"}, {"prompt", "login", "id_token_hint", token}} {
		p := b.Authorize(a.Request(pairs...))
		has(t, strings.Join(pairs, " "), p, "Confirm it&#39;s you, ", `value="ada@example.org" autocomplete="username" readonly hidden`, `id="switch-account"`)
		lacks(t, strings.Join(pairs, " "), p, `<label for="email"`, `id="sign-up"`)
	}
	wrong := b.Submit(b.Authorize(a.Request("prompt", "login")), "/signin", "password", "not the password at all")
	has(t, "after a wrong password", wrong, "Confirm it&#39;s you, ", `id="problems"`)
	if b.Answer(b.Submit(wrong, "/signin", "password", hubtest.Password)).Get("code") == "" {
		t.Error("the right password afterwards is not enough")
	}

	// A request about another user, and the link, lead to an empty page.
	w.Clock.Skip(time.Hour)
	p := b.Authorize(a.Request("prompt", "login", "login_hint", "bob@example.org"))
	has(t, "a hint at another user", p, `<label for="email"`, `value="bob@example.org"`)
	p = b.Authorize(a.Request("prompt", "login"))
	other := b.Open("/signin?flow=" + p.URL.Query().Get("flow") + "&switch=1")
	has(t, "another account", other, `<label for="email"`)
	lacks(t, "another account", other, "Confirm it&#39;s you", "ada@example.org")
}

func TestAProofNamesTheUser(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Person("ada@example.org")
	_, app, _ := w.WithApp("ada@example.org")
	b := w.Browser()
	b.SignInWith("ada@example.org", app)
	w.Clock.Skip(time.Hour)
	p := b.Open("/signin/prove?to=/account/email")
	has(t, "before a change", p, "Confirm it&#39;s you, ", "<small>ada@example.org</small>", "/signin?switch=1&amp;to=%2Faccount%2Femail")
	p = b.Submit(p, "/signin/prove", "prove_password", hubtest.Password)
	has(t, "the second factor of a proof", p, "Confirm it&#39;s you, ", "<small>ada@example.org</small>", `id="switch-account"`)
}

// A tab with a sign-in page goes on after the user signed in in another tab: its
// form is good, and opening the page again leads on to the application.
func TestTwoTabsJustGoOn(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Person("ada@example.org")
	a := w.App(func(c *clients.Client) { c.SkipAuthorization = true })
	b := w.Browser()
	one, two, three := b.Authorize(a.Request("state", "one")), b.Authorize(a.Request("state", "two")), b.Authorize(a.Request("state", "three"))
	hubtest.Want(t, "the first tab", b.Answer(b.SignIn(one, "ada@example.org")).Get("state"), "one")
	hubtest.Want(t, "the form of the second tab", b.Answer(b.SignIn(two, "ada@example.org")).Get("state"), "two")
	hubtest.Want(t, "the third tab, opened again", b.Answer(b.Open(three.URL.String())).Get("state"), "three")

	// A form of a session goes on when the same user signs in again.
	page := b.Open("/account/profile")
	b.SignIn(b.Open("/signin?switch=1"), "ada@example.org")
	if p := b.Submit(page, "/account/profile", "name", "Ada Again"); p.Status != 200 {
		t.Errorf("after signing in again: %d:\n%s", p.Status, p.Body)
	}
}
