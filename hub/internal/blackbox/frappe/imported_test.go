package frappe_test

import (
	"strings"
	"testing"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/hub/internal/hubtest"
)

// An app of a Frappe site requests openid and expects all claims that Frappe
// sends; the consent page, the grant and the token list them.
func TestOpenIDOfAnImportedAppMeansTheProfile(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Person("ada@example.org")
	for name, row := range map[string]struct {
		edit  func(*clients.Client)
		scope string
		says  []string
	}{
		"imported":              {func(c *clients.Client) { c.OpenIDMeansProfile = true }, "openid profile email roles", []string{"email", "roles"}},
		"imported, for less":    {func(c *clients.Client) { c.OpenIDMeansProfile, c.Scopes = true, []string{"openid", "email"} }, "openid email", []string{"email"}},
		"an app like any other": {func(*clients.Client) {}, "openid", nil},
	} {
		a := w.App(func(c *clients.Client) { c.Scopes = clients.FrappeScopes(); row.edit(c) })
		b := w.Browser()
		p := b.SignIn(b.Authorize(a.Request("scope", "openid")), "ada@example.org")
		for _, scope := range row.says {
			if !strings.Contains(p.Body, scope) {
				t.Errorf("%s: the consent page does not name %s", name, scope)
			}
		}
		r := a.Redeem(b.Answer(b.Submit(p, "/consent", "decision", "allow")).Get("code"))
		hubtest.Want(t, name, r.Str("scope"), row.scope)
	}
}
