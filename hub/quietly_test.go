package hub_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/hub/users"
)

// prompt=none asks the upstream too, and the answer may be about somebody else
// than the one who is signed in here: nobody becomes another person unseen.
func TestAQuietSignInDoesNotSwapThePerson(t *testing.T) {
	for _, tt := range []struct {
		name   string
		there  string // who is signed in at the upstream
		change func(w *world, people map[string]users.User) error
		want   string
	}{
		{"the same person", "ada@example.org", nil, ""},
		{"another person", "bob@example.org", nil, "login_required"},
		{"a disabled person", "bob@example.org", func(w *world, people map[string]users.User) error {
			_, err := w.Hub.People().SetDisabled(w.Context(), people["bob@example.org"].ID, true)
			return err
		}, "login_required"},
		{"somebody new", "new@example.org", nil, "login_required"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			hubs := newProvider(t, func(k *federation.LoginKey) {
				k.Enabled, k.Direct, k.SignUps, k.TrustEmail = true, true, federation.Allow, true
			})
			w := hubs.secondary
			people := map[string]users.User{}
			for _, email := range []string{"ada@example.org", "bob@example.org"} {
				hubs.primary.person(email)
				b := w.browser()
				b.walk(b.open("/account"), email, hubs.primary, w)
				u, err := w.Hub.FindUser(t.Context(), email)
				if err != nil {
					t.Fatal(err)
				}
				people[email] = u
			}
			hubs.primary.person("new@example.org")
			a, b := w.app(func(c *clients.Client) { c.SkipAuthorization = true }), w.browser()
			first := b.answer(b.walk(b.authorize(a.request()), "ada@example.org", hubs.primary, w))
			sub := claimsOf(t, a.redeem(first.Get("code")).str("id_token"))["sub"]
			if tt.change != nil {
				if err := tt.change(w, people); err != nil {
					t.Fatal(err)
				}
			}
			there := b.at(hubs.primary)
			there.signIn(there.open("/signin?switch=1"), tt.there)
			// The session here is too old for the app, so the upstream is asked.
			hubs.skip(2 * time.Minute)
			there.signIn(there.open("/signin?switch=1"), tt.there)
			answer := b.answer(b.walk(b.authorize(a.request("prompt", "none", "max_age", "60")), "", hubs.primary, w))
			want(t, "error", answer.Get("error"), tt.want)
			if tt.want == "" {
				want(t, "subject", claimsOf(t, a.redeem(answer.Get("code")).str("id_token"))["sub"], sub)
			}
			if p := b.open("/account"); p.URL.Path != "/account" || !strings.Contains(p.Body, "ada@example.org") {
				t.Errorf("somebody else is signed in now: %s", p.URL)
			}
			if _, err := w.Hub.FindUser(t.Context(), "new@example.org"); err == nil {
				t.Error("an account was made without a question")
			}
		})
	}
}

// Where the upstream's person is to be turned away, or would be asked to prove
// an account, prompt=none shows no page.
func TestAQuietSignInThatTakesAQuestionShowsNothing(t *testing.T) {
	for name, account := range map[string]*users.NewUser{
		"nobody new may come":              nil,
		"an account with the same address": {Email: "ada@example.org", EmailVerified: true, Password: password},
		"one that never proved it":         {Email: "ada@example.org", Password: password},
	} {
		t.Run(name, func(t *testing.T) {
			hubs := newProvider(t, func(k *federation.LoginKey) {
				k.Enabled, k.Direct, k.TrustEmail, k.Linking = true, true, true, federation.Confirm
			})
			hubs.primary.person("ada@example.org")
			w := hubs.secondary
			if account != nil {
				if _, err := w.Hub.AddUser(t.Context(), "test", *account); err != nil {
					t.Fatal(err)
				}
			}
			a, b := w.app(), w.browser()
			b.open("/signin?local=1")
			there := b.at(hubs.primary)
			there.signIn(there.open("/signin"), "ada@example.org")
			answer := b.answer(b.walk(b.authorize(a.request("prompt", "none")), "", hubs.primary, w))
			want(t, "error", answer.Get("error"), "login_required")
		})
	}
}

// OIDC Back-Channel Logout §2.6: a logout token is taken once.
func TestALogoutTokenFromUpstreamWorksOnce(t *testing.T) {
	primary, w := newWorld(t, openSQLite(t)), newWorld(t, openSQLite(t))
	told := make(chan string, 10)
	receiver := newReceiver(t, told)
	there := primary.app(func(c *clients.Client) {
		c.RedirectURIs, c.SkipAuthorization, c.BackchannelLogoutURI = []string{w.URL + "/signin/from/company"}, true, receiver
	})
	_, err := w.Hub.AddLoginKey(t.Context(), "test", federation.LoginKey{ID: "company", Kind: federation.KindOpenID, Name: "Company",
		BaseURL: primary.URL, ClientID: there.ID, Enabled: true, Direct: true, SignUps: federation.Allow, TrustEmail: true}, there.Secret, "")
	if err != nil {
		t.Fatal(err)
	}
	_, err = w.Hub.KeepLoginKey(t.Context(), "test", federation.LoginKey{ID: "plain", Kind: federation.KindOAuth2, Name: "Plain", BaseURL: primary.URL, ClientID: "us",
		Endpoints: federation.Endpoints{Authorize: primary.URL + "/a", Token: primary.URL + "/t", Userinfo: primary.URL + "/u"}}, "")
	if err != nil {
		t.Fatal(err)
	}
	primary.person("ada@example.org")
	signsIn := func() *browser {
		b := w.browser()
		if p := b.walk(b.open("/account"), "ada@example.org", primary, w); p.URL.Path != "/account" {
			t.Fatalf("at %s:\n%s", p.URL, p.Body)
		}
		return b
	}
	hears := func(key, token string) reply {
		t.Helper()
		req, err := http.NewRequest(http.MethodPost, w.URL+"/oauth2/backchannel/"+key, strings.NewReader(url.Values{"logout_token": {token}}.Encode()))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		return w.call(req)
	}
	first, second := signsIn(), signsIn()
	at := first.at(primary)
	at.submit(at.open("/signout"), "/signout")
	var token string
	select {
	case token = <-told:
	case <-time.After(20 * time.Second):
		t.Fatal("the upstream told nobody of the sign-out within 20 seconds")
	}
	refused(t, "for a key that is not there", hears("nothing", token), 400, "invalid_request")
	refused(t, "for a key that takes none", hears("plain", token), 400, "invalid_request")
	want(t, "before", first.open("/account").URL.Path, "/account")
	want(t, "the token", hears("company", token).Status, 200)
	want(t, "the session that it names", first.open("/account").URL.Path == "/account", false)
	want(t, "another one of the same person", second.open("/account").URL.Path, "/account")
	refused(t, "the token a second time", hears("company", token), 400, "invalid_request")
	refused(t, "a broken one", hears("company", token+"x"), 400, "invalid_request")
}

// What is linked to another account proves nothing about this one, and no
// identity of an account proves an address that the account never did.
func TestOnlyTheAccountItselfIsProvedByAnotherProvider(t *testing.T) {
	one, _ := lettered(t)
	two := join(t, newWorld(t, openSQLite(t)), one.secondary, func(k *federation.LoginKey) { k.Name = "Branch office" })
	w := one.secondary
	for _, hub := range []*world{one.primary, two.primary} {
		hub.person("ada@example.org")
		hub.person("eve@example.org")
		hub.person("trap@example.org")
	}
	ada, eve := w.person("ada@example.org"), w.person("eve@example.org")
	trap, err := w.Hub.AddUser(t.Context(), "test", users.NewUser{Email: "trap@example.org", Password: password})
	if err != nil {
		t.Fatal(err)
	}
	connect := func(local, there string) {
		b := one.here(local)
		b.follow(b.hop(one.abroad(b, b.post(b.open("/account/connections"), "/account/connect/"+one.key.ID), there)))
	}
	connect("eve@example.org", "eve@example.org")
	connect("trap@example.org", "trap@example.org")
	want(t, "links of eve", one.linkedTo(t, eve), 1)
	want(t, "links of the trap", one.linkedTo(t, trap), 1)

	// Somebody comes from two, and proves it by one as somebody else.
	proves := func(who, by string) page {
		b := w.browser()
		p := two.through(b, w.app(), who)
		if p.URL.Path != "/signin/link" {
			t.Fatalf("%s is at %s:\n%s", who, p.URL, p.Body)
		}
		stop := p.URL.Query().Get("stop")
		at := b.at(w).like(p, "/signin/link/mail", "/signin/with/"+one.key.ID, "link", stop)
		return b.at(w).follow(b.hop(one.abroad(b, at, by)))
	}
	p := proves("ada@example.org", "eve@example.org")
	want(t, "an identity of another account", p.Status, http.StatusForbidden)
	if !strings.Contains(p.Body, "didn&#39;t prove the account") {
		t.Errorf("at %s:\n%s", p.URL, p.Body)
	}
	want(t, "links of ada", one.linkedTo(t, ada), 0)
	p = proves("trap@example.org", "trap@example.org")
	want(t, "an identity of the trap", p.Status, http.StatusForbidden)
	if !strings.Contains(p.Body, "didn&#39;t prove the account") {
		t.Errorf("at %s:\n%s", p.URL, p.Body)
	}
	want(t, "links of the trap", one.linkedTo(t, trap), 1)
}

// The password that is typed is that of the account to be linked, not of whoever
// has its address by now.
func TestAPasswordProvesTheAccountThatWasAskedAbout(t *testing.T) {
	hubs, _ := lettered(t)
	hubs.primary.person("ada@example.org")
	w := hubs.secondary
	ada := w.person("ada@example.org")
	b := w.browser()
	p := hubs.through(b, w.app(), "ada@example.org")
	if _, err := w.Hub.People().SetEmail(t.Context(), ada.ID, "moved@example.org", true); err != nil {
		t.Fatal(err)
	}
	heir := w.person("ada@example.org")
	p = b.at(w).submit(p, "/signin/link", "password", password)
	if p.URL.Path != "/signin/link" || !strings.Contains(p.Body, `name="password"`) {
		t.Errorf("got %d at %s, want the question again:\n%s", p.Status, p.URL, p.Body)
	}
	want(t, "links", hubs.linkedTo(t, ada)+hubs.linkedTo(t, heir), 0)
}
