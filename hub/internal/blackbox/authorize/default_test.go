package authorize_test

import (
	"strings"
	"testing"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/hub/internal/hubtest"
	"github.com/fedhub/fedhub/hub/settings"
)

func TestAnswersGoToTheDefaultAddress(t *testing.T) { // RFC 6749 §3.1.2.3
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Person("ada@example.org")
	const other = "https://app.example.org/other"
	a := w.App(func(c *clients.Client) {
		c.RedirectURIs, c.DefaultRedirectURI = []string{other, hubtest.Callback}, hubtest.Callback
	})
	b := w.Browser()
	plain := a.Request("redirect_uri", "", "scope", "email", "nonce", "")
	p := b.Submit(b.SignIn(b.Authorize(plain), "ada@example.org"), "/consent", "decision", "allow")
	if !strings.HasPrefix(p.Location, hubtest.Callback+"?") {
		t.Fatalf("the answer goes to %q", p.Location)
	}
	// RFC 6749 §4.1.3: the authorization request had no redirect_uri, so the
	// token request has none.
	hubtest.Refused(t, "an address for the code", a.Redeem(b.Answer(p).Get("code")), 400, "invalid_grant")
	redeemed := a.Redeem(b.Answer(b.Authorize(plain)).Get("code"), "redirect_uri", "")
	hubtest.Want(t, "none for the code", redeemed.Status, 200)

	hubtest.RefusedPage(t, "a request of OpenID Connect", b.Authorize(a.Request("redirect_uri", "")))
	empty := a.Request("scope", "email")
	empty.Set("redirect_uri", "")
	hubtest.RefusedPage(t, "an empty address", b.Authorize(empty))
}

func TestWhoRegisteredItselfNamesItsAddress(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Policy(settings.RegistrationOpen)
	a, _ := w.Registered(hubtest.Metadata{"redirect_uris": []string{hubtest.Callback, "https://app.example.org/other"}, "scope": "openid email"})
	hubtest.RefusedPage(t, "no address", w.Browser().Authorize(a.Request("redirect_uri", "", "scope", "email")))
}
