package hub_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/federation/frappe/frappetest"
	"github.com/fedhub/fedhub/hub/users"
)

// A waiting is a site that was just added: the administrator's browser, the
// simulated site with the values that were shown, and the client.
type waiting struct {
	*world
	admin *browser
	app   *app
	site  *frappetest.Secondary
	key   frappetest.SocialLoginKey
}

func newWaiting(w *world, generation frappetest.Generation) *waiting {
	w.Helper()
	x := &waiting{world: w, admin: w.operator(), site: frappetest.NewSecondary(w, generation)}
	_, values := x.admin.addSite("site", x.site.URL+"/login")
	x.app = w.addedSite(values)
	x.key = frappetest.FrappeKey(values["base_url"], values["client_id"], values["client_secret"])
	x.site.Use(x.key)
	return x
}

// change edits the key at the site.
func (x *waiting) change(edit func(*frappetest.SocialLoginKey)) {
	edit(&x.key)
	x.site.Use(x.key)
}

// cookiesAt are those of another site.
func (b *browser) cookiesAt(address string) []*http.Cookie {
	u, err := url.Parse(address)
	if err != nil {
		b.w.Fatal(err)
	}
	return b.Jar.Cookies(u)
}

// login presses the site's button, and goes as far as it goes.
func (x *waiting) login(b *browser, email, decision string) page {
	x.Helper()
	p := b.follow(b.open(x.site.Link(x.key, "")))
	if strings.Contains(p.Body, `action="/signin"`) {
		p = b.signIn(p, email)
	}
	if strings.Contains(p.Body, `action="/consent"`) {
		p = b.follow(b.submit(p, "/consent", "decision", decision))
	}
	if strings.HasPrefix(p.Location, x.site.URL) {
		p = b.read(b.Get(p.Location))
	}
	return p
}

// look opens the set-up page as it is now.
func (x *waiting) look() page {
	x.Helper()
	p := x.admin.open("/admin/clients/" + x.app.ID + "/setup?watch=1")
	want(x, "the set-up page", p.Status, http.StatusOK)
	return p
}

// marks are how the three steps stand.
func (x *waiting) marks() string {
	x.Helper()
	_, list, _ := strings.Cut(x.look().Body, `<ol class="steps">`)
	list, _, _ = strings.Cut(list, "</ol>")
	var marks []string
	for _, step := range strings.Split(list, "<li")[1:] {
		tone, _, _ := strings.Cut(strings.TrimPrefix(step, ` class="`), `"`)
		marks = append(marks, map[string]string{"ok": "done", "info": "now", "danger": "failed", "": "later"}[tone])
	}
	return strings.Join(marks, " ")
}

// wrong is what the page says went wrong.
func (x *waiting) wrong() string {
	x.Helper()
	return idsOf(x, x.look())["wrong"]
}

func TestTheFirstSignInOfASiteIsWatched(t *testing.T) {
	for _, generation := range frappetest.Generations() {
		t.Run(generation.String(), func(t *testing.T) {
			w := newWorld(t, openSQLite(t))
			w.person("ada@example.org")
			x := newWaiting(w, generation)
			want(t, "before", x.marks(), "now later later")
			if p := x.look(); !strings.Contains(p.Body, `http-equiv="refresh"`) || !strings.Contains(p.Header.Get("Content-Security-Policy"), "connect-src 'self'") {
				t.Error("the page does not look for news")
			}
			b := w.browser()
			p := b.follow(b.open(x.site.Link(x.key, "")))
			if says := idsOf(t, x.look())["first-login"]; !strings.Contains(says, "The site sent somebody here") {
				t.Errorf("while they sign in: %s", says)
			}
			p = b.submit(b.signIn(p, "ada@example.org"), "/consent", "decision", "allow")
			want(t, "sent back", x.marks(), "done now later")
			b.read(b.Get(p.Location))
			want(t, "who is signed in", x.site.SignedIn(b.cookiesAt(x.site.URL)), "ada@example.org")
			want(t, "after", x.marks(), "done done done")
			done := x.look()
			if !strings.Contains(done.Body, `id="works"`) || strings.Contains(done.Body, `http-equiv="refresh"`) {
				t.Errorf("it does not say that it works, or looks for more:\n%s", done.Body)
			}
			c, err := w.Hub.Client(t.Context(), x.app.ID)
			if err != nil || !c.Frappe.Awaited.IsZero() {
				t.Errorf("it is still waited for: %v %v", c.Frappe, err)
			}
			again := x.admin.submit(done, "/admin/clients/"+x.app.ID+"/setup/wait")
			want(t, "waiting again", again.URL.Path, "/admin/clients/"+x.app.ID+"/setup")
			want(t, "from the start", x.marks(), "now later later")
		})
	}
}

func TestEachMistakeOfAFirstSignInIsExplained(t *testing.T) {
	person := func(x *waiting) *browser {
		x.person("ada@example.org")
		return x.browser()
	}
	allow := func(x *waiting) { x.login(person(x), "ada@example.org", "allow") }
	for name, tt := range map[string]struct {
		happens func(*waiting)
		marks   string
		says    []string
	}{
		"another client id": {func(x *waiting) {
			x.change(func(k *frappetest.SocialLoginKey) { k.ClientID += "x" })
			allow(x)
		}, "failed later later", []string{"Client ID that nobody has", "x”"}},
		"a wrong secret": {func(x *waiting) {
			x.change(func(k *frappetest.SocialLoginKey) { k.ClientSecret += "x" })
			allow(x)
		}, "done failed later", []string{"Client Secret at the site is not one"}},
		"another address": {func(x *waiting) {
			x.site.HostName = "http://erp.example.com"
			allow(x)
		}, "failed later later", []string{"takes itself for erp.example.com", "host_name", "login_via_frappe"}},
		"another provider": {func(x *waiting) {
			x.change(func(k *frappetest.SocialLoginKey) {
				*k = frappetest.KeycloakKey(k.BaseURL, k.ClientID, k.ClientSecret)
			})
			allow(x)
		}, "failed later later", []string{"of another provider", "login_via_keycloak"}},
		"a scope it cannot have": {func(x *waiting) {
			x.change(func(k *frappetest.SocialLoginKey) { k.AuthURLData[1][1] = "openid all" })
			allow(x)
		}, "failed later later", []string{"Auth URL Data"}},
		"the person says no": {func(x *waiting) {
			x.login(person(x), "ada@example.org", "deny")
		}, "failed later later", []string{"The person said no", "Skip Authorization"}},
		"the person is disabled": {func(x *waiting) {
			u := x.person("ada@example.org")
			if _, err := x.Hub.SwitchUser(x.Context(), "test", u.ID, true); err != nil {
				x.Fatal(err)
			}
			x.login(x.browser(), "ada@example.org", "allow")
		}, "failed later later", []string{"account here is disabled"}},
		"the person has no role": {func(x *waiting) {
			x.edit(func(c *clients.Client) { c.AllowedRoles = []string{"accounts"} })
			allow(x)
		}, "failed later later", []string{"none of the roles"}},
		"the client is off": {func(x *waiting) {
			x.edit(func(c *clients.Client) { c.Disabled = true })
			allow(x)
		}, "failed later later", []string{"turned off"}},
		"the site cannot reach the hub": {func(x *waiting) {
			x.change(func(k *frappetest.SocialLoginKey) { k.AccessTokenURL = "/elsewhere" })
			allow(x)
			x.clock.skip(time.Minute + time.Second)
		}, "done failed later", []string{"does not come for the token", "/livez"}},
		"the site asks somebody else who it is": {func(x *waiting) {
			x.change(func(k *frappetest.SocialLoginKey) { k.APIEndpoint = "/elsewhere" })
			allow(x)
			x.clock.skip(time.Minute + time.Second)
		}, "done done failed", []string{"does not ask who it is"}},
	} {
		t.Run(name, func(t *testing.T) {
			x := newWaiting(newWorld(t, openSQLite(t)), frappetest.G1)
			tt.happens(x)
			want(t, "steps", x.marks(), tt.marks)
			for _, says := range tt.says {
				if wrong := x.wrong(); !strings.Contains(wrong, says) {
					t.Errorf("it does not say %q: %q", says, wrong)
				}
			}
		})
	}
}

func TestAPersonWithoutAProvedAddressIsAMistakeOfTheFirstSignIn(t *testing.T) {
	primary, w := newWorld(t, openSQLite(t)), newWorld(t, openSQLite(t))
	if _, err := primary.Hub.AddUser(t.Context(), "test", users.NewUser{Email: "ada@example.org", Password: password}); err != nil {
		t.Fatal(err)
	}
	there := primary.app(func(c *clients.Client) { c.RedirectURIs = []string{w.URL + "/signin/from/plain"} })
	key, err := w.Hub.KeepLoginKey(t.Context(), "test", federation.LoginKey{
		ID: "plain", Kind: federation.KindOpenID, Name: "Plain", BaseURL: primary.URL, ClientID: there.ID, Enabled: true,
		SignUps: federation.Allow, TrustEmail: true,
	}, there.Secret)
	if err != nil {
		t.Fatal(err)
	}
	x := newWaiting(w, frappetest.G4)
	p := pair{primary, w, key}.through(w.browser(), x.app, "ada@example.org", "redirect_uri", x.app.RedirectURIs[0], "scope", "openid")
	want(t, "the page", p.Status, http.StatusForbidden)
	want(t, "steps", x.marks(), "failed later later")
	if wrong := x.look().Body; !strings.Contains(wrong, "Nobody has proved") || !strings.Contains(wrong, `href="/admin/users/`) {
		t.Errorf("it does not say so, or leads nowhere:\n%s", wrong)
	}
}

// edit changes the client as its page does.
func (x *waiting) edit(change func(*clients.Client)) {
	x.Helper()
	c, err := x.Hub.Client(x.Context(), x.app.ID)
	if err != nil {
		x.Fatal(err)
	}
	change(&c)
	path := "/admin/clients/" + c.ID
	pairs := []string{"allowed_roles", strings.Join(c.AllowedRoles, ", ")}
	if c.Disabled {
		pairs = append(pairs, "disabled", "1")
	}
	x.admin.submit(x.admin.open(path), path, pairs...)
}

func TestAMistakeIsOverOnceTheSiteGetsPastIt(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	w.person("ada@example.org")
	x := newWaiting(w, frappetest.G2a)
	right := x.key.ClientSecret
	x.change(func(k *frappetest.SocialLoginKey) { k.ClientSecret = "wrong" })
	b := w.browser()
	x.login(b, "ada@example.org", "allow")
	want(t, "at first", x.marks(), "done failed later")
	x.change(func(k *frappetest.SocialLoginKey) { k.ClientSecret = right })
	x.login(b, "ada@example.org", "allow")
	want(t, "then", x.marks(), "done done done")
	want(t, "and says", x.wrong(), "")
}
