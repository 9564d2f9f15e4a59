package frappe_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/hub"
	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/internal/hubtest"
	"github.com/fedhub/fedhub/hub/store"
	"github.com/fedhub/fedhub/hub/users"
)

// If the user denies consent, an app that is no Frappe site gets the error of the
// RFC, with state, iss and the query of its redirect URI.
func TestFrappeHole41537ARefusalKeepsStateAndQuery(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Person("ada@example.org")
	const withQuery = hubtest.Callback + "?x=1&y=a%2Fb"
	a := w.App(func(c *clients.Client) { c.RedirectURIs = []string{withQuery} })
	b := w.Browser()
	p := b.SignIn(b.Open(hubtest.FrappePath+"authorize?"+a.Request("redirect_uri", withQuery).Encode()), "ada@example.org")
	p = b.Submit(p, "/consent", "decision", "deny")
	if !strings.HasPrefix(p.Location, withQuery+"&") {
		t.Fatalf("leads to %q", p.Location)
	}
	answer := b.Answer(p)
	for name, value := range map[string]string{"error": "access_denied", "state": "the state", "iss": w.URL, "description": "", "x": "1"} {
		hubtest.Want(t, name, answer.Get(name), value)
	}
	if answer.Get("error_description") == "" {
		t.Error("nothing says why")
	}
}

// email_verified is false for an address that an administrator entered and the
// user has not proved. A site ignores the claim, so it gets no unverified address
// that a provider reported (frappe_test.go).
func TestFrappeHole42402EmailVerifiedIsTheTruth(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	if _, err := w.Hub.AddUser(t.Context(), audit.Named("test"), users.NewUser{Email: "eve@example.org", Profile: users.Profile{Name: "Eve"}, Password: hubtest.Password}); err != nil {
		t.Fatal(err)
	}
	a := w.App()
	b := w.Browser()
	info := w.Userinfo(a.Redeem(b.SignInTo(a, "eve@example.org").Get("code")).Str("access_token"))
	hubtest.Want(t, "an app", info.JSON["email_verified"], any(false))
	s := w.Site(clients.FrappeProvider)
	info = w.SendJSON("GET", hubtest.FrappePath+"openid_profile", s.Enter(t, b, "eve@example.org").Str("access_token"), nil)
	hubtest.Want(t, "a site", info.JSON["email_verified"], any(false))
}

// A corrupt login key removes only its own button.
func TestFrappeHole33579OneBadLoginKeyHindersNobody(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Person("ada@example.org")
	bad := w.OpenIDKey("Broken", "https://broken.example.org")
	w.OpenIDKey("Sound", "https://sound.example.org")
	for _, spec := range hub.Sets() {
		all, err := w.Backend.Find(t.Context(), spec.Name, store.Query{Now: w.Clock.Now()})
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range all {
			if r.ID != bad.ID {
				continue
			}
			var doc bson.M
			if err := bson.Unmarshal(r.Doc, &doc); err != nil {
				t.Fatal(err)
			}
			doc["kind"], doc["base_url"] = "no such kind", "{no address"
			if r.Doc, err = bson.Marshal(doc); err != nil {
				t.Fatal(err)
			}
			if err := w.Backend.Replace(t.Context(), spec.Name, r); err != nil {
				t.Fatal(err)
			}
		}
	}
	w.Clock.Skip(time.Minute)
	hubtest.Want(t, "the key is broken", w.Key(bad.ID).Kind, "no such kind")
	b := w.Browser()
	p := b.Open("/signin")
	hubtest.Want(t, "the page", p.Status, 200)
	if !strings.Contains(p.Body, "Sound") {
		t.Errorf("the sound one is gone:\n%s", p.Body)
	}
	hubtest.Want(t, "a password", b.SignIn(p, "ada@example.org").URL.Path, "/account")
	b = w.Browser()
	p = b.Submit(b.Open("/signin"), "/signin/with/"+bad.ID)
	if p.Status == 500 || p.Location != "" || !strings.Contains(p.Body, "Broken") {
		t.Errorf("the broken button: %d, %q\n%s", p.Status, p.Location, p.Body)
	}
}

// After the sign-in, the browser returns to the requested page, never to another
// host.
func TestFrappeHole7637ReturningIsRobust(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Person("ada@example.org")
	for to, there := range map[string]string{
		"/account/profile": "/account/profile", "/account/profile?a=1&b=%2F": "/account/profile",
		"https://evil.example/": "/account", "//evil.example/": "/account", `/\evil.example`: "/account", "javascript:alert(1)": "/account", "/%0d%0aLocation:x": "/account",
	} {
		b := w.Browser()
		p := b.SignIn(b.Open("/signin?"+url.Values{"to": {to}}.Encode()), "ada@example.org")
		if p.Location != "" || p.URL.Host != strings.TrimPrefix(w.URL, "http://") || p.URL.Path != there && p.Status != 404 {
			t.Errorf("%s leads to %s, %q (%d)", to, p.URL, p.Location, p.Status)
		}
	}
	// A site's button, with a user who needs a while for the password.
	a := w.Site(clients.FrappeProvider)
	b := w.Browser()
	p := b.Submit(b.Open(hubtest.SiteRequest(a, hubtest.FrappePath+"authorize", "s")), "/signin", "email", "ada@example.org", "password", "not this one")
	p = b.Submit(b.SignIn(p, "ada@example.org"), "/consent", "decision", "allow")
	if !strings.HasPrefix(p.Location, hubtest.ErpCallback+"?code=") {
		t.Errorf("leads to %q", p.Location)
	}
}

// A sign-in page that is older than an hour shows what to do, not an error.
func TestFrappeHole12904WhoIsTooLateIsHelped(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Person("ada@example.org")
	a := w.Site(clients.FrappeProvider)
	b := w.Browser()
	p := b.Open(hubtest.SiteRequest(a, hubtest.FrappePath+"authorize", "s"))
	w.Clock.Skip(9 * time.Minute)
	in := b.SignIn(p, "ada@example.org")
	hubtest.Want(t, "after nine minutes", strings.Contains(in.Body, `action="/consent"`), true)
	b = w.Browser()
	p = b.Open(hubtest.SiteRequest(a, hubtest.FrappePath+"authorize", "s"))
	w.Clock.Skip(48 * time.Hour)
	late := b.SignIn(p, "ada@example.org")
	if late.Status >= 500 || late.Location != "" || !strings.Contains(late.Body, `id="action"`) && !strings.Contains(late.Body, `action="/signin"`) {
		t.Errorf("after two days: %d, %q\n%s", late.Status, late.Location, late.Body)
	}
}

// Consent is for one user, one client, and the scopes on the page.
func TestFrappeHole29184AgreeingIsForOnePersonClientAndScope(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Person("ada@example.org")
	w.Person("bob@example.org")
	a, other := w.Site(clients.FrappeProvider), w.AnotherSite()
	asked := func(b *hubtest.Browser, request string) bool {
		return strings.Contains(b.Open(request).Body, `action="/consent"`)
	}
	ada, bob := w.Browser(), w.Browser()
	a.CodeFor(t, ada, "ada@example.org", "s")
	bob.SignIn(bob.Open("/signin"), "bob@example.org")
	hubtest.Want(t, "the same again", asked(ada, hubtest.SiteRequest(a, hubtest.FrappePath+"authorize", "s")), false)
	hubtest.Want(t, "another person", asked(bob, hubtest.SiteRequest(a, hubtest.FrappePath+"authorize", "s")), true)
	hubtest.Want(t, "another client", asked(ada, hubtest.SiteRequest(other, hubtest.FrappePath+"authorize", "s")), true)
	wider := w.Operator().Saved(a, "scopes", "openid profile email roles phone")
	hubtest.Want(t, "registered for more", strings.Join(wider.Scopes, " "), "openid profile email roles phone")
	hubtest.Want(t, "a wider scope", asked(ada, strings.Replace(hubtest.SiteRequest(a, hubtest.FrappePath+"authorize", "s"), "scope=openid", "scope=openid+phone", 1)), true)
}

// A link (GET) cannot give consent, neither at Frappe's address nor at ours.
func TestFrappeHoleNoLinkGivesConsent(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Person("ada@example.org")
	a := w.Site(clients.FrappeProvider)
	b := w.Browser()
	p := b.SignIn(b.Open(hubtest.SiteRequest(a, hubtest.FrappePath+"authorize", "s")), "ada@example.org")
	flow := p.URL.Query().Get("flow")
	for _, link := range []string{
		hubtest.SiteRequest(a, hubtest.FrappePath+"approve", "s"), "/consent?flow=" + flow + "&decision=allow", hubtest.SiteRequest(a, hubtest.FrappePath+"authorize", "s") + "&decision=allow",
	} {
		if p := b.Open(link); p.Location != "" {
			t.Errorf("%s leads to %q", link, p.Location)
		}
	}
	_, fields, _ := hubtest.Form(p.Body, "/consent")
	fields.Set("decision", "allow")
	fields.Del("csrf")
	hubtest.RefusedPage(t, "the form without its token", b.Read(b.PostForm(w.URL+"/consent", fields)))
}

// A token allows only what its scopes say, and nothing after its user is
// disabled. Roles need their scope.
func TestFrappeHoleScopesAndPeopleLimitTokens(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	ada := w.Person("ada@example.org", "writer")
	a := w.App()
	b := w.Browser()
	files := a.Redeem(b.SignInTo(a, "ada@example.org", "scope", "files", "nonce", "").Get("code")).Str("access_token")
	hubtest.Want(t, "userinfo without openid", w.Userinfo(files).Status, 403)
	for _, path := range []string{"/api/sessions", "/api/me"} {
		if r := w.SendJSON("GET", path, files, nil); r.Status != 401 && r.Status != 403 {
			t.Errorf("%s without its scope: %d %s", path, r.Status, r.Body)
		}
	}
	plain := a.Redeem(b.SignInTo(a, "ada@example.org", "scope", "openid email").Get("code")).Str("access_token")
	info := w.Userinfo(plain)
	if info.JSON["roles"] != nil || info.JSON["name"] != nil || info.JSON["email"] == nil {
		t.Errorf("told %s", info.Body)
	}
	s := w.Site(clients.FrappeProvider)
	tokens := s.Enter(t, b, "ada@example.org")
	desk := w.Operator()
	desk.Submit(desk.Open("/admin/users/"+ada.ID), "/admin/users/"+ada.ID+"/disable")
	hubtest.Want(t, "userinfo of somebody who is out", w.SendJSON("GET", hubtest.FrappePath+"openid_profile", tokens.Str("access_token"), nil).Status, 401)
	hubtest.Want(t, "introspection", s.AsSite("introspect_token", "token", tokens.Str("access_token")).Body, `{"active":false}`)
	hubtest.Refused(t, "refreshing", s.AsSite("get_token", "grant_type", "refresh_token", "refresh_token", tokens.Str("refresh_token")), 400, "invalid_grant")
}
