package conformance_test

import (
	"crypto/rand"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/fedhub/fedhub/hub/internal/hubtest"
)

// requestTests are the second half of section A: codes, requests and refresh
// tokens.
var requestTests = []certificationTest{
	{name: "oidcc-codereuse", run: codeReuse, only: hasCode},
	{name: "oidcc-codereuse-30seconds", run: codeReuse30Seconds, only: hasCode},
	{name: "oidcc-ensure-registered-redirect-uri", run: registeredRedirectURI},
	{name: "oidcc-ensure-post-request-succeeds", run: postRequest, only: isCode},
	{name: "oidcc-request-uri-unsigned-supported-correctly-or-rejected-as-unsupported", run: requestURIUnsigned, only: hubtest.Profile.Registers},
	{name: "oidcc-unsigned-request-object-supported-correctly-or-rejected-as-unsupported", run: requestUnsigned},
	{name: "oidcc-ensure-request-object-with-redirect-uri", run: requestWithRedirectURI},
	{name: "oidcc-claims-essential", run: claimsEssential},
	{name: "oidcc-refresh-token", run: refreshToken, only: hasCode},
	{name: "oidcc-ensure-request-with-valid-pkce-succeeds", run: validPKCE, only: hasCode},
}

func codeReuse(e *hubtest.Exam) {
	p := e.Client()
	l := p.SignIn(e.Browser())
	e.CheckTokenError("the code again", p.Redeem(l.Values.Get("code")), http.StatusBadRequest, "invalid_grant")
}

func codeReuse30Seconds(e *hubtest.Exam) {
	p := e.Client()
	l := p.SignIn(e.Browser())
	e.Userinfo(l)
	e.Site.Clock.Skip(30 * time.Second)
	e.CheckTokenError("the code after 30 s", p.Redeem(l.Values.Get("code")), http.StatusBadRequest, "invalid_grant")
	r := e.Site.Get(e.T, e.Site.At(e.T, "userinfo_endpoint"), "Authorization", "Bearer "+l.Access)
	if r.Status < 400 || r.Status >= 500 {
		e.Errorf("the access token still works after its code came twice: %d (RFC 6749 §4.1.2)", r.Status)
	}
}

func registeredRedirectURI(e *hubtest.Exam) {
	p := e.Client()
	e.CheckStays(e.Browser().Visit(p.Request("redirect_uri", p.Redirect+"/more")), "redirect_uri")
}

func postRequest(e *hubtest.Exam) {
	p, b := e.Client(), e.Browser()
	request := p.Request()
	p.Complete(b.Finish(b.Send(e.Site.At(e.T, "authorization_endpoint"), request)), request)
	// The same with a live session: the browser does not send its cookies with
	// the cross-site POST.
	request = p.Request("prompt", "none")
	p.Complete(b.Finish(b.Send(e.Site.At(e.T, "authorization_endpoint"), request)), request)
}

// outside are the parameters beside a request object.
func outside(request url.Values, pairs ...string) url.Values {
	v := url.Values{}
	for _, name := range []string{"client_id", "response_type", "scope"} {
		v.Set(name, request.Get(name))
	}
	return hubtest.Edited(v, pairs)
}

// requestURIUnsigned is skipped if the hub does not support "none"; then an
// unsigned object must be refused, not ignored.
func requestURIUnsigned(e *hubtest.Exam) {
	address := e.Site.Rp.URL + "/request/" + rand.Text()
	p := e.Client("request_uris", []string{address}, "request_object_signing_alg", e.UnsignedAlg())
	request, claims := p.Inside()
	e.Site.Rp.Publish(strings.TrimPrefix(address, e.Site.Rp.URL), "application/oauth-authz-req+jwt", unsigned(e, claims))
	a := e.Browser().Visit(outside(request, "request_uri", address))
	if e.Site.Lists("request_object_signing_alg_values_supported", "none") {
		p.Complete(a, request)
		return
	}
	if a.By != "" && !slices.Contains([]string{"invalid_request_object", "request_uri_not_supported"}, a.Values.Get("error")) {
		e.Errorf("the unsigned object was answered with %v", a.Values)
	}
}

func requestUnsigned(e *hubtest.Exam) {
	p := e.Client()
	request, claims := p.Inside()
	a := e.Browser().Visit(outside(request, "request", unsigned(e, claims)))
	p.Complete(a, request)
	hubtest.Want(e, "request_parameter_supported", e.Site.Meta["request_parameter_supported"], any(true))
}

func requestWithRedirectURI(e *hubtest.Exam) {
	p := e.Client()
	request, claims := p.Inside()
	beside := maps.Clone(request)
	beside.Set("redirect_uri", p.Redirect+"/more")
	beside.Set("request", unsigned(e, claims))
	a := e.Browser().Visit(beside)
	if a.By == "" {
		e.CheckStays(a, "redirect_uri")
		return
	}
	p.Complete(a, request)
}

func claimsEssential(e *hubtest.Exam) {
	where := "userinfo"
	if !e.Brings() {
		where = "id_token"
	}
	l := e.Client().SignIn(e.Browser(), "claims", `{"`+where+`":{"name":{"essential":true}}}`)
	for _, id := range l.Ids {
		hubtest.Want(e, "name is in the ID token", id["name"] != nil, where == "id_token")
	}
	if e.Brings() {
		hubtest.Want(e, "name is told by userinfo", e.Userinfo(l)["name"] != nil, true)
	}
}

func refreshToken(e *hubtest.Exam) {
	if !e.Site.Lists("scopes_supported", "offline_access") || !e.Site.Lists("grant_types_supported", "refresh_token") {
		e.Fatal("refresh tokens are not offered")
	}
	p, l := e.Offline()
	other, theirs := e.Offline()
	e.Site.Clock.Skip(2 * time.Second)
	r := p.Refresh(l.Refresh, "scope", "openid offline_access")
	e.CheckTokens(r)
	if r.Str("access_token") == l.Access {
		e.Errorf("the access token is not a new one")
	}
	again := l
	again.Access = r.Str("access_token")
	e.Userinfo(again)
	if id := r.Str("id_token"); id != "" {
		e.CheckRefreshedID(l, id)
	}
	e.CheckTokenError("another client's refresh token", p.Refresh(theirs.Refresh), http.StatusBadRequest, "invalid_grant")
	e.CheckTokens(other.Refresh(theirs.Refresh))
}

func validPKCE(e *hubtest.Exam) {
	p := e.Client()
	verifier := strings.Repeat("v", 43)
	request := p.Request("code_challenge", hubtest.Challenge(verifier), "code_challenge_method", "S256")
	b := e.Browser()
	p.Complete(b.Visit(request), request, "code_verifier", verifier)
	a := b.Visit(request)
	e.CheckTokenError("another verifier", p.Redeem(a.Values.Get("code"), "code_verifier", strings.Repeat("w", 43)), http.StatusBadRequest, "invalid_grant")
}
