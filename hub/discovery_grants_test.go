package hub_test

import (
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"maps"
	"math/big"
	"net/http"
	"net/url"
	"slices"
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
		e.exerciseDevice()
	case grantExchange:
		e.exerciseExchange()
	case grantJWT:
		e.exerciseJWTBearer()
	case grantCIBA:
		e.exerciseCIBA(e.client("grant_types", []string{grantCIBA}, "response_types", []string{}, "backchannel_token_delivery_mode", "poll"))
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

func (e *exam) exerciseDevice() {
	p := e.client("grant_types", []string{grantDevice}, "response_types", []string{}, "redirect_uris", []string{})
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

// exerciseCIBA asks a person who is elsewhere.
func (e *exam) exerciseCIBA(p *party, pairs ...string) {
	e.Helper()
	r := p.call("backchannel_authentication_endpoint", append([]string{"scope", "openid", "login_hint", examinee, "binding_message", "W4SC"}, pairs...)...)
	if r.Status != http.StatusOK {
		e.Fatalf("got %d %s", r.Status, r.Body)
	}
	e.Logf("%s", r.Body)
}

func exerciseDelivery(e *exam, mode string) {
	path := "/ciba/" + rand.Text()
	p := e.client("grant_types", []string{grantCIBA}, "response_types", []string{}, "backchannel_token_delivery_mode", mode,
		"backchannel_client_notification_endpoint", e.site.rp.URL+path)
	e.exerciseCIBA(p, "client_notification_token", rand.Text()+rand.Text())
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
func (e *exam) authenticating(method string, pairs ...any) *party {
	e.Helper()
	more := []any{"token_endpoint_auth_method", method}
	switch method {
	case clients.MethodNone:
		return e.kept(clients.Client{Name: "Page", Type: clients.SPA, RedirectURIs: []string{e.site.rp.URL + "/page"}})
	case clients.MethodTLS:
		more = append(more, "tls_client_auth_san_dns", "rp.example.org")
	case clients.MethodOwnTLS:
		more = append(more, "jwks", certificateKeys(e.certificate()))
	}
	return e.client(append(more, pairs...)...)
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

// certificate is a relying party's own client certificate.
func (e *exam) certificate() tls.Certificate {
	e.Helper()
	key := encKey().(*ecdsa.PrivateKey)
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "rp.example.org"}, DNSNames: []string{"rp.example.org"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}}
	parent, signer := template, any(key)
	raw, err := x509.CreateCertificate(rand.Reader, template, parent, key.Public(), signer)
	if err != nil {
		e.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{raw}, PrivateKey: key}
}

func certificateKeys(c tls.Certificate) map[string]any {
	leaf, err := x509.ParseCertificate(c.Certificate[0])
	if err != nil {
		panic(err)
	}
	return map[string]any{"keys": []jose.JSONWebKey{{Key: leaf.PublicKey, KeyID: "cert", Use: "sig", Certificates: []*x509.Certificate{leaf}}}}
}

// presenting is the site's client with a client certificate.
func (e *exam) presenting(c tls.Certificate) *http.Client {
	transport := e.site.http.Transport.(*http.Transport).Clone()
	transport.TLSClientConfig.Certificates = []tls.Certificate{c}
	return &http.Client{Transport: transport, CheckRedirect: followNothing}
}

// exerciseBinding: a hub that sees no certificates binds no tokens to them.
func exerciseBinding(e *exam, value string) {
	if value == "false" {
		e.refusesToRegister([]string{"invalid_client_metadata"}, "token_endpoint_auth_method", clients.MethodOwnTLS, "jwks", certificateKeys(e.certificate()))
		return
	}
	exerciseCertificateBound(e)
}

// exerciseCertificateBound gets a token that works with the certificate only.
func exerciseCertificateBound(e *exam) {
	c := e.certificate()
	p := e.client("token_endpoint_auth_method", clients.MethodOwnTLS, "jwks", certificateKeys(c), "tls_client_certificate_bound_access_tokens", true)
	l := p.signIn(e.browser())
	sum := sha256.Sum256(c.Certificate[0])
	confirm, _ := claimsOf(e, l.access)["cnf"].(map[string]any)
	want(e, "x5t#S256", confirm["x5t#S256"], any(base64.RawURLEncoding.EncodeToString(sum[:])))
	want(e, "userinfo without the certificate",
		e.site.get(e.T, e.site.at(e.T, "userinfo_endpoint"), "Authorization", "Bearer "+l.access).Status, http.StatusUnauthorized)
}

func exerciseAlias(e *exam, name string) {
	aliases, _ := e.site.meta["mtls_endpoint_aliases"].(map[string]any)
	want(e, "the plain endpoint is there", e.site.at(e.T, name) != "", true)
	want(e, "the alias is an address", strings.HasPrefix(aliases[name].(string), "https://"), true)
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

var _ = slices.Contains[[]string]
