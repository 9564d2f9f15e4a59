package hub_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/hub/settings"
)

// An app that only describes itself may call itself a bank. Wherever a person
// meets it, it is shown by where it comes from.
func TestANameThatNobodyCheckedIsShownNowhere(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	w.person("ada@example.org")
	w.policy(settings.RegistrationOpen)
	bank := w.publish()
	bank.say(metadata{
		"grant_types":               []string{"authorization_code", "refresh_token", clients.GrantDevice},
		"backchannel_logout_uri":    bank.address + "/logout",
		"post_logout_redirect_uris": []string{"http://127.0.0.1/bye"},
	})
	host := strings.TrimPrefix(bank.address, "http://")
	shown := func(what string, p page) {
		t.Helper()
		if p.Status != http.StatusOK || strings.Contains(p.Body, "Your Bank") || !strings.Contains(p.Body, host) {
			t.Errorf("%s: %d at %s, named %v, host %v:\n%s", what, p.Status, p.URL, strings.Contains(p.Body, "Your Bank"), strings.Contains(p.Body, host), p.Body)
		}
	}
	b := w.browser()
	p := b.authorize(bank.ask("response_mode", "form_post"))
	shown("signing in", p)
	p = b.signIn(p, "ada@example.org")
	shown("consent", p)
	shown("on the way back", b.submit(p, "/consent", "decision", "allow"))
	shown("the account", b.open("/account"))
	shown("signing out", b.open("/signout"))
	shown("sent to sign out", b.open("/oauth2/logout?"+url.Values{"client_id": {bank.ID}, "post_logout_redirect_uri": {"http://127.0.0.1/bye"}}.Encode()))

	begun := bank.begin("scope", "openid")
	if begun.Status != 200 {
		t.Fatalf("the device: %d %s", begun.Status, begun.Body)
	}
	shown("approving a device", b.submit(b.open("/device"), "/device", "user_code", begun.str("user_code")))
}

// Which session is signed in is nothing to keep.
func TestTheSessionFrameIsNotStored(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	want(t, "Cache-Control", w.browser().open("/oauth2/session").Header.Get("Cache-Control"), "no-store")
}
