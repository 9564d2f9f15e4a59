package logout_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/hub/internal/hubtest"
)

// RP-Initiated Logout 1.0 §2, with this hub as the client of its provider.
func TestSigningOutEndsTheSessionAtTheUpstreamToo(t *testing.T) {
	hubs := hubtest.NewLeaving(t, true)
	hubs.Primary.Person("ada@example.org")
	a, b := hubs.Secondary.App(func(c *clients.Client) { c.PostLogoutRedirectURIs = []string{hubtest.Callback + "/bye"} }), hubs.Secondary.Browser()
	b.Answer(hubs.Through(b, a, "ada@example.org"))
	if text := hubtest.Dump(t, hubs.Secondary); strings.Contains(text, "eyJhbGciOi") {
		t.Error("a token of the upstream lies open in the database")
	}
	at := b.At(hubs.Secondary).Open("/signout")
	out := b.Post(at, "/signout")
	if !strings.HasPrefix(out.Location, hubs.Primary.URL+"/oauth2/logout?") {
		t.Fatalf("the browser is sent to %q", out.Location)
	}
	last := hubs.Leave(b, out)
	if last.Status != 200 || last.URL.Path != "/signed-out" || !strings.HasPrefix(last.URL.String(), hubs.Secondary.URL) {
		t.Errorf("it ends at %s with %d", last.URL, last.Status)
	}
	for name, w := range map[string]*hubtest.World{"here": hubs.Secondary, "there": hubs.Primary} {
		if p := b.At(w).Open("/account"); p.URL.Path != "/signin" {
			t.Errorf("still signed in %s: %s", name, p.URL)
		}
	}

	// The browser ends at the app's post_logout_redirect_uri.
	r := a.Redeem(b.Answer(hubs.Through(b, a, "ada@example.org")).Get("code"))
	last = hubs.Leave(b, b.At(hubs.Secondary).Open("/oauth2/logout?"+url.Values{
		"id_token_hint": {r.Str("id_token")}, "post_logout_redirect_uri": {hubtest.Callback + "/bye"}, "state": {"x"}}.Encode()))
	hubtest.Want(t, "where it ends", last.Location, hubtest.Callback+"/bye?state=x")
	if p := b.At(hubs.Primary).Open("/account"); p.URL.Path != "/signin" {
		t.Errorf("still signed in there: %s", p.URL)
	}
	refusesStates(t, hubs, b)
}

// refusesStates: an unknown state, or another browser's, does not redirect.
func refusesStates(t *testing.T, hubs hubtest.Pair, b *hubtest.Browser) {
	t.Helper()
	for _, state := range []string{"x", "https://evil.test"} {
		if p := b.At(hubs.Secondary).Open("/signed-out?state=" + url.QueryEscape(state)); p.Status != 200 || p.Location != "" {
			t.Errorf("state %q: got %d to %q", state, p.Status, p.Location)
		}
	}
}

func TestSigningOutStaysHereUnlessTheKeySaysSo(t *testing.T) {
	hubs := hubtest.NewLeaving(t, false)
	hubs.Primary.Person("ada@example.org")
	a, b := hubs.Secondary.App(), hubs.Secondary.Browser()
	b.Answer(hubs.Through(b, a, "ada@example.org"))
	out := b.Post(b.At(hubs.Secondary).Open("/signout"), "/signout")
	hubtest.Want(t, "where it leads", out.Location, "/signed-out")
	if p := b.At(hubs.Primary).Open("/account"); p.URL.Path != "/account" {
		t.Errorf("signed out there: %s", p.URL)
	}
}
