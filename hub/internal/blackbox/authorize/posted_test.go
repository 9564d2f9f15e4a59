package authorize_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/clients/clientauth"
	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/internal/hubtest"
)

// newPosting is a hub with a provider that uses form_post, as Apple does.
func newPosting(t *testing.T) hubtest.Pair {
	t.Helper()
	primary, secondary := hubtest.NewWorld(t, hubtest.OpenSQLite(t)), hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	there := primary.App(func(c *clients.Client) {
		c.Type, c.AuthMethod = clients.SPA, clientauth.MethodNone
		c.RedirectURIs = []string{secondary.URL + "/signin/from/apple"}
	})
	key, err := secondary.Hub.KeepLoginKey(t.Context(), audit.Named("test"), federation.LoginKey{
		ID: "apple", Kind: federation.KindOpenID, Preset: "apple", Name: "Apple", BaseURL: primary.URL, ClientID: there.ID, Enabled: true,
		Options: map[string]string{"team_id": "TEAM567890", "key_id": "KEY4567890"},
		Scopes:  []string{"openid", "email"}, SignUps: federation.Allow, TrustEmail: true,
	}, "")
	if err != nil {
		t.Fatal(err)
	}
	return hubtest.Pair{Primary: primary, Secondary: secondary, Key: key}
}

// posts is the cross-site POST from the provider's page, without cookies. It
// returns the address of the redirect.
func posts(t *testing.T, w *hubtest.World, key string, fields url.Values) hubtest.Page {
	t.Helper()
	bare := &hubtest.Browser{W: w, Client: &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
	p := bare.Read(bare.PostForm(w.URL+"/signin/from/"+key, fields))
	if len(p.Header["Set-Cookie"]) > 0 {
		t.Errorf("a cookie for a stranger: %v", p.Header)
	}
	return p
}

// FE-05: Form Post Response Mode, for providers that require it.
func TestAPostedAnswerSignsInWhoAsked(t *testing.T) {
	hubs := newPosting(t)
	hubs.Primary.Person("ada@example.org")
	a, b := hubs.Secondary.App(), hubs.Secondary.Browser()
	fields := hubs.Answered(t, b, a)
	back := posts(t, hubs.Secondary, "apple", fields)
	hubtest.Want(t, "status", back.Status, http.StatusSeeOther)
	for _, secret := range []string{fields.Get("code"), fields.Get("state")} {
		if strings.Contains(back.Location, secret) {
			t.Errorf("%s is in the address %s", secret, back.Location)
		}
	}
	address := hubs.Secondary.URL + back.Location
	hubtest.RefusedPage(t, "another browser", hubs.Secondary.Browser().Open(address))
	hubtest.RefusedPage(t, "another key", b.At(hubs.Secondary).Open(strings.Replace(address, "from/apple", "from/other", 1)))
	hubtest.RefusedPage(t, "the answer as a query", b.Open("/signin/from/apple?"+url.Values{"code": fields["code"], "state": fields["state"], "iss": fields["iss"]}.Encode()))

	fields = hubs.Answered(t, b, a) // that sign-in has ended
	address = hubs.Secondary.URL + posts(t, hubs.Secondary, "apple", fields).Location
	at := b.At(hubs.Secondary).Open(address)
	if strings.Contains(at.Body, `action="/consent"`) {
		at = b.Submit(at, "/consent", "decision", "allow")
	}
	r := a.Redeem(b.Answer(at).Get("code"))
	hubtest.Want(t, "e-mail", hubs.Secondary.Userinfo(r.Str("access_token")).Str("email"), "ada@example.org")
	hubtest.RefusedPage(t, "the same address again", b.Open(address))
}

func TestAPostedAnswerIsNotKeptAndNotForLong(t *testing.T) { // FE-47
	hubs := newPosting(t)
	hubs.Primary.Person("ada@example.org")
	w, b := hubs.Secondary, hubs.Secondary.Browser()
	// Other sets are also written in the background: keys, warnings, the health
	// of providers.
	touched := func() (all string) {
		for _, set := range []string{"flows", "stops", "pushed", "used", "sessions", "identities", "users", "decisions", "links", "grants", "ties", "throttles", "guesses", "traces", "audit"} {
			all += hubtest.DumpOf(t, w, set)
		}
		return all
	}
	before := touched()
	for range 20 {
		hubtest.Want(t, "anybody's answer", posts(t, w, "apple", url.Values{"code": {"x"}, "state": {"y"}, "redirect_uri": {"https://evil.test"}}).Status, http.StatusSeeOther)
	}
	if after := touched(); after != before {
		t.Errorf("something was kept for a stranger: it was\n%s\nand is\n%s", before, after)
	}
	for name, fields := range map[string]url.Values{"large": {"code": {strings.Repeat("x", 8<<10)}}, "with a code twice": {"code": {"x", "y"}}} {
		back := posts(t, w, "apple", fields)
		hubtest.Want(t, "where an answer leads that is "+name, back.Location, "/signin/from/apple")
		hubtest.RefusedPage(t, "an answer that is "+name, w.Browser().Open(back.Location))
	}

	back := posts(t, w, "apple", hubs.Answered(t, b, w.App()))
	w.Clock.Skip(2 * time.Minute)
	hubtest.RefusedPage(t, "an answer of long ago", b.At(w).Open(back.Location))
}

// FE-05: a provider without form_post cannot answer by POST.
func TestAnAnswerMayNotComeAnotherWay(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	hubs := hubtest.NewPair(t, w)
	w.Person("ada@example.org")
	a, b := hubs.Secondary.App(), hubs.Secondary.Browser()
	at := b.Authorize(a.Request())
	at = b.At(hubs.Secondary).Submit(at, "/signin/with/"+hubs.Key.ID)
	at = b.At(w).SignIn(b.At(w).Open(at.Location), "ada@example.org")
	if strings.Contains(at.Body, `action="/consent"`) {
		at = b.At(w).Submit(at, "/consent", "decision", "allow")
	}
	u, err := url.Parse(at.Location)
	if err != nil || !strings.HasPrefix(at.Location, hubs.Secondary.URL+"/signin/from/") {
		t.Fatalf("got %d %q", at.Status, at.Location)
	}
	back := posts(t, hubs.Secondary, hubs.Key.ID, u.Query())
	hubtest.RefusedPage(t, "a posted answer", b.At(hubs.Secondary).Open(back.Location))
}
