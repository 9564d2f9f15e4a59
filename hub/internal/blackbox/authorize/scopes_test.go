package authorize_test

import (
	"strings"
	"testing"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/hub/internal/hubtest"
)

// Apps request scopes of other providers ("groups", "offline_access" without a
// refresh token): the hub ignores them, and the response has the granted scopes
// (OIDC Core §3.1.2.1, §11).
func TestAScopeThatNobodyKnowsIsIgnored(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Person("ada@example.org")
	b := w.Browser()
	plain := w.App(func(c *clients.Client) { c.GrantTypes, c.Scopes = nil, []string{"openid", "email", "files"} })
	r := plain.Redeem(b.SignInTo(plain, "ada@example.org", "scope", "openid email groups offline_access urn:zitadel:iam").Get("code"))
	hubtest.Want(t, "what was given", r.Str("scope"), "openid email")
	hubtest.Want(t, "refresh token", r.Str("refresh_token"), "")

	refreshing := w.App(func(c *clients.Client) { c.Scopes = []string{"openid", "email"} })
	r = refreshing.Redeem(b.SignInTo(refreshing, "ada@example.org", "scope", "openid offline_access").Get("code"))
	hubtest.Want(t, "a client that gets refresh tokens", r.Str("scope"), "openid offline_access")
	r = refreshing.Refresh(r.Str("refresh_token"))
	hubtest.Want(t, "after a refresh", r.Str("scope"), "openid offline_access")
	hubtest.Refused(t, "a refresh stays exact", refreshing.Refresh(r.Str("refresh_token"), "scope", "openid groups"), 400, "invalid_scope")
	hubtest.Refused(t, "an exchange stays exact", refreshing.Post("/oauth2/token", "grant_type", clients.GrantExchange, "subject_token", r.Str("access_token"),
		"subject_token_type", "urn:ietf:params:oauth:token-type:access_token", "scope", "groups"), 400, "unauthorized_client")

	for name, scope := range map[string]string{
		"a standard one":         "openid phone",
		"one of another client":  "openid files",
		"nothing is left":        "groups other",
		"offline_access alone":   "groups",
		"a character too many":   `openid "groups"`,
		"more than anybody has":  strings.Repeat("x ", 200) + strings.Repeat("y", 5000),
		"an id of another scope": "openid phone groups",
	} {
		got := b.Answer(b.Authorize(refreshing.Request("scope", scope)))
		hubtest.Want(t, name, got.Get("error"), "invalid_scope")
	}
	told := b.Answer(b.Authorize(refreshing.Request("scope", "openid files"))).Get("error_description")
	if !strings.Contains(told, "/admin/clients/"+refreshing.ID) || !strings.Contains(told, "files") {
		t.Errorf("the error names neither the scope nor the page: %s", told)
	}
	hubtest.Want(t, "offline_access alone, where there is none", b.Answer(b.Authorize(plain.Request("scope", "offline_access"))).Get("error"), "invalid_scope")
}

// A device gets the same result.
func TestAScopeThatNobodyKnowsIsIgnoredWithoutABrowserToo(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.App() // an app that serves the scope "files"
	service := w.App(func(c *clients.Client) {
		*c = clients.Client{Name: "Nightly job", Type: clients.Service, Scopes: []string{"reports"}}
	})
	ask := func(scope string) hubtest.Reply {
		return service.Post("/oauth2/token", "grant_type", "client_credentials", "scope", scope)
	}
	hubtest.Want(t, "one of two", ask("reports .default").Str("scope"), "reports")
	hubtest.Refused(t, "nothing is left", ask(".default"), 400, "invalid_scope")
	hubtest.Refused(t, "another's", ask("reports files"), 400, "invalid_scope")
	hubtest.Refused(t, "a person's", ask("reports email"), 400, "invalid_scope")
}
