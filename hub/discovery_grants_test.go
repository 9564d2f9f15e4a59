package hub_test

import (
	"crypto/rand"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/fedhub/fedhub/clients"
)

const (
	grantDevice   = "urn:ietf:params:oauth:grant-type:device_code"
	grantCIBA     = "urn:openid:params:grant-type:ciba"
	grantExchange = "urn:ietf:params:oauth:grant-type:token-exchange"
	grantJWT      = "urn:ietf:params:oauth:grant-type:jwt-bearer"
	typeAccess    = "urn:ietf:params:oauth:token-type:access_token"
)

func exerciseGrant(e *exam, grant string) {
	switch grant {
	case "authorization_code":
		exerciseLogin(e, grant)
	case "implicit":
		e.as("id_token token", "").client().signIn(e.browser())
	case "refresh_token":
		refreshToken(e)
	case "client_credentials":
		p := e.service("files")
		e.checkTokens(p.call("token_endpoint", "grant_type", grant, "scope", "files"))
	case grantDevice:
		e.exerciseDevice(e.client(decoupled(grant)...))
	case grantExchange:
		e.exerciseExchange()
	case grantJWT:
		e.exerciseJWTBearer()
	case grantCIBA:
		e.exerciseCIBA(e.client(decoupled(grant)...))
	default:
		e.Errorf("nobody knows how to use %s", grant)
	}
}

// kept is a client that an administrator registered.
func (e *exam) kept(c clients.Client) *party {
	e.Helper()
	c, secret, err := e.site.Hub.AddClient(e.Context(), "test", c)
	if err != nil {
		e.Fatal(err)
	}
	p := &party{e: e, ID: c.ID, Secret: secret, auth: c.AuthMethod, key: aKey[0](), kid: "rp-key"}
	if len(c.RedirectURIs) > 0 {
		p.redirect = c.RedirectURIs[0]
	}
	return p
}

func (e *exam) service(scopes ...string) *party {
	e.Helper()
	return e.kept(clients.Client{Name: "Service", Type: clients.Service, Scopes: scopes})
}

// decoupled is the metadata of a client that people answer elsewhere.
func decoupled(grant string) []any {
	return []any{"grant_types", []string{grant}, "response_types", []string{}, "redirect_uris", []string{}}
}

func (e *exam) exerciseDevice(p *party) {
	e.Helper()
	r := p.call("device_authorization_endpoint", "scope", "openid email")
	want(e, "status", r.Status, http.StatusOK)
	poll := []string{"grant_type", grantDevice, "device_code", r.str("device_code")}
	e.checkTokenError("before anybody answered", p.call("token_endpoint", poll...), http.StatusBadRequest, "authorization_pending")
	b := e.browser()
	b.finish(b.open(r.str("verification_uri_complete")))
	e.site.clock.skip(10 * time.Second)
	e.checkTokens(p.call("token_endpoint", poll...))
}

func (e *exam) exerciseExchange() {
	p := e.kept(clients.Client{Name: "Exchanger", Type: clients.Web, PKCEOptional: true, RedirectURIs: []string{e.site.rp.URL + "/exchange"},
		Grants: []string{grantExchange}, Scopes: []string{"openid", "email"}})
	l := p.signIn(e.browser(), "scope", "openid email")
	r := p.call("token_endpoint", "grant_type", grantExchange, "subject_token", l.access, "subject_token_type", typeAccess, "scope", "openid")
	e.checkTokens(r)
	want(e, "issued_token_type", r.str("issued_token_type"), typeAccess)
	want(e, "scope", r.str("scope"), "openid")
}

// exerciseJWTBearer hands in an assertion that the client signed itself.
func (e *exam) exerciseJWTBearer() {
	p := e.kept(clients.Client{Name: "Bearer", Type: clients.Service, AuthMethod: clients.MethodKey, JWKS: mustJSON(e, keySet(aKey[0](), "rp-key")),
		Grants: []string{grantJWT}, Scopes: []string{"files"}})
	r := p.call("token_endpoint", "grant_type", grantJWT, "assertion", p.assertion(e.site.at(e.T, "token_endpoint")), "scope", "files")
	e.checkTokens(r)
}

// exerciseCIBA asks a person who is elsewhere, and who allows it.
func (e *exam) exerciseCIBA(p *party, pairs ...string) (id string) {
	e.Helper()
	message := rand.Text()
	r := p.call("backchannel_authentication_endpoint", append([]string{"scope", "openid email", "login_hint", examinee, "binding_message", message}, pairs...)...)
	if r.Status != http.StatusOK {
		e.Fatalf("got %d %s", r.Status, r.Body)
	}
	id = r.str("auth_req_id")
	poll := []string{"grant_type", grantCIBA, "auth_req_id", id}
	e.checkTokenError("before anybody answered", p.call("token_endpoint", poll...), http.StatusBadRequest, "authorization_pending")
	e.site.clock.skip(10 * time.Second)
	e.browser().approve(message)
	tokens := p.call("token_endpoint", poll...)
	e.checkTokens(tokens)
	claims := e.checkIDToken(tokens.str("id_token"), idToken{client: p.ID, access: tokens.str("access_token")})
	l := login{access: tokens.str("access_token"), ids: []map[string]any{claims}}
	want(e, "who answered", e.userinfo(l)["email"], any(examinee))
	e.checkTokenError("a second time", p.call("token_endpoint", poll...), http.StatusBadRequest, "invalid_grant")
	return id
}

// approve allows what waits for the person with this message.
func (b *scripted) approve(message string) {
	b.Helper()
	p := b.click(b.open(b.site.URL+"/account/approvals"), "sign-in", "email", examinee, "password", password)
	if !strings.Contains(p.Body, message) {
		b.Fatalf("the page does not show the message: %s", gist(p.Body))
	}
	for n := range b.parse(p).Descendants() {
		if strings.HasPrefix(attr(n, "id"), "allow-") {
			b.click(p, attr(n, "id"))
			return
		}
	}
	b.Fatal("there is no button to allow it")
}

func exerciseDelivery(e *exam, mode string) {
	if mode == "poll" {
		e.exerciseCIBA(e.client(append(decoupled(grantCIBA), "backchannel_token_delivery_mode", mode)...))
		return
	}
	want(e, "the mode", mode, "ping")
	path, secret := "/ciba/"+rand.Text(), rand.Text()+rand.Text()
	p := e.client(append(decoupled(grantCIBA), "backchannel_token_delivery_mode", mode, "backchannel_client_notification_endpoint", e.site.rp.URL+path)...)
	id := e.exerciseCIBA(p, "client_notification_token", secret)
	// CIBA §10.2
	told := e.site.rp.next(e.T, path)
	want(e, "Authorization", told.authorization, "Bearer "+secret)
	want(e, "Content-Type", told.kind, "application/json")
	want(e, "what it is told", told.body, `{"auth_req_id":"`+id+`"}`)
}

func exerciseCIBAAlg(e *exam, alg string) {
	p := e.keyed("grant_types", []string{grantCIBA}, "response_types", []string{}, "backchannel_token_delivery_mode", "poll",
		"backchannel_authentication_request_signing_alg", alg)
	claims := p.assertionClaims(e.site.URL)
	delete(claims, "sub")
	maps.Copy(claims, map[string]any{"scope": "openid", "login_hint": examinee, "nbf": claims["iat"]})
	r := p.call("backchannel_authentication_endpoint", "request", p.sign(alg, "", claims))
	want(e, "status", r.Status, http.StatusOK)
}

// callAccepting is call with an Accept header, for clients with a secret.
func (p *party) callAccepting(accept, endpoint string, pairs ...string) reply {
	p.e.Helper()
	form := edited(url.Values{}, pairs)
	var headers []string
	if p.auth == clients.MethodSecretJWT {
		claims := p.assertionClaims(p.e.site.at(p.e.T, "token_endpoint"))
		maps.Copy(form, url.Values{"client_assertion_type": {assertionType}, "client_assertion": {signed(p.e, jose.HS256, []byte(p.Secret), "", "", claims)}})
	} else {
		headers = []string{"Authorization", basic(p.ID, p.Secret)}
	}
	return p.e.site.post(p.e.T, p.e.site.at(p.e.T, endpoint), form, append(headers, "Accept", accept)...)
}

// authenticating registers a client of an authentication method.
func (e *exam) authenticating(method string) *party {
	e.Helper()
	switch method {
	case clients.MethodNone:
		return e.kept(clients.Client{Name: "Page", Type: clients.SPA, RedirectURIs: []string{e.site.rp.URL + "/page"}})
	case clients.MethodTLS, clients.MethodOwnTLS:
		return e.withCertificate(method)
	}
	return e.client("token_endpoint_auth_method", method)
}

// signInWith completes a login with PKCE, which public clients need.
func (p *party) signInWith(b *scripted) login {
	p.e.Helper()
	verifier := strings.Repeat("v", 43)
	request := p.request("code_challenge", challenge(verifier), "code_challenge_method", "S256")
	return p.complete(b.visit(request), request, "code_verifier", verifier)
}

func exerciseAuth(e *exam, method string) { e.authenticating(method).signInWith(e.browser()) }

func exerciseRevocationAuth(e *exam, method string) {
	p := e.authenticating(method)
	l := p.signInWith(e.browser())
	want(e, "status", p.call("revocation_endpoint", "token", l.access).Status, http.StatusOK)
	want(e, "userinfo after it", e.site.get(e.T, e.site.at(e.T, "userinfo_endpoint"), "Authorization", "Bearer "+l.access).Status, http.StatusUnauthorized)
}

func exerciseIntrospectionAuth(e *exam, method string) {
	p := e.authenticating(method)
	want(e, "active", p.active(p.signInWith(e.browser()).access), true)
}

// exerciseAuthAlg signs a client assertion with the algorithm.
func exerciseAuthAlg(e *exam, alg string) {
	method := clients.MethodKey
	if strings.HasPrefix(alg, "HS") {
		method = clients.MethodSecretJWT
	}
	p := e.keyed("token_endpoint_auth_method", method, "token_endpoint_auth_signing_alg", alg)
	a := e.browser().visit(p.request())
	form := url.Values{"grant_type": {"authorization_code"}, "code": {a.values.Get("code")}, "redirect_uri": {p.redirect},
		"client_assertion_type": {assertionType}, "client_assertion": {p.sign(alg, "", p.assertionClaims(e.site.at(e.T, "token_endpoint")))}}
	e.checkTokens(e.site.post(e.T, e.site.at(e.T, "token_endpoint"), form))
}

// exerciseMetadataDocument signs in at a client whose id is the address of a
// document about it.
func exerciseMetadataDocument(e *exam) {
	path := "/client/" + rand.Text()
	redirect := e.site.rp.URL + "/callback/" + rand.Text()
	id := e.site.rp.URL + path
	e.site.rp.publishJSON(e.T, path, map[string]any{
		"client_id": id, "client_name": "Documented", "redirect_uris": []string{redirect}, "token_endpoint_auth_method": "none",
		"grant_types": []string{"authorization_code"}, "response_types": []string{"code"},
	})
	p := &party{e: e, ID: id, redirect: redirect, auth: clients.MethodNone}
	p.signInWith(e.browser())
}
