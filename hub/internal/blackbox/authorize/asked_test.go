package authorize_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/clients/clientauth"
	"github.com/fedhub/fedhub/clients/fapi"
	"github.com/fedhub/fedhub/hub/internal/hubtest"
)

// asksFor is the name of the page that the browser shows.
func asksFor(p hubtest.Page) string {
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
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	ada := w.Person("ada@example.org")
	w.Person("bob@example.org")
	a := w.App()
	pairwise := w.App(func(c *clients.Client) { c.SubjectType = clients.Pairwise })
	b, bobs := w.Browser(), w.Browser()
	hint := a.Redeem(b.SignInTo(a, "ada@example.org").Get("code")).Str("id_token")
	bobs.SignInTo(a, "bob@example.org")
	w.Clock.Skip(time.Hour) // an expired ID token is still a valid id_token_hint

	got := b.Answer(b.Authorize(a.Request("prompt", "none", "id_token_hint", hint)))
	hubtest.Want(t, "the same user", hubtest.ClaimsOf(t, a.Redeem(got.Get("code")).Str("id_token"))["sub"], any(ada.ID))
	hubtest.Want(t, "another user, silently", bobs.Answer(bobs.Authorize(a.Request("prompt", "none", "id_token_hint", hint))).Get("error"), "login_required")
	p := bobs.Authorize(a.Request("id_token_hint", hint))
	hubtest.Want(t, "another user", asksFor(p), "/signin")
	hubtest.Want(t, "another user who signs in again", bobs.Answer(bobs.SignIn(p, "bob@example.org")).Get("error"), "login_required")
	hubtest.Want(t, "the user, who signs in now", bobs.Answer(bobs.SignIn(bobs.Authorize(a.Request("id_token_hint", hint)), "ada@example.org")).Get("error"), "")

	parts := strings.Split(hint, ".")
	for name, forged := range map[string]string{
		"alg none":          "eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0." + parts[1] + ".",
		"a wrong signature": parts[0] + "." + parts[1] + "." + strings.Repeat("A", len(parts[2])),
		"no token":          "x",
	} {
		hubtest.Want(t, name+", silently", b.Answer(b.Authorize(a.Request("prompt", "none", "id_token_hint", forged))).Get("error"), "login_required")
		hubtest.Want(t, name, asksFor(b.Authorize(a.Request("id_token_hint", forged))), "/signin")
	}

	other := pairwise.Redeem(b.SignInTo(pairwise, "ada@example.org").Get("code")).Str("id_token")
	got = b.Answer(b.Authorize(pairwise.Request("prompt", "none", "id_token_hint", other)))
	hubtest.Want(t, "a pairwise subject", got.Get("error"), "")
}

func TestASubjectMayBeNamedInClaims(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	ada, bob := w.Person("ada@example.org"), w.Person("bob@example.org")
	a := w.App()
	b := w.Browser()
	b.SignInTo(a, "ada@example.org")
	ask := func(sub string) string {
		return b.Answer(b.Authorize(a.Request("prompt", "none", "claims", `{"id_token":{"sub":{"value":"`+sub+`"}}}`))).Get("error")
	}
	hubtest.Want(t, "the one who is here", ask(ada.ID), "")
	hubtest.Want(t, "somebody else", ask(bob.ID), "login_required")
	hubtest.Want(t, "no JSON", b.Answer(b.Authorize(a.Request("claims", "{"))).Get("error"), "invalid_request")
}

func TestAnEssentialACRIsMetOrRefused(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Person("ada@example.org")
	a := w.App()
	b := w.Browser()
	b.SignInTo(a, "ada@example.org")
	acr := func(member string) string { return `{"id_token":{"acr":` + member + `}}` }
	const ours = "urn:fedhub:acr:1"

	got := b.Answer(b.Authorize(a.Request("claims", acr(`{"essential":true,"values":["x","`+ours+`"]}`))))
	hubtest.Want(t, "the acr in the ID token", hubtest.ClaimsOf(t, a.Redeem(got.Get("code")).Str("id_token"))["acr"], any(ours))
	hubtest.Want(t, "one that is only a wish", b.Answer(b.Authorize(a.Request("claims", acr(`{"values":["x"]}`)))).Get("error"), "")
	hubtest.Want(t, "acr_values are only wishes", b.Answer(b.Authorize(a.Request("acr_values", "x y"))).Get("error"), "")
	unmet := a.Request("claims", acr(`{"essential":true,"value":"x"}`))
	hubtest.Want(t, "one that is not met, silently", b.Answer(b.Authorize(hubtest.Edited(unmet, []string{"prompt", "none"}))).Get("error"), "login_required")
	unmet.Del("prompt")
	p := b.Authorize(unmet)
	hubtest.Want(t, "one that is not met", asksFor(p), "/signin")
	hubtest.Want(t, "one that cannot be met", b.Answer(b.SignIn(p, "ada@example.org")).Get("error"), "unmet_authentication_requirements")
}

func TestSomeoneMayBeAskedToChooseAnAccount(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	ada, bob := w.Person("ada@example.org"), w.Person("bob@example.org")
	a := w.App()
	b := w.Browser()
	subject := func(p hubtest.Page) any {
		t.Helper()
		return hubtest.ClaimsOf(t, a.Redeem(b.Answer(p).Get("code")).Str("id_token"))["sub"]
	}
	choose := a.Request("prompt", "select_account", "scope", "openid")
	hubtest.Want(t, "nobody is signed in", asksFor(b.Authorize(choose)), "/signin")
	b.SignInTo(a, "ada@example.org")

	p := b.Authorize(choose)
	hubtest.Want(t, "somebody is signed in", asksFor(p), "/signin/choose")
	if !strings.Contains(p.Body, "Continue as Ada Lovelace") {
		t.Errorf("the page does not name the account:\n%s", p.Body)
	}
	hubtest.Want(t, "going back is no choice", asksFor(b.Open("/oauth2/authorize?flow="+p.URL.Query().Get("flow"))), "/signin/choose")
	hubtest.Want(t, "continuing", subject(b.Submit(p, "/signin/choose")), any(ada.ID))
	hubtest.Want(t, "each request asks anew", asksFor(b.Authorize(choose)), "/signin/choose")

	p = b.Authorize(choose)
	other := b.Open("/signin?flow=" + p.URL.Query().Get("flow") + "&switch=1")
	hubtest.Want(t, "another account", asksFor(other), "/signin")
	p = b.SignIn(other, "bob@example.org")
	if asksFor(p) == "/consent" {
		p = b.Submit(p, "/consent", "decision", "allow")
	}
	hubtest.Want(t, "another account goes on without a further question", subject(p), any(bob.ID))
	hubtest.Want(t, "select_account together with none", b.Answer(b.Authorize(a.Request("prompt", "select_account none"))).Get("error"), "invalid_request")
	hubtest.RefusedPage(t, "a choice without its token", b.Read(b.PostForm(w.URL+"/signin/choose", url.Values{"flow": {"x"}})))
}

func TestDefaultsOfTheClientStandInForWhatIsLeftOut(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Person("ada@example.org")
	hour := int64(3600)
	a := w.App(func(c *clients.Client) { c.Requests.DefaultMaxAge = &hour })
	b := w.Browser()
	b.SignInTo(a, "ada@example.org")
	w.Clock.Skip(2 * time.Hour)
	hubtest.Want(t, "default_max_age", b.Answer(b.Authorize(a.Request("prompt", "none"))).Get("error"), "login_required")
	hubtest.Want(t, "max_age overrides it", b.Answer(b.Authorize(a.Request("prompt", "none", "max_age", "86400"))).Get("error"), "")
}

func TestWhatIsOnlyAWishIsNeverAnError(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Person("ada@example.org")
	a := w.App()
	b := w.Browser()
	b.SignInTo(a, "ada@example.org")
	for _, pair := range [][]string{
		{"display", "page"}, {"display", "popup"}, {"display", "hologram"}, {"ui_locales", "se de"}, {"claims_locales", "se"}, {"login_hint", "buffy@example.org"},
		{"login_hint", `"><script>`}, {"extra", "foobar"}, {"iss", "https://evil.example"}, {"acr_values", strings.Repeat("a ", 1000)},
	} {
		got := b.Answer(b.Authorize(a.Request(pair...)))
		hubtest.Want(t, pair[0]+"="+pair[1][:min(20, len(pair[1]))], got.Get("error"), "")
		hubtest.Want(t, pair[0]+": iss", got.Get("iss"), w.URL)
	}
	hubtest.Want(t, "registration", b.Answer(b.Authorize(a.Request("registration", "{}"))).Get("error"), "registration_not_supported")
}

func TestConsentIsForExactlyWhatWasAsked(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Person("ada@example.org")
	const api, other = "https://api.example.org", "https://other.example.org/v1"
	a := w.App(func(c *clients.Client) {
		c.Resources = []string{api, other}
		c.DetailTypes = []string{"payment"}
	})
	b := w.Browser()
	b.SignInTo(a, "ada@example.org", "scope", "openid")
	payment := func(amount string) string {
		return `[{"type":"payment","actions":["initiate"],"locations":["` + api + `"],"instructedAmount":{"currency":"EUR","amount":"` + amount + `"},"note":"<b>x</b>"}]`
	}
	for name, tt := range map[string]struct {
		pairs []string
		shown string
	}{
		"a claim":         {[]string{"claims", `{"userinfo":{"email":{"essential":true}}}`}, "See your email address"},
		"an API":          {[]string{"resource", api}, "Act on your behalf at " + api},
		"another API":     {[]string{"resource", other}, "Act on your behalf at " + other},
		"a payment":       {[]string{"authorization_details", payment("12.50")}, "amount 12.50; currency EUR"},
		"another payment": {[]string{"authorization_details", payment("99.00")}, "amount 99.00; currency EUR"},
	} {
		ask := a.Request(append([]string{"scope", "openid"}, tt.pairs...)...)
		p := b.Authorize(ask)
		hubtest.Want(t, name, asksFor(p), "/consent")
		if !strings.Contains(p.Body, tt.shown) || strings.Contains(p.Body, "<b>x") {
			t.Errorf("%s: the page does not say %q, or not as text:\n%s", name, tt.shown, p.Body)
		}
		hubtest.Want(t, name+": silently", b.Answer(b.Authorize(hubtest.Edited(ask, []string{"prompt", "none"}))).Get("error"), "consent_required")
		ask.Del("prompt")
		b.Submit(p, "/consent", "decision", "allow")
		hubtest.Want(t, name+": agreed to", asksFor(b.Authorize(ask)), "nothing")
	}
	for name, tt := range map[string]struct{ param, value, code string }{
		"an API of others":       {"resource", "https://evil.example", "invalid_target"},
		"a path":                 {"resource", "/api", "invalid_target"},
		"a fragment":             {"resource", api + "#x", "invalid_target"},
		"details of others":      {"authorization_details", `[{"type":"account"}]`, "invalid_authorization_details"},
		"details that are none":  {"authorization_details", `{"type":"payment"}`, "invalid_authorization_details"},
		"details without a type": {"authorization_details", `[{}]`, "invalid_authorization_details"},
	} {
		hubtest.Want(t, name, b.Answer(b.Authorize(a.Request(tt.param, tt.value))).Get("error"), tt.code)
	}
	both := a.Request("scope", "openid")
	both["resource"] = []string{api, other}
	hubtest.Want(t, "two APIs, each agreed to before", asksFor(b.Authorize(both)), "nothing")
}

func TestHighSecurityNamesWhatARequestBreaks(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	s := w.Signer(func(c *clients.Client) { c.AuthMethod, c.HighSecurity = clientauth.MethodKey, fapi.Security })
	b := w.Browser()
	for name, request := range map[string]url.Values{
		"not pushed":        s.Request(),
		"signed, by itself": {"client_id": {s.ID}, "request": {s.Object(nil, nil)}},
	} {
		got := b.Answer(b.Authorize(request))
		hubtest.Want(t, name, got.Get("error"), "invalid_request")
		if !strings.Contains(got.Get("error_description"), "FAPI 2.0") {
			t.Errorf("%s: the description names no requirement: %s", name, got.Get("error_description"))
		}
	}
}

func TestABoundClientGetsNoTokenInTheAddress(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	a := w.App(everyResponse, func(c *clients.Client) { c.DPoPBound = true })
	b := w.Browser()
	for _, response := range []string{"token", "id_token token", "code token", "code id_token token"} {
		got, _ := b.Arrived(b.Authorize(a.Request("response_type", response)))
		hubtest.Want(t, response, got.Get("error"), "unauthorized_client")
	}
	hubtest.Want(t, "code", asksFor(b.Authorize(a.Request())), "/signin")
}
