package hub_test

import (
	"net/http"
	"testing"

	"github.com/fedhub/fedhub/clients"
)

// Whoever has no credentials could otherwise try out tokens that it found
// (RFC 7662 §2.1, SECURITY UI-07).
func TestAClientWithoutCredentialsMayNotIntrospect(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	w.person("ada@example.org")
	a, owner := w.app(spa), w.app()
	key := w.proofKey()
	fresh := func() []string {
		return []string{key.proof("POST", "/oauth2/token", map[string]any{"nonce": w.nonce()})}
	}
	r := a.proven("/oauth2/token", fresh(), codeForm(a, w.browser().signInTo(a, "ada@example.org").Get("code"))...)
	want(t, "status", r.Status, 200)
	for what, token := range map[string]string{"its own access token": r.str("access_token"), "its own refresh token": r.str("refresh_token"), "nonsense": "x"} {
		got := a.post("/oauth2/introspect", "token", token)
		refused(t, what, got, 401, "invalid_client")
		if got.JSON["active"] != nil {
			t.Errorf("%s: it was told %s", what, got.Body)
		}
	}
	own := owner.redeem(w.browser().signInTo(owner, "ada@example.org").Get("code"))
	want(t, "a client that proves itself", owner.active(own.str("access_token")), true)
}

func TestNobodyEndsAnotherClientsSignIn(t *testing.T) { // RFC 7009 §2.1
	w := newWorld(t, openSQLite(t))
	w.person("ada@example.org")
	a, stranger := w.app(), w.app()
	r := a.redeem(w.browser().signInTo(a, "ada@example.org").Get("code"))
	old := r.str("refresh_token")
	r = a.refresh(old)
	for what, token := range map[string]string{
		"the refresh token": r.str("refresh_token"), "one that was exchanged": old, "the access token": r.str("access_token"),
	} {
		got := stranger.post("/oauth2/revoke", "token", token)
		want(t, what+", by a stranger", got.Status, 200) // §2.2: it is told nothing
		want(t, what+", active for the stranger", stranger.active(token), false)
	}
	want(t, "the access token works", w.userinfo(r.str("access_token")).Status, 200)
	want(t, "the sign-in goes on", a.refresh(r.str("refresh_token")).Status, 200)
}

func TestARefreshTokenIsIntrospectedUntilItEnds(t *testing.T) { // RFC 7662 §2.2
	w := newWorld(t, openSQLite(t))
	ada := w.person("ada@example.org")
	a, other := w.app(), w.app()
	b := w.browser()
	r := a.redeem(b.signInTo(a, "ada@example.org").Get("code"))
	got := a.post("/oauth2/introspect", "token", r.str("refresh_token"))
	want(t, "active", got.JSON["active"], any(true))
	want(t, "token_type", got.str("token_type"), "refresh_token")
	want(t, "sub", got.str("sub"), ada.ID)
	want(t, "client_id", got.str("client_id"), a.ID)
	want(t, "for another client", other.active(r.str("refresh_token")), false)
	next := a.refresh(r.str("refresh_token"))
	want(t, "once it was exchanged", a.active(r.str("refresh_token")), false)
	want(t, "its successor", a.active(next.str("refresh_token")), true)
	if _, err := w.Hub.SwitchUser(t.Context(), "test", ada.ID, true); err != nil {
		t.Fatal(err)
	}
	want(t, "of somebody who is switched off", a.active(next.str("refresh_token")), false)
}

func TestATokenSpeaksForItsPersonOnlyWithOpenID(t *testing.T) { // SECURITY UI-03
	w := newWorld(t, openSQLite(t))
	w.person("ada@example.org")
	api := w.URL + "/api"
	a := w.app(func(c *clients.Client) {
		c.Resources, c.ClientCredentials = []string{api}, true
		c.Scopes = append(c.Scopes, "sessions")
	})
	with := func(scope string) string {
		return a.redeem(w.browser().signInTo(a, "ada@example.org", "scope", scope, "resource", api).Get("code")).str("access_token")
	}
	machine := a.post("/oauth2/token", "grant_type", "client_credentials", "resource", api).str("access_token")
	get := func(path, token string) reply { return w.sendJSON("GET", path, token, nil) }

	want(t, "me, with openid", get("/api/me", with("openid files")).Status, 200)
	refused(t, "me, without openid", get("/api/me", with("files")), 403, "insufficient_scope")
	refused(t, "me, without a person", get("/api/me", machine), 403, "insufficient_scope")
	want(t, "sessions, with the scope", get("/api/sessions", with("openid sessions")).Status, 200)
	refused(t, "sessions, without the scope", get("/api/sessions", with("openid files")), 403, "insufficient_scope")
	refused(t, "sessions, without a person", get("/api/sessions", machine), 403, "insufficient_scope")

	elsewhere := a.redeem(w.browser().signInTo(a, "ada@example.org", "scope", "files").Get("code")).str("access_token")
	refused(t, "userinfo, without openid", w.userinfo(elsewhere), 403, "insufficient_scope")
	here := a.post("/oauth2/token", "grant_type", "client_credentials").str("access_token")
	refused(t, "userinfo, without a person", w.userinfo(here), 403, "insufficient_scope")
}

func TestAnAccessTokenIsSentOnceAndInAKnownWay(t *testing.T) { // RFC 6750 §2, SECURITY UI-01
	w := newWorld(t, openSQLite(t))
	w.person("ada@example.org")
	a := w.app()
	token := a.redeem(w.browser().signInTo(a, "ada@example.org").Get("code")).str("access_token")
	send := func(headers ...string) reply {
		req, err := http.NewRequest(http.MethodGet, w.URL+"/oauth2/userinfo", nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header["Authorization"] = headers
		return w.call(req)
	}
	want(t, "once", send("Bearer "+token).Status, 200)
	refused(t, "two headers", send("Bearer "+token, "Bearer "+token), 400, "invalid_request")
	refused(t, "two headers, one of them empty", send("Bearer "+token, ""), 400, "invalid_request")
	refused(t, "another scheme", send("Token "+token), 401, "invalid_token")
	refused(t, "the scheme of secrets", send("Basic "+token), 401, "invalid_token")
	refused(t, "no scheme", send(token), 401, "invalid_token")
	refused(t, "no token", send("Bearer "), 401, "invalid_token")
	refused(t, "no token, and another scheme", send("Token "), 401, "invalid_token")
	refused(t, "as bound to a key, which it is not", send("DPoP "+token), 401, "invalid_token")
}
