package linking_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/hub/internal/hubtest"
	"github.com/fedhub/fedhub/hub/settings"
)

// An app that registers itself can call itself a bank, so pages show its host
// instead of its name.
func TestANameThatNobodyCheckedIsShownNowhere(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Person("ada@example.org")
	w.Policy(settings.RegistrationOpen)
	bank := w.Publish()
	bank.Say(hubtest.Metadata{
		"grant_types":               []string{"authorization_code", "refresh_token", clients.GrantDevice},
		"backchannel_logout_uri":    bank.Address + "/logout",
		"post_logout_redirect_uris": []string{"http://127.0.0.1/bye"},
	})
	host := strings.TrimPrefix(bank.Address, "http://")
	shown := func(what string, p hubtest.Page) {
		t.Helper()
		if p.Status != http.StatusOK || strings.Contains(p.Body, "Your Bank") || !strings.Contains(p.Body, host) {
			t.Errorf("%s: %d at %s, named %v, host %v:\n%s", what, p.Status, p.URL, strings.Contains(p.Body, "Your Bank"), strings.Contains(p.Body, host), p.Body)
		}
	}
	b := w.Browser()
	p := b.Authorize(bank.Ask("response_mode", "form_post"))
	shown("signing in", p)
	p = b.SignIn(p, "ada@example.org")
	shown("consent", p)
	shown("on the way back", b.Submit(p, "/consent", "decision", "allow"))
	shown("the account", b.Open("/account"))
	shown("signing out", b.Open("/signout"))
	shown("sent to sign out", b.Open("/oauth2/logout?"+url.Values{"client_id": {bank.ID}, "post_logout_redirect_uri": {"http://127.0.0.1/bye"}}.Encode()))

	begun := bank.Begin("scope", "openid")
	if begun.Status != 200 {
		t.Fatalf("the device: %d %s", begun.Status, begun.Body)
	}
	shown("approving a device", b.Submit(b.Open("/device"), "/device", "user_code", begun.Str("user_code")))
}

// The frame depends on the session, so it must not be cached.
func TestTheSessionFrameIsNotStored(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	hubtest.Want(t, "Cache-Control", w.Browser().Open("/oauth2/session").Header.Get("Cache-Control"), "no-store")
}
