package logout_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/internal/hubtest"
	"github.com/fedhub/fedhub/internal/texts"
)

// The page of a login key shows all values for the provider's settings, and the
// hub sends exactly those.
func TestAProviderThatWasToldWhatTheKeysPageShowsNeedsNothingMore(t *testing.T) {
	hubs := hubtest.NewLeaving(t, true)
	hubs.Primary.Person("ada@example.org")
	shown := hubs.Secondary.Operator().Open("/admin/providers/up").Copied(t)
	err := hubs.Primary.Hub.ChangeClient(t.Context(), audit.Named("test"), hubs.Key.ClientID, texts.Text{}, func(c *clients.Client) {
		c.RedirectURIs, c.DefaultRedirectURI = []string{shown["Callback URL"]}, ""
		c.PostLogoutRedirectURIs, c.BackchannelLogoutURI = []string{shown["Return after sign-out"]}, shown["Back-channel logout URL"]
	})
	if err != nil {
		t.Fatalf("the provider refuses what the page shows, %v: %v", shown, err)
	}
	a, b := hubs.Secondary.App(), hubs.Secondary.Browser()

	leaving := b.Post(b.Authorize(a.Request()), "/signin/with/up")
	hubtest.Want(t, "redirect_uri", sentWith(t, leaving, "redirect_uri"), shown["Callback URL"])
	b.Answer(hubs.Through(b, a, "ada@example.org"))
	out := b.Post(b.At(hubs.Secondary).Open("/signout"), "/signout")
	hubtest.Want(t, "post_logout_redirect_uri", sentWith(t, out, "post_logout_redirect_uri"), shown["Return after sign-out"])
	last := hubs.Leave(b, out)
	if last.Status != 200 || !strings.HasPrefix(last.URL.String(), shown["Return after sign-out"]) {
		t.Errorf("who signed out ends at %s with %d", last.URL, last.Status)
	}

	// The session there ends, and with it the hub's.
	b.Answer(hubs.Through(b, a, "ada@example.org"))
	b.At(hubs.Primary).Submit(b.At(hubs.Primary).Open("/signout"), "/signout")
	b.At(hubs.Secondary).OpenUntil("/account", func(p hubtest.Page) bool { return p.URL.Path == "/signin" })
}

// sentWith is a parameter of the browser's redirect.
func sentWith(t *testing.T, p hubtest.Page, name string) string {
	t.Helper()
	u, err := url.Parse(p.Location)
	if err != nil {
		t.Fatal(err)
	}
	return u.Query().Get(name)
}
