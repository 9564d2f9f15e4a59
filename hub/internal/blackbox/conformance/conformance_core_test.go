package conformance_test

import (
	"crypto/rand"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/fedhub/fedhub/clients/clientauth"
	"github.com/fedhub/fedhub/hub/internal/hubtest"
)

// coreTests are the first half of section A: logins, claims and prompts.
var coreTests = []certificationTest{
	{name: "oidcc-server", run: server},
	{name: "oidcc-server-client-secret-post", run: serverSecretPost, only: isCode},
	{name: "oidcc-response-type-missing", run: responseTypeMissing},
	{name: "oidcc-idtoken-signature", run: idTokenSignature, only: hasIDToken},
	{name: "oidcc-idtoken-unsigned", run: idTokenUnsigned, only: isCode},
	{name: "oidcc-userinfo-get", run: userinfoGet, only: hubtest.Profile.Brings},
	{name: "oidcc-userinfo-post-header", run: userinfoPostHeader, only: hubtest.Profile.Brings},
	{name: "oidcc-userinfo-post-body", run: userinfoPostBody, only: hubtest.Profile.Brings},
	{name: "oidcc-ensure-request-without-nonce-succeeds-for-code-flow", run: withoutNonceSucceeds, only: noFrontIDToken},
	{name: "oidcc-ensure-request-without-nonce-fails", run: withoutNonceFails, only: frontIDToken},
	{name: "oidcc-scope-profile", run: scope("profile")},
	{name: "oidcc-scope-email", run: scope("email")},
	{name: "oidcc-scope-address", run: scope("address")},
	{name: "oidcc-scope-phone", run: scope("phone")},
	{name: "oidcc-scope-all", run: scope("profile email address phone")},
	{name: "oidcc-alternate-happy-flow", run: alternateHappyFlow},
	{name: "oidcc-display-page", run: succeedsWith("display", "page")},
	{name: "oidcc-display-popup", run: succeedsWith("display", "popup")},
	{name: "oidcc-prompt-login", run: promptLogin},
	{name: "oidcc-prompt-none-not-logged-in", run: promptNoneNotLoggedIn},
	{name: "oidcc-prompt-none-logged-in", run: promptNoneLoggedIn},
	{name: "oidcc-max-age-1", run: maxAge1},
	{name: "oidcc-max-age-10000", run: maxAge10000},
	{name: "oidcc-ensure-request-with-unknown-parameter-succeeds", run: succeedsWith("extra", "foobar")},
	{name: "oidcc-id-token-hint", run: idTokenHint, only: hasIDToken},
	{name: "oidcc-login-hint", run: loginHint},
	{name: "oidcc-ui-locales", run: succeedsWith("ui_locales", "se")},
	{name: "oidcc-claims-locales", run: succeedsWith("claims_locales", "se")},
	{name: "oidcc-ensure-request-with-acr-values-succeeds", run: acrValues},
}

func isCode(p hubtest.Profile) bool         { return p.Response == "code" }
func hasCode(p hubtest.Profile) bool        { return p.Wants("code") }
func frontIDToken(p hubtest.Profile) bool   { return p.Wants("id_token") }
func noFrontIDToken(p hubtest.Profile) bool { return !p.Wants("id_token") }
func hasIDToken(p hubtest.Profile) bool     { return p.Wants("id_token") || p.Wants("code") }

// protocolClaims are what an ID token may hold when only openid was asked for.
var protocolClaims = []string{
	"iss", "sub", "aud", "exp", "iat", "nbf", "auth_time", "nonce", "acr", "amr", "azp", "at_hash", "c_hash", "s_hash", "sid", "jti",
}

func server(e *hubtest.Exam) {
	l := e.Client().SignIn(e.Browser())
	for _, claims := range l.Ids {
		for name := range claims {
			if !slices.Contains(protocolClaims, name) {
				e.Errorf("nobody asked for %s, and it is in the ID token", name)
			}
		}
	}
}

func serverSecretPost(e *hubtest.Exam) {
	for _, method := range []string{clientauth.MethodBasic, clientauth.MethodPost} {
		if !e.Site.Lists("token_endpoint_auth_methods_supported", method) {
			e.Errorf("the metadata does not list %s", method)
		}
	}
	e.Client("token_endpoint_auth_method", clientauth.MethodPost).SignIn(e.Browser())
}

func responseTypeMissing(e *hubtest.Exam) {
	request := e.Client().Request("response_type", "")
	a := e.Browser().Visit(request)
	if a.By == "" {
		e.CheckStays(a, "response_type")
		return
	}
	e.CheckRefused(a, request, "invalid_request", "unsupported_response_type")
	if e.Mode == "" {
		hubtest.Want(e, "where the answer is", a.By, "query")
	}
}

func idTokenSignature(e *hubtest.Exam) {
	header, _ := e.Verified("ID token", e.Client().SignIn(e.Browser()).ID)
	hubtest.Want(e, "alg of a client that registered none", header.Algorithm, "RS256")
}

// idTokenUnsigned is skipped if the hub does not support "none"; then an unsigned
// token must not be available.
func idTokenUnsigned(e *hubtest.Exam) {
	if e.Site.Lists("id_token_signing_alg_values_supported", "none") {
		e.Fatal("none is offered; test that it works")
	}
	if e.Dynamic {
		r := e.TryRegister((&hubtest.Party{E: e, Redirect: e.Site.Rp.URL + "/cb", Key: hubtest.AKey[0](), Kid: "k"}).Metadata([]any{"id_token_signed_response_alg", "none"}))
		e.CheckTokenError("registration with alg none", r, http.StatusBadRequest, "invalid_client_metadata")
	}
}

func userinfoGet(e *hubtest.Exam) { e.Userinfo(e.Client().SignIn(e.Browser())) }

func userinfoPostHeader(e *hubtest.Exam) {
	l := e.Client().SignIn(e.Browser())
	e.CheckUserinfo(l, e.Site.Send(e.T, http.MethodPost, e.Site.At(e.T, "userinfo_endpoint"), nil, "Authorization", "Bearer "+l.Access))
}

func userinfoPostBody(e *hubtest.Exam) {
	l := e.Client().SignIn(e.Browser())
	e.CheckUserinfo(l, e.Site.Post(e.T, e.Site.At(e.T, "userinfo_endpoint"), url.Values{"access_token": {l.Access}}))
}

func withoutNonceSucceeds(e *hubtest.Exam) { e.Client().SignIn(e.Browser(), "nonce", "") }

func withoutNonceFails(e *hubtest.Exam) {
	request := e.Client().Request("nonce", "")
	a := e.Browser().Visit(request)
	e.CheckRefused(a, request, "invalid_request")
	hubtest.Want(e, "where the answer is", a.By, e.Place())
}

// scopeClaims are all claims of the scopes of OIDC Core §5.4.
var scopeClaims = map[string][]string{
	"profile": {"name", "given_name", "family_name", "middle_name", "nickname", "preferred_username", "profile", "picture", "website",
		"gender", "birthdate", "zoneinfo", "locale", "updated_at"},
	"email":   {"email", "email_verified"},
	"address": {"address"},
	"phone":   {"phone_number", "phone_number_verified"},
}

// scope checks that all claims of the scopes are there: in userinfo if there is
// an access token, else in the ID token (OIDC Core §5.4).
func scope(scopes string) func(*hubtest.Exam) {
	return func(e *hubtest.Exam) {
		l := e.Client().SignIn(e.Browser(), "scope", "openid "+scopes)
		var told map[string]any
		if e.Brings() {
			told = e.Userinfo(l)
		} else {
			told = l.Ids[0]
		}
		for name, claims := range scopeClaims {
			asked := slices.Contains(strings.Fields(scopes), name)
			if asked && !e.Site.Lists("scopes_supported", name) {
				e.Errorf("scopes_supported does not list %s", name)
			}
			for _, claim := range claims {
				hubtest.Want(e, claim+" is told", told[claim] != nil, asked)
				for _, id := range l.Ids {
					if e.Brings() && id[claim] != nil {
						e.Errorf("%s is in the ID token, though userinfo tells it", claim)
					}
				}
			}
		}
	}
}

func alternateHappyFlow(e *hubtest.Exam) {
	p := e.Client()
	request := p.Request("scope", "email openid")
	b := e.Browser()
	// The parameters are in reverse order.
	names := strings.Split(request.Encode(), "&")
	slices.Reverse(names)
	l := p.Complete(b.Finish(b.Open(e.Site.At(e.T, "authorization_endpoint")+"?"+strings.Join(names, "&"))), request)
	if e.Brings() {
		hubtest.Want(e, "email", e.Userinfo(l)["email"], any(hubtest.Examinee))
	}
}

// succeedsWith checks that a parameter does not cause an error.
func succeedsWith(name, value string) func(*hubtest.Exam) {
	return func(e *hubtest.Exam) { e.Client().SignIn(e.Browser(), name, value) }
}

func promptLogin(e *hubtest.Exam) {
	p, b := e.Client(), e.Browser()
	first := p.SignIn(b)
	e.Site.Clock.Skip(2 * time.Second)
	second := p.SignIn(b, "prompt", "login")
	hubtest.Want(e, "the sign-in page was shown again", second.Saw("sign-in"), true)
	e.LaterThan(first, second)
}

func promptNoneNotLoggedIn(e *hubtest.Exam) {
	state := (rand.Text() + rand.Text() + rand.Text() + rand.Text() + rand.Text())[:124] + "-._~"
	request := e.Client().Request("prompt", "none", "state", state)
	a := e.Browser().Visit(request)
	e.CheckRefused(a, request, hubtest.NotLoggedIn...)
	hubtest.Want(e, "where the answer is", a.By, e.Place())
	hubtest.Want(e, "pages shown", len(a.Shown), 0)
}

func promptNoneLoggedIn(e *hubtest.Exam) {
	p, b := e.Client(), e.Browser()
	first := p.SignIn(b)
	e.Site.Clock.Skip(2 * time.Second)
	e.SameLogin(first, p.SignIn(b, "prompt", "none"))
}

func maxAge1(e *hubtest.Exam) {
	p, b := e.Client(), e.Browser()
	first := p.SignIn(b)
	e.Site.Clock.Skip(2 * time.Second)
	second := p.SignIn(b, "max_age", "1")
	hubtest.Want(e, "the sign-in page was shown again", second.Saw("sign-in"), true)
	if second.Claim(e, "auth_time") == nil {
		e.Errorf("auth_time is missing")
	}
	e.LaterThan(first, second)
}

func maxAge10000(e *hubtest.Exam) {
	p, b := e.Client(), e.Browser()
	first := p.SignIn(b, "max_age", "15000")
	e.Site.Clock.Skip(2 * time.Second)
	second := p.SignIn(b, "max_age", "10000")
	if first.Claim(e, "auth_time") == nil {
		e.Errorf("auth_time is missing")
	}
	e.SameLogin(first, second)
}

func idTokenHint(e *hubtest.Exam) {
	p, b := e.Client(), e.Browser()
	first := p.SignIn(b)
	e.Site.Clock.Skip(2 * time.Second)
	e.SameLogin(first, p.SignIn(b, "prompt", "none", "id_token_hint", first.ID))
}

func loginHint(e *hubtest.Exam) {
	u, err := url.Parse(e.Site.URL)
	if err != nil {
		e.Fatal(err)
	}
	e.Client().SignIn(e.Browser(), "login_hint", "buffy@"+u.Hostname())
}

func acrValues(e *hubtest.Exam) {
	asked := "1 2"
	if all, _ := e.Site.Meta["acr_values_supported"].([]any); len(all) > 0 {
		var values []string
		for _, v := range all {
			values = append(values, v.(string))
		}
		asked = strings.Join(values, " ")
	}
	l := e.Client().SignIn(e.Browser(), "acr_values", asked)
	acr, _ := l.Claim(e, "acr").(string)
	if acr == "" || (e.Site.Meta["acr_values_supported"] != nil && !slices.Contains(strings.Fields(asked), acr)) {
		e.Errorf("acr is %q, asked for was %q", acr, asked)
	}
}
