package authorize_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/hub/internal/hubtest"
)

// The challenge names the parameters of a new authorization request, which then
// gives a sufficient token (RFC 9470 §3, §4).
func TestAnOldSignInIsSteppedUp(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Person("ada@example.org")
	api := w.URL + "/api"
	a := w.App(func(c *clients.Client) {
		c.Scopes, c.Resources = []string{"openid", "sessions", "offline_access"}, []string{api}
	})
	b := w.Browser()
	asked := []string{"scope", "openid sessions offline_access", "resource", api}
	first := a.Redeem(b.SignInTo(a, "ada@example.org", asked...).Get("code"), "resource", api)
	list := func(token string) hubtest.Reply { return w.SendJSON("GET", "/api/sessions", token, nil) }

	got := list(first.Str("access_token"))
	hubtest.Want(t, "just signed in", got.Status, 200)
	sessions, _ := got.JSON["sessions"].([]any)
	hubtest.Want(t, "sessions", len(sessions), 1)
	hubtest.Want(t, "this one", sessions[0].(map[string]any)["current"], any(true))

	// A refreshed token has the same auth_time.
	w.Clock.Skip(16 * time.Minute)
	old := a.Refresh(first.Str("refresh_token"), "resource", api).Str("access_token")
	hubtest.Refused(t, "an old sign-in", list(old), 401, "insufficient_user_authentication")
	challenge := list(old).Header.Get("WWW-Authenticate")
	age := regexp.MustCompile(`^Bearer error="insufficient_user_authentication", .*\bmax_age="(\d+)"`).FindStringSubmatch(challenge)
	if age == nil || !strings.Contains(challenge, "resource_metadata=") {
		t.Fatalf("WWW-Authenticate: %q", challenge)
	}
	hubtest.Want(t, "what asks for less", w.SendJSON("GET", "/api/me", old, nil).Status, 200)

	// The session is not enough; the password is.
	p := b.Authorize(a.Request(append(asked, "max_age", age[1])...))
	hubtest.Want(t, "where the person is sent", p.URL.Path, "/signin")
	answer := b.Answer(b.SignIn(p, "ada@example.org"))
	hubtest.Want(t, "after the step", list(a.Redeem(answer.Get("code"), "resource", api).Str("access_token")).Status, 200)
}

// A DPoP-bound token gets the challenge with the scheme DPoP (RFC 9470 §3, RFC
// 9449 §7.1).
func TestABoundTokenIsSteppedUpInItsOwnScheme(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Person("ada@example.org")
	api := w.URL + "/api"
	a := w.App(func(c *clients.Client) {
		c.Scopes, c.Resources = []string{"openid", "sessions"}, []string{api}
	})
	key, b := w.ProofKey(), w.Browser()
	grant := func() string {
		code := b.SignInTo(a, "ada@example.org", "scope", "openid sessions", "resource", api).Get("code")
		r := a.Proven("/oauth2/token", []string{key.Proof("POST", "/oauth2/token", map[string]any{"nonce": w.Nonce()})},
			"grant_type", "authorization_code", "code", code, "redirect_uri", hubtest.Callback, "code_verifier", a.Verifier, "resource", api)
		hubtest.Want(t, "token_type", r.Str("token_type"), "DPoP")
		return r.Str("access_token")
	}
	list := func(token string) hubtest.Reply {
		proof := key.Proof("GET", "/api/sessions", map[string]any{"nonce": w.Nonce(), "ath": hubtest.Challenge(token)})
		req, err := http.NewRequest(http.MethodGet, w.URL+"/api/sessions", nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header = http.Header{"Authorization": {"DPoP " + token}, "Dpop": {proof}}
		return w.Call(req)
	}
	hubtest.Want(t, "just signed in", list(grant()).Status, 200)
	w.Clock.Skip(16 * time.Minute)
	r := list(grant())
	hubtest.Refused(t, "an old sign-in", r, 401, "insufficient_user_authentication")
	if got := r.Header.Get("WWW-Authenticate"); !strings.HasPrefix(got, `DPoP error="insufficient_user_authentication"`) || !strings.Contains(got, `max_age="900"`) {
		t.Errorf("WWW-Authenticate: %q", got)
	}
}

func TestSessionsAreToldToWhoMayKnow(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Person("ada@example.org")
	api := w.URL + "/api"
	a := w.App(func(c *clients.Client) { c.Scopes, c.Resources = []string{"openid", "sessions"}, []string{api} })
	token := a.Redeem(w.Browser().SignInTo(a, "ada@example.org", "scope", "openid", "resource", api).Get("code")).Str("access_token")
	hubtest.Refused(t, "without the scope", w.SendJSON("GET", "/api/sessions", token, nil), 403, "insufficient_scope")
	hubtest.Refused(t, "without a token", w.SendJSON("GET", "/api/sessions", "", nil), 401, "invalid_token")
}
