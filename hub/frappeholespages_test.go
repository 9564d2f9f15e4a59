package hub_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/hub"
	"github.com/fedhub/fedhub/hub/store"
	"github.com/fedhub/fedhub/hub/users"
)

// Who says no to an app that is no Frappe site is sent back by the RFC: with
// the state, the issuer, and all that its address had.
func TestFrappeHole41537ARefusalKeepsStateAndQuery(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	w.person("ada@example.org")
	const withQuery = callback + "?x=1&y=a%2Fb"
	a := w.app(func(c *clients.Client) { c.RedirectURIs = []string{withQuery} })
	b := w.browser()
	p := b.signIn(b.open(frappePath+"authorize?"+a.request("redirect_uri", withQuery).Encode()), "ada@example.org")
	p = b.submit(p, "/consent", "decision", "deny")
	if !strings.HasPrefix(p.Location, withQuery+"&") {
		t.Fatalf("leads to %q", p.Location)
	}
	answer := b.answer(p)
	for name, value := range map[string]string{"error": "access_denied", "state": "the state", "iss": w.URL, "description": "", "x": "1"} {
		want(t, name, answer.Get(name), value)
	}
	if answer.Get("error_description") == "" {
		t.Error("nothing says why")
	}
}

// email_verified is the truth: false of an address that an administrator
// entered and nobody proved. Of an address that nobody answers for at all a
// site, which may not look, is told nothing (frappe_test.go).
func TestFrappeHole42402EmailVerifiedIsTheTruth(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	if _, err := w.Hub.AddUser(t.Context(), "test", users.NewUser{Email: "eve@example.org", Name: "Eve", Password: password}); err != nil {
		t.Fatal(err)
	}
	a := w.app()
	b := w.browser()
	info := w.userinfo(a.redeem(b.signInTo(a, "eve@example.org").Get("code")).str("access_token"))
	want(t, "an app", info.JSON["email_verified"], any(false))
	s := w.site(clients.FrappeProvider)
	info = w.sendJSON("GET", frappePath+"openid_profile", s.enter(t, b, "eve@example.org").str("access_token"), nil)
	want(t, "a site", info.JSON["email_verified"], any(false))
}

// A record that makes no sense costs its own button, and nobody else theirs.
func TestFrappeHole33579OneBadLoginKeyHindersNobody(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	w.person("ada@example.org")
	bad := w.openIDKey("Broken", "https://broken.example.org")
	w.openIDKey("Sound", "https://sound.example.org")
	for _, spec := range hub.Sets() {
		all, err := w.backend.Find(t.Context(), spec.Name, store.Query{Now: w.clock.now()})
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
			if err := w.backend.Replace(t.Context(), spec.Name, r); err != nil {
				t.Fatal(err)
			}
		}
	}
	w.clock.skip(time.Minute)
	want(t, "the key is broken", w.key(bad.ID).Kind, "no such kind")
	b := w.browser()
	p := b.open("/signin")
	want(t, "the page", p.Status, 200)
	if !strings.Contains(p.Body, "Sound") {
		t.Errorf("the sound one is gone:\n%s", p.Body)
	}
	want(t, "a password", b.signIn(p, "ada@example.org").URL.Path, "/account")
	b = w.browser()
	p = b.submit(b.open("/signin"), "/signin/with/"+bad.ID)
	if p.Status == 500 || p.Location != "" || !strings.Contains(p.Body, "Broken") {
		t.Errorf("the broken button: %d, %q\n%s", p.Status, p.Location, p.Body)
	}
}

// Signing in leads back to where somebody wanted to go, and never away.
func TestFrappeHole7637ReturningIsRobust(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	w.person("ada@example.org")
	for to, there := range map[string]string{
		"/account/profile": "/account/profile", "/account/profile?a=1&b=%2F": "/account/profile",
		"https://evil.example/": "/account", "//evil.example/": "/account", `/\evil.example`: "/account", "javascript:alert(1)": "/account", "/%0d%0aLocation:x": "/account",
	} {
		b := w.browser()
		p := b.signIn(b.open("/signin?"+url.Values{"to": {to}}.Encode()), "ada@example.org")
		if p.Location != "" || p.URL.Host != strings.TrimPrefix(w.URL, "http://") || p.URL.Path != there && p.Status != 404 {
			t.Errorf("%s leads to %s, %q (%d)", to, p.URL, p.Location, p.Status)
		}
	}
	// A site's button, pressed by somebody who first has to find the password.
	a := w.site(clients.FrappeProvider)
	b := w.browser()
	p := b.submit(b.open(siteRequest(a, frappePath+"authorize", "s")), "/signin", "email", "ada@example.org", "password", "not this one")
	p = b.submit(b.signIn(p, "ada@example.org"), "/consent", "decision", "allow")
	if !strings.HasPrefix(p.Location, erpCallback+"?code=") {
		t.Errorf("leads to %q", p.Location)
	}
}

// Whoever takes an hour over the sign-in page is told what to do, and nothing
// worse.
func TestFrappeHole12904WhoIsTooLateIsHelped(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	w.person("ada@example.org")
	a := w.site(clients.FrappeProvider)
	b := w.browser()
	p := b.open(siteRequest(a, frappePath+"authorize", "s"))
	w.clock.skip(9 * time.Minute)
	in := b.signIn(p, "ada@example.org")
	want(t, "after nine minutes", strings.Contains(in.Body, `action="/consent"`), true)
	b = w.browser()
	p = b.open(siteRequest(a, frappePath+"authorize", "s"))
	w.clock.skip(48 * time.Hour)
	late := b.signIn(p, "ada@example.org")
	if late.Status >= 500 || late.Location != "" || !strings.Contains(late.Body, `id="action"`) && !strings.Contains(late.Body, `action="/signin"`) {
		t.Errorf("after two days: %d, %q\n%s", late.Status, late.Location, late.Body)
	}
}

// Agreeing is one person's, for one client, for what was on the page.
func TestFrappeHole29184AgreeingIsForOnePersonClientAndScope(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	w.person("ada@example.org")
	w.person("bob@example.org")
	a, other := w.site(clients.FrappeProvider), w.anotherSite()
	asked := func(b *browser, request string) bool {
		return strings.Contains(b.open(request).Body, `action="/consent"`)
	}
	ada, bob := w.browser(), w.browser()
	a.codeFor(t, ada, "ada@example.org", "s")
	bob.signIn(bob.open("/signin"), "bob@example.org")
	want(t, "the same again", asked(ada, siteRequest(a, frappePath+"authorize", "s")), false)
	want(t, "another person", asked(bob, siteRequest(a, frappePath+"authorize", "s")), true)
	want(t, "another client", asked(ada, siteRequest(other, frappePath+"authorize", "s")), true)
	wider := w.operator().saved(a, "scopes", "openid profile email roles phone")
	want(t, "registered for more", strings.Join(wider.Scopes, " "), "openid profile email roles phone")
	want(t, "a wider scope", asked(ada, strings.Replace(siteRequest(a, frappePath+"authorize", "s"), "scope=openid", "scope=openid+phone", 1)), true)
}

// No link agrees to anything, at a Frappe provider's address or ours.
func TestFrappeHoleNoLinkGivesConsent(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	w.person("ada@example.org")
	a := w.site(clients.FrappeProvider)
	b := w.browser()
	p := b.signIn(b.open(siteRequest(a, frappePath+"authorize", "s")), "ada@example.org")
	flow := p.URL.Query().Get("flow")
	for _, link := range []string{
		siteRequest(a, frappePath+"approve", "s"), "/consent?flow=" + flow + "&decision=allow", siteRequest(a, frappePath+"authorize", "s") + "&decision=allow",
	} {
		if p := b.open(link); p.Location != "" {
			t.Errorf("%s leads to %q", link, p.Location)
		}
	}
	_, fields, _ := form(p.Body, "/consent")
	fields.Set("decision", "allow")
	fields.Del("csrf")
	refusedPage(t, "the form without its token", b.read(b.PostForm(w.URL+"/consent", fields)))
}

// A token does what its scopes say and no more, and nothing once its person is
// out. Roles are told to who was given that scope.
func TestFrappeHoleScopesAndPeopleLimitTokens(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	ada := w.person("ada@example.org", "writer")
	a := w.app()
	b := w.browser()
	files := a.redeem(b.signInTo(a, "ada@example.org", "scope", "files", "nonce", "").Get("code")).str("access_token")
	want(t, "userinfo without openid", w.userinfo(files).Status, 403)
	for _, path := range []string{"/api/sessions", "/api/me"} {
		if r := w.sendJSON("GET", path, files, nil); r.Status != 401 && r.Status != 403 {
			t.Errorf("%s without its scope: %d %s", path, r.Status, r.Body)
		}
	}
	plain := a.redeem(b.signInTo(a, "ada@example.org", "scope", "openid email").Get("code")).str("access_token")
	info := w.userinfo(plain)
	if info.JSON["roles"] != nil || info.JSON["name"] != nil || info.JSON["email"] == nil {
		t.Errorf("told %s", info.Body)
	}
	s := w.site(clients.FrappeProvider)
	tokens := s.enter(t, b, "ada@example.org")
	desk := w.operator()
	desk.submit(desk.open("/admin/users/"+ada.ID), "/admin/users/"+ada.ID+"/disable")
	want(t, "userinfo of somebody who is out", w.sendJSON("GET", frappePath+"openid_profile", tokens.str("access_token"), nil).Status, 401)
	want(t, "introspection", s.asSite("introspect_token", "token", tokens.str("access_token")).Body, `{"active":false}`)
	refused(t, "refreshing", s.asSite("get_token", "grant_type", "refresh_token", "refresh_token", tokens.str("refresh_token")), 400, "invalid_grant")
}
