package hub_test

import (
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/fedhub/fedhub/clients"
)

func TestWithoutSkipAuthorizationPeopleAreAskedAgain(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	op := w.operator()
	a := w.app(func(c *clients.Client) { c.SkipAuthorization = true })
	op.signInTo(a, "root@example.org")
	path := "/admin/clients/" + a.ID
	op.submit(op.open(path), path, "skip_authorization", "")
	p := op.authorize(a.request())
	if !strings.Contains(p.Body, `action="/consent"`) {
		t.Fatalf("got %d, location %q: nobody was asked", p.Status, p.Location)
	}
	op.submit(p, "/consent", "decision", "allow")
	if op.answer(op.authorize(a.request())).Get("code") == "" {
		t.Error("what the person allowed does not count")
	}
}

func TestAnInstalledAppIsNeverAnsweredInSilence(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	w.person("ada@example.org")
	a := w.app(func(c *clients.Client) {
		c.Type, c.AuthMethod, c.RedirectURIs = clients.Native, "", []string{"http://127.0.0.1/cb"}
	})
	b := w.browser()
	request := a.request("redirect_uri", "http://127.0.0.1:5555/cb")
	p := b.submit(b.signIn(b.authorize(request), "ada@example.org"), "/consent", "decision", "allow")
	if !strings.HasPrefix(p.Location, "http://127.0.0.1:5555/cb?") {
		t.Fatalf("location %q", p.Location)
	}
	if p := b.authorize(request); !strings.Contains(p.Body, `action="/consent"`) {
		t.Errorf("the second time nobody was asked: location %q (RFC 8252 §8.6)", p.Location)
	}
}

func TestRefreshTokensEndWithTheSessionUnlessOffline(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	w.person("ada@example.org")
	a := w.app()
	online := a.redeem(w.browser().signInTo(a, "ada@example.org").Get("code"))
	offline := a.redeem(w.browser().signInTo(a, "ada@example.org", "scope", "openid offline_access").Get("code"))
	w.clock.skip(20 * time.Hour)
	online = a.refresh(online.str("refresh_token"))
	want(t, "used, it keeps the session alive", online.Status, 200)
	w.clock.skip(20 * time.Hour)
	online = a.refresh(online.str("refresh_token"))
	want(t, "and again", online.Status, 200)
	w.clock.skip(25 * time.Hour)
	refused(t, "after the session ended", a.refresh(online.str("refresh_token")), 400, "invalid_grant")
	want(t, "offline", a.refresh(offline.str("refresh_token")).Status, 200)
}

func TestRevokingAnExchangedRefreshTokenMeansTheSignIn(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	w.person("ada@example.org")
	a := w.app()
	old := a.redeem(w.browser().signInTo(a, "ada@example.org").Get("code")).str("refresh_token")
	next := a.refresh(old).str("refresh_token")
	want(t, "revocation", a.post("/oauth2/revoke", "token", old).Status, 200)
	refused(t, "its successor", a.refresh(next), 400, "invalid_grant")
}

func TestSigningInTwiceAtOnceIsNoFault(t *testing.T) {
	onBothEngines(t, func(t *testing.T, w *world) {
		w.person("ada@example.org")
		b := w.browser()
		b.signIn(b.open("/signin"), "ada@example.org")
		_, fields, _ := form(b.open("/signin?switch=1").Body, "/signin")
		fields.Set("email", "ada@example.org")
		fields.Set("password", password)
		var faults atomic.Int32
		atOnce(6, func(int) {
			if p := b.read(b.PostForm(w.URL+"/signin", fields)); p.Status >= 500 {
				faults.Add(1)
			}
		})
		want(t, "answers of 500", faults.Load(), 0)
	})
}

func TestTheAddressIsToldOnlyForItsScope(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	w.person("ada@example.org")
	a := w.app()
	r := a.redeem(w.browser().signInTo(a, "ada@example.org", "scope", "openid profile").Get("code"))
	for name, text := range map[string]string{
		"introspection": a.post("/oauth2/introspect", "token", r.str("access_token")).Body,
		"userinfo":      w.userinfo(r.str("access_token")).Body,
	} {
		if strings.Contains(text, "ada@") {
			t.Errorf("%s tells the address: %s", name, text)
		}
	}
}

func TestWhatIsTakenFromAClientIsTakenFromItsTokens(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	op := w.operator()
	a := w.app()
	r := a.redeem(op.signInTo(a, "root@example.org", "scope", "openid files").Get("code"))
	path := "/admin/clients/" + a.ID
	op.submit(op.open(path), path, "scopes", "openid")
	next := a.refresh(r.str("refresh_token"))
	want(t, "scope of the refreshed token", next.str("scope"), "openid")
	op.submit(op.open(path), path, "disabled", "1")
	want(t, "userinfo of a client that is off", w.userinfo(next.str("access_token")).Status, 401)
}
