package e2e_test

import (
	"strings"
	"testing"

	"github.com/fedhub/fedhub/cmd/fedhub/sampleapp"
)

func TestTwoAdministratorsConnectTwoHubsAndAnApp(t *testing.T) {
	onBothEnginesAlone(t, func(t *testing.T, primary, secondary *site) {
		chief := primary.setUp("Chief of the head office")
		root := secondary.setUp("Root of the branch")

		app := root.registerApp(secondary)
		secondaryKeys := root.addPrimary(primary, secondary)
		want(t, "the primary's button before the approval", newVisitor(t, secondary).has("[id^=with-]"), false)
		chief.approve(primary, secondary, secondaryKeys)
		root.press("#ask-again")
		root.seeText("The primary hub approved this hub")

		ada := person(t, primary.Hub.Service, "Ada Lovelace", "ada@example.org")
		b := newWindow(t)
		b.open(app.URL)
		b.press("#sign-in")
		b.click("[id^=with-]")
		b.seeAt(primary.URL+"/signin", "#email")
		b.signIn(ada)
		b.click("#allow")
		b.seeAt(secondary.URL+"/consent", "#allow")
		b.seeText("Wiki of the branch wants access")
		b.click("#allow")
		b.seeAt(app.URL+"/", "#email")
		b.seeText("Hello, Ada Lovelace")

		chief.open(primary.URL + "/admin/hubs")
		chief.press("#active form[action$='/suspend'] button")
		chief.seeText("Suspended. Sign-ins through this hub are blocked")
		again := newWindow(t)
		again.open(app.URL + "/login")
		again.click("[id^=with-]")
		again.seeAt(primary.URL, "h1")
		want(t, "a way to sign in through a suspended server", again.has("#email"), false)
	})
}

// setUp opens the setup link and makes the first administrator.
func (s *site) setUp(name string) *tab {
	s.t.Helper()
	link, err := s.Hub.SetupLink(s.t.Context())
	if err != nil {
		s.t.Fatal(err)
	}
	b := newWindow(s.t)
	b.open(link)
	b.fill("#email", "root@example.org")
	b.fill("#name", name)
	b.fill("#password", "seven green bottles")
	b.press("#set-up")
	b.seeText("you are its administrator.")
	b.seeText(name)

	stranger := newWindow(s.t)
	stranger.open(link)
	stranger.seeText("This hub is already set up.")
	return b
}

// registerApp makes the sample app a client of the hub, by what the pages show.
func (b *tab) registerApp(at *site) *bareApp {
	b.t.Helper()
	app := newBareApp(b.t)
	b.open(at.URL + "/admin/clients")
	b.press("#new-web")
	b.fill("#app_name", "Wiki of the branch")
	b.fill("#redirect_uris", app.URL+sampleapp.CallbackPath)
	b.press("#create")
	b.seeText("You won't see it again.")
	id, secret := b.read("#client-id"), b.read("#secret")
	app.connect(at, id, secret)

	b.press("#done")
	b.seeText("Wiki of the branch")
	if strings.Contains(evaluate[string](b, "document.documentElement.outerHTML"), secret) {
		b.t.Error("the secret is shown a second time")
	}
	b.seeText("…" + secret[len(secret)-4:])
	b.openAllFolds()
	b.fill("#backchannel_logout_uri", app.URL+sampleapp.LogoutPath)
	b.press("#save")
	b.seeText("Saved.")
	b.open(at.URL + "/admin/clients")
	b.seeText(id)
	return app
}

// addPrimary adds a login key with only a Base URL, and returns the hub's keys as
// the page shows them.
func (b *tab) addPrimary(primary, secondary *site) string {
	b.t.Helper()
	b.open(secondary.URL + "/admin/providers")
	b.press("#new-peer")
	b.fill("#base_url", primary.URL)
	b.press("#create")
	b.see("#card")
	b.seeText("Nothing was sent yet")
	b.seeText(primary.URL)
	b.press("#confirm")
	b.seeText("Waiting for approval")
	// Left empty, the name is what the primary calls itself.
	want(b.t, "the name of the key", b.read("h1"), "Head office")
	return b.read("#fingerprints code")
}

func (b *tab) approve(primary, secondary *site, keys string) {
	b.t.Helper()
	b.open(primary.URL + "/admin")
	b.seeText("1 pending")
	b.click("nav a[href='/admin/hubs']")
	b.seeAt(primary.URL+"/admin/hubs", "#waiting")
	b.seeText(strings.TrimPrefix(secondary.URL, "http://"))
	b.seeText(keys)
	b.press("#waiting form[action$='/approve'] button")
	b.seeText("Approved.")
}

// newVisitor is a tab at the sign-in page.
func newVisitor(t *testing.T, at *site) *tab {
	t.Helper()
	b := newWindow(t)
	b.open(at.URL + "/signin")
	b.see("#sign-in")
	return b
}

func TestForceAsksEveryTimeAndAutoOnce(t *testing.T) {
	onBothEngines(t, func(t *testing.T, w *world) {
		root := newWindow(t)
		root.open(w.secondary.URL + "/signin?to=/admin/settings")
		root.signIn(w.secondary.Admin)
		b := newWindow(t)
		b.signInToApp(w, w.bo)

		root.choose("#skip_authorization-force")
		b.open(w.app.URL + "/login")
		b.seeAt(w.secondary.URL+"/consent", "#allow")
		b.click("#allow")
		b.seeAt(w.app.URL+"/", "#email")

		root.choose("#skip_authorization-auto")
		b.open(w.app.URL + "/login")
		b.seeAt(w.app.URL+"/", "#email")
	})
}

func (b *tab) choose(setting string) {
	b.t.Helper()
	b.tick(setting)
	b.press("#save")
	b.seeText("Saved.")
}

func TestWhoIsNoAdministratorIsTurnedAway(t *testing.T) {
	onSQLite(t, func(t *testing.T, w *world) {
		b := newWindow(t)
		b.open(w.secondary.URL + "/admin/clients")
		b.signIn(w.bo)
		b.seeText("Only administrators can open this page.")
		b.press("#action")
		b.seeAt(w.secondary.URL+"/account", "h1")
		want(t, "a link to the administration", b.has("#to-admin"), false)
	})
}
