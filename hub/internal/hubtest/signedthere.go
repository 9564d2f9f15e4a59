package hubtest

import (
	"strings"
	"testing"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/hub/audit"
)

// NewLeaving is a hub that also ends the session at its provider.
func NewLeaving(t *testing.T, there bool) Pair {
	t.Helper()
	primary, secondary := NewWorld(t, OpenSQLite(t)), NewWorld(t, OpenSQLite(t))
	app := primary.App(func(c *clients.Client) {
		c.RedirectURIs = []string{secondary.URL + "/signin/from/up"}
		c.PostLogoutRedirectURIs = []string{secondary.URL + "/signed-out"}
	})
	key, err := secondary.Hub.KeepLoginKey(t.Context(), audit.Named("test"), federation.LoginKey{
		ID: "up", Kind: federation.KindOpenID, Name: "Up", BaseURL: primary.URL, ClientID: app.ID, Enabled: true,
		SignUps: federation.Allow, TrustEmail: true, SignOutThere: there,
	}, app.Secret)
	if err != nil {
		t.Fatal(err)
	}
	return Pair{primary, secondary, key}
}

// Leave follows a browser from hub to hub until it leaves both.
func (p Pair) Leave(b *Browser, at Page) Page {
	b.W.Helper()
	for range 10 {
		if at.Location == "" || !strings.HasPrefix(at.Location, p.Primary.URL) && !strings.HasPrefix(at.Location, p.Secondary.URL) {
			return at
		}
		at = b.Hop(at)
	}
	b.W.Fatal("no end to it")
	return Page{}
}
