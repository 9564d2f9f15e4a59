package hub_test

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
)

// A party is a relying party of one test.
type party struct {
	e        *exam
	ID       string
	Secret   string
	auth     string // token_endpoint_auth_method
	redirect string
	key      *rsa.PrivateKey
	kid      string
	// certificate is how it proves itself, if it does so by one.
	certificate *tls.Certificate
	// registered is what the registration endpoint answered; nil if an
	// administrator registered the client.
	registered map[string]any
}

// client registers a relying party; pairs of name and value are added to its
// metadata (RFC 7591 §2), and a nil value takes one away.
func (e *exam) client(pairs ...any) *party {
	e.Helper()
	p := &party{e: e, redirect: e.site.rp.URL + "/callback/" + rand.Text(), auth: e.auth, key: aKey[0](), kid: "rp-key"}
	m := p.metadata(pairs)
	p.auth, _ = m["token_endpoint_auth_method"].(string)
	if e.dynamic {
		p.adopt(e.register(m))
		return p
	}
	c, secret, err := e.site.Hub.AddClient(e.Context(), "test", static(e, m))
	if err != nil {
		e.Fatal(err)
	}
	p.ID, p.Secret = c.ID, secret
	return p
}

func (p *party) metadata(pairs []any) map[string]any {
	e := p.e
	m := map[string]any{
		"client_name": "Certification", "redirect_uris": []string{p.redirect}, "response_types": []string{e.response},
		"token_endpoint_auth_method": e.auth, "contacts": []string{"certification@example.org"},
	}
	var grants []string
	if e.wants("code") {
		grants = append(grants, "authorization_code")
	}
	if e.wants("token") || e.wants("id_token") || e.wants("none") {
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
	if m["token_endpoint_auth_method"] == clients.MethodKey && m["jwks_uri"] == nil && m["jwks"] == nil {
		m["jwks"] = keySet(p.key, p.kid)
	}
	return m
}

func (p *party) adopt(registered map[string]any) {
	p.registered = registered
	p.ID, _ = registered["client_id"].(string)
	p.Secret, _ = registered["client_secret"].(string)
}

// static is the same client as an administrator would register it.
func static(e *exam, m map[string]any) clients.Client {
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
		switch grant {
		case "authorization_code":
		case "refresh_token":
			c.RefreshTokens = true
		default:
			c.Grants = append(c.Grants, grant)
		}
	}
	if !e.wants("code") {
		c.GrantType = clients.GrantImplicit
	}
	return c
}

// register sends metadata to the registration endpoint and holds the answer
// against RFC 7591 §3.2.1 and OIDC Registration §3.2.
func (e *exam) register(m map[string]any) map[string]any {
	e.Helper()
	r := e.tryRegister(m)
	if r.Status != http.StatusCreated {
		e.Fatalf("registration: got %d %s", r.Status, r.Body)
	}
	e.checkJSON("registration", r)
	if r.str("client_id") == "" {
		e.Errorf("there is no client_id")
	}
	if r.JSON["client_secret"] != nil {
		if _, ok := r.JSON["client_secret_expires_at"].(float64); !ok {
			e.Errorf("client_secret_expires_at is %v; it goes with every secret", r.JSON["client_secret_expires_at"])
		}
	}
	address, token := r.str("registration_client_uri"), r.str("registration_access_token")
	if (address == "") != (token == "") {
		e.Errorf("registration_client_uri %q and registration_access_token %q come both or not at all", address, token)
	}
	if address != "" {
		if !strings.HasPrefix(address, "https://") {
			e.Errorf("registration_client_uri is %s", address)
		}
		e.Cleanup(func() { e.unregister(address, token) })
	}
	e.checkRegistered(m, r.JSON)
	return r.JSON
}

// unregister ends what the test began (RFC 7592 §2.3). The test's context has
// ended by then.
func (e *exam) unregister(address, token string) {
	req, err := http.NewRequest(http.MethodDelete, address, nil)
	if err != nil {
		e.Error(err)
		return
	}
	req.Header.Set("Authorization", "Bearer "+token)
	r, err := askWith(e.site.http, req)
	if err != nil || r.Status != http.StatusNoContent {
		e.Errorf("DELETE of the registration: got %d %s %v", r.Status, r.Body, err)
	}
}

// checkRegistered checks that the metadata came back as it was registered.
func (e *exam) checkRegistered(sent, got map[string]any) {
	e.Helper()
	for name, value := range sent {
		if name == "jwks" {
			continue
		}
		want(e, "registered "+name, inOrder(e, got[name]), inOrder(e, value))
	}
}

// inOrder is a value as JSON, a list of texts in the order of the alphabet.
func inOrder(e *exam, value any) string {
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

func (e *exam) tryRegister(m map[string]any) reply {
	e.Helper()
	body, err := json.Marshal(m)
	if err != nil {
		e.Fatal(err)
	}
	header := []string{"Content-Type", "application/json", "X-Forwarded-For", elsewhere()}
	if bytes.Contains(body, []byte(grantCIBA)) { // which takes an administrator's word
		token, _, err := e.site.Hub.NewInitialToken(e.Context(), "test", 1, time.Hour)
		if err != nil {
			e.Fatal(err)
		}
		header = append(header, "Authorization", "Bearer "+token)
	}
	return e.site.send(e.T, http.MethodPost, e.site.at(e.T, "registration_endpoint"), body, header...)
}

// elsewhere is some address. Registering is limited for each, and the tests
// are not about the limit.
func elsewhere() string {
	n := mathrand.Uint32()
	return fmt.Sprintf("10.%d.%d.%d", byte(n>>16), byte(n>>8), byte(n))
}

// request is a good authorization request of the profile under test; pairs
// override it, and an empty value leaves a parameter out.
func (p *party) request(pairs ...string) url.Values {
	v := url.Values{
		"client_id": {p.ID}, "response_type": {p.e.response}, "redirect_uri": {p.redirect}, "scope": {"openid"},
		"state": {rand.Text()}, "nonce": {rand.Text()},
	}
	if p.e.mode != "" {
		v.Set("response_mode", p.e.mode)
	}
	return edited(v, pairs)
}

// call sends a form to an endpoint, with the client's own authentication.
func (p *party) call(endpoint string, pairs ...string) reply {
	p.e.Helper()
	form := edited(url.Values{}, pairs)
	switch p.auth {
	case clients.MethodTLS, clients.MethodOwnTLS:
		return p.present(endpoint, form)
	case clients.MethodNone:
		form.Set("client_id", p.ID)
	case clients.MethodPost:
		form.Set("client_id", p.ID)
		form.Set("client_secret", p.Secret)
	case clients.MethodKey:
		maps.Copy(form, url.Values{"client_assertion_type": {assertionType}, "client_assertion": {p.assertion(p.e.site.at(p.e.T, "token_endpoint"))}})
	case clients.MethodSecretJWT:
		claims := p.assertionClaims(p.e.site.at(p.e.T, "token_endpoint"))
		maps.Copy(form, url.Values{"client_assertion_type": {assertionType}, "client_assertion": {signed(p.e, jose.HS256, []byte(p.Secret), "", "", claims)}})
	default:
		return p.e.site.post(p.e.T, p.e.site.at(p.e.T, endpoint), form, "Authorization", basic(p.ID, p.Secret))
	}
	return p.e.site.post(p.e.T, p.e.site.at(p.e.T, endpoint), form)
}

const assertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

// basic is HTTP Basic with both halves form-encoded (RFC 6749 §2.3.1).
func basic(id, secret string) string {
	req := http.Request{Header: http.Header{}}
	req.SetBasicAuth(url.QueryEscape(id), url.QueryEscape(secret))
	return req.Header.Get("Authorization")
}

// assertion is a client assertion (RFC 7523 §3).
func (p *party) assertion(audience string) string {
	p.e.Helper()
	return signed(p.e, jose.RS256, p.key, p.kid, "", p.assertionClaims(audience))
}

func (p *party) assertionClaims(audience string) map[string]any {
	now := p.e.site.clock.now()
	return map[string]any{
		"iss": p.ID, "sub": p.ID, "aud": audience, "jti": rand.Text(), "iat": now.Unix(), "exp": now.Add(time.Minute).Unix(),
	}
}

// redeem exchanges a code.
func (p *party) redeem(code string, pairs ...string) reply {
	p.e.Helper()
	return p.call("token_endpoint", append([]string{"grant_type", "authorization_code", "code", code, "redirect_uri", p.redirect}, pairs...)...)
}

func (p *party) refresh(token string, pairs ...string) reply {
	p.e.Helper()
	return p.call("token_endpoint", append([]string{"grant_type", "refresh_token", "refresh_token", token}, pairs...)...)
}

// A login is one that was completed, and everything it brought.
type login struct {
	arrival
	request url.Values
	ids     []map[string]any // the claims of its ID tokens, that of the authorization endpoint first
	id      string           // the last ID token
	access  string
	refresh string
	answer  reply // of the token endpoint
}

// claim is the ID token's; where there are two they must agree on it.
func (l login) claim(e *exam, name string) any {
	e.Helper()
	for _, claims := range l.ids[1:] {
		if claims[name] != nil && l.ids[0][name] != nil {
			want(e, name+" of both ID tokens", claims[name], l.ids[0][name])
		}
	}
	return l.ids[len(l.ids)-1][name]
}

// signIn completes an authorization request and checks all that comes of it.
func (p *party) signIn(b *scripted, pairs ...string) login {
	p.e.Helper()
	request := p.request(pairs...)
	return p.complete(b.visit(request), request)
}

// complete checks an answer, and redeems its code if it has one.
func (p *party) complete(a arrival, request url.Values, pairs ...string) login {
	e := p.e
	e.Helper()
	e.checkGood(a, request)
	l := login{arrival: a, request: request, access: a.values.Get("access_token")}
	about := idToken{client: p.ID, nonce: request.Get("nonce"), access: l.access, code: a.values.Get("code"), state: request.Get("state"), front: true}
	if token := a.values.Get("id_token"); token != "" {
		l.id = token
		l.ids = append(l.ids, e.checkIDToken(token, about))
	}
	if about.code == "" {
		return l
	}
	l.answer = p.redeem(about.code, pairs...)
	e.checkTokens(l.answer)
	l.access, l.refresh, l.id = l.answer.str("access_token"), l.answer.str("refresh_token"), l.answer.str("id_token")
	if slices.Contains(strings.Fields(request.Get("scope")), "openid") {
		about.front, about.access = false, l.access
		l.ids = append(l.ids, e.checkIDToken(l.id, about))
		l.claim(e, "sub")
		l.claim(e, "iss")
	}
	return l
}

// userinfo asks with a token, and holds the answer against OIDC Core §5.3.2.
func (e *exam) userinfo(l login) map[string]any {
	e.Helper()
	r := e.site.get(e.T, e.site.at(e.T, "userinfo_endpoint"), "Authorization", "Bearer "+l.access)
	return e.checkUserinfo(l, r)
}

func (e *exam) checkUserinfo(l login, r reply) map[string]any {
	e.Helper()
	if r.Status != http.StatusOK {
		e.Fatalf("userinfo: got %d %s", r.Status, r.Body)
	}
	e.checkJSON("userinfo", r)
	e.checkClaims(r.JSON)
	if len(l.ids) > 0 {
		want(e, "sub of userinfo", r.JSON["sub"], l.claim(e, "sub"))
	}
	return r.JSON
}
