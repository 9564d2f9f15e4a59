package signin_test

import (
	"strings"
	"testing"

	"github.com/fedhub/fedhub/hub/internal/hubtest"
)

func TestASignInIsTriedBeforeAnybodyCanUseIt(t *testing.T) {
	hubs := hubtest.NewProvider(t)
	hubs.Primary.Person("ada@example.org")
	w := hubs.Secondary
	b := w.Operator()
	before := strings.Count(hubtest.Dump(t, w), "\nusers ") + strings.Count(hubtest.Dump(t, w), "\nidentities ") + strings.Count(hubtest.Dump(t, w), "\nsessions ")
	p := hubs.Tested(b, "ada@example.org")
	if p.URL.Path != "/admin/providers/company/tried" || p.Status != 200 {
		t.Fatalf("got %d at %s:\n%s", p.Status, p.URL, p.Body)
	}
	after := strings.Count(hubtest.Dump(t, w), "\nusers ") + strings.Count(hubtest.Dump(t, w), "\nidentities ") + strings.Count(hubtest.Dump(t, w), "\nsessions ")
	hubtest.Want(t, "users, identities and sessions", after, before)
	for _, text := range []string{
		"Discovery", "Authorization request", "Token", "ID token checks", "Mapping", "Policy",
		"ada@example.org", "You&#39;d be refused.", "does not allow sign-ups", "does not trust the provider for its domain", `id="enable"`,
	} {
		if !strings.Contains(p.Body, text) {
			t.Errorf("the page does not say %q:\n%s", text, p.Body)
		}
	}
	if strings.Contains(p.Body, "eyJ") {
		t.Error("the page shows a token")
	}
	if !strings.Contains(w.Logs.String(), "loginkey.tried") {
		t.Error("there is no audit event")
	}
	hubtest.Want(t, "still the administrator", b.Open("/account").Status, 200)

	// The test uses the current settings.
	b.Submit(b.Open("/admin/providers/company"), "/admin/providers/company", "sign_ups", "allow", "trust_email", "1")
	if again := b.Open(p.URL.RequestURI()); !strings.Contains(again.Body, "You&#39;d get a new account") {
		t.Errorf("another policy decides the same:\n%s", again.Body)
	}
	on := b.Submit(b.Open(p.URL.RequestURI()), "/admin/providers/company/switch", "enabled", "1")
	hubtest.Want(t, "enabled", on.Status, 200)
	hubtest.Want(t, "the key", w.Key("company").Enabled, true)
}

func TestATestBelongsToTheAdministratorsBrowserAndSession(t *testing.T) {
	hubs := hubtest.NewProvider(t)
	hubs.Primary.Person("ada@example.org")
	w := hubs.Secondary
	b := w.Operator()
	at := b.Submit(b.Open("/admin/providers/company"), "/admin/providers/company/try")
	for at.Location != "" {
		at = b.Hop(at)
	}
	at = b.At(hubs.Primary).SignIn(at, "ada@example.org")
	answer := at.Location
	if !strings.HasPrefix(answer, w.URL+"/signin/from/company?") {
		t.Fatalf("location %q", answer)
	}
	hubtest.RefusedPage(t, "another browser", w.Browser().Open(answer))
	p := b.Open(answer)
	hubtest.Want(t, "the right one", p.URL.Path, "/admin/providers/company/tried")
	hubtest.RefusedPage(t, "a second time", b.Open(answer))
	hubtest.RefusedPage(t, "the result under another key", b.Open(strings.Replace(p.URL.RequestURI(), "/company/", "/other/", 1)))

	other := w.Browser()
	w.Person("second@example.org", "admin")
	other.SignIn(other.Open("/signin"), "second@example.org")
	hubtest.RefusedPage(t, "the result for another administrator", other.Open(p.URL.RequestURI()))

	// Started by an administrator, finished by another user in the same browser.
	at = b.Submit(b.Open("/admin/providers/company"), "/admin/providers/company/try")
	for at.Location != "" && !strings.HasPrefix(at.Location, w.URL+"/signin/from/") {
		at = b.Hop(at)
	}
	w.Person("eve@example.org")
	b.Submit(b.Open("/signout"), "/signout")
	b.SignIn(b.Open("/signin"), "eve@example.org")
	hubtest.RefusedPage(t, "as somebody else", b.Open(at.Location))
	hubtest.Want(t, "eve tests", b.Open("/admin/providers/company/tried").Status, 403)
}

func TestAFailedTestNamesTheSettingToChange(t *testing.T) {
	hubs := hubtest.NewProvider(t)
	hubs.Primary.Person("ada@example.org")
	b := hubs.Secondary.Operator()
	b.Submit(b.Open("/admin/providers/company"), "/admin/providers/company", "client_secret", "not the secret")
	p := hubs.Tested(b, "ada@example.org")
	for _, text := range []string{"The test failed.", "refuses the client ID and secret", `href="/admin/providers/company#client_secret"`, "Failed: ", "Token"} {
		if !strings.Contains(p.Body, text) {
			t.Errorf("the page does not say %q:\n%s", text, p.Body)
		}
	}
	if strings.Contains(p.Body, `id="enable"`) {
		t.Error("what does not work can be enabled from here")
	}
	b.Submit(b.Open("/admin/providers/company"), "/admin/providers/company", "client_secret", "x", "base_url", "http://127.0.0.1:1")
	p = b.Submit(b.Open("/admin/providers/company"), "/admin/providers/company/try")
	if !strings.Contains(p.Body, "The Base URL does not respond.") || !strings.Contains(p.Body, "#base_url") {
		t.Errorf("nobody is told that nothing answers:\n%s", p.Body)
	}
}
