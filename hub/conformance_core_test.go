package hub_test

import (
	"crypto/rand"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/fedhub/fedhub/clients"
)

// coreTests are the first half of section A: logins, claims and prompts.
var coreTests = []certificationTest{
	{name: "oidcc-server", run: server},
	{name: "oidcc-server-client-secret-post", run: serverSecretPost, only: isCode},
	{name: "oidcc-response-type-missing", run: responseTypeMissing},
	{name: "oidcc-idtoken-signature", run: idTokenSignature, only: hasIDToken},
	{name: "oidcc-idtoken-unsigned", run: idTokenUnsigned, only: isCode},
	{name: "oidcc-userinfo-get", run: userinfoGet, only: profile.brings},
	{name: "oidcc-userinfo-post-header", run: userinfoPostHeader, only: profile.brings},
	{name: "oidcc-userinfo-post-body", run: userinfoPostBody, only: profile.brings},
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

func isCode(p profile) bool         { return p.response == "code" }
func hasCode(p profile) bool        { return p.wants("code") }
func frontIDToken(p profile) bool   { return p.wants("id_token") }
func noFrontIDToken(p profile) bool { return !p.wants("id_token") }
func hasIDToken(p profile) bool     { return p.wants("id_token") || p.wants("code") }

// protocolClaims are what an ID token may hold when only openid was asked for.
var protocolClaims = []string{
	"iss", "sub", "aud", "exp", "iat", "nbf", "auth_time", "nonce", "acr", "amr", "azp", "at_hash", "c_hash", "s_hash", "sid", "jti",
}

func server(e *exam) {
	l := e.client().signIn(e.browser())
	for _, claims := range l.ids {
		for name := range claims {
			if !slices.Contains(protocolClaims, name) {
				e.Errorf("nobody asked for %s, and it is in the ID token", name)
			}
		}
	}
}

func serverSecretPost(e *exam) {
	for _, method := range []string{clients.MethodBasic, clients.MethodPost} {
		if !e.site.lists("token_endpoint_auth_methods_supported", method) {
			e.Errorf("the metadata does not list %s", method)
		}
	}
	e.client("token_endpoint_auth_method", clients.MethodPost).signIn(e.browser())
}

func responseTypeMissing(e *exam) {
	request := e.client().request("response_type", "")
	a := e.browser().visit(request)
	if a.by == "" {
		e.checkStays(a, "response_type")
		return
	}
	e.checkRefused(a, request, "invalid_request", "unsupported_response_type")
	if e.mode == "" {
		want(e, "where the answer is", a.by, "query")
	}
}

func idTokenSignature(e *exam) {
	header, _ := e.verified("ID token", e.client().signIn(e.browser()).id)
	want(e, "alg of a client that registered none", header.Algorithm, "RS256")
}

// idTokenUnsigned may be skipped where none is not offered; then nobody may
// get it either.
func idTokenUnsigned(e *exam) {
	if e.site.lists("id_token_signing_alg_values_supported", "none") {
		e.Fatal("none is offered; test that it works")
	}
	if e.dynamic {
		r := e.tryRegister((&party{e: e, redirect: e.site.rp.URL + "/cb", key: aKey[0](), kid: "k"}).metadata([]any{"id_token_signed_response_alg", "none"}))
		e.checkTokenError("registration with alg none", r, http.StatusBadRequest, "invalid_client_metadata")
	}
}

func userinfoGet(e *exam) { e.userinfo(e.client().signIn(e.browser())) }

func userinfoPostHeader(e *exam) {
	l := e.client().signIn(e.browser())
	e.checkUserinfo(l, e.site.send(e.T, http.MethodPost, e.site.at(e.T, "userinfo_endpoint"), nil, "Authorization", "Bearer "+l.access))
}

func userinfoPostBody(e *exam) {
	l := e.client().signIn(e.browser())
	e.checkUserinfo(l, e.site.post(e.T, e.site.at(e.T, "userinfo_endpoint"), url.Values{"access_token": {l.access}}))
}

func withoutNonceSucceeds(e *exam) { e.client().signIn(e.browser(), "nonce", "") }

func withoutNonceFails(e *exam) {
	request := e.client().request("nonce", "")
	a := e.browser().visit(request)
	e.checkRefused(a, request, "invalid_request")
	want(e, "where the answer is", a.by, e.place())
}

// scopeClaims are all claims of the scopes of OIDC Core §5.4.
var scopeClaims = map[string][]string{
	"profile": {"name", "given_name", "family_name", "middle_name", "nickname", "preferred_username", "profile", "picture", "website",
		"gender", "birthdate", "zoneinfo", "locale", "updated_at"},
	"email":   {"email", "email_verified"},
	"address": {"address"},
	"phone":   {"phone_number", "phone_number_verified"},
}

// scope tests that every claim of the scopes comes: by userinfo where there is
// an access token, and else in the ID token (OIDC Core §5.4).
func scope(scopes string) func(*exam) {
	return func(e *exam) {
		l := e.client().signIn(e.browser(), "scope", "openid "+scopes)
		var told map[string]any
		if e.brings() {
			told = e.userinfo(l)
		} else {
			told = l.ids[0]
		}
		for name, claims := range scopeClaims {
			asked := slices.Contains(strings.Fields(scopes), name)
			if asked && !e.site.lists("scopes_supported", name) {
				e.Errorf("scopes_supported does not list %s", name)
			}
			for _, claim := range claims {
				want(e, claim+" is told", told[claim] != nil, asked)
				for _, id := range l.ids {
					if e.brings() && id[claim] != nil {
						e.Errorf("%s is in the ID token, though userinfo tells it", claim)
					}
				}
			}
		}
	}
}

func alternateHappyFlow(e *exam) {
	p := e.client()
	request := p.request("scope", "email openid")
	b := e.browser()
	// The order of parameters is the reverse of the usual one.
	names := strings.Split(request.Encode(), "&")
	slices.Reverse(names)
	l := p.complete(b.finish(b.open(e.site.at(e.T, "authorization_endpoint")+"?"+strings.Join(names, "&"))), request)
	if e.brings() {
		want(e, "email", e.userinfo(l)["email"], any(examinee))
	}
}

// succeedsWith tests that a parameter does no harm.
func succeedsWith(name, value string) func(*exam) {
	return func(e *exam) { e.client().signIn(e.browser(), name, value) }
}

func promptLogin(e *exam) {
	p, b := e.client(), e.browser()
	first := p.signIn(b)
	e.site.clock.skip(2 * time.Second)
	second := p.signIn(b, "prompt", "login")
	want(e, "the sign-in page was shown again", second.saw("sign-in"), true)
	e.laterThan(first, second)
}

// laterThan compares the two times of signing in, where they are told.
func (e *exam) laterThan(first, second login) {
	e.Helper()
	before, there := first.claim(e, "auth_time").(float64)
	after, _ := second.claim(e, "auth_time").(float64)
	if there && after <= before {
		e.Errorf("auth_time went from %.0f to %.0f", before, after)
	}
	want(e, "sub", second.claim(e, "sub"), first.claim(e, "sub"))
}

// sameLogin checks that the second login shows nothing and tells of the same
// sign-in.
func (e *exam) sameLogin(first, second login) {
	e.Helper()
	want(e, "pages shown", len(second.shown), 0)
	want(e, "sub", second.claim(e, "sub"), first.claim(e, "sub"))
	want(e, "auth_time", second.claim(e, "auth_time"), first.claim(e, "auth_time"))
}

// notLoggedIn are the answers to prompt=none where a page would be needed
// (OIDC Core §3.1.2.6).
var notLoggedIn = []string{"login_required", "interaction_required", "account_selection_required", "consent_required"}

func promptNoneNotLoggedIn(e *exam) {
	state := (rand.Text() + rand.Text() + rand.Text() + rand.Text() + rand.Text())[:124] + "-._~"
	request := e.client().request("prompt", "none", "state", state)
	a := e.browser().visit(request)
	e.checkRefused(a, request, notLoggedIn...)
	want(e, "where the answer is", a.by, e.place())
	want(e, "pages shown", len(a.shown), 0)
}

func promptNoneLoggedIn(e *exam) {
	p, b := e.client(), e.browser()
	first := p.signIn(b)
	e.site.clock.skip(2 * time.Second)
	e.sameLogin(first, p.signIn(b, "prompt", "none"))
}

func maxAge1(e *exam) {
	p, b := e.client(), e.browser()
	first := p.signIn(b)
	e.site.clock.skip(2 * time.Second)
	second := p.signIn(b, "max_age", "1")
	want(e, "the sign-in page was shown again", second.saw("sign-in"), true)
	if second.claim(e, "auth_time") == nil {
		e.Errorf("auth_time is missing")
	}
	e.laterThan(first, second)
}

func maxAge10000(e *exam) {
	p, b := e.client(), e.browser()
	first := p.signIn(b, "max_age", "15000")
	e.site.clock.skip(2 * time.Second)
	second := p.signIn(b, "max_age", "10000")
	if first.claim(e, "auth_time") == nil {
		e.Errorf("auth_time is missing")
	}
	e.sameLogin(first, second)
}

func idTokenHint(e *exam) {
	p, b := e.client(), e.browser()
	first := p.signIn(b)
	e.site.clock.skip(2 * time.Second)
	e.sameLogin(first, p.signIn(b, "prompt", "none", "id_token_hint", first.id))
}

func loginHint(e *exam) {
	u, err := url.Parse(e.site.URL)
	if err != nil {
		e.Fatal(err)
	}
	e.client().signIn(e.browser(), "login_hint", "buffy@"+u.Hostname())
}

func acrValues(e *exam) {
	asked := "1 2"
	if all, _ := e.site.meta["acr_values_supported"].([]any); len(all) > 0 {
		var values []string
		for _, v := range all {
			values = append(values, v.(string))
		}
		asked = strings.Join(values, " ")
	}
	l := e.client().signIn(e.browser(), "acr_values", asked)
	acr, _ := l.claim(e, "acr").(string)
	if acr == "" || (e.site.meta["acr_values_supported"] != nil && !slices.Contains(strings.Fields(asked), acr)) {
		e.Errorf("acr is %q, asked for was %q", acr, asked)
	}
}
