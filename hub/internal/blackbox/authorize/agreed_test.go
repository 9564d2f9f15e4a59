package authorize_test

import (
	"strings"
	"testing"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/hub/internal/hubtest"
)

func TestTheAccountSaysAllThatWasAgreed(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Person("ada@example.org")
	a := w.App(func(c *clients.Client) {
		c.Resources, c.DetailTypes = []string{"https://api.example.org/pay"}, []string{"payment"}
	})
	b := w.Browser()
	b.SignInTo(a, "ada@example.org", "scope", "openid", "resource", "https://api.example.org/pay",
		"authorization_details", `[{"type":"payment","actions":["pay"]}]`, "claims", `{"userinfo":{"email":null}}`)
	p := b.Open("/account")
	for _, shown := range []string{"See your email address", "https://api.example.org/pay", "1 specific action that you allowed"} {
		if !strings.Contains(p.Body, shown) {
			t.Errorf("the account does not show %q", shown)
		}
	}
	b.Submit(p, "/account/apps/remove")
	if strings.Contains(b.Open("/account").Body, "https://api.example.org/pay") {
		t.Error("it is still shown after it was removed")
	}
}

func TestEveryPageSaysThatSomethingWaits(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Person("ada@example.org")
	b := w.Browser()
	b.SignIn(b.Open("/signin"), "ada@example.org")
	hubtest.Want(t, "before", strings.Contains(b.Open("/account").Body, `id="to-approvals"`), false)
	w.CallCentre().Ask()
	hubtest.Want(t, "while it waits", strings.Contains(b.Open("/account").Body, `id="to-approvals"`), true)
	b.Submit(b.Open("/account/approvals"), "/account/approvals", "decision", "deny")
	hubtest.Want(t, "after", strings.Contains(b.Open("/account").Body, `id="to-approvals"`), false)
}

// CIBA §7.1: acr_values is a preference that a new sign-in can meet.
func TestAWishedSignInIsAskedForOnce(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Person("ada@example.org")
	b := w.Browser()
	b.SignIn(b.Open("/signin"), "ada@example.org")
	for _, wish := range []string{"urn:fedhub:acr:1", "urn:example:nobody-has-this"} {
		a := w.CallCentre()
		id := a.Ask("acr_values", wish).Str("auth_req_id")
		b.Submit(b.Open("/account/approvals"), "/account/approvals", "decision", "allow")
		hubtest.Want(t, wish, a.Hear(id).Status, 200)
	}
}

func TestAnAdministratorSaysWhoMayVouch(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	b := w.Operator()
	const line = "https://idp.example.org https://idp.example.org/jwks staff client_a"
	p := b.Submit(b.Open("/admin/settings"), "/admin/settings", "vouchers", line)
	hubtest.Want(t, "kept", strings.Contains(p.Body, line), true)
	hubtest.Want(t, "a line that says too little", b.Submit(p, "/admin/settings", "vouchers", "https://idp.example.org").Status, 422)
}
