package hub_test

import (
	"encoding/json"
	"net/url"
	"strings"
	"testing"

	"github.com/fedhub/fedhub/clients"
)

func TestAnExchangeDoesNotWashOffTheBinding(t *testing.T) { // RFC 8693 §2.1, RFC 9449 §5
	w := newWorld(t, openSQLite(t))
	w.person("ada@example.org")
	g := w.gateway(clients.Exchange{})
	mine, other := w.proofKey(), w.proofKey()
	by := func(k proofKey) []string { return []string{k.proof("POST", "/oauth2/token", nil)} }
	bound := g.proven("/oauth2/token", by(mine), codeForm(g, w.browser().signInTo(g, "ada@example.org").Get("code"))...).str("access_token")
	swap := []string{"grant_type", clients.GrantExchange, "subject_token", bound, "subject_token_type", accessType}
	refused(t, "without a proof", g.post("/oauth2/token", swap...), 400, "invalid_request")
	refused(t, "with another key", g.proven("/oauth2/token", by(other), swap...), 400, "invalid_request")
	r := g.proven("/oauth2/token", by(mine), swap...)
	want(t, "with its key", r.Status, 200)
	want(t, "token_type", r.str("token_type"), "DPoP")
	confirm, _ := claimsOf(t, r.str("access_token"))["cnf"].(map[string]any)
	want(t, "the key of what comes out", confirm["jkt"], any(mine.thumbprint()))

	free := g.redeem(w.browser().signInTo(g, "ada@example.org").Get("code")).str("access_token")
	want(t, "what was bound to nothing", g.swap(free).Status, 200)
}

func TestAnExchangeGivesNoScopeTheClientIsNotRegisteredFor(t *testing.T) { // RFC 8693 §2.1
	w := newWorld(t, openSQLite(t))
	w.person("ada@example.org")
	a := w.app()
	token := a.redeem(w.browser().signInTo(a, "ada@example.org", "scope", "openid files email").Get("code")).str("access_token")
	g := w.gateway(clients.Exchange{From: []string{a.ID}, Impersonate: true}, func(c *clients.Client) { c.Scopes = []string{"openid", "email"} })
	refused(t, "a scope of the token that the client lacks", g.swap(token, "scope", "openid files"), 400, "invalid_scope")
	want(t, "asked for nothing: what both have", g.swap(token).str("scope"), "openid email")
	want(t, "one of them", g.swap(token, "scope", "email").str("scope"), "email")
}

func TestAnOwnTokenIsExchangedForTheAPIsThePersonAgreedTo(t *testing.T) { // RFC 8693 §2.2.2, RFC 8707
	w := newWorld(t, openSQLite(t))
	w.person("ada@example.org")
	g := w.gateway(clients.Exchange{From: []string{"*"}, Impersonate: true}, func(c *clients.Client) {
		c.Resources = []string{filesAPI, mailAPI}
	})
	b := w.browser()
	agreed := g.redeem(b.signInTo(g, "ada@example.org", "resource", mailAPI).Get("code")).str("access_token")
	refused(t, "an API that nobody agreed to", g.swap(agreed, "resource", filesAPI), 400, "invalid_target")
	refused(t, "the same as audience", g.swap(agreed, "audience", filesAPI), 400, "invalid_target")
	r := g.swap(agreed, "resource", mailAPI)
	want(t, "the one that was agreed to", audience(t, r.str("access_token")), `"`+mailAPI+`"`)
	want(t, "none: as before", audience(t, g.swap(agreed).str("access_token")), `"`+mailAPI+`"`)

	open := g.redeem(b.signInTo(g, "ada@example.org").Get("code")).str("access_token")
	want(t, "nothing was said of APIs", audience(t, g.swap(open, "resource", filesAPI).str("access_token")), `"`+filesAPI+`"`)

	// Another client's token is for whom it is for; what the gateway is
	// registered for comes on top of that.
	a := w.app(func(c *clients.Client) { c.Resources = []string{mailAPI} })
	theirs := a.redeem(w.browser().signInTo(a, "ada@example.org", "resource", mailAPI).Get("code")).str("access_token")
	want(t, "the gateway's own API", audience(t, g.swap(theirs, "resource", filesAPI).str("access_token")), `"`+filesAPI+`"`)
	both := g.multi("/oauth2/token", url.Values{"grant_type": {clients.GrantExchange}, "subject_token": {theirs}, "subject_token_type": {accessType},
		"resource": {filesAPI}, "audience": {mailAPI}})
	want(t, "both", audience(t, both.str("access_token")), `["`+filesAPI+`","`+mailAPI+`"]`)
}

func TestATokenIsHandedOnFiveTimes(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	w.person("ada@example.org")
	g := w.gateway(clients.Exchange{})
	first := g.redeem(w.browser().signInTo(g, "ada@example.org").Get("code")).str("access_token")
	chain := []string{first}
	for range 5 {
		r := g.swap(chain[len(chain)-1])
		want(t, "status", r.Status, 200)
		chain = append(chain, r.str("access_token"))
	}
	r := g.swap(chain[5])
	refused(t, "the sixth", r, 400, "invalid_request")
	if !strings.Contains(r.str("error_description"), "too many times") {
		t.Errorf("it says %q", r.str("error_description"))
	}
	want(t, "one that was exchanged before", g.swap(chain[4]).Status, 200)
	// The end of one is the end of all that came of it.
	want(t, "revoking the second", g.post("/oauth2/revoke", "token", chain[1]).Status, 200)
	want(t, "the last, then", g.active(chain[5]), false)
	want(t, "the first, then", g.active(chain[0]), true)
}

func TestATokenWithoutAPersonIsExchangedToo(t *testing.T) { // RFC 8693 §2.1
	w := newWorld(t, openSQLite(t))
	g := w.gateway(clients.Exchange{})
	other := w.gateway(clients.Exchange{From: []string{"*"}, Impersonate: true})
	own := g.post("/oauth2/token", "grant_type", "client_credentials", "scope", "files").str("access_token")
	r := g.swap(own, "resource", filesAPI)
	want(t, "status", r.Status, 200)
	want(t, "sub", claimsOf(t, r.str("access_token"))["sub"], any(g.ID))
	r2 := other.swap(r.str("access_token"))
	want(t, "by another client", r2.Status, 200)
	want(t, "it still speaks of who it spoke of", claimsOf(t, r2.str("access_token"))["sub"], any(g.ID))
	refused(t, "it opens no person's data", w.userinfo(g.swap(own).str("access_token")), 403, "insufficient_scope")
	want(t, "revoking it", g.post("/oauth2/revoke", "token", own).Status, 200)
	want(t, "what came of it", g.active(r.str("access_token")), false)
	want(t, "and of that", other.active(r2.str("access_token")), false)
}

func TestDetailsAreNarrowedInAnExchangeAndARefresh(t *testing.T) { // RFC 9396 §6.1, §9
	w := newWorld(t, openSQLite(t))
	w.person("ada@example.org")
	g := w.gateway(clients.Exchange{}, func(c *clients.Client) { c.DetailTypes = []string{"payment", "account"} })
	const payment, account = `{"type":"payment","actions":["pay"]}`, `{"type":"account","actions":["read"]}`
	const all, one, more = `[` + payment + `,` + account + `]`, `[` + account + `]`, `[{"type":"account","actions":["read","close"]}]`
	signedIn := g.redeem(w.browser().signInTo(g, "ada@example.org", "authorization_details", all).Get("code"))
	want(t, "the code", fmtJSON(signedIn.JSON["authorization_details"]), fmtJSON(parsed(t, all)))

	swapped := g.swap(signedIn.str("access_token"), "authorization_details", one)
	want(t, "an exchange", fmtJSON(swapped.JSON["authorization_details"]), fmtJSON(parsed(t, one)))
	want(t, "its token", fmtJSON(claimsOf(t, swapped.str("access_token"))["authorization_details"]), fmtJSON(parsed(t, one)))
	refused(t, "an exchange for more", g.swap(signedIn.str("access_token"), "authorization_details", more), 400, "invalid_authorization_details")
	want(t, "an exchange that says nothing", fmtJSON(g.swap(signedIn.str("access_token")).JSON["authorization_details"]), fmtJSON(parsed(t, all)))

	refused(t, "a refresh for more", g.refresh(signedIn.str("refresh_token"), "authorization_details", more), 400, "invalid_authorization_details")
	refreshed := g.refresh(signedIn.str("refresh_token"), "authorization_details", one)
	want(t, "a refresh", fmtJSON(refreshed.JSON["authorization_details"]), fmtJSON(parsed(t, one)))
	want(t, "its token", fmtJSON(claimsOf(t, refreshed.str("access_token"))["authorization_details"]), fmtJSON(parsed(t, one)))
	want(t, "introspection", fmtJSON(g.post("/oauth2/introspect", "token", refreshed.str("access_token")).JSON["authorization_details"]), fmtJSON(parsed(t, one)))
	want(t, "the next refresh", fmtJSON(g.refresh(refreshed.str("refresh_token")).JSON["authorization_details"]), fmtJSON(parsed(t, all)))
}

// parsed is a text of JSON as an answer holds it.
func parsed(t *testing.T, text string) any {
	t.Helper()
	var value any
	if err := json.Unmarshal([]byte(text), &value); err != nil {
		t.Fatal(err)
	}
	return value
}
