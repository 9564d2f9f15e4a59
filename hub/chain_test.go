package hub_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/hub/store"
)

func straight(k *federation.LoginKey) { k.Direct = true }

// walk goes on from a page, through whichever hubs, until an app has its
// answer or there is nothing left to press.
func (b *browser) walk(p page, email string, hubs ...*world) page {
	b.w.Helper()
	for range 40 {
		at := b
		for _, h := range hubs {
			if strings.HasPrefix(p.URL.String(), h.URL) {
				at = b.at(h)
			}
		}
		switch {
		case strings.HasPrefix(p.Location, callback):
			return p
		case p.Location != "":
			p = b.hop(p)
		case strings.Contains(p.Body, `action="/consent"`):
			p = at.submit(p, "/consent", "decision", "allow")
		case strings.Contains(p.Body, `action="/signin"`) && email != "":
			p = at.signIn(p, email)
		default:
			return p
		}
	}
	b.w.Fatal("no end to it")
	return page{}
}

// three hubs in a row: the last asks the middle one, which asks the first.
func three(t *testing.T) (first, middle, last *world, a *app, b *browser) {
	first, middle, last = newWorld(t, openSQLite(t)), newWorld(t, openSQLite(t)), newWorld(t, openSQLite(t))
	first.person("ada@example.org")
	join(t, first, middle, straight)
	join(t, middle, last, straight)
	return first, middle, last, last.app(), last.browser()
}

func TestAChainOfHubsNamesItsIssuersAndTellsTheTruth(t *testing.T) {
	first, middle, last, a, b := three(t)
	p := b.walk(b.authorize(a.request()), "ada@example.org", first, middle, last)
	r := a.redeem(b.answer(p).Get("code"))
	claims := claimsOf(t, r.str("id_token"))
	want(t, "issuer", claims["iss"], any(last.URL))
	want(t, "e-mail", last.userinfo(r.str("access_token")).str("email"), "ada@example.org")
	want(t, "acr", claims["acr"], any("urn:fedhub:acr:1"))

	// How and when she signed in is what the first hub says, also later.
	for _, w := range []*world{first, middle, last} {
		w.clock.skip(time.Hour)
	}
	at := b.at(last)
	at.submit(at.open("/signout"), "/signout")
	p = b.walk(b.authorize(a.request()), "", first, middle, last)
	later := claimsOf(t, a.redeem(b.answer(p).Get("code")).str("id_token"))
	want(t, "auth_time after an hour, with no question asked", later["auth_time"], claims["auth_time"])
	if got := later["amr"].([]any); len(got) != 1 || got[0] != "pwd" {
		t.Errorf("amr: got %v", got)
	}
}

// throughThree signs ada in to an app of the last of three hubs, which hears of
// sign-outs, and leaves her browser at the first.
func throughThree(t *testing.T) (at *browser, last *world, r reply, told chan string) {
	t.Helper()
	first, middle, last, _, b := three(t)
	told = make(chan string, 10)
	receiver := newReceiver(t, told)
	a := last.app(func(c *clients.Client) { c.BackchannelLogoutURI = receiver })
	r = a.redeem(b.answer(b.walk(b.authorize(a.request()), "ada@example.org", first, middle, last)).Get("code"))
	return b.at(first), last, r, told
}

func TestSigningOutAtTheFirstHubReachesTheLastAndItsApps(t *testing.T) {
	at, last, r, told := throughThree(t)
	at.submit(at.open("/signout"), "/signout")
	claims := claimsOf(t, arrives(t, told, "the app hears of no logout"))
	want(t, "issuer of the app's logout token", claims["iss"], any(last.URL))
	want(t, "userinfo", last.userinfo(r.str("access_token")).Status, 401)
}

func TestTakingConsentBackAtTheFirstHubReachesTheLastAndItsApps(t *testing.T) {
	at, last, r, told := throughThree(t)
	at.submit(at.open("/account"), "/account/apps/remove")
	want(t, "issuer of the app's logout token", claimsOf(t, arrives(t, told, "the app hears of no logout"))["iss"], any(last.URL))
	want(t, "userinfo", last.userinfo(r.str("access_token")).Status, 401)
}

func TestARingOfThreeHubsIsNamed(t *testing.T) { // FE-42
	one, two, three := newWorld(t, openSQLite(t)), newWorld(t, openSQLite(t)), newWorld(t, openSQLite(t))
	join(t, one, two, straight)
	join(t, two, three, straight)
	join(t, three, one, straight)
	b := one.browser()
	p := b.walk(b.authorize(one.app().request()), "", one, two, three)
	want(t, "status", p.Status, http.StatusLoopDetected)
	if !strings.Contains(p.Body, "circle") {
		t.Errorf("the page does not explain the circle:\n%s", p.Body)
	}
}

func TestAHubIsNotItsOwnPrimary(t *testing.T) { // FE-42
	w := newWorld(t, openSQLite(t))
	here := w.operator()
	for _, address := range []string{w.URL, w.URL + "/", strings.ToUpper(w.URL)} {
		p := here.submit(here.open("/admin/keys/new?kind=peer"), "/admin/keys", "base_url", address)
		want(t, "status for "+address, p.Status, 422)
	}
}

func TestPromptNoneIsAskedAllTheWayUp(t *testing.T) {
	first, middle, last, a, b := three(t)
	quiet := a.request("prompt", "none")
	b.open("/signin?local=1") // it has been here before, so its cookies are known to come back
	answer := b.answer(b.walk(b.authorize(quiet), "", first, middle, last))
	want(t, "nobody is signed in anywhere", answer.Get("error"), "login_required")
	want(t, "state", answer.Get("state"), "the state")

	b.walk(b.authorize(a.request()), "ada@example.org", first, middle, last)
	// The sessions here and in the middle end; the first still knows her.
	for _, w := range []*world{last, middle} {
		forget(t, w)
	}
	p := b.authorize(quiet)
	if !strings.HasPrefix(p.Location, middle.URL+"/oauth2/authorize?") || !strings.Contains(p.Location, "prompt=none") {
		t.Fatalf("got %d, location %q, want the middle hub to be asked without a page", p.Status, p.Location)
	}
	p = b.walk(p, "", first, middle, last)
	r := a.redeem(b.answer(p).Get("code"))
	want(t, "issuer", claimsOf(t, r.str("id_token"))["iss"], any(last.URL))

	// Who signs out here is not signed in again behind their back.
	at := b.at(last)
	at.submit(at.open("/signout"), "/signout")
	want(t, "after signing out", b.answer(b.authorize(quiet)).Get("error"), "login_required")
}

// forget ends all sessions of a hub, as age does.
func forget(t *testing.T, w *world) {
	t.Helper()
	all, err := w.backend.Find(t.Context(), "sessions", store.Query{Now: time.Unix(0, 0)})
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range all {
		if err := w.backend.Delete(t.Context(), "sessions", r.ID); err != nil {
			t.Fatal(err)
		}
	}
}

func TestPromptNoneShowsNoPageWhateverThePrimaryDoes(t *testing.T) {
	primary, secondary := newWorld(t, openSQLite(t)), newWorld(t, openSQLite(t))
	primary.person("ada@example.org")
	hubs := join(t, primary, secondary, straight)
	a, b := secondary.app(), secondary.browser()
	quiet := a.request("prompt", "none")
	// In a frame of another site no cookie comes, so no question is sent away
	// whose answer could not be taken.
	want(t, "without a cookie", b.answer(b.authorize(quiet)).Get("error"), "login_required")
	b.open("/signin?local=1")
	secondary.person("ada@example.org")
	b.at(primary).signIn(b.at(primary).open("/signin"), "ada@example.org")
	answer := b.answer(b.walk(b.authorize(quiet), "", primary, secondary))
	want(t, "where the primary has to ask for consent", answer.Get("error"), "login_required")
	p := b.walk(b.authorize(a.request()), "", primary, secondary)
	if !strings.Contains(p.Body, `action="/signin/link"`) {
		t.Fatalf("got %d at %s, want the question whether to link", p.Status, p.URL)
	}
	answer = b.answer(b.walk(b.authorize(quiet), "", primary, secondary))
	want(t, "where the account must be linked first", answer.Get("error"), "login_required")
	if err := primary.Hub.DecideServer(t.Context(), "test", secondary.URL+"/oauth2/client-metadata/"+hubs.key.ID, clients.Suspended); err != nil {
		t.Fatal(err)
	}
	if _, err := secondary.Hub.JoinPrimary(t.Context(), hubs.key.ID, ""); err != nil {
		t.Fatal(err)
	}
	answer = b.answer(b.walk(b.authorize(quiet), "", primary, secondary))
	want(t, "where this hub is suspended", answer.Get("error"), "login_required")
}

func TestWhatTheAppAsksIsAskedOfThePrimary(t *testing.T) {
	primary, secondary := newWorld(t, openSQLite(t)), newWorld(t, openSQLite(t))
	join(t, primary, secondary, straight)
	a, b := secondary.app(), secondary.browser()
	b.open("/signin?local=1")
	for name, value := range map[string]string{
		"prompt": "login", "max_age": "300", "acr_values": "urn:fedhub:acr:2 urn:fedhub:acr:1", "login_hint": "ada@example.org", "ui_locales": "de en",
	} {
		p := b.authorize(a.request(name, value))
		to, err := url.Parse(p.Location)
		if err != nil {
			t.Fatal(err)
		}
		want(t, name+" at the primary", to.Query().Get(name), value)
	}
}

func TestASecondaryStandsWhileItsPrimaryIsDown(t *testing.T) { // FE-45
	secondary := newWorld(t, openSQLite(t))
	primary := newWorld(t, openSQLite(t))
	primary.person("ada@example.org")
	hubs := join(t, primary, secondary, straight)
	a := secondary.app()
	in := secondary.browser()
	r := a.redeem(in.answer(hubs.through(in, a, "ada@example.org")).Get("code"))
	secondary.person("root@example.org", "admin")

	primary.stop()
	secondary.clock.skip(2 * time.Hour) // what was known of it is old
	out := secondary.browser()
	p := out.authorize(a.request())
	want(t, "status", p.Status, http.StatusServiceUnavailable)
	for _, text := range []string{"Head office isn&#39;t answering", "Try again", "Sign in with a password", "local=1"} {
		if !strings.Contains(p.Body, text) {
			t.Errorf("the page does not say %q:\n%s", text, p.Body)
		}
	}
	if p := out.open("/account"); strings.Contains(p.Body, "Ada") {
		t.Error("there is half a session")
	}
	in.answer(in.authorize(a.request())) // whoever is signed in stays so
	want(t, "refresh", a.refresh(r.str("refresh_token")).Status, 200)
	local := secondary.browser()
	local.signIn(local.open("/signin?local=1"), "root@example.org")
	want(t, "the administration, by the way in that needs nobody else", local.open("/admin/keys").Status, 200)
}
