package hub_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/fedhub/fedhub/clients"
)

const accessType = "urn:ietf:params:oauth:token-type:access_token"

// swap exchanges a token; pairs override the form.
func (a *app) swap(token string, pairs ...string) reply {
	a.w.Helper()
	return a.post("/oauth2/token", append([]string{"grant_type", clients.GrantExchange,
		"subject_token", token, "subject_token_type", accessType}, pairs...)...)
}

// gateway may exchange other clients' tokens as the policy says.
func (w *world) gateway(policy clients.Exchange, change ...func(*clients.Client)) *app {
	w.Helper()
	return w.app(append([]func(*clients.Client){func(c *clients.Client) {
		c.Name, c.Grants, c.Exchange, c.Resources = "Gateway", []string{clients.GrantExchange}, policy, []string{filesAPI}
		c.ClientCredentials = true
	}}, change...)...)
}

func TestATokenIsExchangedForOneThatCanDoLess(t *testing.T) { // RFC 8693 §2
	w := newWorld(t, openSQLite(t))
	ada := w.person("ada@example.org")
	a := w.app()
	first := a.redeem(w.browser().signInTo(a, "ada@example.org", "scope", "openid profile files offline_access").Get("code"))
	g := w.gateway(clients.Exchange{From: []string{a.ID}, Impersonate: true})

	w.clock.skip(5 * time.Minute)
	r := g.swap(first.str("access_token"), "scope", "files", "resource", filesAPI)
	want(t, "status", r.Status, 200)
	want(t, "issued_token_type", r.str("issued_token_type"), accessType)
	claims := claimsOf(t, r.str("access_token"))
	want(t, "sub", claims["sub"], any(ada.ID))
	want(t, "client_id", claims["client_id"], any(g.ID))
	want(t, "scope", claims["scope"], any("files"))
	want(t, "audience", audience(t, r.str("access_token")), `"`+filesAPI+`"`)
	want(t, "it lives no longer", claims["exp"], claimsOf(t, first.str("access_token"))["exp"])
	if r.str("refresh_token") != "" || r.str("id_token") != "" {
		t.Errorf("more than an access token came: %s", r.Body)
	}
	want(t, "without a scope: all but staying connected", g.swap(first.str("access_token")).str("scope"), "openid profile files")
	want(t, "active", g.active(r.str("access_token")), true)
	a.post("/oauth2/revoke", "token", first.str("refresh_token"))
	want(t, "active after the sign-in it came from was revoked", g.active(r.str("access_token")), false)
	refused(t, "a revoked token", g.swap(first.str("access_token")), 400, "invalid_request")
}

func TestAnExchangeNeverWidens(t *testing.T) { // SECURITY TK-37, RFC 8693 §2.2.2
	w := newWorld(t, openSQLite(t))
	w.person("ada@example.org")
	a, stranger := w.app(), w.app()
	sign := func(a *app) string {
		return a.redeem(w.browser().signInTo(a, "ada@example.org", "scope", "openid files").Get("code")).str("access_token")
	}
	token, theirs := sign(a), sign(stranger)
	g := w.gateway(clients.Exchange{From: []string{a.ID}, Impersonate: true})
	own := g.redeem(w.browser().signInTo(g, "ada@example.org", "scope", "openid").Get("code")).str("access_token")
	for name, r := range map[string]reply{
		"a scope the token lacks":       g.swap(token, "scope", "openid email"),
		"a scope the client lacks":      g.swap(token, "scope", "openid admin"),
		"a scope its own token lacks":   g.swap(own, "scope", "files"),
		"an API it may not ask for":     g.swap(token, "resource", mailAPI),
		"an audience it may not ask":    g.swap(token, "audience", stranger.ID),
		"another client's token":        g.swap(theirs),
		"a made-up token":               g.swap(token + "x"),
		"a refresh token":               g.swap(token, "subject_token_type", "urn:ietf:params:oauth:token-type:refresh_token"),
		"no type":                       g.swap(token, "subject_token_type", ""),
		"a refresh token in exchange":   g.swap(token, "requested_token_type", "urn:ietf:params:oauth:token-type:refresh_token"),
		"an actor type without a token": g.swap(token, "actor_token_type", accessType),
		"an actor without permission":   g.swap(token, "actor_token", own, "actor_token_type", accessType),
		"a client without the grant":    a.swap(token),
	} {
		code := map[string]string{"a scope the token lacks": "invalid_scope", "a scope the client lacks": "invalid_scope", "a scope its own token lacks": "invalid_scope",
			"an API it may not ask for": "invalid_target", "an audience it may not ask": "invalid_target", "a client without the grant": "unauthorized_client"}[name]
		if code == "" {
			code = "invalid_request"
		}
		refused(t, name, r, 400, code)
	}
	w.clock.skip(16 * time.Minute)
	refused(t, "an expired token", g.swap(token), 400, "invalid_request")
}

func TestWhoActsForAPersonIsWrittenInTheToken(t *testing.T) { // RFC 8693 §4.1
	w := newWorld(t, openSQLite(t))
	ada := w.person("ada@example.org")
	a := w.app()
	first := a.redeem(w.browser().signInTo(a, "ada@example.org", "scope", "openid files").Get("code")).str("access_token")
	g := w.gateway(clients.Exchange{From: []string{"*"}, Delegate: true})
	back := w.gateway(clients.Exchange{From: []string{g.ID}, Delegate: true})
	machine := func(a *app) string {
		return a.post("/oauth2/token", "grant_type", "client_credentials").str("access_token")
	}
	refused(t, "nobody acts", g.swap(first), 400, "invalid_request")
	refused(t, "somebody else acts", g.swap(first, "actor_token", machine(back), "actor_token_type", accessType), 400, "invalid_request")
	r := g.swap(first, "actor_token", machine(g), "actor_token_type", accessType)
	want(t, "sub", claimsOf(t, r.str("access_token"))["sub"], any(ada.ID))
	r2 := back.swap(r.str("access_token"), "actor_token", machine(back), "actor_token_type", accessType)
	want(t, "status", r2.Status, 200)
	acts, err := json.Marshal(claimsOf(t, r2.str("access_token"))["act"])
	if err != nil {
		t.Fatal(err)
	}
	want(t, "act", string(acts), `{"act":{"sub":"`+g.ID+`"},"sub":"`+back.ID+`"}`)
	want(t, "introspection tells", back.post("/oauth2/introspect", "token", r2.str("access_token")).JSON["act"] != nil, true)
	// What was exchanged ends with what it was exchanged for, and takes nobody else along.
	g.post("/oauth2/revoke", "token", r.str("access_token"))
	want(t, "the one in between", g.active(r.str("access_token")), false)
	want(t, "what came of it", back.active(r2.str("access_token")), false)
	want(t, "what it came from", a.active(first), true)
}

func TestAnExchangeAsksForTheRole(t *testing.T) { // SECURITY TK-15
	w := newWorld(t, openSQLite(t))
	w.person("ada@example.org")
	a := w.app()
	token := a.redeem(w.browser().signInTo(a, "ada@example.org").Get("code")).str("access_token")
	g := w.gateway(clients.Exchange{From: []string{a.ID}, Impersonate: true}, func(c *clients.Client) { c.AllowedRoles = []string{"clerk"} })
	refused(t, "a person without the role", g.swap(token), 400, "invalid_request")
	open := w.gateway(clients.Exchange{From: []string{a.ID}, Impersonate: true})
	want(t, "the same where no role is asked for", open.swap(token).Status, 200)
	want(t, "the sign-in stands", a.active(token), true)
}
