package authorize_test

import (
	"strings"
	"testing"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/hub/internal/hubtest"
)

func TestPeopleSeeTheLogoAndTheTermsOfTheApp(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Person("ada@example.org")
	a := w.App(func(c *clients.Client) {
		c.LogoURI, c.TosURI, c.PolicyURI = "https://cdn.example.org:8443/logo.png?v=2", "https://app.example.org/terms", "https://app.example.org/policy"
	})
	b := w.Browser()
	signIn := b.Authorize(a.Request())
	for name, p := range map[string]hubtest.Page{"sign-in": signIn, "consent": b.SignIn(signIn, "ada@example.org")} {
		for _, shown := range []string{`src="https://cdn.example.org:8443/logo.png?v=2"`, `href="https://app.example.org/terms"`, `href="https://app.example.org/policy"`} {
			if !strings.Contains(p.Body, shown) {
				t.Errorf("%s: the page lacks %s", name, shown)
			}
		}
		policy := p.Header.Get("Content-Security-Policy")
		if !strings.Contains(policy, "img-src https://cdn.example.org:8443 'self'") || strings.Count(policy, "https:") != 1 {
			t.Errorf("%s: the policy is %q", name, policy)
		}
	}
	plain := w.Browser().Authorize(w.App().Request())
	if policy := plain.Header.Get("Content-Security-Policy"); strings.Contains(policy, "https:") || strings.Contains(plain.Body, "client-logo") {
		t.Errorf("an app without a logo: the policy is %q", policy)
	}
}
