package hub_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/fedhub/fedhub/clients/frappesite"
	"github.com/fedhub/fedhub/federation/frappe/frappetest"
	"github.com/fedhub/fedhub/hub/fetch"
)

const siteAPIKey, siteAPISecret = "a1b2c3d4e5f6a7b", "f7e6d5c4b3a2f1e"

// A linking is a site with a REST API, added here by its address.
type linking struct {
	*waiting
	api *frappetest.API
}

func newLinking(w *world, pairs ...string) *linking {
	w.Helper()
	api := frappetest.NewAPI(w, frappetest.G2a, siteAPIKey, siteAPISecret)
	x := &linking{&waiting{world: w, admin: w.operator(), site: api.Site}, api}
	_, values := x.admin.addSite(append([]string{"site", api.URL}, pairs...)...)
	x.app = w.addedSite(values)
	return x
}

// enter lets the hub enter the values.
func (x *linking) enter(pairs ...string) page {
	x.Helper()
	path := "/admin/clients/" + x.app.ID + "/setup"
	return x.admin.submit(x.admin.open(path), path+"/site", append([]string{"api_key", siteAPIKey, "api_secret", siteAPISecret}, pairs...)...)
}

func (x *linking) secrets() int {
	x.Helper()
	c, err := x.Hub.Client(x.Context(), x.app.ID)
	if err != nil {
		x.Fatal(err)
	}
	return len(c.Secrets)
}

func TestTheHubEntersTheValuesAtTheSite(t *testing.T) {
	for provider, record := range map[string]string{"Frappe": "frappe", "Keycloak": "keycloak", "Custom": "head_office"} {
		t.Run(provider, func(t *testing.T) {
			w := newWorld(t, openSQLite(t))
			w.person("ada@example.org")
			x := newLinking(w, "provider", provider, "provider_name", "Head Office")
			p := x.enter("key_sign_ups", "Deny")
			if says := idsOf(t, p)["link-result"]; p.Status != http.StatusOK || !strings.Contains(says, "are entered at the site") || strings.Contains(p.Body, `id="link-differ"`) {
				t.Fatalf("got %d, %s", p.Status, says)
			}
			want(t, "secrets", x.secrets(), 1) // the one that was shown and never used is gone
			kept := dump(t, w)
			want(t, "made, on record", strings.Count(kept, "client.secret.added"), 2)
			want(t, "gone, on record", strings.Count(kept, "client.secret.removed"), 1)
			x.key = x.api.LoginKey(record)
			want(t, "sign-ups", x.key.SignUps, "Deny")
			x.site.Add(frappetest.Account{Email: "ada@example.org", FirstName: "Ada"})
			b := w.browser()
			q := b.signIn(b.follow(b.open(x.site.Link(x.key, ""))), "ada@example.org")
			q = b.follow(b.submit(q, "/consent", "decision", "allow"))
			b.read(b.Get(q.Location))
			want(t, "steps", x.marks(), "done done done")
			if kept = w.log.String() + dump(t, w); strings.Contains(kept, siteAPISecret) || strings.Contains(kept, siteAPIKey) {
				t.Error("the API key is kept or logged")
			}
			if !strings.Contains(dump(t, w), "client.site.entered") {
				t.Error("nothing is on record")
			}
		})
	}
}

func TestASiteThatRefusesTheValuesIsExplained(t *testing.T) {
	for name, tt := range map[string]struct {
		change  func(*frappetest.API)
		pairs   []string
		says    string
		secrets int // the first, and one that the site may have
	}{
		"a wrong API secret": {nil, []string{"api_secret", "wrong"}, "does not know this API key", 1},
		"no System Manager":  {func(a *frappetest.API) { a.Manager = false }, nil, "System Manager", 1},
		"a proxy's page":     {func(a *frappetest.API) { a.Trouble = "html" }, nil, "a fault of its own", 2},
		"another make":       {func(a *frappetest.API) { a.Trouble = "page" }, nil, "does not look like a Frappe site", 2},
		"a flood":            {func(a *frappetest.API) { a.Trouble = "huge" }, nil, "does not look like a Frappe site", 2},
		"another address":    {func(a *frappetest.API) { a.Trouble = "moved" }, nil, "leads to https://www.elsewhere.example", 1},
		"nobody there":       {func(a *frappetest.API) { a.Close() }, nil, "could not be reached", 1},
		"other values":       {func(a *frappetest.API) { a.Trouble = "edited" }, nil, "keeps some otherwise", 1},
		"not to read back":   {func(a *frappetest.API) { a.Trouble = "unreadable" }, nil, "could not be read back", 1},
	} {
		t.Run(name, func(t *testing.T) {
			x := newLinking(newWorld(t, openSQLite(t)))
			if tt.change != nil {
				tt.change(x.api)
			}
			p := x.enter(tt.pairs...)
			if says := idsOf(t, p)["link-result"]; p.Status != http.StatusOK || !strings.Contains(says, tt.says) {
				t.Errorf("got %d, %q, want it to say %q", p.Status, says, tt.says)
			}
			want(t, "secrets", x.secrets(), tt.secrets)
			kept := dump(t, x.world)
			want(t, "secrets, on record", strings.Count(kept, "client.secret.added")-strings.Count(kept, "client.secret.removed"), tt.secrets)
			for _, never := range []string{siteAPISecret, "Traceback", "token=x", "<strong>clerk"} {
				if strings.Contains(p.Body, never) {
					t.Errorf("the page holds %q", never)
				}
			}
		})
	}
}

func TestAnOldSiteSaysWhichProvidersItKnows(t *testing.T) {
	x := newLinking(newWorld(t, openSQLite(t)), "provider", "Keycloak")
	x.api.NoKeycloak = true
	if says := idsOf(t, x.enter())["link-result"]; !strings.Contains(says, "did not accept") || !strings.Contains(says, `cannot be "Keycloak"`) {
		t.Errorf("it says %q", says)
	}
	want(t, "secrets", x.secrets(), 1)
}

func TestAKeyOfTheSiteIsReplacedOnlyWhenTheBoxIsTicked(t *testing.T) {
	x := newLinking(newWorld(t, openSQLite(t)))
	x.enter()
	first := x.api.LoginKey("frappe").ClientSecret
	if says := idsOf(t, x.enter())["link-result"]; !strings.Contains(says, "has a key of this provider already") {
		t.Errorf("it says %q", says)
	}
	want(t, "secret", x.api.LoginKey("frappe").ClientSecret, first)
	if says := idsOf(t, x.enter("replace", "1"))["link-result"]; !strings.Contains(says, "are entered") {
		t.Errorf("it says %q", says)
	}
	if x.api.LoginKey("frappe").ClientSecret == first {
		t.Error("it was not replaced")
	}
	want(t, "secrets", x.secrets(), 1)
}

func TestTheHubEntersValuesNowhereElse(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	x := newLinking(w)
	path := "/admin/clients/" + x.app.ID + "/setup/site"
	elsewhere := frappetest.NewAPI(t, frappetest.G2a, siteAPIKey, siteAPISecret)
	x.enter("site", elsewhere.URL, "url", elsewhere.URL)
	want(t, "calls elsewhere", len(elsewhere.Calls()), 0)

	calls := len(x.api.Calls())
	for what, pairs := range map[string][]string{
		"no key": {"api_key", ""}, "no secret": {"api_secret", ""}, "a line break": {"api_secret", "a\r\nX-Y: z"}, "other sign-ups": {"key_sign_ups", "Maybe"},
	} {
		if p := x.enter(pairs...); p.Status != http.StatusUnprocessableEntity {
			t.Errorf("%s: got %d", what, p.Status)
		}
	}
	form := map[string][]string{"api_key": {siteAPIKey}, "api_secret": {siteAPISecret}, "replace": {"1"}}
	resp, err := x.admin.PostForm(w.URL+path, form)
	want(t, "without the form's token", x.admin.read(resp, err).Status, http.StatusForbidden)
	w.person("ada@example.org")
	stranger := w.browser()
	stranger.signIn(stranger.open("/signin"), "ada@example.org")
	resp, err = stranger.PostForm(w.URL+path, form)
	want(t, "somebody else", stranger.read(resp, err).Status, http.StatusForbidden)
	want(t, "calls since", len(x.api.Calls()), calls)
}

// FE-34, AD-15: a hub on the open network asks no site in its own network, whatever
// its administrators type.
func TestASiteInThePrivateNetworkIsNotAsked(t *testing.T) {
	api := frappetest.NewAPI(t, frappetest.G2a, siteAPIKey, siteAPISecret)
	for name, policy := range map[string]fetch.Policy{"as it comes": {}} {
		site := frappesite.Site{URL: api.URL, HTTP: fetch.NewClient(policy), Key: siteAPIKey, Secret: siteAPISecret}
		_, err := site.Enter(t.Context(), frappesite.Key{Hub: "https://hub.example.com", Provider: "Frappe", ClientID: "c", Secret: "s"}, false)
		var refused *frappesite.Refusal
		if !errors.As(err, &refused) || refused.Kind != frappesite.Unreachable || refused.Unsure {
			t.Errorf("%s: %v", name, err)
		}
	}
	want(t, "calls", len(api.Calls()), 0)
}
