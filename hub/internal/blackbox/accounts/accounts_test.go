package accounts_test

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/internal/hubtest"
	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/hub/web/cookies"
)

// family is a hub with some accounts, and one browser in which all are signed in; the last
// one is the current one.
func family(t *testing.T, names ...string) (*hubtest.World, *hubtest.Browser) {
	t.Helper()
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	b := w.Browser()
	for _, name := range names {
		w.Person(name + "@example.org")
		b.SignIn(b.Open("/signin?switch=1"), name+"@example.org")
	}
	return w, b
}

func accounts(b *hubtest.Browser) string {
	return strings.Join(hubtest.Accounts(b.Open("/signin/choose")), ", ")
}

// cookie is one of the browser's cookies at the hub.
func cookie(w *hubtest.World, b *hubtest.Browser, suffix string) string {
	home, _ := url.Parse(w.URL)
	for _, c := range b.Jar.Cookies(home) {
		if strings.HasSuffix(c.Name, suffix) {
			return c.Value
		}
	}
	return ""
}

func set(w *hubtest.World, b *hubtest.Browser, suffix, value string) {
	home, _ := url.Parse(w.URL)
	b.Jar.SetCookies(home, []*http.Cookie{{Name: name(w, b) + suffix, Value: value, Path: "/"}})
}

func current(b *hubtest.Browser) string {
	for _, a := range hubtest.Accounts(b.Open("/signin/choose")) {
		if email, ok := strings.CutSuffix(a, "@example.org: Signed in, in use now"); ok {
			return email
		}
	}
	return ""
}

func TestSeveralAccountsAreSignedInInOneBrowser(t *testing.T) {
	w, b := family(t, "ada", "bob")
	hubtest.Want(t, "after two sign-ins", accounts(b), "bob@example.org: Signed in, in use now, ada@example.org: Signed in")
	b.Choose(b.Open("/signin/choose"), "ada@example.org")
	hubtest.Want(t, "after the choice", accounts(b), "ada@example.org: Signed in, in use now, bob@example.org: Signed in")
	has(t, "the account page", b.Open("/account"), `<small>ada@example.org</small>`)

	// Signing in again as one of them is the same session for the apps.
	a := w.App(func(c *clients.Client) { c.SkipAuthorization = true })
	sid := func() any {
		return hubtest.ClaimsOf(t, a.Redeem(b.SignInTo(a, "ada@example.org").Get("code")).Str("id_token"))["sid"]
	}
	first := sid()
	b.Choose(b.Open("/signin/choose"), "bob@example.org")
	b.SignIn(b.Open("/signin?switch=1"), "ada@example.org")
	hubtest.Want(t, "the session's name", sid(), first)
	hubtest.Want(t, "accounts", accounts(b), "ada@example.org: Signed in, in use now, bob@example.org: Signed in")

	// Only the current one signs out, and no other takes its place.
	b.Submit(b.Open("/signout"), "/signout")
	hubtest.Want(t, "after the sign-out", accounts(b), "bob@example.org: Signed in, ada@example.org: Signed out")
	hubtest.Want(t, "a page of the account", b.Open("/account").URL.Path, "/signin/choose")
	b.Forget(b.Open("/signin/choose"), "ada@example.org")
	hubtest.Want(t, "forgotten", accounts(b), "bob@example.org: Signed in")
	p := b.Choose(b.Open("/signin/choose?to=/account/security"), "bob@example.org")
	hubtest.Want(t, "the choice goes on", p.URL.Path, "/account/security")
}

func TestASignedOutAccountIsRememberedWithoutItsAddress(t *testing.T) {
	w, b := family(t, "ada")
	b.Submit(b.Open("/signout"), "/signout")
	hubtest.Want(t, "accounts", accounts(b), "ada@example.org: Signed out")
	kept := cookie(w, b, "_accounts")
	if id := w.UserID(t, "ada@example.org"); strings.Contains(kept, "ada") || strings.Contains(kept, id) || kept == "" {
		t.Errorf("the cookie says who it is: %q", kept)
	}
	p := b.Choose(b.Open("/signin/choose"), "ada@example.org")
	has(t, "the sign-in page", p, `value="ada@example.org"`, `<label for="email"`)
	lacks(t, "its address", hubtest.Page{Body: p.URL.String()}, "ada")
	hubtest.Want(t, "signed in again", b.SignIn(p, "ada@example.org").URL.Path, "/account")

	// Who does not want to stay leaves no trace, and a made-up cookie names nobody.
	short := w.Browser()
	short.Submit(short.Open("/signin"), "/signin", "email", "ada@example.org", "password", hubtest.Password, "stay", "")
	short.Submit(short.Open("/signout"), "/signout")
	hubtest.Want(t, "the choice without accounts", short.Open("/signin/choose").URL.Path, "/signin")
	for _, value := range []string{"x", w.UserID(t, "ada@example.org"), strings.Repeat("A", 2000)} {
		thief := w.Browser()
		home, _ := url.Parse(w.URL)
		thief.Jar.SetCookies(home, []*http.Cookie{{Name: name(w, b) + "_accounts", Value: value, Path: "/"}})
		hubtest.Want(t, "made up", thief.Open("/signin/choose").URL.Path, "/signin")
	}
	lost := w.Browser()
	p = lost.Open("/signin")
	if p := lost.Submit(hubtest.Page{Body: strings.ReplaceAll(p.Body, `action="/signin"`, `action="/signin/choose"`), URL: p.URL}, "/signin/choose", "account", cookies.Ref(w.UserID(t, "ada@example.org"))); strings.Contains(p.Body, "ada@example.org") {
		t.Error("a browser that does not remember an account is told its address")
	}
}

// The sixth account ends the one that was not used for longest, for its apps too.
func TestABrowserHasFiveAccounts(t *testing.T) {
	names := []string{"one", "two", "three", "four", "five"}
	w, b := family(t, names...)
	told := make(chan string, 10)
	a := w.App(func(c *clients.Client) {
		c.SkipAuthorization, c.BackchannelLogoutURI = true, hubtest.NewReceiver(t, told)
	})
	for _, name := range names {
		b.Choose(b.Open("/signin/choose"), name+"@example.org")
		b.SignInTo(a, name+"@example.org")
		w.Clock.Skip(2 * time.Minute)
	}
	b.Choose(b.Open("/signin/choose"), "two@example.org") // so that three was not used for longest, after one
	b.Choose(b.Open("/signin/choose"), "one@example.org")
	w.Clock.Skip(2 * time.Minute)
	w.Person("six@example.org")
	before := a.Redeem(b.SignInTo(a, "one@example.org").Get("code")).Str("access_token")
	b.Choose(b.Open("/signin/choose"), "three@example.org")
	threes := a.Redeem(b.SignInTo(a, "three@example.org").Get("code")).Str("access_token")
	b.Choose(b.Open("/signin/choose"), "five@example.org")
	b.SignIn(b.Open("/signin?switch=1"), "six@example.org")

	all := hubtest.Accounts(b.Open("/signin/choose"))
	signedIn := slices.DeleteFunc(slices.Clone(all), func(a string) bool { return strings.HasSuffix(a, "Signed out") })
	hubtest.Want(t, "accounts that are signed in", len(signedIn), cookies.MostAccounts)
	if slices.Contains(signedIn, "four@example.org: Signed in") || !slices.Contains(signedIn, "one@example.org: Signed in") {
		t.Errorf("the wrong one was ended: %q", all)
	}
	hubtest.Want(t, "a token of an account that stays", a.Active(before), true)
	hubtest.Want(t, "another", a.Active(threes), true)
	ledger := hubtest.DumpOf(t, w, "signouts")
	if strings.Count(ledger, w.UserID(t, "four@example.org")) == 0 || strings.Contains(ledger, w.UserID(t, "one@example.org")) {
		t.Errorf("who is told of the end: %s", ledger)
	}
}

// An id among the others is worth what the cookie of the session is worth, and
// what is made up is worth nothing.
func TestForgedAccounts(t *testing.T) {
	w, b := family(t, "ada", "bob")
	real := cookie(w, b, "_others")
	for what, value := range map[string]string{
		"nothing": "", "rubbish": "x", "a hash": strings.Repeat("a", 64), "a made-up id": strings.Repeat("A", 43),
		"many": strings.TrimSuffix(strings.Repeat(strings.Repeat("A", 43)+".", 1000), "."), "the state": b.StateCookie(),
	} {
		set(w, b, "_others", value)
		hubtest.Want(t, what, accounts(b), "bob@example.org: Signed in, in use now, ada@example.org: Signed out")
		p := b.Open("/signin/choose")
		b.Choose(p, "ada@example.org")
		hubtest.Want(t, what+", chosen", current(b), "bob")
	}
	set(w, b, "_others", real+"."+real+"."+real)
	hubtest.Want(t, "the same three times", accounts(b), "bob@example.org: Signed in, in use now, ada@example.org: Signed in")
	own := cookie(w, b, strings.TrimPrefix(name(w, b), "__Host-"))
	set(w, b, "_others", own)
	hubtest.Want(t, "the current one", accounts(b), "bob@example.org: Signed in, in use now, ada@example.org: Signed out")

	// The session of another browser: of use only if it stays.
	eve := w.Browser()
	w.Person("eve@example.org")
	eve.Submit(eve.Open("/signin"), "/signin", "email", "eve@example.org", "password", hubtest.Password, "stay", "")
	set(w, b, "_others", cookie(w, eve, strings.TrimPrefix(name(w, eve), "__Host-")))
	if strings.Contains(accounts(b), "eve") {
		t.Error("a session that ends with its browser is of use in another one")
	}
}

// A form works for the account for which it was opened, and for no other.
func TestFormsBelongToTheirAccount(t *testing.T) {
	w, b := family(t, "ada", "bob")
	b.Choose(b.Open("/signin/choose"), "ada@example.org")
	page := b.Open("/account/profile")
	b.Choose(b.Open("/signin/choose"), "bob@example.org")
	p := b.Submit(page, "/account/profile", "name", "Changed")
	hubtest.Want(t, "status", p.Status, http.StatusForbidden)
	has(t, "the page", p, "This page belongs to ada@example.org. Nothing was changed.", "/signin/choose?to=")
	for _, email := range []string{"ada@example.org", "bob@example.org"} {
		if u, _ := w.Hub.FindUser(t.Context(), email); u.Name == "Changed" {
			t.Errorf("%s was changed", email)
		}
	}
	b.Choose(b.Open("/signin/choose"), "ada@example.org")
	hubtest.Want(t, "with its account again", b.Submit(page, "/account/profile", "name", "Changed").Status, 200)

	// Consent that Ada looked at is not Bob's.
	a := w.App()
	consent := b.Authorize(a.Request())
	b.Choose(b.Open("/signin/choose"), "bob@example.org")
	hubtest.Want(t, "consent of another account", b.Submit(consent, "/consent", "decision", "allow").Status, http.StatusForbidden)

	// The sign-out of a page is that of the account on it.
	out := b.Open("/signout")
	b.Choose(b.Open("/signin/choose"), "ada@example.org")
	hubtest.Want(t, "a sign-out form of another account", b.Submit(out, "/signout").Status, 200)
	hubtest.Want(t, "accounts", accounts(b), "ada@example.org: Signed in, in use now, bob@example.org: Signed out")
}

// The pages of the administration say as whom.
func TestTheAdministrationNamesItsAccount(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	root := w.Operator()
	page := root.Open("/admin/settings")
	w.Person("bob@example.org")
	root.SignIn(root.Open("/signin?switch=1"), "bob@example.org")
	has(t, "another account's page", root.Open("/account"), `<small>bob@example.org</small>`, `id="to-accounts"`)
	hubtest.Want(t, "the administration, as Bob", root.Open("/admin").Status, http.StatusForbidden)
	p := root.Submit(page, "/admin/settings", "hub_name", "Changed")
	hubtest.Want(t, "its form, as Bob", p.Status, http.StatusForbidden)
	if s, err := w.Hub.Settings(t.Context()); err != nil || s.HubName == "Changed" {
		t.Errorf("the settings were changed, %v", err)
	}
}

// What ends the sessions of one user ends theirs and no other's, also that of an
// account that is not the current one.
func TestWhatEndsOneAccountLeavesTheOthers(t *testing.T) {
	for name, end := range map[string]func(t *testing.T, w *hubtest.World, elsewhere *hubtest.Browser){
		"signed out everywhere": func(_ *testing.T, _ *hubtest.World, elsewhere *hubtest.Browser) {
			elsewhere.Submit(elsewhere.Open("/account"), "/account/sessions/end-all")
		},
		"another password": func(_ *testing.T, _ *hubtest.World, elsewhere *hubtest.Browser) {
			elsewhere.Submit(elsewhere.Open("/account/password"), "/account/password", "current", hubtest.Password, "password", "three quiet herons wade")
		},
		"disabled": func(t *testing.T, w *hubtest.World, _ *hubtest.Browser) {
			_, err := w.Hub.SwitchUser(t.Context(), audit.Named("test"), w.UserID(t, "ada@example.org"), true)
			hubtest.Done(t, err)
		},
	} {
		t.Run(name, func(t *testing.T) {
			w, b := family(t, "ada", "bob")
			a := w.App(func(c *clients.Client) { c.SkipAuthorization = true })
			bobs := a.Redeem(b.SignInTo(a, "bob@example.org").Get("code")).Str("access_token")
			b.Choose(b.Open("/signin/choose"), "ada@example.org")
			adas := a.Redeem(b.SignInTo(a, "ada@example.org").Get("code")).Str("access_token")
			b.Choose(b.Open("/signin/choose"), "bob@example.org")

			elsewhere := w.Browser()
			elsewhere.SignIn(elsewhere.Open("/signin"), "ada@example.org")
			end(t, w, elsewhere)
			hubtest.Want(t, "accounts", accounts(b), "bob@example.org: Signed in, in use now, ada@example.org: Signed out")
			hubtest.Want(t, "Ada's token", a.Active(adas), false)
			hubtest.Want(t, "Bob's token", a.Active(bobs), true)
			b.Choose(b.Open("/signin/choose"), "ada@example.org")
			hubtest.Want(t, "after choosing it", current(b), "bob")
		})
	}
}

// The session of an administrator ends after some hours. If another account is the
// current one then, the next sign-in or sign-out ends it with what depends on it.
func TestASessionThatIsOverIsEnded(t *testing.T) {
	for name, act := range map[string]func(w *hubtest.World, b *hubtest.Browser){
		"a sign-in": func(_ *hubtest.World, b *hubtest.Browser) {
			b.SignIn(b.Open("/signin?switch=1"), "eve@example.org")
		},
		"a choice, and a sign-out of all": func(_ *hubtest.World, b *hubtest.Browser) {
			b.Choose(b.Open("/signin/choose"), "bob@example.org")
			b.Submit(b.Open("/signout"), "/signout", "all", "1")
		},
		"a choice while it is the current one, and a sign-in": func(w *hubtest.World, b *hubtest.Browser) {
			b.Choose(b.Open("/signin/choose"), "bob@example.org")
			b.SignIn(b.Open("/signin?switch=1"), "eve@example.org")
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
			root := w.Person("root@example.org", users.AdminRole)
			for _, email := range []string{"bob@example.org", "carol@example.org", "eve@example.org"} {
				w.Person(email)
			}
			a := w.App(func(c *clients.Client) { c.SkipAuthorization = true })
			b := w.Browser()
			order := []string{"root@example.org", "bob@example.org", "carol@example.org"}
			if strings.Contains(name, "current") {
				order = []string{"bob@example.org", "root@example.org"}
			}
			for _, email := range order {
				b.SignIn(b.Open("/signin?switch=1"), email)
				if email == "root@example.org" {
					b.SignInTo(a, email)
				}
			}
			w.Clock.Skip(13 * time.Hour)
			act(w, b)
			left, err := w.Hub.Sessions(t.Context(), root)
			if err != nil || len(left) > 0 {
				t.Errorf("%d sessions are left, %v", len(left), err)
			}
		})
	}
}

// Choosing, signing in and signing out at the same time leaves every session either
// in the browser or ended, and never one account's cookie for another.
func TestChoosingInManyTabsAtOnce(t *testing.T) {
	w, b := family(t, "ada", "bob", "eve")
	page := b.Open("/signin/choose")
	ids := map[string]string{}
	for _, name := range []string{"ada", "bob", "eve"} {
		ids[name] = cookies.Ref(w.UserID(t, name+"@example.org"))
	}
	to, fields, _ := hubtest.Form(page.Body, "/signin/choose")
	var all sync.WaitGroup
	for i := range 30 {
		chosen := []string{"ada", "bob", "eve"}[i%3]
		all.Go(func() {
			resp, err := b.PostForm(w.URL+to, hubtest.Edited(maps.Clone(fields), []string{"account", ids[chosen]}))
			if err != nil {
				t.Error(err)
				return
			}
			resp.Body.Close() //nolint:errcheck // it has nothing to say
			if resp.StatusCode >= 500 {
				t.Errorf("status %d", resp.StatusCode)
			}
		})
	}
	all.Wait()
	b.Choose(b.Open("/signin/choose"), "ada@example.org")
	seen := hubtest.Accounts(b.Open("/signin/choose"))
	if len(seen) != 3 || len(slices.Compact(slices.Sorted(slices.Values(seen)))) != 3 {
		t.Errorf("the accounts are %q", seen)
	}
}

// prompt=select_account shows the choice, and the flow goes on with the account
// that was chosen.
func TestAnAppLetsTheUserChoose(t *testing.T) {
	w, b := family(t, "ada", "bob")
	a := w.App(func(c *clients.Client) { c.SkipAuthorization = true })
	who := func(answer url.Values) string {
		return w.Userinfo(a.Redeem(answer.Get("code")).Str("access_token")).Str("email")
	}
	for _, name := range []string{"ada", "bob", "bob", "ada"} {
		p := b.Authorize(a.Request("prompt", "select_account"))
		hubtest.Want(t, "the page", p.URL.Path, "/signin/choose")
		hubtest.Want(t, "the account", who(b.Answer(b.Choose(p, name+"@example.org"))), name+"@example.org")
	}
	w.Person("new@example.org")
	p := b.Authorize(a.Request("prompt", "select_account"))
	p = b.Open("/signin?switch=1&flow=" + p.URL.Query().Get("flow"))
	hubtest.Want(t, "another account", who(b.Answer(b.SignIn(p, "new@example.org"))), "new@example.org")
	hubtest.Want(t, "the browser has", len(hubtest.Accounts(b.Open("/signin/choose"))), 3)

	// A hint at another account of the browser leads to the choice, too.
	p = b.Authorize(a.Request("login_hint", "ada@example.org"))
	hubtest.Want(t, "a hint at another account", p.URL.Path, "/signin/choose")
	hubtest.Want(t, "the account", who(b.Answer(b.Choose(p, "ada@example.org"))), "ada@example.org")
	if b.Answer(b.Authorize(a.Request("login_hint", "ada@example.org"))).Get("code") == "" || b.Answer(b.Authorize(a.Request("login_hint", "nobody@example.org"))).Get("code") == "" {
		t.Error("a hint at the current account or at none asks")
	}

	// Without a current account the user must choose.
	b.Submit(b.Open("/signout"), "/signout")
	p = b.Authorize(a.Request())
	hubtest.Want(t, "without a current account", p.URL.Path, "/signin/choose")
	hubtest.Want(t, "the account", who(b.Answer(b.Choose(p, "bob@example.org"))), "bob@example.org")

	// The choice of one tab is not that of another.
	p = b.Authorize(a.Request("prompt", "select_account"))
	b.Choose(b.Open("/signin/choose"), "new@example.org")
	hubtest.Want(t, "a flow in which nobody chose", b.Open("/oauth2/authorize?flow="+p.URL.Query().Get("flow")).URL.Path, "/signin/choose")
}
