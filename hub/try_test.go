package hub_test

import (
	"strings"
	"testing"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/federation"
)

// newProvider is a hub that another knows as any OpenID provider. Its key
// there is off.
func newProvider(t *testing.T, change ...func(*federation.LoginKey)) pair {
	t.Helper()
	provider, w := newWorld(t, openSQLite(t)), newWorld(t, openSQLite(t))
	a := provider.app(func(c *clients.Client) {
		c.RedirectURIs, c.SkipAuthorization = []string{w.URL + "/signin/from/company"}, true
	})
	key := federation.LoginKey{ID: "company", Kind: federation.KindOpenID, Name: "Company", BaseURL: provider.URL, ClientID: a.ID}
	for _, edit := range change {
		edit(&key)
	}
	key, err := w.Hub.AddLoginKey(t.Context(), "test", key, a.Secret, "")
	if err != nil {
		t.Fatal(err)
	}
	return pair{provider, w, key}
}

// tested goes from the key's page to where the test ends.
func (p pair) tested(b *browser, email string) page {
	b.w.Helper()
	at := b.submit(b.open("/admin/keys/"+p.key.ID), "/admin/keys/"+p.key.ID+"/try")
	for range 20 {
		switch {
		case at.Location != "":
			at = b.hop(at)
		case strings.Contains(at.Body, `action="/signin"`):
			at = b.at(p.primary).signIn(at, email)
		default:
			return at
		}
	}
	b.w.Fatal("no end to it")
	return page{}
}

func TestASignInIsTriedBeforeAnybodyCanUseIt(t *testing.T) {
	hubs := newProvider(t)
	hubs.primary.person("ada@example.org")
	w := hubs.secondary
	b := w.operator()
	before := strings.Count(dump(t, w), "\nusers ") + strings.Count(dump(t, w), "\nidentities ") + strings.Count(dump(t, w), "\nsessions ")
	p := hubs.tested(b, "ada@example.org")
	if p.URL.Path != "/admin/keys/company/tried" || p.Status != 200 {
		t.Fatalf("got %d at %s:\n%s", p.Status, p.URL, p.Body)
	}
	after := strings.Count(dump(t, w), "\nusers ") + strings.Count(dump(t, w), "\nidentities ") + strings.Count(dump(t, w), "\nsessions ")
	want(t, "users, identities and sessions", after, before)
	for _, text := range []string{
		"Discovery", "Authorization request", "Token", "ID token checks", "Mapping", "Policy",
		"ada@example.org", "You would be turned away.", "does not allow sign-ups", "not trusted with its domain", `id="enable"`,
	} {
		if !strings.Contains(p.Body, text) {
			t.Errorf("the page does not say %q:\n%s", text, p.Body)
		}
	}
	if strings.Contains(p.Body, "eyJ") {
		t.Error("the page shows a token")
	}
	if !strings.Contains(w.log.String(), "loginkey.tried") {
		t.Error("there is no audit event")
	}
	want(t, "still the administrator", b.open("/account").Status, 200)

	// The settings are looked at as they are now.
	b.submit(b.open("/admin/keys/company"), "/admin/keys/company", "sign_ups", "allow", "trust_email", "1")
	if again := b.open(p.URL.RequestURI()); !strings.Contains(again.Body, "You would get a new account") {
		t.Errorf("another policy decides the same:\n%s", again.Body)
	}
	on := b.submit(b.open(p.URL.RequestURI()), "/admin/keys/company/switch", "enabled", "1")
	want(t, "enabled", on.Status, 200)
	want(t, "the key", w.key("company").Enabled, true)
}

func TestATestBelongsToTheAdministratorsBrowserAndSession(t *testing.T) {
	hubs := newProvider(t)
	hubs.primary.person("ada@example.org")
	w := hubs.secondary
	b := w.operator()
	at := b.submit(b.open("/admin/keys/company"), "/admin/keys/company/try")
	for at.Location != "" {
		at = b.hop(at)
	}
	at = b.at(hubs.primary).signIn(at, "ada@example.org")
	answer := at.Location
	if !strings.HasPrefix(answer, w.URL+"/signin/from/company?") {
		t.Fatalf("location %q", answer)
	}
	refusedPage(t, "another browser", w.browser().open(answer))
	p := b.open(answer)
	want(t, "the right one", p.URL.Path, "/admin/keys/company/tried")
	refusedPage(t, "a second time", b.open(answer))
	refusedPage(t, "the result under another key", b.open(strings.Replace(p.URL.RequestURI(), "/company/", "/other/", 1)))

	other := w.browser()
	w.person("second@example.org", "admin")
	other.signIn(other.open("/signin"), "second@example.org")
	refusedPage(t, "the result for another administrator", other.open(p.URL.RequestURI()))

	// Begun as an administrator, ended as somebody else in the same browser.
	at = b.submit(b.open("/admin/keys/company"), "/admin/keys/company/try")
	for at.Location != "" && !strings.HasPrefix(at.Location, w.URL+"/signin/from/") {
		at = b.hop(at)
	}
	w.person("eve@example.org")
	b.submit(b.open("/signout"), "/signout")
	b.signIn(b.open("/signin"), "eve@example.org")
	refusedPage(t, "as somebody else", b.open(at.Location))
	want(t, "eve tests", b.open("/admin/keys/company/tried").Status, 403)
}

func TestAFailedTestNamesTheSettingToChange(t *testing.T) {
	hubs := newProvider(t)
	hubs.primary.person("ada@example.org")
	b := hubs.secondary.operator()
	b.submit(b.open("/admin/keys/company"), "/admin/keys/company", "client_secret", "not the secret")
	p := hubs.tested(b, "ada@example.org")
	for _, text := range []string{"It didn't work.", "does not accept the client ID and secret", `href="/admin/keys/company#client_secret"`, "Failed: ", "Token"} {
		if !strings.Contains(p.Body, text) {
			t.Errorf("the page does not say %q:\n%s", text, p.Body)
		}
	}
	if strings.Contains(p.Body, `id="enable"`) {
		t.Error("what does not work can be enabled from here")
	}
	b.submit(b.open("/admin/keys/company"), "/admin/keys/company", "client_secret", "x", "base_url", "http://127.0.0.1:1")
	p = b.submit(b.open("/admin/keys/company"), "/admin/keys/company/try")
	if !strings.Contains(p.Body, "Nothing answers at the Base URL.") || !strings.Contains(p.Body, "#base_url") {
		t.Errorf("nobody is told that nothing answers:\n%s", p.Body)
	}
}
