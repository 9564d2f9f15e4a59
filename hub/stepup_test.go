package hub_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/fedhub/fedhub/clients"
)

// The challenge says with which parameters to come back, and coming back with
// them helps (RFC 9470 §3, §4).
func TestAnOldSignInIsSteppedUp(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	w.person("ada@example.org")
	api := w.URL + "/api"
	a := w.app(func(c *clients.Client) {
		c.Scopes, c.Resources = []string{"openid", "sessions", "offline_access"}, []string{api}
	})
	b := w.browser()
	asked := []string{"scope", "openid sessions offline_access", "resource", api}
	first := a.redeem(b.signInTo(a, "ada@example.org", asked...).Get("code"), "resource", api)
	list := func(token string) reply { return w.sendJSON("GET", "/api/sessions", token, nil) }

	got := list(first.str("access_token"))
	want(t, "just signed in", got.Status, 200)
	sessions, _ := got.JSON["sessions"].([]any)
	want(t, "sessions", len(sessions), 1)
	want(t, "this one", sessions[0].(map[string]any)["current"], any(true))

	// A refresh makes the token new, and the sign-in no younger.
	w.clock.skip(16 * time.Minute)
	old := a.refresh(first.str("refresh_token"), "resource", api).str("access_token")
	refused(t, "an old sign-in", list(old), 401, "insufficient_user_authentication")
	challenge := list(old).Header.Get("WWW-Authenticate")
	age := regexp.MustCompile(`^Bearer error="insufficient_user_authentication", .*\bmax_age="(\d+)"`).FindStringSubmatch(challenge)
	if age == nil || !strings.Contains(challenge, "resource_metadata=") {
		t.Fatalf("WWW-Authenticate: %q", challenge)
	}
	want(t, "what asks for less", w.sendJSON("GET", "/api/me", old, nil).Status, 200)

	// The session alone will not do; the password does.
	p := b.authorize(a.request(append(asked, "max_age", age[1])...))
	want(t, "where the person is sent", p.URL.Path, "/signin")
	answer := b.answer(b.signIn(p, "ada@example.org"))
	want(t, "after the step", list(a.redeem(answer.Get("code"), "resource", api).str("access_token")).Status, 200)
}

// A token that is bound to a key is challenged in the scheme it came by
// (RFC 9470 §3, RFC 9449 §7.1).
func TestABoundTokenIsSteppedUpInItsOwnScheme(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	w.person("ada@example.org")
	api := w.URL + "/api"
	a := w.app(func(c *clients.Client) {
		c.Scopes, c.Resources = []string{"openid", "sessions"}, []string{api}
	})
	key, b := w.proofKey(), w.browser()
	grant := func() string {
		code := b.signInTo(a, "ada@example.org", "scope", "openid sessions", "resource", api).Get("code")
		r := a.proven("/oauth2/token", []string{key.proof("POST", "/oauth2/token", map[string]any{"nonce": w.nonce()})},
			"grant_type", "authorization_code", "code", code, "redirect_uri", callback, "code_verifier", a.verifier, "resource", api)
		want(t, "token_type", r.str("token_type"), "DPoP")
		return r.str("access_token")
	}
	list := func(token string) reply {
		proof := key.proof("GET", "/api/sessions", map[string]any{"nonce": w.nonce(), "ath": challenge(token)})
		req, err := http.NewRequest(http.MethodGet, w.URL+"/api/sessions", nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header = http.Header{"Authorization": {"DPoP " + token}, "Dpop": {proof}}
		return w.call(req)
	}
	want(t, "just signed in", list(grant()).Status, 200)
	w.clock.skip(16 * time.Minute)
	r := list(grant())
	refused(t, "an old sign-in", r, 401, "insufficient_user_authentication")
	if got := r.Header.Get("WWW-Authenticate"); !strings.HasPrefix(got, `DPoP error="insufficient_user_authentication"`) || !strings.Contains(got, `max_age="900"`) {
		t.Errorf("WWW-Authenticate: %q", got)
	}
}

func TestSessionsAreToldToWhoMayKnow(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	w.person("ada@example.org")
	api := w.URL + "/api"
	a := w.app(func(c *clients.Client) { c.Scopes, c.Resources = []string{"openid", "sessions"}, []string{api} })
	token := a.redeem(w.browser().signInTo(a, "ada@example.org", "scope", "openid", "resource", api).Get("code")).str("access_token")
	refused(t, "without the scope", w.sendJSON("GET", "/api/sessions", token, nil), 403, "insufficient_scope")
	refused(t, "without a token", w.sendJSON("GET", "/api/sessions", "", nil), 401, "invalid_token")
}
