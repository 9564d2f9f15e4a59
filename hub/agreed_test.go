package hub_test

import (
	"strings"
	"testing"

	"github.com/fedhub/fedhub/clients"
)

func TestTheAccountSaysAllThatWasAgreed(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	w.person("ada@example.org")
	a := w.app(func(c *clients.Client) {
		c.Resources, c.DetailTypes = []string{"https://api.example.org/pay"}, []string{"payment"}
	})
	b := w.browser()
	b.signInTo(a, "ada@example.org", "scope", "openid", "resource", "https://api.example.org/pay",
		"authorization_details", `[{"type":"payment","actions":["pay"]}]`, "claims", `{"userinfo":{"email":null}}`)
	p := b.open("/account")
	for _, shown := range []string{"See your email address", "https://api.example.org/pay", "one thing that you allowed in detail"} {
		if !strings.Contains(p.Body, shown) {
			t.Errorf("the account does not show %q", shown)
		}
	}
	b.submit(p, "/account/apps/remove")
	if strings.Contains(b.open("/account").Body, "https://api.example.org/pay") {
		t.Error("it is still shown after it was removed")
	}
}

func TestEveryPageSaysThatSomethingWaits(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	w.person("ada@example.org")
	b := w.browser()
	b.signIn(b.open("/signin"), "ada@example.org")
	want(t, "before", strings.Contains(b.open("/account").Body, `id="to-approvals"`), false)
	w.callCentre().ask()
	want(t, "while it waits", strings.Contains(b.open("/account").Body, `id="to-approvals"`), true)
	b.submit(b.open("/account/approvals"), "/account/approvals", "decision", "deny")
	want(t, "after", strings.Contains(b.open("/account").Body, `id="to-approvals"`), false)
}

// CIBA §7.1: acr_values is a wish, which a new sign-in may meet.
func TestAWishedSignInIsAskedForOnce(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	w.person("ada@example.org")
	b := w.browser()
	b.signIn(b.open("/signin"), "ada@example.org")
	for _, wish := range []string{"urn:fedhub:acr:1", "urn:example:nobody-has-this"} {
		a := w.callCentre()
		id := a.ask("acr_values", wish).str("auth_req_id")
		b.submit(b.open("/account/approvals"), "/account/approvals", "decision", "allow")
		want(t, wish, a.hear(id).Status, 200)
	}
}

func TestAnAdministratorSaysWhoMayVouch(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	b := w.operator()
	const line = "https://idp.example.org https://idp.example.org/jwks staff client_a"
	p := b.submit(b.open("/admin/settings"), "/admin/settings", "vouchers", line)
	want(t, "kept", strings.Contains(p.Body, line), true)
	want(t, "a line that says too little", b.submit(p, "/admin/settings", "vouchers", "https://idp.example.org").Status, 422)
}
