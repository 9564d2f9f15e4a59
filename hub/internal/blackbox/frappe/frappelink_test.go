package frappe_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/fedhub/fedhub/clients/frappe"
	"github.com/fedhub/fedhub/hub/fetch"
	"github.com/fedhub/fedhub/hub/internal/hubtest"
	"github.com/fedhub/fedhub/internal/testkit/frappetest"
)

func TestTheHubEntersTheValuesAtTheSite(t *testing.T) {
	for provider, record := range map[string]string{"Frappe": "frappe", "Keycloak": "keycloak", "Custom": "head_office"} {
		t.Run(provider, func(t *testing.T) {
			w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
			w.Person("ada@example.org")
			x := hubtest.NewLinking(w, "provider", provider, "provider_name", "Head Office")
			p := x.Enter("key_sign_ups", "Deny")
			if says := hubtest.IdsOf(t, p)["link-result"]; p.Status != http.StatusOK || !strings.Contains(says, "are entered at the site") || strings.Contains(p.Body, `id="link-differ"`) {
				t.Fatalf("got %d, %s", p.Status, says)
			}
			hubtest.Want(t, "secrets", x.Secrets(), 1) // the secret that was shown but never used was deleted
			kept := hubtest.Dump(t, w)
			hubtest.Want(t, "made, on record", strings.Count(kept, "client.secret.added"), 2)
			hubtest.Want(t, "gone, on record", strings.Count(kept, "client.secret.removed"), 1)
			x.Key = x.Api.LoginKey(record)
			hubtest.Want(t, "sign-ups", x.Key.SignUps, "Deny")
			x.Site.Add(frappetest.Account{Email: "ada@example.org", FirstName: "Ada"})
			b := w.Browser()
			q := b.SignIn(b.Follow(b.Open(x.Site.Link(x.Key, ""))), "ada@example.org")
			q = b.Follow(b.Submit(q, "/consent", "decision", "allow"))
			b.Read(b.Get(q.Location))
			hubtest.Want(t, "steps", x.Marks(), "done done done")
			if kept = w.Logs.String() + hubtest.Dump(t, w); strings.Contains(kept, hubtest.SiteAPISecret) || strings.Contains(kept, hubtest.SiteAPIKey) {
				t.Error("the API key is kept or logged")
			}
			if !strings.Contains(hubtest.Dump(t, w), "client.site.entered") {
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
		secrets int // the first one, and the new one if the site may have it
	}{
		"a wrong API secret": {nil, []string{"api_secret", "wrong"}, "does not know this API key", 1},
		"no System Manager":  {func(a *frappetest.API) { a.Manager = false }, nil, "System Manager", 1},
		"a proxy's page":     {func(a *frappetest.API) { a.Trouble = "html" }, nil, "a server error", 2},
		"another make":       {func(a *frappetest.API) { a.Trouble = "page" }, nil, "does not answer like a Frappe site", 2},
		"a flood":            {func(a *frappetest.API) { a.Trouble = "huge" }, nil, "does not answer like a Frappe site", 2},
		"another address":    {func(a *frappetest.API) { a.Trouble = "moved" }, nil, "redirects to https://www.elsewhere.example", 1},
		"nobody there":       {func(a *frappetest.API) { a.Close() }, nil, "can't reach the site", 1},
		"other values":       {func(a *frappetest.API) { a.Trouble = "edited" }, nil, "changed some of them", 1},
		"not to read back":   {func(a *frappetest.API) { a.Trouble = "unreadable" }, nil, "could not be read back", 1},
	} {
		t.Run(name, func(t *testing.T) {
			x := hubtest.NewLinking(hubtest.NewWorld(t, hubtest.OpenSQLite(t)))
			if tt.change != nil {
				tt.change(x.Api)
			}
			p := x.Enter(tt.pairs...)
			if says := hubtest.IdsOf(t, p)["link-result"]; p.Status != http.StatusOK || !strings.Contains(says, tt.says) {
				t.Errorf("got %d, %q, want it to say %q", p.Status, says, tt.says)
			}
			hubtest.Want(t, "secrets", x.Secrets(), tt.secrets)
			kept := hubtest.Dump(t, x.World)
			hubtest.Want(t, "secrets, on record", strings.Count(kept, "client.secret.added")-strings.Count(kept, "client.secret.removed"), tt.secrets)
			for _, never := range []string{hubtest.SiteAPISecret, "Traceback", "token=x", "<strong>clerk"} {
				if strings.Contains(p.Body, never) {
					t.Errorf("the page holds %q", never)
				}
			}
		})
	}
}

func TestAnOldSiteSaysWhichProvidersItKnows(t *testing.T) {
	x := hubtest.NewLinking(hubtest.NewWorld(t, hubtest.OpenSQLite(t)), "provider", "Keycloak")
	x.Api.NoKeycloak = true
	if says := hubtest.IdsOf(t, x.Enter())["link-result"]; !strings.Contains(says, "did not accept") || !strings.Contains(says, `cannot be "Keycloak"`) {
		t.Errorf("it says %q", says)
	}
	hubtest.Want(t, "secrets", x.Secrets(), 1)
}

func TestAKeyOfTheSiteIsReplacedOnlyWhenTheBoxIsTicked(t *testing.T) {
	x := hubtest.NewLinking(hubtest.NewWorld(t, hubtest.OpenSQLite(t)))
	x.Enter()
	first := x.Api.LoginKey("frappe").ClientSecret
	if says := hubtest.IdsOf(t, x.Enter())["link-result"]; !strings.Contains(says, "already has a key of this provider") {
		t.Errorf("it says %q", says)
	}
	hubtest.Want(t, "secret", x.Api.LoginKey("frappe").ClientSecret, first)
	if says := hubtest.IdsOf(t, x.Enter("replace", "1"))["link-result"]; !strings.Contains(says, "are entered") {
		t.Errorf("it says %q", says)
	}
	if x.Api.LoginKey("frappe").ClientSecret == first {
		t.Error("it was not replaced")
	}
	hubtest.Want(t, "secrets", x.Secrets(), 1)
}

func TestTheHubEntersValuesNowhereElse(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	x := hubtest.NewLinking(w)
	path := "/admin/clients/" + x.App.ID + "/setup/site"
	elsewhere := frappetest.NewAPI(t, frappetest.G2a, hubtest.SiteAPIKey, hubtest.SiteAPISecret)
	x.Enter("site", elsewhere.URL, "url", elsewhere.URL)
	hubtest.Want(t, "calls elsewhere", len(elsewhere.Calls()), 0)

	calls := len(x.Api.Calls())
	for what, pairs := range map[string][]string{
		"no key": {"api_key", ""}, "no secret": {"api_secret", ""}, "a line break": {"api_secret", "a\r\nX-Y: z"}, "other sign-ups": {"key_sign_ups", "Maybe"},
	} {
		if p := x.Enter(pairs...); p.Status != http.StatusUnprocessableEntity {
			t.Errorf("%s: got %d", what, p.Status)
		}
	}
	form := map[string][]string{"api_key": {hubtest.SiteAPIKey}, "api_secret": {hubtest.SiteAPISecret}, "replace": {"1"}}
	resp, err := x.Admin.PostForm(w.URL+path, form)
	hubtest.Want(t, "without the form's token", x.Admin.Read(resp, err).Status, http.StatusForbidden)
	w.Person("ada@example.org")
	stranger := w.Browser()
	stranger.SignIn(stranger.Open("/signin"), "ada@example.org")
	resp, err = stranger.PostForm(w.URL+path, form)
	hubtest.Want(t, "somebody else", stranger.Read(resp, err).Status, http.StatusForbidden)
	hubtest.Want(t, "calls since", len(x.Api.Calls()), calls)
}

// FE-34, AD-15: a hub on the public network does not call a site on a private
// address, also if an administrator enters one.
func TestASiteInThePrivateNetworkIsNotAsked(t *testing.T) {
	api := frappetest.NewAPI(t, frappetest.G2a, hubtest.SiteAPIKey, hubtest.SiteAPISecret)
	for name, policy := range map[string]fetch.Policy{"as it comes": {}} {
		site := frappe.Site{URL: api.URL, HTTP: fetch.NewClient(policy), Key: hubtest.SiteAPIKey, Secret: hubtest.SiteAPISecret}
		_, err := site.Enter(t.Context(), frappe.Key{Hub: "https://hub.example.com", Provider: "Frappe", ClientID: "c", Secret: "s"}, false)
		var refused *frappe.Refusal
		if !errors.As(err, &refused) || refused.Kind != frappe.Unreachable || refused.Unsure {
			t.Errorf("%s: %v", name, err)
		}
	}
	hubtest.Want(t, "calls", len(api.Calls()), 0)
}
