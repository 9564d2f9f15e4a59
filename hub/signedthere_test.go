package hub_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/federation"
)

// newLeaving is a hub that ends the session at its upstream too.
func newLeaving(t *testing.T, there bool) pair {
	t.Helper()
	primary, secondary := newWorld(t, openSQLite(t)), newWorld(t, openSQLite(t))
	app := primary.app(func(c *clients.Client) {
		c.RedirectURIs = []string{secondary.URL + "/signin/from/up"}
		c.PostLogoutRedirectURIs = []string{secondary.URL + "/signed-out"}
	})
	key, err := secondary.Hub.KeepLoginKey(t.Context(), "test", federation.LoginKey{
		ID: "up", Kind: federation.KindOpenID, Name: "Up", BaseURL: primary.URL, ClientID: app.ID, Enabled: true,
		SignUps: federation.Allow, TrustEmail: true, SignOutThere: there,
	}, app.Secret)
	if err != nil {
		t.Fatal(err)
	}
	return pair{primary, secondary, key}
}

// leave follows a browser from hub to hub until it is somewhere else.
func (p pair) leave(b *browser, at page) page {
	b.w.Helper()
	for range 10 {
		if at.Location == "" || !strings.HasPrefix(at.Location, p.primary.URL) && !strings.HasPrefix(at.Location, p.secondary.URL) {
			return at
		}
		at = b.hop(at)
	}
	b.w.Fatal("no end to it")
	return page{}
}

// RP-Initiated Logout 1.0 §2, with this hub as the relying party.
func TestSigningOutEndsTheSessionAtTheUpstreamToo(t *testing.T) {
	hubs := newLeaving(t, true)
	hubs.primary.person("ada@example.org")
	a, b := hubs.secondary.app(func(c *clients.Client) { c.PostLogoutRedirectURIs = []string{callback + "/bye"} }), hubs.secondary.browser()
	b.answer(hubs.through(b, a, "ada@example.org"))
	if text := dump(t, hubs.secondary); strings.Contains(text, "eyJhbGciOi") {
		t.Error("a token of the upstream lies open in the database")
	}
	at := b.at(hubs.secondary).open("/signout")
	out := b.post(at, "/signout")
	if !strings.HasPrefix(out.Location, hubs.primary.URL+"/oauth2/logout?") {
		t.Fatalf("the browser is sent to %q", out.Location)
	}
	last := hubs.leave(b, out)
	if last.Status != 200 || last.URL.Path != "/signed-out" || !strings.HasPrefix(last.URL.String(), hubs.secondary.URL) {
		t.Errorf("it ends at %s with %d", last.URL, last.Status)
	}
	for name, w := range map[string]*world{"here": hubs.secondary, "there": hubs.primary} {
		if p := b.at(w).open("/account"); p.URL.Path != "/signin" {
			t.Errorf("still signed in %s: %s", name, p.URL)
		}
	}

	// The app that asked for it is where the browser ends.
	r := a.redeem(b.answer(hubs.through(b, a, "ada@example.org")).Get("code"))
	last = hubs.leave(b, b.at(hubs.secondary).open("/oauth2/logout?"+url.Values{
		"id_token_hint": {r.str("id_token")}, "post_logout_redirect_uri": {callback + "/bye"}, "state": {"x"}}.Encode()))
	want(t, "where it ends", last.Location, callback+"/bye?state=x")
	if p := b.at(hubs.primary).open("/account"); p.URL.Path != "/signin" {
		t.Errorf("still signed in there: %s", p.URL)
	}
	refusesStates(t, hubs, b)
}

// refusesStates: a state that is nobody's, or another browser's, leads nowhere.
func refusesStates(t *testing.T, hubs pair, b *browser) {
	t.Helper()
	for _, state := range []string{"x", "https://evil.test"} {
		if p := b.at(hubs.secondary).open("/signed-out?state=" + url.QueryEscape(state)); p.Status != 200 || p.Location != "" {
			t.Errorf("state %q: got %d to %q", state, p.Status, p.Location)
		}
	}
}

func TestSigningOutStaysHereUnlessTheKeySaysSo(t *testing.T) {
	hubs := newLeaving(t, false)
	hubs.primary.person("ada@example.org")
	a, b := hubs.secondary.app(), hubs.secondary.browser()
	b.answer(hubs.through(b, a, "ada@example.org"))
	out := b.post(b.at(hubs.secondary).open("/signout"), "/signout")
	want(t, "where it leads", out.Location, "/signed-out")
	if p := b.at(hubs.primary).open("/account"); p.URL.Path != "/account" {
		t.Errorf("signed out there: %s", p.URL)
	}
}
