package hubtest

import (
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/clients/frappe"
	"github.com/fedhub/fedhub/internal/testkit/frappetest"
)

// A simulated is a simulated site and its client at the hub. Both have the same
// host name, so each gets the other's cookies: cookies ignore ports.
type simulated struct {
	*App
	*frappetest.Secondary
	Key frappetest.SocialLoginKey
}

// Simulate makes a site of a generation with this hub as its provider, set up as
// administrators do it: with a trailing slash, or with a realm.
func (w *World) Simulate(t *testing.T, generation frappetest.Generation, provider string) simulated {
	t.Helper()
	s := frappetest.NewSecondary(t, generation)
	a := w.Site(provider, func(c *clients.Client) { *c = frappe.NewClient(s.URL, provider) })
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

// Press opens the site's login page and presses its button.
func (s simulated) Press(t *testing.T, b *Browser, redirectTo string) Page {
	t.Helper()
	p := b.Read(b.Get(s.URL + "/login?redirect-to=" + url.QueryEscape(redirectTo)))
	link := loginButton.FindStringSubmatch(p.Body)
	if link == nil {
		t.Fatalf("there is no button:\n%s", p.Body)
	}
	return b.Open(html.UnescapeString(link[1]))
}

// Arrive opens the hub's redirect at the site, and returns the user that the site
// signed in and the page it redirects to.
func (s simulated) Arrive(t *testing.T, b *Browser, p Page) (email, location string) {
	t.Helper()
	if !strings.HasPrefix(p.Location, s.URL+s.Key.RedirectURL+"?") {
		t.Fatalf("the hub answered %d and leads to %q:\n%s", p.Status, p.Location, p.Body)
	}
	there := b.Read(b.Get(p.Location))
	if there.Status != http.StatusFound {
		t.Fatalf("the site answered %d:\n%s", there.Status, there.Body)
	}
	at, err := url.Parse(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	return s.SignedIn(b.Jar.Cookies(at)), there.Location
}
