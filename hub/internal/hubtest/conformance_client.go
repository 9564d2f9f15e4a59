package hubtest

import (
	"bytes"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"maps"
	mathrand "math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/clients/clientauth"
	"github.com/fedhub/fedhub/hub/audit"
)

// A Party is a relying party of one test.
type Party struct {
	E        *Exam
	ID       string
	Secret   string
	Auth     string // token_endpoint_auth_method
	Redirect string
	Key      *rsa.PrivateKey
	Kid      string
	// certificate is for client authentication by mutual TLS.
	Certificate *tls.Certificate
	// registered is the response of the registration endpoint; nil if an
	// administrator registered the client.
	Registered map[string]any
}

// Client registers a relying party; pairs of name and value are added to its
// metadata (RFC 7591 §2), and a nil value removes one.
func (e *Exam) Client(pairs ...any) *Party {
	e.Helper()
	p := &Party{E: e, Redirect: e.Site.Rp.URL + "/callback/" + rand.Text(), Auth: e.Auth, Key: AKey[0](), Kid: "rp-key"}
	m := p.Metadata(pairs)
	p.Auth, _ = m["token_endpoint_auth_method"].(string)
	if e.Dynamic {
		p.adopt(e.register(m))
		return p
	}
	c, secret, err := e.Site.Hub.AddClient(e.Context(), audit.Named("test"), static(e, m))
	if err != nil {
		e.Fatal(err)
	}
	p.ID, p.Secret = c.ID, secret
	return p
}

func (p *Party) Metadata(pairs []any) map[string]any {
	e := p.E
	m := map[string]any{
		"client_name": "Certification", "redirect_uris": []string{p.Redirect}, "response_types": []string{e.Response},
		"token_endpoint_auth_method": e.Auth, "contacts": []string{"certification@example.org"},
	}
	var grants []string
	if e.Wants("code") {
		grants = append(grants, "authorization_code")
	}
	if e.Wants("token") || e.Wants("id_token") || e.Wants("none") {
		grants = append(grants, "implicit")
	}
	m["grant_types"] = grants
	for i := 0; i+1 < len(pairs); i += 2 {
		if name := pairs[i].(string); pairs[i+1] == nil {
			delete(m, name)
		} else {
			m[name] = pairs[i+1]
		}
	}
	if m["token_endpoint_auth_method"] == clientauth.MethodKey && m["jwks_uri"] == nil && m["jwks"] == nil {
		m["jwks"] = KeySet(p.Key, p.Kid)
	}
	return m
}

func (p *Party) adopt(registered map[string]any) {
	p.Registered = registered
	p.ID, _ = registered["client_id"].(string)
	p.Secret, _ = registered["client_secret"].(string)
}

// static is the same client, registered by an administrator.
func static(e *Exam, m map[string]any) clients.Client {
	e.Helper()
	c := clients.Client{
		Name: "Certification", Type: clients.Web, PKCEOptional: true,
		Scopes: []string{"openid", "profile", "email", "address", "phone", "offline_access"},
	}
	c.AuthMethod, _ = m["token_endpoint_auth_method"].(string)
	c.RedirectURIs, _ = m["redirect_uris"].([]string)
	c.PostLogoutRedirectURIs, _ = m["post_logout_redirect_uris"].([]string)
	c.BackchannelLogoutURI, _ = m["backchannel_logout_uri"].(string)
	c.FrontchannelLogoutURI, _ = m["frontchannel_logout_uri"].(string)
	c.FrontchannelLogoutSession, _ = m["frontchannel_logout_session_required"].(bool)
	c.BackchannelLogoutSession, _ = m["backchannel_logout_session_required"].(bool)
	c.IDTokenAlg, _ = m["id_token_signed_response_alg"].(string)
	c.JWKSURI, _ = m["jwks_uri"].(string)
	if keys := m["jwks"]; keys != nil {
		text, err := json.Marshal(keys)
		if err != nil {
			e.Fatal(err)
		}
		c.JWKS = string(text)
	}
	for _, response := range m["response_types"].([]string) {
		words := strings.Fields(response)
		slices.Sort(words)
		c.ResponseTypes = append(c.ResponseTypes, strings.Join(words, " "))
	}
	for _, grant := range m["grant_types"].([]string) {
		c.SetGrant(grant, true)
	}
	return c
}

// register sends metadata to the registration endpoint and checks the response
// against RFC 7591 §3.2.1 and OIDC Registration §3.2.
func (e *Exam) register(m map[string]any) map[string]any {
	e.Helper()
	r := e.TryRegister(m)
	if r.Status != http.StatusCreated {
		e.Fatalf("registration: got %d %s", r.Status, r.Body)
	}
	e.CheckJSON("registration", r)
	if r.Str("client_id") == "" {
		e.Errorf("there is no client_id")
	}
	if r.JSON["client_secret"] != nil {
		if _, ok := r.JSON["client_secret_expires_at"].(float64); !ok {
			e.Errorf("client_secret_expires_at is %v; it goes with every secret", r.JSON["client_secret_expires_at"])
		}
	}
	address, token := r.Str("registration_client_uri"), r.Str("registration_access_token")
	if (address == "") != (token == "") {
		e.Errorf("registration_client_uri %q and registration_access_token %q come both or not at all", address, token)
	}
	if address != "" {
		if !strings.HasPrefix(address, "https://") {
			e.Errorf("registration_client_uri is %s", address)
		}
		e.Cleanup(func() { e.Unregister(address, token) })
	}
	e.checkRegistered(m, r.JSON)
	return r.JSON
}

// Unregister deletes the client (RFC 7592 §2.3). The test's context has ended by
// then.
func (e *Exam) Unregister(address, token string) {
	req, err := http.NewRequest(http.MethodDelete, address, nil)
	if err != nil {
		e.Error(err)
		return
	}
	req.Header.Set("Authorization", "Bearer "+token)
	r, err := AskWith(e.Site.http, req)
	if err != nil || r.Status != http.StatusNoContent {
		e.Errorf("DELETE of the registration: got %d %s %v", r.Status, r.Body, err)
	}
}

// checkRegistered checks that the response has the registered metadata.
func (e *Exam) checkRegistered(sent, got map[string]any) {
	e.Helper()
	for name, value := range sent {
		if name == "jwks" {
			continue
		}
		Want(e, "registered "+name, inOrder(e, got[name]), inOrder(e, value))
	}
}

// inOrder is a value as JSON; a list of texts is sorted.
func inOrder(e *Exam, value any) string {
	e.Helper()
	text := []byte(mustJSON(e, value))
	var list []string
	if json.Unmarshal(text, &list) == nil {
		if len(list) == 0 {
			return "none"
		}
		slices.Sort(list)
		return mustJSON(e, list)
	}
	return string(text)
}

func (e *Exam) TryRegister(m map[string]any) Reply {
	e.Helper()
	body, err := json.Marshal(m)
	if err != nil {
		e.Fatal(err)
	}
	header := []string{"Content-Type", "application/json", "X-Forwarded-For", elsewhere()}
	if bytes.Contains(body, []byte(GrantCIBA)) { // which needs an administrator
		token, _, err := e.Site.Hub.NewInitialToken(e.Context(), audit.Named("test"), 1, time.Hour)
		if err != nil {
			e.Fatal(err)
		}
		header = append(header, "Authorization", "Bearer "+token)
	}
	return e.Site.Send(e.T, http.MethodPost, e.Site.At(e.T, "registration_endpoint"), body, header...)
}

// elsewhere is a new client address. Registrations are rate-limited for each
// address, and these tests are not about the limit.
func elsewhere() string {
	n := mathrand.Uint32()
	return fmt.Sprintf("10.%d.%d.%d", byte(n>>16), byte(n>>8), byte(n))
}

// Request is a valid authorization request of the profile; pairs override it, and
// an empty value omits a parameter.
func (p *Party) Request(pairs ...string) url.Values {
	v := url.Values{
		"client_id": {p.ID}, "response_type": {p.E.Response}, "redirect_uri": {p.Redirect}, "scope": {"openid"},
		"state": {rand.Text()}, "nonce": {rand.Text()},
	}
	if p.E.Mode != "" {
		v.Set("response_mode", p.E.Mode)
	}
	return Edited(v, pairs)
}

// Call sends a form to an endpoint, with the client's authentication.
func (p *Party) Call(endpoint string, pairs ...string) Reply {
	p.E.Helper()
	form := Edited(url.Values{}, pairs)
	switch p.Auth {
	case clientauth.MethodTLS, clientauth.MethodOwnTLS:
		return p.present(endpoint, form)
	case clientauth.MethodNone:
		form.Set("client_id", p.ID)
	case clientauth.MethodPost:
		form.Set("client_id", p.ID)
		form.Set("client_secret", p.Secret)
	case clientauth.MethodKey:
		maps.Copy(form, url.Values{"client_assertion_type": {AssertionType}, "client_assertion": {p.Assertion(p.E.Site.At(p.E.T, "token_endpoint"))}})
	case clientauth.MethodSecretJWT:
		claims := p.AssertionClaims(p.E.Site.At(p.E.T, "token_endpoint"))
		maps.Copy(form, url.Values{"client_assertion_type": {AssertionType}, "client_assertion": {Signed(p.E, jose.HS256, []byte(p.Secret), "", "", claims)}})
	default:
		return p.E.Site.Post(p.E.T, p.E.Site.At(p.E.T, endpoint), form, "Authorization", Basic(p.ID, p.Secret))
	}
	return p.E.Site.Post(p.E.T, p.E.Site.At(p.E.T, endpoint), form)
}

const AssertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

// Basic is HTTP Basic with both parts form-encoded (RFC 6749 §2.3.1).
func Basic(id, secret string) string {
	req := http.Request{Header: http.Header{}}
	req.SetBasicAuth(url.QueryEscape(id), url.QueryEscape(secret))
	return req.Header.Get("Authorization")
}

// Assertion is a client assertion (RFC 7523 §3).
func (p *Party) Assertion(audience string) string {
	p.E.Helper()
	return Signed(p.E, jose.RS256, p.Key, p.Kid, "", p.AssertionClaims(audience))
}

func (p *Party) AssertionClaims(audience string) map[string]any {
	now := p.E.Site.Clock.Now()
	return map[string]any{
		"iss": p.ID, "sub": p.ID, "aud": audience, "jti": rand.Text(), "iat": now.Unix(), "exp": now.Add(time.Minute).Unix(),
	}
}

// Redeem redeems a code.
func (p *Party) Redeem(code string, pairs ...string) Reply {
	p.E.Helper()
	return p.Call("token_endpoint", append([]string{"grant_type", "authorization_code", "code", code, "redirect_uri", p.Redirect}, pairs...)...)
}

func (p *Party) Refresh(token string, pairs ...string) Reply {
	p.E.Helper()
	return p.Call("token_endpoint", append([]string{"grant_type", "refresh_token", "refresh_token", token}, pairs...)...)
}

// A login is a completed login with its responses.
type login struct {
	arrival
	request url.Values
	Ids     []map[string]any // the claims of its ID tokens, that of the authorization endpoint first
	ID      string           // the last ID token
	Access  string
	Refresh string
	Answer  Reply // of the token endpoint
}

// Claim is a claim of the ID token; two ID tokens must have the same value.
func (l login) Claim(e *Exam, name string) any {
	e.Helper()
	for _, claims := range l.Ids[1:] {
		if claims[name] != nil && l.Ids[0][name] != nil {
			Want(e, name+" of both ID tokens", claims[name], l.Ids[0][name])
		}
	}
	return l.Ids[len(l.Ids)-1][name]
}

// SignIn completes an authorization request and checks all responses.
func (p *Party) SignIn(b *Scripted, pairs ...string) login {
	p.E.Helper()
	request := p.Request(pairs...)
	return p.Complete(b.Visit(request), request)
}

// Complete checks a response, and redeems its code if it has one.
func (p *Party) Complete(a arrival, request url.Values, pairs ...string) login {
	e := p.E
	e.Helper()
	e.checkGood(a, request)
	l := login{arrival: a, request: request, Access: a.Values.Get("access_token")}
	about := idToken{client: p.ID, nonce: request.Get("nonce"), access: l.Access, code: a.Values.Get("code"), state: request.Get("state"), front: true}
	if token := a.Values.Get("id_token"); token != "" {
		l.ID = token
		l.Ids = append(l.Ids, e.checkIDToken(token, about))
	}
	if about.code == "" {
		return l
	}
	l.Answer = p.Redeem(about.code, pairs...)
	e.CheckTokens(l.Answer)
	l.Access, l.Refresh, l.ID = l.Answer.Str("access_token"), l.Answer.Str("refresh_token"), l.Answer.Str("id_token")
	if slices.Contains(strings.Fields(request.Get("scope")), "openid") {
		about.front, about.access = false, l.Access
		l.Ids = append(l.Ids, e.checkIDToken(l.ID, about))
		l.Claim(e, "sub")
		l.Claim(e, "iss")
	}
	return l
}

// Userinfo calls userinfo, and checks the response against OIDC Core §5.3.2.
func (e *Exam) Userinfo(l login) map[string]any {
	e.Helper()
	r := e.Site.Get(e.T, e.Site.At(e.T, "userinfo_endpoint"), "Authorization", "Bearer "+l.Access)
	return e.CheckUserinfo(l, r)
}

func (e *Exam) CheckUserinfo(l login, r Reply) map[string]any {
	e.Helper()
	if r.Status != http.StatusOK {
		e.Fatalf("userinfo: got %d %s", r.Status, r.Body)
	}
	e.CheckJSON("userinfo", r)
	e.CheckClaims(r.JSON)
	if len(l.Ids) > 0 {
		Want(e, "sub of userinfo", r.JSON["sub"], l.Claim(e, "sub"))
	}
	return r.JSON
}
