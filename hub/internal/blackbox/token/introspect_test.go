package token_test

import (
	"net/http"
	"testing"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/internal/hubtest"
)

// Introspection needs authentication, because an attacker could test found tokens
// (RFC 7662 §2.1, SECURITY UI-07).
func TestAClientWithoutCredentialsMayNotIntrospect(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Person("ada@example.org")
	a, owner := w.App(hubtest.Spa), w.App()
	key := w.ProofKey()
	fresh := func() []string {
		return []string{key.Proof("POST", "/oauth2/token", map[string]any{"nonce": w.Nonce()})}
	}
	r := a.Proven("/oauth2/token", fresh(), hubtest.CodeForm(a, w.Browser().SignInTo(a, "ada@example.org").Get("code"))...)
	hubtest.Want(t, "status", r.Status, 200)
	for what, token := range map[string]string{"its own access token": r.Str("access_token"), "its own refresh token": r.Str("refresh_token"), "nonsense": "x"} {
		got := a.Post("/oauth2/introspect", "token", token)
		hubtest.Refused(t, what, got, 401, "invalid_client")
		if got.JSON["active"] != nil {
			t.Errorf("%s: it was told %s", what, got.Body)
		}
	}
	own := owner.Redeem(w.Browser().SignInTo(owner, "ada@example.org").Get("code"))
	hubtest.Want(t, "a client that proves itself", owner.Active(own.Str("access_token")), true)
}

func TestNobodyEndsAnotherClientsSignIn(t *testing.T) { // RFC 7009 §2.1
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Person("ada@example.org")
	a, stranger := w.App(), w.App()
	r := a.Redeem(w.Browser().SignInTo(a, "ada@example.org").Get("code"))
	old := r.Str("refresh_token")
	r = a.Refresh(old)
	for what, token := range map[string]string{
		"the refresh token": r.Str("refresh_token"), "one that was exchanged": old, "the access token": r.Str("access_token"),
	} {
		got := stranger.Post("/oauth2/revoke", "token", token)
		hubtest.Want(t, what+", by a stranger", got.Status, 200) // RFC 7009 §2.2: the response says nothing about the token
		hubtest.Want(t, what+", active for the stranger", stranger.Active(token), false)
	}
	hubtest.Want(t, "the access token works", w.Userinfo(r.Str("access_token")).Status, 200)
	hubtest.Want(t, "the sign-in goes on", a.Refresh(r.Str("refresh_token")).Status, 200)
}

func TestARefreshTokenIsIntrospectedUntilItEnds(t *testing.T) { // RFC 7662 §2.2
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	ada := w.Person("ada@example.org")
	a, other := w.App(), w.App()
	b := w.Browser()
	r := a.Redeem(b.SignInTo(a, "ada@example.org").Get("code"))
	got := a.Post("/oauth2/introspect", "token", r.Str("refresh_token"))
	hubtest.Want(t, "active", got.JSON["active"], any(true))
	hubtest.Want(t, "token_type", got.Str("token_type"), "refresh_token")
	hubtest.Want(t, "sub", got.Str("sub"), ada.ID)
	hubtest.Want(t, "client_id", got.Str("client_id"), a.ID)
	hubtest.Want(t, "for another client", other.Active(r.Str("refresh_token")), false)
	next := a.Refresh(r.Str("refresh_token"))
	hubtest.Want(t, "once it was exchanged", a.Active(r.Str("refresh_token")), false)
	hubtest.Want(t, "its successor", a.Active(next.Str("refresh_token")), true)
	if _, err := w.Hub.SwitchUser(t.Context(), audit.Named("test"), ada.ID, true); err != nil {
		t.Fatal(err)
	}
	hubtest.Want(t, "of somebody who is switched off", a.Active(next.Str("refresh_token")), false)
}

func TestATokenSpeaksForItsPersonOnlyWithOpenID(t *testing.T) { // SECURITY UI-03
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Person("ada@example.org")
	api := w.URL + "/api"
	a := w.App(func(c *clients.Client) {
		c.Resources = []string{api}
		c.SetGrant(clients.GrantClientCredentials, true)
		c.Scopes = append(c.Scopes, "sessions")
	})
	with := func(scope string) string {
		return a.Redeem(w.Browser().SignInTo(a, "ada@example.org", "scope", scope, "resource", api).Get("code")).Str("access_token")
	}
	machine := a.Post("/oauth2/token", "grant_type", "client_credentials", "resource", api).Str("access_token")
	get := func(path, token string) hubtest.Reply { return w.SendJSON("GET", path, token, nil) }

	hubtest.Want(t, "me, with openid", get("/api/me", with("openid files")).Status, 200)
	hubtest.Refused(t, "me, without openid", get("/api/me", with("files")), 403, "insufficient_scope")
	hubtest.Refused(t, "me, without a person", get("/api/me", machine), 403, "insufficient_scope")
	hubtest.Want(t, "sessions, with the scope", get("/api/sessions", with("openid sessions")).Status, 200)
	hubtest.Refused(t, "sessions, without the scope", get("/api/sessions", with("openid files")), 403, "insufficient_scope")
	hubtest.Refused(t, "sessions, without a person", get("/api/sessions", machine), 403, "insufficient_scope")

	elsewhere := a.Redeem(w.Browser().SignInTo(a, "ada@example.org", "scope", "files").Get("code")).Str("access_token")
	hubtest.Refused(t, "userinfo, without openid", w.Userinfo(elsewhere), 403, "insufficient_scope")
	here := a.Post("/oauth2/token", "grant_type", "client_credentials").Str("access_token")
	hubtest.Refused(t, "userinfo, without a person", w.Userinfo(here), 403, "insufficient_scope")
}

func TestAnAccessTokenIsSentOnceAndInAKnownWay(t *testing.T) { // RFC 6750 §2, SECURITY UI-01
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Person("ada@example.org")
	a := w.App()
	token := a.Redeem(w.Browser().SignInTo(a, "ada@example.org").Get("code")).Str("access_token")
	send := func(headers ...string) hubtest.Reply {
		req, err := http.NewRequest(http.MethodGet, w.URL+"/oauth2/userinfo", nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header["Authorization"] = headers
		return w.Call(req)
	}
	hubtest.Want(t, "once", send("Bearer "+token).Status, 200)
	hubtest.Refused(t, "two headers", send("Bearer "+token, "Bearer "+token), 400, "invalid_request")
	hubtest.Refused(t, "two headers, one of them empty", send("Bearer "+token, ""), 400, "invalid_request")
	hubtest.Refused(t, "another scheme", send("Token "+token), 401, "invalid_token")
	hubtest.Refused(t, "the scheme of secrets", send("Basic "+token), 401, "invalid_token")
	hubtest.Refused(t, "no scheme", send(token), 401, "invalid_token")
	hubtest.Refused(t, "no token", send("Bearer "), 401, "invalid_token")
	hubtest.Refused(t, "no token, and another scheme", send("Token "), 401, "invalid_token")
	hubtest.Refused(t, "as bound to a key, which it is not", send("DPoP "+token), 401, "invalid_token")
}
