package hub_test

import (
	"crypto/rand"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// requestTests are the second half of section A: codes, requests and refresh
// tokens.
var requestTests = []certificationTest{
	{name: "oidcc-codereuse", run: codeReuse, only: hasCode},
	{name: "oidcc-codereuse-30seconds", run: codeReuse30Seconds, only: hasCode},
	{name: "oidcc-ensure-registered-redirect-uri", run: registeredRedirectURI},
	{name: "oidcc-ensure-post-request-succeeds", run: postRequest, only: isCode},
	{name: "oidcc-request-uri-unsigned-supported-correctly-or-rejected-as-unsupported", run: requestURIUnsigned, only: profile.registers},
	{name: "oidcc-unsigned-request-object-supported-correctly-or-rejected-as-unsupported", run: requestUnsigned},
	{name: "oidcc-ensure-request-object-with-redirect-uri", run: requestWithRedirectURI},
	{name: "oidcc-claims-essential", run: claimsEssential},
	{name: "oidcc-refresh-token", run: refreshToken, only: hasCode},
	{name: "oidcc-ensure-request-with-valid-pkce-succeeds", run: validPKCE, only: hasCode},
}

func (p profile) registers() bool { return p.dynamic }

func codeReuse(e *exam) {
	p := e.client()
	l := p.signIn(e.browser())
	e.checkTokenError("the code again", p.redeem(l.values.Get("code")), http.StatusBadRequest, "invalid_grant")
}

func codeReuse30Seconds(e *exam) {
	p := e.client()
	l := p.signIn(e.browser())
	e.userinfo(l)
	e.site.clock.skip(30 * time.Second)
	e.checkTokenError("the code after 30 s", p.redeem(l.values.Get("code")), http.StatusBadRequest, "invalid_grant")
	r := e.site.get(e.T, e.site.at(e.T, "userinfo_endpoint"), "Authorization", "Bearer "+l.access)
	if r.Status < 400 || r.Status >= 500 {
		e.Errorf("the access token still works after its code came twice: %d (RFC 6749 §4.1.2)", r.Status)
	}
}

func registeredRedirectURI(e *exam) {
	p := e.client()
	e.checkStays(e.browser().visit(p.request("redirect_uri", p.redirect+"/more")), "redirect_uri")
}

func postRequest(e *exam) {
	p, b := e.client(), e.browser()
	request := p.request()
	p.complete(b.finish(b.send(e.site.at(e.T, "authorization_endpoint"), request)), request)
	// And in a live session, whose cookies a browser leaves out of the POST.
	request = p.request("prompt", "none")
	p.complete(b.finish(b.send(e.site.at(e.T, "authorization_endpoint"), request)), request)
}

// inside is a request whose object holds everything, with only what OAuth 2.0
// demands outside of it.
func (p *party) inside(pairs ...string) (request url.Values, claims map[string]any) {
	request = p.request(pairs...)
	claims = map[string]any{}
	for name := range request {
		claims[name] = request.Get(name)
	}
	claims["iss"], claims["aud"] = p.ID, p.e.site.URL
	return request, claims
}

// outside is what goes beside a request object.
func outside(request url.Values, pairs ...string) url.Values {
	v := url.Values{}
	for _, name := range []string{"client_id", "response_type", "scope"} {
		v.Set(name, request.Get(name))
	}
	return edited(v, pairs)
}

// requestURIUnsigned: where none is not offered it may be skipped; then such an
// object must be refused, and not ignored.
func requestURIUnsigned(e *exam) {
	address := e.site.rp.URL + "/request/" + rand.Text()
	p := e.client("request_uris", []string{address}, "request_object_signing_alg", e.unsignedAlg())
	request, claims := p.inside()
	e.site.rp.publish(strings.TrimPrefix(address, e.site.rp.URL), "application/oauth-authz-req+jwt", unsigned(e, claims))
	a := e.browser().visit(outside(request, "request_uri", address))
	if e.site.lists("request_object_signing_alg_values_supported", "none") {
		p.complete(a, request)
		return
	}
	if a.by != "" && !slices.Contains([]string{"invalid_request_object", "request_uri_not_supported"}, a.values.Get("error")) {
		e.Errorf("the unsigned object was answered with %v", a.values)
	}
}

// unsignedAlg is what a client registers that will not sign its request
// objects; nil, for nothing, where the hub does not offer that.
func (e *exam) unsignedAlg() any {
	if e.site.lists("request_object_signing_alg_values_supported", "none") {
		return "none"
	}
	return nil
}

func requestUnsigned(e *exam) {
	p := e.client()
	request, claims := p.inside()
	a := e.browser().visit(outside(request, "request", unsigned(e, claims)))
	if a.values.Get("error") == "request_not_supported" {
		want(e, "where the error goes", a.to, p.redirect)
		return
	}
	p.complete(a, request)
	want(e, "request_parameter_supported", e.site.meta["request_parameter_supported"], any(true))
}

func requestWithRedirectURI(e *exam) {
	p := e.client()
	request, claims := p.inside()
	beside := maps.Clone(request)
	beside.Set("redirect_uri", p.redirect+"/more")
	beside.Set("request", unsigned(e, claims))
	a := e.browser().visit(beside)
	if a.by == "" {
		e.checkStays(a, "redirect_uri")
		return
	}
	p.complete(a, request)
}

func claimsEssential(e *exam) {
	where := "userinfo"
	if !e.brings() {
		where = "id_token"
	}
	l := e.client().signIn(e.browser(), "claims", `{"`+where+`":{"name":{"essential":true}}}`)
	for _, id := range l.ids {
		want(e, "name is in the ID token", id["name"] != nil, where == "id_token")
	}
	if e.brings() {
		want(e, "name is told by userinfo", e.userinfo(l)["name"] != nil, true)
	}
}

func refreshToken(e *exam) {
	if !e.site.lists("scopes_supported", "offline_access") || !e.site.lists("grant_types_supported", "refresh_token") {
		e.Fatal("refresh tokens are not offered")
	}
	p, l := e.offline()
	other, theirs := e.offline()
	e.site.clock.skip(2 * time.Second)
	r := p.refresh(l.refresh, "scope", "openid offline_access")
	e.checkTokens(r)
	if r.str("access_token") == l.access {
		e.Errorf("the access token is not a new one")
	}
	again := l
	again.access = r.str("access_token")
	e.userinfo(again)
	if id := r.str("id_token"); id != "" {
		e.checkRefreshedID(l, id)
	}
	e.checkTokenError("another client's refresh token", p.refresh(theirs.refresh), http.StatusBadRequest, "invalid_grant")
	e.checkTokens(other.refresh(theirs.refresh))
}

// offline completes a login that brings a refresh token (OIDC Core §11).
func (e *exam) offline(pairs ...any) (*party, login) {
	e.Helper()
	grants := []string{"authorization_code", "refresh_token"}
	if e.response != "code" {
		grants = append(grants, "implicit")
	}
	p := e.client(append([]any{"grant_types", grants}, pairs...)...)
	l := p.signIn(e.browser(), "scope", "openid offline_access", "prompt", "consent", "nonce", (rand.Text() + rand.Text())[:43])
	if l.refresh == "" {
		e.Fatal("there is no refresh token")
	}
	return p, l
}

// checkRefreshedID holds an ID token against OIDC Core §12.2.
func (e *exam) checkRefreshedID(l login, token string) {
	e.Helper()
	_, before := e.verified("ID token", l.id)
	_, after := e.verified("ID token", token)
	for _, name := range []string{"iss", "sub", "aud", "azp", "auth_time"} {
		want(e, name+" of the new ID token", after[name], before[name])
	}
	if after["iat"].(float64) <= before["iat"].(float64) {
		e.Errorf("iat went from %v to %v", before["iat"], after["iat"])
	}
	if after["nonce"] != nil && after["nonce"] != before["nonce"] {
		e.Errorf("nonce is %v", after["nonce"])
	}
	e.checkClaims(after)
}

func validPKCE(e *exam) {
	p := e.client()
	verifier := strings.Repeat("v", 43)
	request := p.request("code_challenge", challenge(verifier), "code_challenge_method", "S256")
	b := e.browser()
	p.complete(b.visit(request), request, "code_verifier", verifier)
	a := b.visit(request)
	e.checkTokenError("another verifier", p.redeem(a.values.Get("code"), "code_verifier", strings.Repeat("w", 43)), http.StatusBadRequest, "invalid_grant")
}
