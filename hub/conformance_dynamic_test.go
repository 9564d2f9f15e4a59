package hub_test

import (
	"crypto"
	"crypto/rand"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
	"golang.org/x/net/html"

	"github.com/fedhub/fedhub/clients"
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

func idTokenRS256(e *exam) {
	header, _ := e.verified("ID token", e.client("id_token_signed_response_alg", "RS256").signIn(e.browser()).id)
	want(e, "alg", header.Algorithm, "RS256")
}

func userinfoRS256(e *exam) {
	want(e, "RS256 is listed for userinfo", e.site.lists("userinfo_signing_alg_values_supported", "RS256"), true)
	p := e.client("userinfo_signed_response_alg", "RS256")
	l := p.signIn(e.browser())
	r := e.site.get(e.T, e.site.at(e.T, "userinfo_endpoint"), "Authorization", "Bearer "+l.access)
	if r.Status != http.StatusOK || !strings.HasPrefix(r.Header.Get("Content-Type"), "application/jwt") {
		e.Fatalf("userinfo: got %d %s %s", r.Status, r.Header.Get("Content-Type"), r.Body)
	}
	header, claims := e.verified("userinfo", r.Body)
	want(e, "alg", header.Algorithm, "RS256")
	want(e, "iss", claims["iss"], any(e.site.URL))
	want(e, "aud", claims["aud"], any(p.ID))
	want(e, "sub", claims["sub"], l.claim(e, "sub"))
	want(e, "nonce is there", claims["nonce"] != nil, false)
	e.checkClaims(claims)
}

func redirectURIInRequest(e *exam) {
	base := e.site.rp.URL + "/callback/" + rand.Text()
	p := e.client("redirect_uris", []string{base, base + "/second"})
	e.checkStays(e.browser().visit(p.request("redirect_uri", "")), "redirect_uri")
}

// with registers a client of the given address only.
func (e *exam) at(query string) *party {
	e.Helper()
	address := e.site.rp.URL + "/callback/" + rand.Text() + query
	p := e.client("redirect_uris", []string{address})
	p.redirect = address
	return p
}

func redirectQueryOK(e *exam) { e.at("?foo=bar").signIn(e.browser()) }

func redirectQueryMismatch(e *exam) {
	p := e.at("?foo=bar")
	e.checkStays(e.browser().visit(p.request("redirect_uri", strings.Replace(p.redirect, "foo=bar", "bar=foo", 1))), "redirect_uri")
}

func redirectQueryAdded(e *exam) {
	p := e.at("")
	e.checkStays(e.browser().visit(p.request("redirect_uri", p.redirect+"?foo=bar")), "redirect_uri")
}

// refusesToRegister tries to register a client that must not be.
func (e *exam) refusesToRegister(codes []string, pairs ...any) {
	e.Helper()
	p := &party{e: e, redirect: e.site.rp.URL + "/callback/" + rand.Text(), auth: e.auth, key: aKey[0](), kid: "rp-key"}
	e.checkTokenError("registration", e.tryRegister(p.metadata(pairs)), http.StatusBadRequest, codes...)
}

func redirectFragment(e *exam) {
	e.refusesToRegister([]string{"invalid_redirect_uri", "invalid_client_metadata"}, "redirect_uris", []string{e.site.rp.URL + "/callback#foobar"})
}

// registeredLink tests that what was registered is shown on the first page
// that the person sees.
func registeredLink(name string) func(*exam) {
	return func(e *exam) {
		address := e.site.rp.publish("/"+name+"/"+rand.Text(), "text/html", "<p>Text")
		b := e.browser()
		p := b.open(e.site.at(e.T, "authorization_endpoint") + "?" + e.client(name, address).request().Encode())
		if !b.has(p, "sign-in-form") {
			e.Fatalf("this is not the sign-in page: %d", p.Status)
		}
		element, place := "a", "href"
		if name == "logo_uri" {
			element, place = "img", "src"
		}
		if !shows(b.parse(p), element, place, address) {
			e.Errorf("the page has no %s to %s: %s", element, address, gist(p.Body))
		}
	}
}

// shows says whether the page has such a link, or the image of this address.
func shows(root *html.Node, element, place, address string) bool {
	for n := range root.Descendants() {
		if n.Type == html.ElementNode && n.Data == element && attr(n, place) == address {
			return true
		}
	}
	return false
}

func registeredKeys(e *exam) {
	address := e.site.rp.publishJSON(e.T, "/jwks/"+rand.Text(), keySet(aKey[0](), "rp-key"))
	e.client("jwks_uri", address).signIn(e.browser())
}

// sector registers a pairwise client whose sector document holds the given
// addresses.
func (e *exam) sector(redirects ...string) []any {
	e.Helper()
	address := e.site.rp.publishJSON(e.T, "/sector/"+rand.Text(), redirects)
	return []any{"subject_type", "pairwise", "sector_identifier_uri", address}
}

func sectorGood(e *exam) {
	want(e, "pairwise is listed", e.site.lists("subject_types_supported", "pairwise"), true)
	redirect := e.site.rp.URL + "/callback/" + rand.Text()
	pairwise := e.sector(redirect, redirect+"/second")
	sign := func(uri string, more ...any) any {
		p := e.client(append([]any{"redirect_uris", []string{uri}}, more...)...)
		p.redirect = uri
		return p.signIn(e.browser()).claim(e, "sub")
	}
	one, two, public := sign(redirect, pairwise...), sign(redirect+"/second", pairwise...), sign(redirect)
	want(e, "sub of two clients of one sector", one, two)
	want(e, "the public sub is another", public != one, true)
}

func sectorBad(e *exam) {
	pairwise := e.sector(e.site.rp.URL + "/somewhere/else")
	e.refusesToRegister([]string{"invalid_client_metadata", "invalid_redirect_uri"}, pairwise...)
}

func serverRotatesKeys(e *exam) {
	p, b := e.client(), e.browser()
	first := p.signIn(b)
	before := e.jwks()
	e.site.rotate(e.T)
	after := e.jwks()
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
	e.verified("ID token of before", first.id)
	p.signIn(b)
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

func clientRotatesKeys(e *exam) {
	path := "/jwks/" + rand.Text()
	p, l := e.offline("jwks_uri", e.site.rp.publishJSON(e.T, path, keySet(aKey[0](), "rp-key")), "token_endpoint_auth_method", clients.MethodKey)
	e.site.rp.publishJSON(e.T, path, keySet(aKey[1](), "second"))
	e.site.clock.skip(61 * time.Second)
	p.key, p.kid = aKey[1](), "second"
	e.checkTokens(p.refresh(l.refresh))
}

func requestURISigned(e *exam) {
	want(e, "request_uri_parameter_supported", e.site.meta["request_uri_parameter_supported"], any(true))
	want(e, "RS256 is listed for request objects", e.site.lists("request_object_signing_alg_values_supported", "RS256"), true)
	path := "/request/" + rand.Text()
	p := e.client("request_uris", []string{e.site.rp.URL + path}, "request_object_signing_alg", "RS256")
	request, claims := p.inside()
	e.site.rp.publish(path, "application/oauth-authz-req+jwt", signed(e, jose.RS256, p.key, p.kid, "oauth-authz-req+jwt", claims))
	p.complete(e.browser().visit(outside(request, "request_uri", e.site.rp.URL+path)), request)
}

func assertionForIssuer(e *exam) {
	p := e.client()
	a := e.browser().visit(p.request())
	e.checkTokens(e.site.post(e.T, e.site.at(e.T, "token_endpoint"), edited(url.Values{}, []string{
		"grant_type", "authorization_code", "code", a.values.Get("code"), "redirect_uri", p.redirect,
		"client_assertion_type", assertionType, "client_assertion", p.assertion(e.site.URL),
	})))
}

// thirdPartyTests are section D.
var thirdPartyTests = []certificationTest{
	{name: "oidcc-3rd_party-init-login", run: initiateLogin},
	{name: "oidcc-3rd_party-init-login-nohttps", run: initiateLoginPlain},
}

func initiateLogin(e *exam) {
	address := e.site.rp.URL + "/initiate/" + rand.Text()
	p := e.client("initiate_login_uri", address)
	want(e, "initiate_login_uri at registration", p.registered["initiate_login_uri"], any(address))
	at, _ := p.registered["registration_client_uri"].(string)
	token, _ := p.registered["registration_access_token"].(string)
	r := e.site.get(e.T, at, "Authorization", "Bearer "+token)
	want(e, "status of the client configuration endpoint", r.Status, http.StatusOK)
	e.checkJSON("client configuration", r)
	want(e, "initiate_login_uri", r.JSON["initiate_login_uri"], any(address))
}

func initiateLoginPlain(e *exam) {
	e.refusesToRegister([]string{"invalid_client_metadata"}, "initiate_login_uri", "http://app.example.org/initiate")
}
