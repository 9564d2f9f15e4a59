package token_test

import (
	"encoding/json"
	"net/url"
	"strings"
	"testing"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/clients/apis"
	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/internal/hubtest"
)

func TestAnExchangeDoesNotWashOffTheBinding(t *testing.T) { // RFC 8693 §2.1, RFC 9449 §5
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Person("ada@example.org")
	g := w.Gateway(clients.Exchange{})
	mine, other := w.ProofKey(), w.ProofKey()
	by := func(k hubtest.ProofKey) []string { return []string{k.Proof("POST", "/oauth2/token", nil)} }
	bound := g.Proven("/oauth2/token", by(mine), hubtest.CodeForm(g, w.Browser().SignInTo(g, "ada@example.org").Get("code"))...).Str("access_token")
	swap := []string{"grant_type", clients.GrantExchange, "subject_token", bound, "subject_token_type", hubtest.AccessType}
	hubtest.Refused(t, "without a proof", g.Post("/oauth2/token", swap...), 400, "invalid_request")
	hubtest.Refused(t, "with another key", g.Proven("/oauth2/token", by(other), swap...), 400, "invalid_request")
	r := g.Proven("/oauth2/token", by(mine), swap...)
	hubtest.Want(t, "with its key", r.Status, 200)
	hubtest.Want(t, "token_type", r.Str("token_type"), "DPoP")
	confirm, _ := hubtest.ClaimsOf(t, r.Str("access_token"))["cnf"].(map[string]any)
	hubtest.Want(t, "the key of what comes out", confirm["jkt"], any(mine.Thumbprint()))

	free := g.Redeem(w.Browser().SignInTo(g, "ada@example.org").Get("code")).Str("access_token")
	hubtest.Want(t, "what was bound to nothing", g.Swap(free).Status, 200)
}

func TestAnExchangeGivesNoScopeTheClientIsNotRegisteredFor(t *testing.T) { // RFC 8693 §2.1
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Person("ada@example.org")
	a := w.App()
	token := a.Redeem(w.Browser().SignInTo(a, "ada@example.org", "scope", "openid files email").Get("code")).Str("access_token")
	g := w.Gateway(clients.Exchange{From: []string{a.ID}, Impersonate: true}, func(c *clients.Client) { c.Scopes = []string{"openid", "email"} })
	hubtest.Refused(t, "a scope of the token that the client lacks", g.Swap(token, "scope", "openid files"), 400, "invalid_scope")
	hubtest.Want(t, "asked for nothing: what both have", g.Swap(token).Str("scope"), "openid email")
	hubtest.Want(t, "one of them", g.Swap(token, "scope", "email").Str("scope"), "email")
}

func TestAnOwnTokenIsExchangedForTheAPIsThePersonAgreedTo(t *testing.T) { // RFC 8693 §2.2.2, RFC 8707
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Person("ada@example.org")
	g := w.Gateway(clients.Exchange{From: []string{"*"}, Impersonate: true}, func(c *clients.Client) {
		c.Resources = []string{hubtest.FilesAPI, hubtest.MailAPI}
	})
	b := w.Browser()
	agreed := g.Redeem(b.SignInTo(g, "ada@example.org", "resource", hubtest.MailAPI).Get("code")).Str("access_token")
	hubtest.Refused(t, "an API that nobody agreed to", g.Swap(agreed, "resource", hubtest.FilesAPI), 400, "invalid_target")
	hubtest.Refused(t, "the same as audience", g.Swap(agreed, "audience", hubtest.FilesAPI), 400, "invalid_target")
	r := g.Swap(agreed, "resource", hubtest.MailAPI)
	hubtest.Want(t, "the one that was agreed to", hubtest.Audience(t, r.Str("access_token")), `"`+hubtest.MailAPI+`"`)
	hubtest.Want(t, "none: as before", hubtest.Audience(t, g.Swap(agreed).Str("access_token")), `"`+hubtest.MailAPI+`"`)

	open := g.Redeem(b.SignInTo(g, "ada@example.org").Get("code")).Str("access_token")
	_, err := w.Hub.AddAPI(t.Context(), audit.Named("test"), "https://any.example.org", apis.Edit{Name: "Any", Access: apis.Any})
	hubtest.Done(t, err)
	hubtest.Refused(t, "an API open to any, which nobody agreed to", g.Swap(open, "resource", "https://any.example.org"), 400, "invalid_target")
	hubtest.Want(t, "nothing was said of APIs", hubtest.Audience(t, g.Swap(open, "resource", hubtest.FilesAPI).Str("access_token")), `"`+hubtest.FilesAPI+`"`)

	// The audience of another client's token stays available, and so are the
	// audiences that the gateway is registered for.
	a := w.App(func(c *clients.Client) { c.Resources = []string{hubtest.MailAPI} })
	theirs := a.Redeem(w.Browser().SignInTo(a, "ada@example.org", "resource", hubtest.MailAPI).Get("code")).Str("access_token")
	hubtest.Want(t, "the gateway's own API", hubtest.Audience(t, g.Swap(theirs, "resource", hubtest.FilesAPI).Str("access_token")), `"`+hubtest.FilesAPI+`"`)
	both := g.Multi("/oauth2/token", url.Values{"grant_type": {clients.GrantExchange}, "subject_token": {theirs}, "subject_token_type": {hubtest.AccessType},
		"resource": {hubtest.FilesAPI}, "audience": {hubtest.MailAPI}})
	hubtest.Want(t, "both", hubtest.Audience(t, both.Str("access_token")), `["`+hubtest.FilesAPI+`","`+hubtest.MailAPI+`"]`)
}

func TestATokenIsHandedOnFiveTimes(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Person("ada@example.org")
	g := w.Gateway(clients.Exchange{})
	first := g.Redeem(w.Browser().SignInTo(g, "ada@example.org").Get("code")).Str("access_token")
	chain := []string{first}
	for range 5 {
		r := g.Swap(chain[len(chain)-1])
		hubtest.Want(t, "status", r.Status, 200)
		chain = append(chain, r.Str("access_token"))
	}
	r := g.Swap(chain[5])
	hubtest.Refused(t, "the sixth", r, 400, "invalid_request")
	if !strings.Contains(r.Str("error_description"), "too many times") {
		t.Errorf("it says %q", r.Str("error_description"))
	}
	hubtest.Want(t, "one that was exchanged before", g.Swap(chain[4]).Status, 200)
	// Revoking a token ends all tokens that were exchanged for it.
	hubtest.Want(t, "revoking the second", g.Post("/oauth2/revoke", "token", chain[1]).Status, 200)
	hubtest.Want(t, "the last, then", g.Active(chain[5]), false)
	hubtest.Want(t, "the first, then", g.Active(chain[0]), true)
}

func TestATokenWithoutAPersonIsExchangedToo(t *testing.T) { // RFC 8693 §2.1
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	g := w.Gateway(clients.Exchange{})
	other := w.Gateway(clients.Exchange{From: []string{"*"}, Impersonate: true})
	own := g.Post("/oauth2/token", "grant_type", "client_credentials", "scope", "files").Str("access_token")
	r := g.Swap(own, "resource", hubtest.FilesAPI)
	hubtest.Want(t, "status", r.Status, 200)
	hubtest.Want(t, "sub", hubtest.ClaimsOf(t, r.Str("access_token"))["sub"], any(g.ID))
	r2 := other.Swap(r.Str("access_token"))
	hubtest.Want(t, "by another client", r2.Status, 200)
	hubtest.Want(t, "it still speaks of who it spoke of", hubtest.ClaimsOf(t, r2.Str("access_token"))["sub"], any(g.ID))
	hubtest.Refused(t, "it opens no person's data", w.Userinfo(g.Swap(own).Str("access_token")), 403, "insufficient_scope")
	hubtest.Want(t, "revoking it", g.Post("/oauth2/revoke", "token", own).Status, 200)
	hubtest.Want(t, "what came of it", g.Active(r.Str("access_token")), false)
	hubtest.Want(t, "and of that", other.Active(r2.Str("access_token")), false)
}

func TestDetailsAreNarrowedInAnExchangeAndARefresh(t *testing.T) { // RFC 9396 §6.1, §9
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Person("ada@example.org")
	g := w.Gateway(clients.Exchange{}, func(c *clients.Client) { c.DetailTypes = []string{"payment", "account"} })
	const payment, account = `{"type":"payment","actions":["pay"]}`, `{"type":"account","actions":["read"]}`
	const all, one, more = `[` + payment + `,` + account + `]`, `[` + account + `]`, `[{"type":"account","actions":["read","close"]}]`
	signedIn := g.Redeem(w.Browser().SignInTo(g, "ada@example.org", "authorization_details", all).Get("code"))
	hubtest.Want(t, "the code", hubtest.FmtJSON(signedIn.JSON["authorization_details"]), hubtest.FmtJSON(parsed(t, all)))

	swapped := g.Swap(signedIn.Str("access_token"), "authorization_details", one)
	hubtest.Want(t, "an exchange", hubtest.FmtJSON(swapped.JSON["authorization_details"]), hubtest.FmtJSON(parsed(t, one)))
	hubtest.Want(t, "its token", hubtest.FmtJSON(hubtest.ClaimsOf(t, swapped.Str("access_token"))["authorization_details"]), hubtest.FmtJSON(parsed(t, one)))
	hubtest.Refused(t, "an exchange for more", g.Swap(signedIn.Str("access_token"), "authorization_details", more), 400, "invalid_authorization_details")
	hubtest.Want(t, "an exchange that says nothing", hubtest.FmtJSON(g.Swap(signedIn.Str("access_token")).JSON["authorization_details"]), hubtest.FmtJSON(parsed(t, all)))

	hubtest.Refused(t, "a refresh for more", g.Refresh(signedIn.Str("refresh_token"), "authorization_details", more), 400, "invalid_authorization_details")
	refreshed := g.Refresh(signedIn.Str("refresh_token"), "authorization_details", one)
	hubtest.Want(t, "a refresh", hubtest.FmtJSON(refreshed.JSON["authorization_details"]), hubtest.FmtJSON(parsed(t, one)))
	hubtest.Want(t, "its token", hubtest.FmtJSON(hubtest.ClaimsOf(t, refreshed.Str("access_token"))["authorization_details"]), hubtest.FmtJSON(parsed(t, one)))
	hubtest.Want(t, "introspection", hubtest.FmtJSON(g.Post("/oauth2/introspect", "token", refreshed.Str("access_token")).JSON["authorization_details"]), hubtest.FmtJSON(parsed(t, one)))
	hubtest.Want(t, "the next refresh", hubtest.FmtJSON(g.Refresh(refreshed.Str("refresh_token")).JSON["authorization_details"]), hubtest.FmtJSON(parsed(t, all)))
}

// parsed is a JSON text as decoded in a response.
func parsed(t *testing.T, text string) any {
	t.Helper()
	var value any
	if err := json.Unmarshal([]byte(text), &value); err != nil {
		t.Fatal(err)
	}
	return value
}
