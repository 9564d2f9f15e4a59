package account_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/hub/internal/hubtest"
)

func TestConnectedAppsSayWhenTheyWereUsedAndGoAllAtOnce(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Person("ada@example.org")
	w.Person("bob@example.org")
	a, other := w.App(), w.App(func(c *clients.Client) { c.Name = "Wiki" })
	bob := w.Browser()
	bobs := a.Redeem(bob.SignInTo(a, "bob@example.org").Get("code"))
	b := w.Browser()
	tokens := a.Redeem(b.SignInTo(a, "ada@example.org", "scope", "openid offline_access").Get("code"))
	if p := b.Open("/account"); strings.Contains(p.Body, "/account/apps/remove-all") {
		t.Error("one app is more than one")
	}
	w.Clock.Skip(48 * time.Hour)
	tokens = a.Refresh(tokens.Str("refresh_token"))
	b = w.Home("ada@example.org")
	b.SignInTo(other, "ada@example.org")
	used := w.Clock.Now().UTC().Format("2 Jan 2006")
	p := b.Open("/account")
	if !strings.Contains(hubtest.Gist(p.Body), "last used "+used) {
		t.Errorf("no app was last used on %s: %s", used, hubtest.Gist(p.Body))
	}
	done := b.Submit(p, "/account/apps/remove-all")
	hubtest.Want(t, "done", done.URL.RequestURI(), "/account?done=removed")
	if strings.Contains(done.Body, "/account/apps/remove") {
		t.Errorf("some are left: %s", hubtest.Gist(done.Body))
	}
	hubtest.Want(t, "userinfo", w.Userinfo(tokens.Str("access_token")).Status, http.StatusUnauthorized)
	hubtest.Want(t, "this browser", b.Open("/account").URL.Path, "/account")
	w.Clock.Skip(-48 * time.Hour)
	hubtest.Want(t, "another's", w.Userinfo(bobs.Str("access_token")).Status, http.StatusOK)
}

func TestSessionsNameTheirAppsAndTheOthersAreEnded(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Person("ada@example.org")
	w.Person("bob@example.org")
	bob := w.Home("bob@example.org")
	a := w.App()
	one, two := w.Home("ada@example.org"), w.Browser()
	tokens := a.Redeem(two.SignInTo(a, "ada@example.org").Get("code"))
	p := one.Open("/account")
	if !strings.Contains(p.Body, "Apps: Payroll") || !strings.Contains(p.Body, "Sign out 1 other browser") {
		t.Errorf("got %s", hubtest.Gist(p.Body))
	}
	one.Submit(p, "/account/sessions/end-others")
	hubtest.Want(t, "this browser", one.Open("/account").URL.Path, "/account")
	hubtest.Want(t, "the other one", two.Open("/account").URL.Path, "/signin")
	hubtest.Want(t, "another user's", bob.Open("/account").URL.Path, "/account")
	hubtest.Want(t, "a token of the other one", w.Userinfo(tokens.Str("access_token")).Status, http.StatusUnauthorized)
	if strings.Contains(one.Open("/account").Body, "/account/sessions/end-others") {
		t.Error("there is no other one left")
	}
}

func TestTheSecurityPageSaysWhatIsMissing(t *testing.T) {
	w := passkeyWorld(t)
	w.Person("ada@example.org")
	b := w.Home("ada@example.org")
	p := b.Open("/account/security")
	for _, want := range []string{`id="mend-password"`, `id="mend-ways"`, "0 passkeys", `id="mend-second"`} {
		if !strings.Contains(p.Body, want) {
			t.Errorf("the page lacks %q: %s", want, hubtest.Gist(p.Body))
		}
	}
	b.AddPasskey(w.Device(), "name", "Laptop")
	if p := b.Open("/account/security"); !strings.Contains(p.Body, "1 passkey") || !strings.Contains(p.Body, "well protected") {
		t.Errorf("got %s", hubtest.Gist(p.Body))
	}
}
