package hubs_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/internal/hubtest"
	"github.com/fedhub/fedhub/hub/store"
)

// Three hubs in a row: the last signs in with the middle one, which signs in with
// the first.
func three(t *testing.T) (first, middle, last *hubtest.World, a *hubtest.App, b *hubtest.Browser) {
	first, middle, last = hubtest.NewWorld(t, hubtest.OpenSQLite(t)), hubtest.NewWorld(t, hubtest.OpenSQLite(t)), hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	first.Person("ada@example.org")
	hubtest.Join(t, first, middle, hubtest.Straight)
	hubtest.Join(t, middle, last, hubtest.Straight)
	return first, middle, last, last.App(), last.Browser()
}

func TestAChainOfHubsNamesItsIssuersAndTellsTheTruth(t *testing.T) {
	first, middle, last, a, b := three(t)
	p := b.Walk(b.Authorize(a.Request()), "ada@example.org", first, middle, last)
	r := a.Redeem(b.Answer(p).Get("code"))
	claims := hubtest.ClaimsOf(t, r.Str("id_token"))
	hubtest.Want(t, "issuer", claims["iss"], any(last.URL))
	hubtest.Want(t, "e-mail", last.Userinfo(r.Str("access_token")).Str("email"), "ada@example.org")
	hubtest.Want(t, "acr", claims["acr"], any("urn:fedhub:acr:1"))

	// auth_time and amr are the first hub's, also in a later sign-in.
	for _, w := range []*hubtest.World{first, middle, last} {
		w.Clock.Skip(time.Hour)
	}
	at := b.At(last)
	at.Submit(at.Open("/signout"), "/signout")
	p = b.Walk(b.Authorize(a.Request()), "", first, middle, last)
	later := hubtest.ClaimsOf(t, a.Redeem(b.Answer(p).Get("code")).Str("id_token"))
	hubtest.Want(t, "auth_time after an hour, with no question asked", later["auth_time"], claims["auth_time"])
	if got := later["amr"].([]any); len(got) != 1 || got[0] != "pwd" {
		t.Errorf("amr: got %v", got)
	}
}

// throughThree signs ada in to an app of the third hub with a logout URI, and
// leaves her browser at the first.
func throughThree(t *testing.T) (at *hubtest.Browser, last *hubtest.World, r hubtest.Reply, told chan string) {
	t.Helper()
	first, middle, last, _, b := three(t)
	told = make(chan string, 10)
	receiver := hubtest.NewReceiver(t, told)
	a := last.App(func(c *clients.Client) { c.BackchannelLogoutURI = receiver })
	r = a.Redeem(b.Answer(b.Walk(b.Authorize(a.Request()), "ada@example.org", first, middle, last)).Get("code"))
	return b.At(first), last, r, told
}

func TestSigningOutAtTheFirstHubReachesTheLastAndItsApps(t *testing.T) {
	at, last, r, told := throughThree(t)
	at.Submit(at.Open("/signout"), "/signout")
	claims := hubtest.ClaimsOf(t, hubtest.Arrives(t, told, "the app hears of no logout"))
	hubtest.Want(t, "issuer of the app's logout token", claims["iss"], any(last.URL))
	hubtest.Want(t, "userinfo", last.Userinfo(r.Str("access_token")).Status, 401)
}

func TestTakingConsentBackAtTheFirstHubReachesTheLastAndItsApps(t *testing.T) {
	at, last, r, told := throughThree(t)
	at.Submit(at.Open("/account"), "/account/apps/remove")
	hubtest.Want(t, "issuer of the app's logout token", hubtest.ClaimsOf(t, hubtest.Arrives(t, told, "the app hears of no logout"))["iss"], any(last.URL))
	hubtest.Want(t, "userinfo", last.Userinfo(r.Str("access_token")).Status, 401)
}

func TestARingOfThreeHubsIsNamed(t *testing.T) { // FE-42
	one, two, three := hubtest.NewWorld(t, hubtest.OpenSQLite(t)), hubtest.NewWorld(t, hubtest.OpenSQLite(t)), hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	hubtest.Join(t, one, two, hubtest.Straight)
	hubtest.Join(t, two, three, hubtest.Straight)
	hubtest.Join(t, three, one, hubtest.Straight)
	b := one.Browser()
	p := b.Walk(b.Authorize(one.App().Request()), "", one, two, three)
	hubtest.Want(t, "status", p.Status, http.StatusLoopDetected)
	if !strings.Contains(p.Body, "circle") {
		t.Errorf("the page does not explain the circle:\n%s", p.Body)
	}
}

func TestAHubIsNotItsOwnPrimary(t *testing.T) { // FE-42
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	here := w.Operator()
	for _, kind := range []string{"peer", "openid"} {
		for _, address := range []string{w.URL, w.URL + "/", strings.ToUpper(w.URL), w.URL + "/admin/providers/new", w.URL + "/.well-known/openid-configuration"} {
			p := here.Submit(here.Open("/admin/providers/new?kind="+kind), "/admin/providers", "base_url", address, "name", "Main", "key_id", "main")
			hubtest.Want(t, kind+": status for "+address, p.Status, 422)
			if !strings.Contains(p.Body, "applications enter "+w.URL+" as their issuer") || !strings.Contains(p.Body, "Other hubs enter "+w.URL) {
				t.Errorf("%s: the page for %s does not say what others enter:\n%s", kind, address, p.Body)
			}
		}
	}
}

func TestPromptNoneIsAskedAllTheWayUp(t *testing.T) {
	first, middle, last, a, b := three(t)
	quiet := a.Request("prompt", "none")
	b.Open("/signin?local=1") // after an earlier visit, the hub knows that cookies work
	answer := b.Answer(b.Walk(b.Authorize(quiet), "", first, middle, last))
	hubtest.Want(t, "nobody is signed in anywhere", answer.Get("error"), "login_required")
	hubtest.Want(t, "state", answer.Get("state"), "the state")

	p := b.Walk(b.Authorize(a.Request()), "ada@example.org", first, middle, last)
	a.Redeem(b.Answer(p).Get("code")) // its token stays alive
	// The sessions here and in the middle end; the first hub's still exists.
	for _, w := range []*hubtest.World{last, middle} {
		forget(t, w)
	}
	p = b.Authorize(quiet)
	if !strings.HasPrefix(p.Location, middle.URL+"/oauth2/authorize?") || !strings.Contains(p.Location, "prompt=none") {
		t.Fatalf("got %d, location %q, want the middle hub to be asked without a page", p.Status, p.Location)
	}
	p = b.Walk(p, "", first, middle, last)
	r := a.Redeem(b.Answer(p).Get("code"))
	hubtest.Want(t, "issuer", hubtest.ClaimsOf(t, r.Str("id_token"))["iss"], any(last.URL))

	// After a sign-out here, prompt=none does not sign the user in again.
	at := b.At(last)
	at.Submit(at.Open("/signout"), "/signout")
	hubtest.Want(t, "after signing out", b.Answer(b.Authorize(quiet)).Get("error"), "login_required")
}

// forget ends all sessions of a hub, as their maximum age does.
func forget(t *testing.T, w *hubtest.World) {
	t.Helper()
	all, err := w.Backend.Find(t.Context(), "sessions", store.Query{Now: time.Unix(0, 0)})
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range all {
		if err := w.Backend.Delete(t.Context(), "sessions", r.ID); err != nil {
			t.Fatal(err)
		}
	}
}

func TestPromptNoneShowsNoPageWhateverThePrimaryDoes(t *testing.T) {
	primary, secondary := hubtest.NewWorld(t, hubtest.OpenSQLite(t)), hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	primary.Person("ada@example.org")
	hubs := hubtest.Join(t, primary, secondary, hubtest.Straight)
	a, b := secondary.App(), secondary.Browser()
	quiet := a.Request("prompt", "none")
	// In a cross-site frame there are no cookies, so the hub does not redirect to
	// the provider: it could not accept the response.
	hubtest.Want(t, "without a cookie", b.Answer(b.Authorize(quiet)).Get("error"), "login_required")
	b.Open("/signin?local=1")
	secondary.Person("ada@example.org")
	b.At(primary).SignIn(b.At(primary).Open("/signin"), "ada@example.org")
	answer := b.Answer(b.Walk(b.Authorize(quiet), "", primary, secondary))
	hubtest.Want(t, "where the primary has to ask for consent", answer.Get("error"), "login_required")
	p := b.Walk(b.Authorize(a.Request()), "", primary, secondary)
	if !strings.Contains(p.Body, `action="/signin/link"`) {
		t.Fatalf("got %d at %s, want the question whether to link", p.Status, p.URL)
	}
	answer = b.Answer(b.Walk(b.Authorize(quiet), "", primary, secondary))
	hubtest.Want(t, "where the account must be linked first", answer.Get("error"), "login_required")
	if err := primary.Hub.DecideServer(t.Context(), audit.Named("test"), secondary.URL+"/oauth2/client-metadata/"+hubs.Key.ID, clients.Suspended); err != nil {
		t.Fatal(err)
	}
	if _, err := secondary.Hub.JoinPrimary(t.Context(), audit.Named("test"), hubs.Key.ID, ""); err != nil {
		t.Fatal(err)
	}
	answer = b.Answer(b.Walk(b.Authorize(quiet), "", primary, secondary))
	hubtest.Want(t, "where this hub is suspended", answer.Get("error"), "login_required")
}

func TestWhatTheAppAsksIsAskedOfThePrimary(t *testing.T) {
	primary, secondary := hubtest.NewWorld(t, hubtest.OpenSQLite(t)), hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	hubtest.Join(t, primary, secondary, hubtest.Straight)
	a, b := secondary.App(), secondary.Browser()
	b.Open("/signin?local=1")
	for name, value := range map[string]string{
		"prompt": "login", "max_age": "300", "acr_values": "urn:fedhub:acr:2 urn:fedhub:acr:1", "login_hint": "ada@example.org", "ui_locales": "de en",
	} {
		p := b.Authorize(a.Request(name, value))
		to, err := url.Parse(p.Location)
		if err != nil {
			t.Fatal(err)
		}
		hubtest.Want(t, name+" at the primary", to.Query().Get(name), value)
	}
}

func TestASecondaryStandsWhileItsPrimaryIsDown(t *testing.T) { // FE-45
	secondary := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	primary := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	primary.Person("ada@example.org")
	hubs := hubtest.Join(t, primary, secondary, hubtest.Straight)
	a := secondary.App()
	in := secondary.Browser()
	r := a.Redeem(in.Answer(hubs.Through(in, a, "ada@example.org")).Get("code"))
	secondary.Person("root@example.org", "admin")

	primary.Stop()
	secondary.Clock.Skip(2 * time.Hour) // the cached check is out of date
	out := secondary.Browser()
	p := out.Authorize(a.Request())
	hubtest.Want(t, "status", p.Status, http.StatusServiceUnavailable)
	for _, text := range []string{"Head office is not responding", "Try again", "Sign in with a password", "local=1"} {
		if !strings.Contains(p.Body, text) {
			t.Errorf("the page does not say %q:\n%s", text, p.Body)
		}
	}
	if p := out.Open("/account"); strings.Contains(p.Body, "Ada") {
		t.Error("there is half a session")
	}
	in.Answer(in.Authorize(a.Request())) // a signed-in user stays signed in
	hubtest.Want(t, "refresh", a.Refresh(r.Str("refresh_token")).Status, 200)
	local := secondary.Browser()
	local.SignIn(local.Open("/signin?local=1"), "root@example.org")
	hubtest.Want(t, "the administration, by the way in that needs nobody else", local.Open("/admin/providers").Status, 200)
}
