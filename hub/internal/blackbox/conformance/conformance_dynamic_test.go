package conformance_test

import (
	"crypto"
	"crypto/rand"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
	"golang.org/x/net/html"

	"github.com/fedhub/fedhub/clients/clientauth"
	"github.com/fedhub/fedhub/hub/internal/hubtest"
)

// dynamicTests are section C: discovery, registration and private_key_jwt.
var dynamicTests = []certificationTest{
	{name: "oidcc-server", run: server},
	{name: "oidcc-idtoken-unsigned", run: idTokenUnsigned},
	{name: "oidcc-refresh-token", run: refreshToken},
	{name: "oidcc-ensure-request-object-with-redirect-uri", run: requestWithRedirectURI},
	{name: "oidcc-idtoken-rs256", run: idTokenRS256},
	{name: "oidcc-userinfo-rs256", run: userinfoRS256},
	{name: "oidcc-ensure-redirect-uri-in-authorization-request", run: redirectURIInRequest},
	{name: "oidcc-redirect-uri-query-OK", run: redirectQueryOK},
	{name: "oidcc-redirect-uri-query-mismatch", run: redirectQueryMismatch},
	{name: "oidcc-redirect-uri-query-added", run: redirectQueryAdded},
	{name: "oidcc-redirect-uri-regfrag", run: redirectFragment},
	{name: "oidcc-registration-logo-uri", run: registeredLink("logo_uri")},
	{name: "oidcc-registration-policy-uri", run: registeredLink("policy_uri")},
	{name: "oidcc-registration-tos-uri", run: registeredLink("tos_uri")},
	{name: "oidcc-registration-jwks-uri", run: registeredKeys},
	{name: "oidcc-registration-sector-uri", run: sectorGood},
	{name: "oidcc-registration-sector-bad", run: sectorBad},
	{name: "oidcc-server-rotate-keys", run: serverRotatesKeys},
	{name: "oidcc-refresh-token-rp-key-rotation", run: clientRotatesKeys},
	{name: "oidcc-request-uri-unsigned", run: requestURIUnsigned},
	{name: "oidcc-request-uri-signed-rs256", run: requestURISigned},
	{name: "oidcc-ensure-client-assertion-with-iss-aud-succeeds", run: assertionForIssuer},
}

func idTokenRS256(e *hubtest.Exam) {
	header, _ := e.Verified("ID token", e.Client("id_token_signed_response_alg", "RS256").SignIn(e.Browser()).ID)
	hubtest.Want(e, "alg", header.Algorithm, "RS256")
}

func userinfoRS256(e *hubtest.Exam) {
	hubtest.Want(e, "RS256 is listed for userinfo", e.Site.Lists("userinfo_signing_alg_values_supported", "RS256"), true)
	p := e.Client("userinfo_signed_response_alg", "RS256")
	l := p.SignIn(e.Browser())
	r := e.Site.Get(e.T, e.Site.At(e.T, "userinfo_endpoint"), "Authorization", "Bearer "+l.Access)
	if r.Status != http.StatusOK || !strings.HasPrefix(r.Header.Get("Content-Type"), "application/jwt") {
		e.Fatalf("userinfo: got %d %s %s", r.Status, r.Header.Get("Content-Type"), r.Body)
	}
	header, claims := e.Verified("userinfo", r.Body)
	hubtest.Want(e, "alg", header.Algorithm, "RS256")
	hubtest.Want(e, "iss", claims["iss"], any(e.Site.URL))
	hubtest.Want(e, "aud", claims["aud"], any(p.ID))
	hubtest.Want(e, "sub", claims["sub"], l.Claim(e, "sub"))
	hubtest.Want(e, "nonce is there", claims["nonce"] != nil, false)
	e.CheckClaims(claims)
}

func redirectURIInRequest(e *hubtest.Exam) {
	base := e.Site.Rp.URL + "/callback/" + rand.Text()
	p := e.Client("redirect_uris", []string{base, base + "/second"})
	e.CheckStays(e.Browser().Visit(p.Request("redirect_uri", "")), "redirect_uri")
}

func redirectQueryOK(e *hubtest.Exam) { e.At("?foo=bar").SignIn(e.Browser()) }

func redirectQueryMismatch(e *hubtest.Exam) {
	p := e.At("?foo=bar")
	e.CheckStays(e.Browser().Visit(p.Request("redirect_uri", strings.Replace(p.Redirect, "foo=bar", "bar=foo", 1))), "redirect_uri")
}

func redirectQueryAdded(e *hubtest.Exam) {
	p := e.At("")
	e.CheckStays(e.Browser().Visit(p.Request("redirect_uri", p.Redirect+"?foo=bar")), "redirect_uri")
}

func redirectFragment(e *hubtest.Exam) {
	e.RefusesToRegister([]string{"invalid_redirect_uri", "invalid_client_metadata"}, "redirect_uris", []string{e.Site.Rp.URL + "/callback#foobar"})
}

// registeredLink checks that the first page shows a registered link or image.
func registeredLink(name string) func(*hubtest.Exam) {
	return func(e *hubtest.Exam) {
		address := e.Site.Rp.Publish("/"+name+"/"+rand.Text(), "text/html", "<p>Text")
		b := e.Browser()
		p := b.Open(e.Site.At(e.T, "authorization_endpoint") + "?" + e.Client(name, address).Request().Encode())
		if !b.Has(p, "sign-in-form") {
			e.Fatalf("this is not the sign-in page: %d", p.Status)
		}
		element, place := "a", "href"
		if name == "logo_uri" {
			element, place = "img", "src"
		}
		if !shows(b.Parse(p), element, place, address) {
			e.Errorf("the page has no %s to %s: %s", element, address, hubtest.Gist(p.Body))
		}
	}
}

// shows reports whether the page has such a link, or the image of this address.
func shows(root *html.Node, element, place, address string) bool {
	for n := range root.Descendants() {
		if n.Type == html.ElementNode && n.Data == element && hubtest.Attr(n, place) == address {
			return true
		}
	}
	return false
}

func registeredKeys(e *hubtest.Exam) {
	address := e.Site.Rp.PublishJSON(e.T, "/jwks/"+rand.Text(), hubtest.KeySet(hubtest.AKey[0](), "rp-key"))
	e.Client("jwks_uri", address).SignIn(e.Browser())
}

func sectorGood(e *hubtest.Exam) {
	hubtest.Want(e, "pairwise is listed", e.Site.Lists("subject_types_supported", "pairwise"), true)
	redirect := e.Site.Rp.URL + "/callback/" + rand.Text()
	pairwise := e.Sector(redirect, redirect+"/second")
	sign := func(uri string, more ...any) any {
		p := e.Client(append([]any{"redirect_uris", []string{uri}}, more...)...)
		p.Redirect = uri
		return p.SignIn(e.Browser()).Claim(e, "sub")
	}
	one, two, public := sign(redirect, pairwise...), sign(redirect+"/second", pairwise...), sign(redirect)
	hubtest.Want(e, "sub of two clients of one sector", one, two)
	hubtest.Want(e, "the public sub is another", public != one, true)
}

func sectorBad(e *hubtest.Exam) {
	pairwise := e.Sector(e.Site.Rp.URL + "/somewhere/else")
	e.RefusesToRegister([]string{"invalid_client_metadata", "invalid_redirect_uri"}, pairwise...)
}

func serverRotatesKeys(e *hubtest.Exam) {
	p, b := e.Client(), e.Browser()
	first := p.SignIn(b)
	before := e.Jwks()
	e.Site.Rotate(e.T)
	after := e.Jwks()
	fresh := 0
	for _, key := range after.Keys {
		if len(before.Key(key.KeyID)) == 0 && !sameKeyMaterial(before, key) {
			fresh++
		}
	}
	if fresh == 0 {
		e.Errorf("the rotation brought no new key")
	}
	for _, key := range before.Keys {
		if key.Use == "sig" && len(after.Key(key.KeyID)) == 0 {
			e.Errorf("the old key %s is gone while its tokens are still good", key.KeyID)
		}
	}
	e.Verified("ID token of before", first.ID)
	p.SignIn(b)
}

func sameKeyMaterial(set jose.JSONWebKeySet, key jose.JSONWebKey) bool {
	print := func(k jose.JSONWebKey) string {
		sum, err := k.Thumbprint(crypto.SHA256)
		if err != nil {
			return ""
		}
		return string(sum)
	}
	for _, k := range set.Keys {
		if print(k) == print(key) {
			return true
		}
	}
	return false
}

func clientRotatesKeys(e *hubtest.Exam) {
	path := "/jwks/" + rand.Text()
	p, l := e.Offline("jwks_uri", e.Site.Rp.PublishJSON(e.T, path, hubtest.KeySet(hubtest.AKey[0](), "rp-key")), "token_endpoint_auth_method", clientauth.MethodKey)
	e.Site.Rp.PublishJSON(e.T, path, hubtest.KeySet(hubtest.AKey[1](), "second"))
	e.Site.Clock.Skip(61 * time.Second)
	p.Key, p.Kid = hubtest.AKey[1](), "second"
	e.CheckTokens(p.Refresh(l.Refresh))
}

func requestURISigned(e *hubtest.Exam) {
	hubtest.Want(e, "request_uri_parameter_supported", e.Site.Meta["request_uri_parameter_supported"], any(true))
	hubtest.Want(e, "RS256 is listed for request objects", e.Site.Lists("request_object_signing_alg_values_supported", "RS256"), true)
	path := "/request/" + rand.Text()
	p := e.Client("request_uris", []string{e.Site.Rp.URL + path}, "request_object_signing_alg", "RS256")
	request, claims := p.Inside()
	e.Site.Rp.Publish(path, "application/oauth-authz-req+jwt", hubtest.Signed(e, jose.RS256, p.Key, p.Kid, "oauth-authz-req+jwt", claims))
	p.Complete(e.Browser().Visit(outside(request, "request_uri", e.Site.Rp.URL+path)), request)
}

func assertionForIssuer(e *hubtest.Exam) {
	p := e.Client()
	a := e.Browser().Visit(p.Request())
	e.CheckTokens(e.Site.Post(e.T, e.Site.At(e.T, "token_endpoint"), hubtest.Edited(url.Values{}, []string{
		"grant_type", "authorization_code", "code", a.Values.Get("code"), "redirect_uri", p.Redirect,
		"client_assertion_type", hubtest.AssertionType, "client_assertion", p.Assertion(e.Site.URL),
	})))
}

// thirdPartyTests are section D.
var thirdPartyTests = []certificationTest{
	{name: "oidcc-3rd_party-init-login", run: initiateLogin},
	{name: "oidcc-3rd_party-init-login-nohttps", run: initiateLoginPlain},
}

func initiateLogin(e *hubtest.Exam) {
	address := e.Site.Rp.URL + "/initiate/" + rand.Text()
	p := e.Client("initiate_login_uri", address)
	hubtest.Want(e, "initiate_login_uri at registration", p.Registered["initiate_login_uri"], any(address))
	at, _ := p.Registered["registration_client_uri"].(string)
	token, _ := p.Registered["registration_access_token"].(string)
	r := e.Site.Get(e.T, at, "Authorization", "Bearer "+token)
	hubtest.Want(e, "status of the client configuration endpoint", r.Status, http.StatusOK)
	e.CheckJSON("client configuration", r)
	hubtest.Want(e, "initiate_login_uri", r.JSON["initiate_login_uri"], any(address))
}

func initiateLoginPlain(e *hubtest.Exam) {
	e.RefusesToRegister([]string{"invalid_client_metadata"}, "initiate_login_uri", "http://app.example.org/initiate")
}
