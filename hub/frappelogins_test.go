package hub_test

import (
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/federation/frappe/frappetest"
	"github.com/fedhub/fedhub/internal/testkit/faultstore"
)

// A simulated is a simulated site and the client that it is here. Both are at
// one host name, so each is sent the other's cookies, as ports do not count.
type simulated struct {
	*app
	*frappetest.Secondary
	key frappetest.SocialLoginKey
}

// simulate makes a site of a generation that knows this hub as one provider,
// set up as an administrator does it: with a slash too many, or a realm.
func (w *world) simulate(t *testing.T, generation frappetest.Generation, provider string) simulated {
	t.Helper()
	s := frappetest.NewSecondary(t, generation)
	a := w.site(provider, func(c *clients.Client) { *c = clients.NewFrappeSite(s.URL, provider) })
	var key frappetest.SocialLoginKey
	switch provider {
	case clients.FrappeProvider:
		key = frappetest.FrappeKey(w.URL+"/", a.ID, a.Secret)
	case clients.KeycloakProvider:
		key = frappetest.KeycloakKey(w.URL+"/realms/main", a.ID, a.Secret)
	default:
		key = frappetest.CustomKey(provider, w.URL, a.ID, a.Secret)
	}
	s.Use(key)
	return simulated{a, s, key}
}

var loginButton = regexp.MustCompile(`href="([^"]*)">Login with `)

// press opens the site's login page and presses its button.
func (s simulated) press(t *testing.T, b *browser, redirectTo string) page {
	t.Helper()
	p := b.read(b.Get(s.URL + "/login?redirect-to=" + url.QueryEscape(redirectTo)))
	link := loginButton.FindStringSubmatch(p.Body)
	if link == nil {
		t.Fatalf("there is no button:\n%s", p.Body)
	}
	return b.open(html.UnescapeString(link[1]))
}

// arrive goes to the site with what the hub answered, and returns whom the
// site took in and where it sent them.
func (s simulated) arrive(t *testing.T, b *browser, p page) (email, location string) {
	t.Helper()
	if !strings.HasPrefix(p.Location, s.URL+s.key.RedirectURL+"?") {
		t.Fatalf("the hub answered %d and leads to %q:\n%s", p.Status, p.Location, p.Body)
	}
	there := b.read(b.Get(p.Location))
	if there.Status != http.StatusFound {
		t.Fatalf("the site answered %d:\n%s", there.Status, there.Body)
	}
	at, err := url.Parse(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	return s.SignedIn(b.Jar.Cookies(at)), there.Location
}

func TestPeopleSignInToSitesOfEveryGenerationByEveryProvider(t *testing.T) {
	for _, provider := range []string{clients.FrappeProvider, clients.KeycloakProvider, "Head Office"} {
		w := newWorld(t, openSQLite(t))
		ada := w.person("Ada@Example.org", "writer")
		bob := w.person("bob@example.org")
		for _, generation := range frappetest.Generations() {
			t.Run(provider+" "+generation.String(), func(t *testing.T) {
				s := w.simulate(t, generation, provider)
				s.DisableSignups = true // the key says otherwise
				record := s.key.Record()

				// Somebody new there.
				b := w.browser()
				p := b.signIn(s.press(t, b, "/app/todo?a=1&b=%2B"), "ada@example.org")
				email, location := s.arrive(t, b, b.submit(p, "/consent", "decision", "allow"))
				want(t, "who is signed in", email, "ada@example.org")
				want(t, "where they go on", location, "/app/todo?a=1&b=%2B")
				made, _ := s.Account("ada@example.org")
				want(t, "the name there", made.Name(), "Ada Lovelace")
				want(t, "their id there", made.UserIDs[record], ada.ID)

				// The second time nobody is asked anything, and the hub still
				// knows them beside the site's cookies.
				email, location = s.arrive(t, b, s.press(t, b, ""))
				want(t, "who is signed in again", email, "ada@example.org")
				want(t, "where they go on then", location, s.URL+"/me")

				// Somebody whom the site knows.
				s.Add(frappetest.Account{Email: "bob@example.org", FirstName: "Robert", SystemUser: true})
				b = w.browser()
				p = b.signIn(s.press(t, b, ""), "bob@example.org")
				email, location = s.arrive(t, b, b.submit(p, "/consent", "decision", "allow"))
				want(t, "who is signed in", email, "bob@example.org")
				want(t, "where they go on", location, s.URL)
				known, _ := s.Account("bob@example.org")
				want(t, "the name there", known.Name(), "Robert")
				if noted := known.UserIDs[record] == bob.ID; noted == (record == "frappe") {
					t.Errorf("the site calls them %v", known.UserIDs)
				}
			})
		}
	}
}

// Who says no, and whom the hub cannot help, stays on a page of the hub: the
// site is asked nothing and told nothing.
func TestNoSiteOfAnyGenerationIsSentAnError(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	w.person("ada@example.org")
	for _, generation := range frappetest.Generations() {
		for _, provider := range []string{clients.FrappeProvider, clients.KeycloakProvider, "Head Office"} {
			s := w.simulate(t, generation, provider)
			stays := func(what string, p page, status int) {
				t.Helper()
				what = generation.String() + ", " + provider + ", " + what
				want(t, what, p.Status, status)
				if p.Location != "" || p.Header.Get("Refresh") != "" || !strings.Contains(p.Body, `href="`+s.URL+`/login"`) {
					t.Errorf("%s: leads to %q and %q, or there is no way back:\n%s", what, p.Location, p.Header.Get("Refresh"), p.Body)
				}
			}
			b := w.browser()
			p := b.signIn(s.press(t, b, ""), "ada@example.org")
			stays("declined", b.submit(p, "/consent", "decision", "deny"), 403)
			stays("a scope that it may not have", b.open(strings.Replace(s.Link(s.key, ""), "scope=openid", "scope=openid+desk", 1)), 400)
			stays("a response type that it may not have", b.open(strings.Replace(s.Link(s.key, ""), "response_type=code", "response_type=id_token", 1)), 400)
			stays("prompts that exclude one another", b.open(s.Link(s.key, "")+"&prompt=none+login"), 400)
			if asked := s.Requests(); len(asked) > 0 {
				t.Errorf("the site asked %v", asked)
			}
		}
	}
}

// A failure of ours is a page of ours, with nothing sent to the site; and the
// site's own requests get JSON.
func TestAFailureOfOursIsKeptFromASite(t *testing.T) {
	db := faultstore.New(openSQLite(t))
	w := newWorld(t, db)
	w.person("ada@example.org")
	s := w.simulate(t, frappetest.G1, clients.FrappeProvider)
	b := w.browser()
	p := b.signIn(s.press(t, b, ""), "ada@example.org")
	db.Arm(faultstore.Plan{Counts: ofIssuing, Nth: 1})
	p = b.submit(p, "/consent", "decision", "allow")
	if p.Status < 500 || p.Location != "" || !strings.HasPrefix(p.Header.Get("Content-Type"), "text/html") {
		t.Errorf("agreeing: %d, %q", p.Status, p.Location)
	}
	want(t, "it did fail", db.Disarm().Failed, true)

	code := s.codeFor(t, b, "ada@example.org", "s")
	db.Arm(faultstore.Plan{Counts: ofIssuing, Nth: 1})
	r := w.raw(frappePath+"get_token", s.siteForm(code))
	if r.Status < 500 || r.str("error") == "" || r.str("access_token") != "" || r.Header.Get("Location") != "" {
		t.Errorf("the token endpoint: %d %s", r.Status, r.Body)
	}
	want(t, "it did fail too", db.Disarm().Failed, true)
}
