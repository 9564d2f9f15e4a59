package frappe_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/internal/hubtest"
	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/internal/testkit/frappetest"
)

func TestTheFirstSignInOfASiteIsWatched(t *testing.T) {
	for _, generation := range frappetest.Generations() {
		t.Run(generation.String(), func(t *testing.T) {
			w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
			w.Person("ada@example.org")
			x := hubtest.NewWaiting(w, generation)
			hubtest.Want(t, "before", x.Marks(), "now later later")
			if p := x.Look(); !strings.Contains(p.Body, `http-equiv="refresh"`) || !strings.Contains(p.Header.Get("Content-Security-Policy"), "connect-src 'self'") {
				t.Error("the page does not look for news")
			}
			b := w.Browser()
			p := b.Follow(b.Open(x.Site.Link(x.Key, "")))
			if says := hubtest.IdsOf(t, x.Look())["first-login"]; !strings.Contains(says, "The site sent a user here") {
				t.Errorf("while they sign in: %s", says)
			}
			p = b.Submit(b.SignIn(p, "ada@example.org"), "/consent", "decision", "allow")
			hubtest.Want(t, "sent back", x.Marks(), "done now later")
			b.Read(b.Get(p.Location))
			hubtest.Want(t, "who is signed in", x.Site.SignedIn(b.CookiesAt(x.Site.URL)), "ada@example.org")
			hubtest.Want(t, "after", x.Marks(), "done done done")
			done := x.Look()
			if !strings.Contains(done.Body, `id="works"`) || strings.Contains(done.Body, `http-equiv="refresh"`) {
				t.Errorf("it does not say that it works, or looks for more:\n%s", done.Body)
			}
			c, err := w.Hub.Client(t.Context(), x.App.ID)
			if err != nil || !c.Frappe.Awaited.IsZero() {
				t.Errorf("it is still waited for: %v %v", c.Frappe, err)
			}
			again := x.Admin.Submit(done, "/admin/clients/"+x.App.ID+"/setup/wait")
			hubtest.Want(t, "waiting again", again.URL.Path, "/admin/clients/"+x.App.ID+"/setup")
			hubtest.Want(t, "from the start", x.Marks(), "now later later")
		})
	}
}

func TestEachMistakeOfAFirstSignInIsExplained(t *testing.T) {
	person := func(x *hubtest.Waiting) *hubtest.Browser {
		x.Person("ada@example.org")
		return x.Browser()
	}
	allow := func(x *hubtest.Waiting) { x.Login(person(x), "ada@example.org", "allow") }
	for name, tt := range map[string]struct {
		happens func(*hubtest.Waiting)
		marks   string
		says    []string
	}{
		"another client id": {func(x *hubtest.Waiting) {
			x.Change(func(k *frappetest.SocialLoginKey) { k.ClientID += "x" })
			allow(x)
		}, "failed later later", []string{"unknown Client ID", "x”"}},
		"a path in the Base URL": {func(x *hubtest.Waiting) {
			x.Change(func(k *frappetest.SocialLoginKey) { k.BaseURL += "/hub" })
			x.Browser().Open(x.Site.Link(x.Key, ""))
		}, "failed later later", []string{"Base URL at the site contains a path", "/hub/api/method/"}},
		"a wrong secret": {func(x *hubtest.Waiting) {
			x.Change(func(k *frappetest.SocialLoginKey) { k.ClientSecret += "x" })
			allow(x)
		}, "done failed later", []string{"Client Secret at the site is wrong"}},
		"another address": {func(x *hubtest.Waiting) {
			x.Site.HostName = "http://erp.example.com"
			allow(x)
		}, "failed later later", []string{"belongs to erp.example.com", "host_name", "login_via_frappe"}},
		"another provider": {func(x *hubtest.Waiting) {
			x.Change(func(k *frappetest.SocialLoginKey) {
				*k = frappetest.KeycloakKey(k.BaseURL, k.ClientID, k.ClientSecret)
			})
			allow(x)
		}, "failed later later", []string{"has another provider", "login_via_keycloak"}},
		"a scope it cannot have": {func(x *hubtest.Waiting) {
			x.Change(func(k *frappetest.SocialLoginKey) { k.AuthURLData[1][1] = "openid phone" })
			allow(x)
		}, "failed later later", []string{"Auth URL Data"}},
		"the person says no": {func(x *hubtest.Waiting) {
			x.Login(person(x), "ada@example.org", "deny")
		}, "failed later later", []string{"The user denied the request", "Skip consent"}},
		"the person is disabled": {func(x *hubtest.Waiting) {
			u := x.Person("ada@example.org")
			if _, err := x.Hub.SwitchUser(x.Context(), audit.Named("test"), u.ID, true); err != nil {
				x.Fatal(err)
			}
			x.Login(x.Browser(), "ada@example.org", "allow")
		}, "failed later later", []string{"disabled in this hub"}},
		"the person has no role": {func(x *hubtest.Waiting) {
			x.Edit(func(c *clients.Client) { c.AllowedRoles = []string{"accounts"} })
			allow(x)
		}, "failed later later", []string{"none of the roles"}},
		"the client is off": {func(x *hubtest.Waiting) {
			x.Edit(func(c *clients.Client) { c.Disabled = true })
			allow(x)
		}, "failed later later", []string{"is disabled"}},
		"the site cannot reach the hub": {func(x *hubtest.Waiting) {
			x.Change(func(k *frappetest.SocialLoginKey) { k.AccessTokenURL = "/elsewhere" })
			allow(x)
			x.Clock.Skip(time.Minute + time.Second)
		}, "done failed later", []string{"does not request the token", "/livez"}},
		"the site asks somebody else who it is": {func(x *hubtest.Waiting) {
			x.Change(func(k *frappetest.SocialLoginKey) { k.APIEndpoint = "/elsewhere" })
			allow(x)
			x.Clock.Skip(time.Minute + time.Second)
		}, "done done failed", []string{"does not request the user"}},
	} {
		t.Run(name, func(t *testing.T) {
			x := hubtest.NewWaiting(hubtest.NewWorld(t, hubtest.OpenSQLite(t)), frappetest.G1)
			tt.happens(x)
			hubtest.Want(t, "steps", x.Marks(), tt.marks)
			for _, says := range tt.says {
				if wrong := x.Wrong(); !strings.Contains(wrong, says) {
					t.Errorf("it does not say %q: %q", says, wrong)
				}
			}
		})
	}
}

func TestAPersonWithoutAProvedAddressIsAMistakeOfTheFirstSignIn(t *testing.T) {
	primary, w := hubtest.NewWorld(t, hubtest.OpenSQLite(t)), hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	if _, err := primary.Hub.AddUser(t.Context(), audit.Named("test"), users.NewUser{Email: "ada@example.org", Password: hubtest.Password}); err != nil {
		t.Fatal(err)
	}
	there := primary.App(func(c *clients.Client) { c.RedirectURIs = []string{w.URL + "/signin/from/plain"} })
	key, err := w.Hub.KeepLoginKey(t.Context(), audit.Named("test"), federation.LoginKey{
		ID: "plain", Kind: federation.KindOpenID, Name: "Plain", BaseURL: primary.URL, ClientID: there.ID, Enabled: true,
		SignUps: federation.Allow, TrustEmail: true,
	}, there.Secret)
	if err != nil {
		t.Fatal(err)
	}
	x := hubtest.NewWaiting(w, frappetest.G4)
	p := hubtest.Pair{Primary: primary, Secondary: w, Key: key}.Through(w.Browser(), x.App, "ada@example.org", "redirect_uri", x.App.RedirectURIs[0], "scope", "openid")
	hubtest.Want(t, "the page", p.Status, http.StatusForbidden)
	hubtest.Want(t, "steps", x.Marks(), "failed later later")
	if wrong := x.Look().Body; !strings.Contains(wrong, "email is not verified") || !strings.Contains(wrong, `href="/admin/users/`) {
		t.Errorf("it does not say so, or leads nowhere:\n%s", wrong)
	}
}

func TestAMistakeIsOverOnceTheSiteGetsPastIt(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Person("ada@example.org")
	x := hubtest.NewWaiting(w, frappetest.G2a)
	right := x.Key.ClientSecret
	x.Change(func(k *frappetest.SocialLoginKey) { k.ClientSecret = "wrong" })
	b := w.Browser()
	x.Login(b, "ada@example.org", "allow")
	hubtest.Want(t, "at first", x.Marks(), "done failed later")
	x.Change(func(k *frappetest.SocialLoginKey) { k.ClientSecret = right })
	x.Login(b, "ada@example.org", "allow")
	hubtest.Want(t, "then", x.Marks(), "done done done")
	hubtest.Want(t, "and says", x.Wrong(), "")
}
