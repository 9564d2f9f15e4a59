package accounts_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/hub/internal/hubtest"
	"github.com/fedhub/fedhub/hub/web/cookies"
)

// A request without a page is about the account that it names, else about the
// current one. It never guesses, and changes nothing in the browser.
func TestWithoutAPageTheHubNeverGuesses(t *testing.T) {
	w, b := family(t, "ada", "bob", "eve") // eve is the current one
	w.Person("zoe@example.org")
	a := w.App(func(c *clients.Client) { c.SkipAuthorization = true })
	pairwise := w.App(func(c *clients.Client) { c.SkipAuthorization, c.SubjectType = true, clients.Pairwise })
	hints := map[string]string{}
	for _, name := range []string{"ada", "bob", "eve", "zoe"} {
		at := w.Browser()
		hints[name] = at.IdToken(a, name+"@example.org")
		hints["pairwise "+name] = at.IdToken(pairwise, name+"@example.org")
	}
	sub := func(hint string) string { s, _ := hubtest.ClaimsOf(t, hint)["sub"].(string); return s }

	type want struct{ email, failure string }
	matrix := []struct {
		name  string
		pairs []string
		want  want
	}{
		{"no hint", nil, want{email: "eve"}},
		{"login_hint of the current one", []string{"login_hint", "eve@example.org"}, want{email: "eve"}},
		{"login_hint of another one", []string{"login_hint", "ADA@example.org"}, want{email: "ada"}},
		{"login_hint by subject", []string{"login_hint", sub(hints["bob"])}, want{email: "bob"}},
		{"login_hint of one that is not signed in", []string{"login_hint", "zoe@example.org"}, want{failure: "login_required"}},
		{"login_hint of nobody", []string{"login_hint", "nobody@example.org"}, want{failure: "login_required"}},
		{"id_token_hint of the current one", []string{"id_token_hint", hints["eve"]}, want{email: "eve"}},
		{"id_token_hint of another one", []string{"id_token_hint", hints["bob"]}, want{email: "bob"}},
		{"id_token_hint of one that is not signed in", []string{"id_token_hint", hints["zoe"]}, want{failure: "login_required"}},
		{"both, of one", []string{"id_token_hint", hints["ada"], "login_hint", "ada@example.org"}, want{email: "ada"}},
		{"both, of two: the token is stronger", []string{"id_token_hint", hints["ada"], "login_hint", "bob@example.org"}, want{email: "ada"}},
	}
	ask := func(app *hubtest.App, pairs ...string) url.Values {
		return b.Answer(b.Authorize(app.Request(append([]string{"prompt", "none"}, pairs...)...)))
	}
	check := func(name string, app *hubtest.App, answer url.Values, wants want) {
		t.Helper()
		hubtest.Want(t, name+": error", answer.Get("error"), wants.failure)
		if wants.email != "" {
			got := w.Userinfo(app.Redeem(answer.Get("code")).Str("access_token")).Str("email")
			hubtest.Want(t, name, got, wants.email+"@example.org")
		}
	}
	for _, tt := range matrix {
		before := cookie(w, b, "_others")
		check(tt.name, a, ask(a, tt.pairs...), tt.want)
		hubtest.Want(t, tt.name+": the current account", current(b), "eve")
		hubtest.Want(t, tt.name+": the others", cookie(w, b, "_others"), before)
	}
	for _, name := range []string{"ada", "bob", "eve"} {
		check("pairwise, "+name, pairwise, ask(pairwise, "id_token_hint", hints["pairwise "+name]), want{email: name})
	}

	// Without a current account there is nothing to go by.
	b.Submit(b.Open("/signout"), "/signout")
	check("two accounts, and none is the current one", a, ask(a), want{failure: "account_selection_required"})
	check("with a hint", a, ask(a, "login_hint", "bob@example.org"), want{email: "bob"})
	b.SignOutOf(b.Open("/signin/choose"), "ada@example.org")
	check("one account, which nobody chose", a, ask(a), want{failure: "account_selection_required"})
	b.SignOutOf(b.Open("/signin/choose"), "bob@example.org")
	check("none", a, ask(a), want{failure: "login_required"})
}

// Each client's session_state belongs to the account with which it was used.
func TestEachAppSeesItsOwnSession(t *testing.T) {
	w, b := family(t, "ada", "bob")
	a := w.App(func(c *clients.Client) { c.SkipAuthorization = true })
	origin := "https://app.example.org"
	unchanged := func(answer url.Values) bool {
		state := answer.Get("session_state")
		_, salt, _ := strings.Cut(state, ".")
		for sid := range strings.SplitSeq(b.StateCookie(), ".") {
			if cookies.State(a.ID, origin, sid, salt) == state {
				return true
			}
		}
		return false
	}
	bobs := b.SignInTo(a, "bob@example.org")
	adas := b.Answer(b.Authorize(a.Request("prompt", "none", "login_hint", "ada@example.org")))
	hubtest.Want(t, "Bob's, with two accounts", unchanged(bobs), true)
	hubtest.Want(t, "Ada's", unchanged(adas), true)
	b.Choose(b.Open("/signin/choose"), "ada@example.org")
	hubtest.Want(t, "Bob's, after the choice of Ada", unchanged(bobs), true)
	b.SignOutOf(b.Open("/signin/choose"), "bob@example.org")
	hubtest.Want(t, "Bob's, after his sign-out", unchanged(bobs), false)
	hubtest.Want(t, "Ada's, after his sign-out", unchanged(adas), true)
	b.Submit(b.Open("/signout"), "/signout")
	hubtest.Want(t, "Ada's, after her sign-out", unchanged(adas), false)
}

// An app ends the session of its own account, also if another one is the current
// one, and the sign-out of all tells the apps of each.
func TestASignOutEndsTheAccountThatIsMeant(t *testing.T) {
	w, b := family(t)
	told := make(chan string, 10)
	a := w.LeavingApp(func(c *clients.Client) {
		c.SkipAuthorization, c.BackchannelLogoutURI = true, hubtest.NewReceiver(t, told)
	})
	hints := map[string]string{}
	for _, name := range []string{"ada", "bob", "eve"} {
		w.Person(name + "@example.org")
		b.SignIn(b.Open("/signin?switch=1"), name+"@example.org")
		hints[name] = b.IdToken(a, name+"@example.org")
	}
	p := b.Open(hubtest.Logout(hints["ada"]))
	hubtest.Want(t, "where it leads", p.Location, hubtest.Bye+"?state=the+state")
	hubtest.Want(t, "accounts", accounts(b), "eve@example.org: Signed in, in use now, bob@example.org: Signed in, ada@example.org: Signed out")

	// A token of an earlier session of an account names the account: the user is asked
	// about that one, and not about the current one.
	old := w.Browser().IdToken(a, "bob@example.org")
	p = b.Open(hubtest.Logout(old))
	has(t, "the question", p, "bob@example.org", `action="/signout"`)
	lacks(t, "the question", p, "eve@example.org")
	p = b.Open("/oauth2/logout?logout_hint=bob@example.org&client_id=" + a.ID)
	has(t, "the question by logout_hint", p, "bob@example.org")
	b.Submit(p, "/signout")
	hubtest.Want(t, "accounts", accounts(b), "eve@example.org: Signed in, in use now, bob@example.org: Signed out, ada@example.org: Signed out")

	b.SignIn(b.Open("/signin?switch=1"), "ada@example.org")
	p = b.Submit(b.Open("/signout"), "/signout")
	has(t, "the last page", p, "Other accounts are still signed in", `id="choose-account"`)
	b.Choose(b.Open("/signin/choose"), "eve@example.org")
	b.SignIn(b.Open("/signin?switch=1"), "bob@example.org")
	b.Submit(b.Open("/signout"), "/signout", "all", "1")
	hubtest.Want(t, "accounts after a sign-out of all", strings.Contains(accounts(b), "Signed in"), false)
	ledger := hubtest.DumpOf(t, w, "signouts")
	for _, name := range []string{"ada", "bob", "eve"} {
		if !strings.Contains(ledger, w.UserID(t, name+"@example.org")) {
			t.Errorf("the apps of %s were not told", name)
		}
	}
}

// A connected hub sends its users here with hints, and gets the account that it
// means.
func TestAConnectedHubGetsTheAccountThatItMeans(t *testing.T) {
	hubs := hubtest.NewPair(t, hubtest.NewWorld(t, hubtest.OpenSQLite(t)), func(k *federation.LoginKey) { k.SignUps = federation.Allow })
	hubs.Primary.Person("ada@example.org")
	hubs.Primary.Person("bob@example.org")
	a := hubs.Secondary.App(func(c *clients.Client) { c.SkipAuthorization = true })
	b := hubs.Secondary.Browser()
	who := func(p hubtest.Page) string {
		return hubs.Secondary.Userinfo(a.Redeem(b.Answer(p).Get("code")).Str("access_token")).Str("email")
	}
	hubtest.Want(t, "Ada", who(hubs.Through(b, a, "ada@example.org")), "ada@example.org")

	// Bob signs in at both hubs, in the same browser.
	at := b.At(hubs.Primary)
	at.SignIn(at.Open("/signin?switch=1"), "bob@example.org")
	p := b.Authorize(a.Request("prompt", "select_account"))
	p = b.Walk(b.Post(b.Open("/signin?local=1&switch=1&flow="+p.URL.Query().Get("flow")), "/signin/with/"+hubs.Key.ID), "", hubs.Primary, hubs.Secondary)
	if strings.Contains(p.Body, `action="/signin/choose"`) {
		p = b.Walk(at.Choose(p, "bob@example.org"), "", hubs.Primary, hubs.Secondary)
	}
	hubtest.Want(t, "Bob", who(p), "bob@example.org")
	hubtest.Want(t, "accounts at the secondary", len(hubtest.Accounts(b.Open("/signin/choose"))), 2)
	for _, name := range []string{"ada", "bob"} {
		p := b.Walk(b.Authorize(a.Request("prompt", "none", "login_hint", name+"@example.org")), "", hubs.Primary, hubs.Secondary)
		hubtest.Want(t, "without a page, "+name, who(p), name+"@example.org")
	}
}
