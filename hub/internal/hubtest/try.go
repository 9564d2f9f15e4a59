package hubtest

import (
	"strings"
	"testing"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/hub/audit"
)

// NewProvider is a hub that is an ordinary OpenID provider for another one. Its
// login key there is disabled.
func NewProvider(t *testing.T, change ...func(*federation.LoginKey)) Pair {
	t.Helper()
	provider, w := NewWorld(t, OpenSQLite(t)), NewWorld(t, OpenSQLite(t))
	a := provider.App(func(c *clients.Client) {
		c.RedirectURIs, c.SkipAuthorization = []string{w.URL + "/signin/from/company"}, true
	})
	key := federation.LoginKey{ID: "company", Kind: federation.KindOpenID, Name: "Company", BaseURL: provider.URL, ClientID: a.ID}
	for _, edit := range change {
		edit(&key)
	}
	key, err := w.Hub.AddLoginKey(t.Context(), audit.Named("test"), key, a.Secret, "")
	if err != nil {
		t.Fatal(err)
	}
	return Pair{provider, w, key}
}

// Tested runs the test of a login key, from its page to the result.
func (p Pair) Tested(b *Browser, email string) Page {
	b.W.Helper()
	at := b.Submit(b.Open("/admin/providers/"+p.Key.ID), "/admin/providers/"+p.Key.ID+"/try")
	for range 20 {
		switch {
		case at.Location != "":
			at = b.Hop(at)
		case strings.Contains(at.Body, `action="/signin"`):
			at = b.At(p.Primary).SignIn(at, email)
		default:
			return at
		}
	}
	b.W.Fatal("no end to it")
	return Page{}
}
