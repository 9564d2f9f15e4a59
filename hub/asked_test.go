package hub_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/fedhub/fedhub/clients"
)

// asksFor says which page of ours the browser is on.
func asksFor(p page) string {
	for _, action := range []string{"/signin", "/signin/choose", "/consent"} {
		if strings.Contains(p.Body, `action="`+action+`"`) {
			return action
		}
	}
	if p.Location != "" {
		return "nothing"
	}
	return p.Body
}

func TestAHintNamesTheOnlyOneWhoMayAnswer(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	ada := w.person("ada@example.org")
	w.person("bob@example.org")
	a := w.app()
	pairwise := w.app(func(c *clients.Client) { c.SubjectType = clients.Pairwise })
	b, bobs := w.browser(), w.browser()
	hint := a.redeem(b.signInTo(a, "ada@example.org").Get("code")).str("id_token")
	bobs.signInTo(a, "bob@example.org")
	w.clock.skip(time.Hour) // an ID token that expired still names somebody

	got := b.answer(b.authorize(a.request("prompt", "none", "id_token_hint", hint)))
	want(t, "the same user", claimsOf(t, a.redeem(got.Get("code")).str("id_token"))["sub"], any(ada.ID))
	want(t, "another user, silently", bobs.answer(bobs.authorize(a.request("prompt", "none", "id_token_hint", hint))).Get("error"), "login_required")
	p := bobs.authorize(a.request("id_token_hint", hint))
	want(t, "another user", asksFor(p), "/signin")
	want(t, "another user who signs in again", bobs.answer(bobs.signIn(p, "bob@example.org")).Get("error"), "login_required")
	want(t, "the user, who signs in now", bobs.answer(bobs.signIn(bobs.authorize(a.request("id_token_hint", hint)), "ada@example.org")).Get("error"), "")

	parts := strings.Split(hint, ".")
	for name, forged := range map[string]string{
		"alg none":          "eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0." + parts[1] + ".",
		"a wrong signature": parts[0] + "." + parts[1] + "." + strings.Repeat("A", len(parts[2])),
		"no token":          "x",
	} {
		want(t, name+", silently", b.answer(b.authorize(a.request("prompt", "none", "id_token_hint", forged))).Get("error"), "login_required")
		want(t, name, asksFor(b.authorize(a.request("id_token_hint", forged))), "/signin")
	}

	other := pairwise.redeem(b.signInTo(pairwise, "ada@example.org").Get("code")).str("id_token")
	got = b.answer(b.authorize(pairwise.request("prompt", "none", "id_token_hint", other)))
	want(t, "a pairwise subject", got.Get("error"), "")
}

func TestASubjectMayBeNamedInClaims(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	ada, bob := w.person("ada@example.org"), w.person("bob@example.org")
	a := w.app()
	b := w.browser()
	b.signInTo(a, "ada@example.org")
	ask := func(sub string) string {
		return b.answer(b.authorize(a.request("prompt", "none", "claims", `{"id_token":{"sub":{"value":"`+sub+`"}}}`))).Get("error")
	}
	want(t, "the one who is here", ask(ada.ID), "")
	want(t, "somebody else", ask(bob.ID), "login_required")
	want(t, "no JSON", b.answer(b.authorize(a.request("claims", "{"))).Get("error"), "invalid_request")
}

func TestAnEssentialACRIsMetOrRefused(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	w.person("ada@example.org")
	a := w.app()
	b := w.browser()
	b.signInTo(a, "ada@example.org")
	acr := func(member string) string { return `{"id_token":{"acr":` + member + `}}` }
	const ours = "urn:fedhub:acr:1"

	got := b.answer(b.authorize(a.request("claims", acr(`{"essential":true,"values":["x","`+ours+`"]}`))))
	want(t, "the acr in the ID token", claimsOf(t, a.redeem(got.Get("code")).str("id_token"))["acr"], any(ours))
	want(t, "one that is only a wish", b.answer(b.authorize(a.request("claims", acr(`{"values":["x"]}`)))).Get("error"), "")
	want(t, "acr_values are only wishes", b.answer(b.authorize(a.request("acr_values", "x y"))).Get("error"), "")
	unmet := a.request("claims", acr(`{"essential":true,"value":"x"}`))
	want(t, "one that is not met, silently", b.answer(b.authorize(edited(unmet, []string{"prompt", "none"}))).Get("error"), "login_required")
	unmet.Del("prompt")
	p := b.authorize(unmet)
	want(t, "one that is not met", asksFor(p), "/signin")
	want(t, "one that cannot be met", b.answer(b.signIn(p, "ada@example.org")).Get("error"), "unmet_authentication_requirements")
}

func TestSomeoneMayBeAskedToChooseAnAccount(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	ada, bob := w.person("ada@example.org"), w.person("bob@example.org")
	a := w.app()
	b := w.browser()
	subject := func(p page) any {
		t.Helper()
		return claimsOf(t, a.redeem(b.answer(p).Get("code")).str("id_token"))["sub"]
	}
	choose := a.request("prompt", "select_account", "scope", "openid")
	want(t, "nobody is signed in", asksFor(b.authorize(choose)), "/signin")
	b.signInTo(a, "ada@example.org")

	p := b.authorize(choose)
	want(t, "somebody is signed in", asksFor(p), "/signin/choose")
	if !strings.Contains(p.Body, "Continue as Ada Lovelace") {
		t.Errorf("the page does not name the account:\n%s", p.Body)
	}
	want(t, "going back is no choice", asksFor(b.open("/oauth2/authorize?flow="+p.URL.Query().Get("flow"))), "/signin/choose")
	want(t, "continuing", subject(b.submit(p, "/signin/choose")), any(ada.ID))
	want(t, "each request asks anew", asksFor(b.authorize(choose)), "/signin/choose")

	p = b.authorize(choose)
	other := b.open("/signin?flow=" + p.URL.Query().Get("flow") + "&switch=1")
	want(t, "another account", asksFor(other), "/signin")
	p = b.signIn(other, "bob@example.org")
	if asksFor(p) == "/consent" {
		p = b.submit(p, "/consent", "decision", "allow")
	}
	want(t, "another account goes on without a further question", subject(p), any(bob.ID))
	want(t, "select_account together with none", b.answer(b.authorize(a.request("prompt", "select_account none"))).Get("error"), "invalid_request")
	refusedPage(t, "a choice without its token", b.read(b.PostForm(w.URL+"/signin/choose", url.Values{"flow": {"x"}})))
}

func TestDefaultsOfTheClientStandInForWhatIsLeftOut(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	w.person("ada@example.org")
	hour := int64(3600)
	a := w.app(func(c *clients.Client) { c.Requests.DefaultMaxAge = &hour })
	b := w.browser()
	b.signInTo(a, "ada@example.org")
	w.clock.skip(2 * time.Hour)
	want(t, "default_max_age", b.answer(b.authorize(a.request("prompt", "none"))).Get("error"), "login_required")
	want(t, "max_age overrides it", b.answer(b.authorize(a.request("prompt", "none", "max_age", "86400"))).Get("error"), "")
}

func TestWhatIsOnlyAWishIsNeverAnError(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	w.person("ada@example.org")
	a := w.app()
	b := w.browser()
	b.signInTo(a, "ada@example.org")
	for _, pair := range [][]string{
		{"display", "page"}, {"display", "popup"}, {"display", "hologram"}, {"ui_locales", "se de"}, {"claims_locales", "se"}, {"login_hint", "buffy@example.org"},
		{"login_hint", `"><script>`}, {"extra", "foobar"}, {"iss", "https://evil.example"}, {"acr_values", strings.Repeat("a ", 1000)},
	} {
		got := b.answer(b.authorize(a.request(pair...)))
		want(t, pair[0]+"="+pair[1][:min(20, len(pair[1]))], got.Get("error"), "")
		want(t, pair[0]+": iss", got.Get("iss"), w.URL)
	}
	want(t, "registration", b.answer(b.authorize(a.request("registration", "{}"))).Get("error"), "registration_not_supported")
}

func TestConsentIsForExactlyWhatWasAsked(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	w.person("ada@example.org")
	const api, other = "https://api.example.org", "https://other.example.org/v1"
	a := w.app(func(c *clients.Client) {
		c.Resources = []string{api, other}
		c.DetailTypes = []string{"payment"}
	})
	b := w.browser()
	b.signInTo(a, "ada@example.org", "scope", "openid")
	payment := func(amount string) string {
		return `[{"type":"payment","actions":["initiate"],"locations":["` + api + `"],"instructedAmount":{"currency":"EUR","amount":"` + amount + `"},"note":"<b>x</b>"}]`
	}
	for name, tt := range map[string]struct {
		pairs []string
		shown string
	}{
		"a claim":         {[]string{"claims", `{"userinfo":{"email":{"essential":true}}}`}, "See your email address"},
		"an API":          {[]string{"resource", api}, "Act for you at " + api},
		"another API":     {[]string{"resource", other}, "Act for you at " + other},
		"a payment":       {[]string{"authorization_details", payment("12.50")}, "amount 12.50; currency EUR"},
		"another payment": {[]string{"authorization_details", payment("99.00")}, "amount 99.00; currency EUR"},
	} {
		ask := a.request(append([]string{"scope", "openid"}, tt.pairs...)...)
		p := b.authorize(ask)
		want(t, name, asksFor(p), "/consent")
		if !strings.Contains(p.Body, tt.shown) || strings.Contains(p.Body, "<b>x") {
			t.Errorf("%s: the page does not say %q, or not as text:\n%s", name, tt.shown, p.Body)
		}
		want(t, name+": silently", b.answer(b.authorize(edited(ask, []string{"prompt", "none"}))).Get("error"), "consent_required")
		ask.Del("prompt")
		b.submit(p, "/consent", "decision", "allow")
		want(t, name+": agreed to", asksFor(b.authorize(ask)), "nothing")
	}
	for name, tt := range map[string]struct{ param, value, code string }{
		"an API of others":       {"resource", "https://evil.example", "invalid_target"},
		"a path":                 {"resource", "/api", "invalid_target"},
		"a fragment":             {"resource", api + "#x", "invalid_target"},
		"details of others":      {"authorization_details", `[{"type":"account"}]`, "invalid_authorization_details"},
		"details that are none":  {"authorization_details", `{"type":"payment"}`, "invalid_authorization_details"},
		"details without a type": {"authorization_details", `[{}]`, "invalid_authorization_details"},
	} {
		want(t, name, b.answer(b.authorize(a.request(tt.param, tt.value))).Get("error"), tt.code)
	}
	both := a.request("scope", "openid")
	both["resource"] = []string{api, other}
	want(t, "two APIs, each agreed to before", asksFor(b.authorize(both)), "nothing")
}

func TestHighSecurityNamesWhatARequestBreaks(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	s := w.signer(func(c *clients.Client) { c.AuthMethod, c.HighSecurity = clients.MethodKey, clients.FAPI2 })
	b := w.browser()
	for name, request := range map[string]url.Values{
		"not pushed":        s.request(),
		"signed, by itself": {"client_id": {s.ID}, "request": {s.object(nil, nil)}},
	} {
		got := b.answer(b.authorize(request))
		want(t, name, got.Get("error"), "invalid_request")
		if !strings.Contains(got.Get("error_description"), "FAPI 2.0") {
			t.Errorf("%s: the description names no requirement: %s", name, got.Get("error_description"))
		}
	}
}

func TestABoundClientGetsNoTokenInTheAddress(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	a := w.app(everyResponse, func(c *clients.Client) { c.DPoPBound = true })
	b := w.browser()
	for _, response := range []string{"token", "id_token token", "code token", "code id_token token"} {
		got, _ := b.arrived(b.authorize(a.request("response_type", response)))
		want(t, response, got.Get("error"), "unauthorized_client")
	}
	want(t, "code", asksFor(b.authorize(a.request())), "/signin")
}
