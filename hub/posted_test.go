package hub_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/federation"
)

// newPosting is a hub whose upstream, another hub in the clothes of Apple,
// posts its answers.
func newPosting(t *testing.T) pair {
	t.Helper()
	primary, secondary := newWorld(t, openSQLite(t)), newWorld(t, openSQLite(t))
	there := primary.app(func(c *clients.Client) {
		c.Type, c.AuthMethod = clients.SPA, clients.MethodNone
		c.RedirectURIs = []string{secondary.URL + "/signin/from/apple"}
	})
	key, err := secondary.Hub.KeepLoginKey(t.Context(), "test", federation.LoginKey{
		ID: "apple", Kind: federation.KindOpenID, Preset: "apple", Name: "Apple", BaseURL: primary.URL, ClientID: there.ID, Enabled: true,
		Options: map[string]string{"team_id": "TEAM567890", "key_id": "KEY4567890"},
		Scopes:  []string{"openid", "email"}, SignUps: federation.Allow, TrustEmail: true,
	}, "")
	if err != nil {
		t.Fatal(err)
	}
	return pair{primary, secondary, key}
}

// posts is the browser's POST from the upstream's page: from another site, so
// without cookies. It returns where that leads.
func posts(t *testing.T, w *world, key string, fields url.Values) page {
	t.Helper()
	bare := &browser{w, &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
	p := bare.read(bare.PostForm(w.URL+"/signin/from/"+key, fields))
	if len(p.Header["Set-Cookie"]) > 0 {
		t.Errorf("a cookie for a stranger: %v", p.Header)
	}
	return p
}

// answered goes as far as the form that brings the answer.
func (p pair) answered(t *testing.T, b *browser, a *app) url.Values {
	t.Helper()
	at := p.through(b, a, "ada@example.org")
	_, fields, found := form(at.Body, p.secondary.URL+"/signin/from/apple")
	if !found || fields.Get("code") == "" {
		t.Fatalf("the upstream posted nothing: %d %s", at.Status, at.Body)
	}
	return fields
}

// FE-05: Form Post Response Mode, for the upstreams that insist on it.
func TestAPostedAnswerSignsInWhoAsked(t *testing.T) {
	hubs := newPosting(t)
	hubs.primary.person("ada@example.org")
	a, b := hubs.secondary.app(), hubs.secondary.browser()
	fields := hubs.answered(t, b, a)
	back := posts(t, hubs.secondary, "apple", fields)
	want(t, "status", back.Status, http.StatusSeeOther)
	for _, secret := range []string{fields.Get("code"), fields.Get("state")} {
		if strings.Contains(back.Location, secret) {
			t.Errorf("%s is in the address %s", secret, back.Location)
		}
	}
	address := hubs.secondary.URL + back.Location
	refusedPage(t, "another browser", hubs.secondary.browser().open(address))
	refusedPage(t, "another key", b.at(hubs.secondary).open(strings.Replace(address, "from/apple", "from/other", 1)))
	refusedPage(t, "the answer as a query", b.open("/signin/from/apple?"+url.Values{"code": fields["code"], "state": fields["state"], "iss": fields["iss"]}.Encode()))

	fields = hubs.answered(t, b, a) // that sign-in was spoilt
	address = hubs.secondary.URL + posts(t, hubs.secondary, "apple", fields).Location
	at := b.at(hubs.secondary).open(address)
	if strings.Contains(at.Body, `action="/consent"`) {
		at = b.submit(at, "/consent", "decision", "allow")
	}
	r := a.redeem(b.answer(at).Get("code"))
	want(t, "e-mail", hubs.secondary.userinfo(r.str("access_token")).str("email"), "ada@example.org")
	refusedPage(t, "the same address again", b.open(address))
}

func TestAPostedAnswerIsNotKeptAndNotForLong(t *testing.T) { // FE-47
	hubs := newPosting(t)
	hubs.primary.person("ada@example.org")
	w, b := hubs.secondary, hubs.secondary.browser()
	// The rest is written beside the requests too: keys, warnings, how an
	// upstream is.
	touched := func() (all string) {
		for _, set := range []string{"flows", "stops", "pushed", "used", "sessions", "identities", "users", "decisions", "links", "grants", "ties", "throttles", "guesses", "traces", "audit"} {
			all += dumpOf(t, w, set)
		}
		return all
	}
	before := touched()
	for range 20 {
		want(t, "anybody's answer", posts(t, w, "apple", url.Values{"code": {"x"}, "state": {"y"}, "redirect_uri": {"https://evil.test"}}).Status, http.StatusSeeOther)
	}
	if after := touched(); after != before {
		t.Errorf("something was kept for a stranger: it was\n%s\nand is\n%s", before, after)
	}
	for name, fields := range map[string]url.Values{"large": {"code": {strings.Repeat("x", 8<<10)}}, "with a code twice": {"code": {"x", "y"}}} {
		back := posts(t, w, "apple", fields)
		want(t, "where an answer leads that is "+name, back.Location, "/signin/from/apple")
		refusedPage(t, "an answer that is "+name, w.browser().open(back.Location))
	}

	back := posts(t, w, "apple", hubs.answered(t, b, w.app()))
	w.clock.skip(2 * time.Minute)
	refusedPage(t, "an answer of long ago", b.at(w).open(back.Location))
}

// FE-05: an upstream that answers by redirect does not answer by post.
func TestAnAnswerMayNotComeAnotherWay(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	hubs := newPair(t, w)
	w.person("ada@example.org")
	a, b := hubs.secondary.app(), hubs.secondary.browser()
	at := b.authorize(a.request())
	at = b.at(hubs.secondary).submit(at, "/signin/with/"+hubs.key.ID)
	at = b.at(w).signIn(b.at(w).open(at.Location), "ada@example.org")
	if strings.Contains(at.Body, `action="/consent"`) {
		at = b.at(w).submit(at, "/consent", "decision", "allow")
	}
	u, err := url.Parse(at.Location)
	if err != nil || !strings.HasPrefix(at.Location, hubs.secondary.URL+"/signin/from/") {
		t.Fatalf("got %d %q", at.Status, at.Location)
	}
	back := posts(t, hubs.secondary, hubs.key.ID, u.Query())
	refusedPage(t, "a posted answer", b.at(hubs.secondary).open(back.Location))
}
