package signin_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/internal/hubtest"
	"github.com/fedhub/fedhub/hub/users"
)

// prompt=none asks the provider too. If the response is about another user than
// the session's, the session is not replaced silently.
func TestAQuietSignInDoesNotSwapThePerson(t *testing.T) {
	for _, tt := range []struct {
		name   string
		there  string // the user signed in at the provider
		change func(w *hubtest.World, people map[string]users.User) error
		want   string
	}{
		{"the same person", "ada@example.org", nil, ""},
		{"another person", "bob@example.org", nil, "login_required"},
		{"a disabled person", "bob@example.org", func(w *hubtest.World, people map[string]users.User) error {
			_, err := w.Hub.People().SetDisabled(w.Context(), people["bob@example.org"].ID, true)
			return err
		}, "login_required"},
		{"somebody new", "new@example.org", nil, "login_required"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			hubs := hubtest.NewProvider(t, func(k *federation.LoginKey) {
				k.Enabled, k.Direct, k.SignUps, k.TrustEmail = true, true, federation.Allow, true
			})
			w := hubs.Secondary
			people := map[string]users.User{}
			for _, email := range []string{"ada@example.org", "bob@example.org"} {
				hubs.Primary.Person(email)
				b := w.Browser()
				b.Walk(b.Open("/account"), email, hubs.Primary, w)
				u, err := w.Hub.FindUser(t.Context(), email)
				if err != nil {
					t.Fatal(err)
				}
				people[email] = u
			}
			hubs.Primary.Person("new@example.org")
			a, b := w.App(func(c *clients.Client) { c.SkipAuthorization = true }), w.Browser()
			first := b.Answer(b.Walk(b.Authorize(a.Request()), "ada@example.org", hubs.Primary, w))
			sub := hubtest.ClaimsOf(t, a.Redeem(first.Get("code")).Str("id_token"))["sub"]
			if tt.change != nil {
				if err := tt.change(w, people); err != nil {
					t.Fatal(err)
				}
			}
			there := b.At(hubs.Primary)
			there.SignIn(there.Open("/signin?switch=1"), tt.there)
			// The session is too old for the app, so the hub asks the provider.
			hubs.Skip(2 * time.Minute)
			there.SignIn(there.Open("/signin?switch=1"), tt.there)
			answer := b.Answer(b.Walk(b.Authorize(a.Request("prompt", "none", "max_age", "60")), "", hubs.Primary, w))
			hubtest.Want(t, "error", answer.Get("error"), tt.want)
			if tt.want == "" {
				hubtest.Want(t, "subject", hubtest.ClaimsOf(t, a.Redeem(answer.Get("code")).Str("id_token"))["sub"], sub)
			}
			if p := b.Open("/account"); p.URL.Path != "/account" || !strings.Contains(p.Body, "ada@example.org") {
				t.Errorf("somebody else is signed in now: %s", p.URL)
			}
			if _, err := w.Hub.FindUser(t.Context(), "new@example.org"); err == nil {
				t.Error("an account was made without a question")
			}
		})
	}
}

// If the provider's user would be refused, or asked to prove an account,
// prompt=none shows no page.
func TestAQuietSignInThatTakesAQuestionShowsNothing(t *testing.T) {
	for name, account := range map[string]*users.NewUser{
		"nobody new may come":              nil,
		"an account with the same address": {Email: "ada@example.org", EmailVerified: true, Password: hubtest.Password},
		"one that never proved it":         {Email: "ada@example.org", Password: hubtest.Password},
	} {
		t.Run(name, func(t *testing.T) {
			hubs := hubtest.NewProvider(t, func(k *federation.LoginKey) {
				k.Enabled, k.Direct, k.TrustEmail, k.Linking = true, true, true, federation.Confirm
			})
			hubs.Primary.Person("ada@example.org")
			w := hubs.Secondary
			if account != nil {
				if _, err := w.Hub.AddUser(t.Context(), audit.Named("test"), *account); err != nil {
					t.Fatal(err)
				}
			}
			a, b := w.App(), w.Browser()
			b.Open("/signin?local=1")
			there := b.At(hubs.Primary)
			there.SignIn(there.Open("/signin"), "ada@example.org")
			answer := b.Answer(b.Walk(b.Authorize(a.Request("prompt", "none")), "", hubs.Primary, w))
			hubtest.Want(t, "error", answer.Get("error"), "login_required")
		})
	}
}

// OIDC Back-Channel Logout §2.6: a logout token is accepted once.
func TestALogoutTokenFromUpstreamWorksOnce(t *testing.T) {
	primary, w := hubtest.NewWorld(t, hubtest.OpenSQLite(t)), hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	told := make(chan string, 10)
	receiver := hubtest.NewReceiver(t, told)
	there := primary.App(func(c *clients.Client) {
		c.RedirectURIs, c.SkipAuthorization, c.BackchannelLogoutURI = []string{w.URL + "/signin/from/company"}, true, receiver
	})
	_, err := w.Hub.AddLoginKey(t.Context(), audit.Named("test"), federation.LoginKey{ID: "company", Kind: federation.KindOpenID, Name: "Company",
		BaseURL: primary.URL, ClientID: there.ID, Enabled: true, Direct: true, SignUps: federation.Allow, TrustEmail: true}, there.Secret, "")
	if err != nil {
		t.Fatal(err)
	}
	_, err = w.Hub.KeepLoginKey(t.Context(), audit.Named("test"), federation.LoginKey{ID: "plain", Kind: federation.KindOAuth2, Name: "Plain", BaseURL: primary.URL, ClientID: "us",
		Endpoints: federation.Endpoints{Authorize: primary.URL + "/a", Token: primary.URL + "/t", Userinfo: primary.URL + "/u"}}, "")
	if err != nil {
		t.Fatal(err)
	}
	primary.Person("ada@example.org")
	signsIn := func() *hubtest.Browser {
		b := w.Browser()
		if p := b.Walk(b.Open("/account"), "ada@example.org", primary, w); p.URL.Path != "/account" {
			t.Fatalf("at %s:\n%s", p.URL, p.Body)
		}
		return b
	}
	hears := func(key, token string) hubtest.Reply {
		t.Helper()
		req, err := http.NewRequest(http.MethodPost, w.URL+"/oauth2/backchannel/"+key, strings.NewReader(url.Values{"logout_token": {token}}.Encode()))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		return w.Call(req)
	}
	first, second := signsIn(), signsIn()
	at := first.At(primary)
	at.Submit(at.Open("/signout"), "/signout")
	var token string
	select {
	case token = <-told:
	case <-time.After(20 * time.Second):
		t.Fatal("the upstream told nobody of the sign-out within 20 seconds")
	}
	hubtest.Refused(t, "for a key that is not there", hears("nothing", token), 400, "invalid_request")
	hubtest.Refused(t, "for a key that takes none", hears("plain", token), 400, "invalid_request")
	hubtest.Want(t, "before", first.Open("/account").URL.Path, "/account")
	hubtest.Want(t, "the token", hears("company", token).Status, 200)
	hubtest.Want(t, "the session that it names", first.Open("/account").URL.Path == "/account", false)
	hubtest.Want(t, "another one of the same person", second.Open("/account").URL.Path, "/account")
	hubtest.Refused(t, "the token a second time", hears("company", token), 400, "invalid_request")
	hubtest.Refused(t, "a broken one", hears("company", token+"x"), 400, "invalid_request")
}

// An identity of another account proves nothing about this one, and an account's
// identity does not prove an address that the account never verified.
func TestOnlyTheAccountItselfIsProvedByAnotherProvider(t *testing.T) {
	one, _ := hubtest.MailingPair(t)
	two := hubtest.Join(t, hubtest.NewWorld(t, hubtest.OpenSQLite(t)), one.Secondary, func(k *federation.LoginKey) { k.Name = "Branch office" })
	w := one.Secondary
	for _, hub := range []*hubtest.World{one.Primary, two.Primary} {
		hub.Person("ada@example.org")
		hub.Person("eve@example.org")
		hub.Person("trap@example.org")
	}
	ada, eve := w.Person("ada@example.org"), w.Person("eve@example.org")
	trap, err := w.Hub.AddUser(t.Context(), audit.Named("test"), users.NewUser{Email: "trap@example.org", Password: hubtest.Password})
	if err != nil {
		t.Fatal(err)
	}
	connect := func(local, there string) {
		b := one.Here(local)
		b.Follow(b.Hop(one.Abroad(b, b.Post(b.Open("/account/connections"), "/account/connect/"+one.Key.ID), there)))
	}
	connect("eve@example.org", "eve@example.org")
	connect("trap@example.org", "trap@example.org")
	hubtest.Want(t, "links of eve", one.LinkedTo(t, eve), 1)
	hubtest.Want(t, "links of the trap", one.LinkedTo(t, trap), 1)

	// proves signs in with the second provider, and tries to prove the account
	// with an identity of the first.
	proves := func(who, by string) hubtest.Page {
		b := w.Browser()
		p := two.Through(b, w.App(), who)
		if p.URL.Path != "/signin/link" {
			t.Fatalf("%s is at %s:\n%s", who, p.URL, p.Body)
		}
		stop := p.URL.Query().Get("stop")
		at := b.At(w).Like(p, "/signin/link/mail", "/signin/with/"+one.Key.ID, "link", stop)
		return b.At(w).Follow(b.Hop(one.Abroad(b, at, by)))
	}
	p := proves("ada@example.org", "eve@example.org")
	hubtest.Want(t, "an identity of another account", p.Status, http.StatusForbidden)
	if !strings.Contains(p.Body, "That sign-in is not connected to this account") {
		t.Errorf("at %s:\n%s", p.URL, p.Body)
	}
	hubtest.Want(t, "links of ada", one.LinkedTo(t, ada), 0)
	p = proves("trap@example.org", "trap@example.org")
	hubtest.Want(t, "an identity of the trap", p.Status, http.StatusForbidden)
	if !strings.Contains(p.Body, "That sign-in is not connected to this account") {
		t.Errorf("at %s:\n%s", p.URL, p.Body)
	}
	hubtest.Want(t, "links of the trap", one.LinkedTo(t, trap), 1)
}

// The password must be that of the account to link, not of the account that has
// its address now.
func TestAPasswordProvesTheAccountThatWasAskedAbout(t *testing.T) {
	hubs, _ := hubtest.MailingPair(t)
	hubs.Primary.Person("ada@example.org")
	w := hubs.Secondary
	ada := w.Person("ada@example.org")
	b := w.Browser()
	p := hubs.Through(b, w.App(), "ada@example.org")
	if _, err := w.Hub.People().SetEmail(t.Context(), ada.ID, "moved@example.org", true); err != nil {
		t.Fatal(err)
	}
	heir := w.Person("ada@example.org")
	p = b.At(w).Submit(p, "/signin/link", "password", hubtest.Password)
	if p.URL.Path != "/signin/link" || !strings.Contains(p.Body, `name="password"`) {
		t.Errorf("got %d at %s, want the question again:\n%s", p.Status, p.URL, p.Body)
	}
	hubtest.Want(t, "links", hubs.LinkedTo(t, ada)+hubs.LinkedTo(t, heir), 0)
}
