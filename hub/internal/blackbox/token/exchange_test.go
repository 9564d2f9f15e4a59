package token_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/hub/internal/hubtest"
)

func TestATokenIsExchangedForOneThatCanDoLess(t *testing.T) { // RFC 8693 §2
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	ada := w.Person("ada@example.org")
	a := w.App()
	first := a.Redeem(w.Browser().SignInTo(a, "ada@example.org", "scope", "openid profile files offline_access").Get("code"))
	g := w.Gateway(clients.Exchange{From: []string{a.ID}, Impersonate: true})

	w.Clock.Skip(5 * time.Minute)
	r := g.Swap(first.Str("access_token"), "scope", "files", "resource", hubtest.FilesAPI)
	hubtest.Want(t, "status", r.Status, 200)
	hubtest.Want(t, "issued_token_type", r.Str("issued_token_type"), hubtest.AccessType)
	claims := hubtest.ClaimsOf(t, r.Str("access_token"))
	hubtest.Want(t, "sub", claims["sub"], any(ada.ID))
	hubtest.Want(t, "client_id", claims["client_id"], any(g.ID))
	hubtest.Want(t, "scope", claims["scope"], any("files"))
	hubtest.Want(t, "audience", hubtest.Audience(t, r.Str("access_token")), `"`+hubtest.FilesAPI+`"`)
	hubtest.Want(t, "it lives no longer", claims["exp"], hubtest.ClaimsOf(t, first.Str("access_token"))["exp"])
	if r.Str("refresh_token") != "" || r.Str("id_token") != "" {
		t.Errorf("more than an access token came: %s", r.Body)
	}
	hubtest.Want(t, "without a scope: all but staying connected", g.Swap(first.Str("access_token")).Str("scope"), "openid profile files")
	hubtest.Want(t, "active", g.Active(r.Str("access_token")), true)
	a.Post("/oauth2/revoke", "token", first.Str("refresh_token"))
	hubtest.Want(t, "active after the sign-in it came from was revoked", g.Active(r.Str("access_token")), false)
	hubtest.Refused(t, "a revoked token", g.Swap(first.Str("access_token")), 400, "invalid_request")
}

func TestAnExchangeNeverWidens(t *testing.T) { // SECURITY TK-37, RFC 8693 §2.2.2
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Person("ada@example.org")
	a, stranger := w.App(), w.App()
	sign := func(a *hubtest.App) string {
		return a.Redeem(w.Browser().SignInTo(a, "ada@example.org", "scope", "openid files").Get("code")).Str("access_token")
	}
	token, theirs := sign(a), sign(stranger)
	g := w.Gateway(clients.Exchange{From: []string{a.ID}, Impersonate: true})
	own := g.Redeem(w.Browser().SignInTo(g, "ada@example.org", "scope", "openid").Get("code")).Str("access_token")
	for name, r := range map[string]hubtest.Reply{
		"a scope the token lacks":       g.Swap(token, "scope", "openid email"),
		"a scope the client lacks":      g.Swap(token, "scope", "openid admin"),
		"a scope its own token lacks":   g.Swap(own, "scope", "files"),
		"an API it may not ask for":     g.Swap(token, "resource", hubtest.MailAPI),
		"an audience it may not ask":    g.Swap(token, "audience", stranger.ID),
		"another client's token":        g.Swap(theirs),
		"a made-up token":               g.Swap(token + "x"),
		"a refresh token":               g.Swap(token, "subject_token_type", "urn:ietf:params:oauth:token-type:refresh_token"),
		"no type":                       g.Swap(token, "subject_token_type", ""),
		"a refresh token in exchange":   g.Swap(token, "requested_token_type", "urn:ietf:params:oauth:token-type:refresh_token"),
		"an actor type without a token": g.Swap(token, "actor_token_type", hubtest.AccessType),
		"an actor without permission":   g.Swap(token, "actor_token", own, "actor_token_type", hubtest.AccessType),
		"a client without the grant":    a.Swap(token),
	} {
		code := map[string]string{"a scope the token lacks": "invalid_scope", "a scope the client lacks": "invalid_scope", "a scope its own token lacks": "invalid_scope",
			"an API it may not ask for": "invalid_target", "an audience it may not ask": "invalid_target", "a client without the grant": "unauthorized_client"}[name]
		if code == "" {
			code = "invalid_request"
		}
		hubtest.Refused(t, name, r, 400, code)
	}
	w.Clock.Skip(16 * time.Minute)
	hubtest.Refused(t, "an expired token", g.Swap(token), 400, "invalid_request")
}

func TestWhoActsForAPersonIsWrittenInTheToken(t *testing.T) { // RFC 8693 §4.1
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	ada := w.Person("ada@example.org")
	a := w.App()
	first := a.Redeem(w.Browser().SignInTo(a, "ada@example.org", "scope", "openid files").Get("code")).Str("access_token")
	g := w.Gateway(clients.Exchange{From: []string{"*"}, Delegate: true})
	back := w.Gateway(clients.Exchange{From: []string{g.ID}, Delegate: true})
	machine := func(a *hubtest.App) string {
		return a.Post("/oauth2/token", "grant_type", "client_credentials").Str("access_token")
	}
	hubtest.Refused(t, "nobody acts", g.Swap(first), 400, "invalid_request")
	hubtest.Refused(t, "somebody else acts", g.Swap(first, "actor_token", machine(back), "actor_token_type", hubtest.AccessType), 400, "invalid_request")
	r := g.Swap(first, "actor_token", machine(g), "actor_token_type", hubtest.AccessType)
	hubtest.Want(t, "sub", hubtest.ClaimsOf(t, r.Str("access_token"))["sub"], any(ada.ID))
	r2 := back.Swap(r.Str("access_token"), "actor_token", machine(back), "actor_token_type", hubtest.AccessType)
	hubtest.Want(t, "status", r2.Status, 200)
	acts, err := json.Marshal(hubtest.ClaimsOf(t, r2.Str("access_token"))["act"])
	if err != nil {
		t.Fatal(err)
	}
	hubtest.Want(t, "act", string(acts), `{"act":{"sub":"`+g.ID+`"},"sub":"`+back.ID+`"}`)
	hubtest.Want(t, "introspection tells", back.Post("/oauth2/introspect", "token", r2.Str("access_token")).JSON["act"] != nil, true)
	// An exchanged token ends with its subject token, and revoking it ends no
	// other.
	g.Post("/oauth2/revoke", "token", r.Str("access_token"))
	hubtest.Want(t, "the one in between", g.Active(r.Str("access_token")), false)
	hubtest.Want(t, "what came of it", back.Active(r2.Str("access_token")), false)
	hubtest.Want(t, "what it came from", a.Active(first), true)
}

func TestAnExchangeAsksForTheRole(t *testing.T) { // SECURITY TK-15
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Person("ada@example.org")
	a := w.App()
	token := a.Redeem(w.Browser().SignInTo(a, "ada@example.org").Get("code")).Str("access_token")
	g := w.Gateway(clients.Exchange{From: []string{a.ID}, Impersonate: true}, func(c *clients.Client) { c.AllowedRoles = []string{"clerk"} })
	hubtest.Refused(t, "a person without the role", g.Swap(token), 400, "invalid_request")
	open := w.Gateway(clients.Exchange{From: []string{a.ID}, Impersonate: true})
	hubtest.Want(t, "the same where no role is asked for", open.Swap(token).Status, 200)
	hubtest.Want(t, "the sign-in stands", a.Active(token), true)
}
