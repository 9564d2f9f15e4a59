package hub_test

import (
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"maps"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/fedhub/fedhub/clients"
)

// A bank is a client of high security, with its keys.
type bank struct {
	*app
	assert proofKey        // signs client assertions
	rsa    *rsa.PrivateKey // published too, for RS256
	bind   proofKey        // tokens are bound to it
}

func (w *world) bank(change ...func(*clients.Client)) *bank {
	w.Helper()
	old, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		w.Fatal(err)
	}
	b := &bank{assert: w.proofKey(), bind: w.proofKey(), rsa: old}
	text, err := json.Marshal(jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: b.assert.key.Public(), KeyID: "ec"}, {Key: old.Public(), KeyID: "rsa"}}})
	if err != nil {
		w.Fatal(err)
	}
	high := func(c *clients.Client) {
		c.AuthMethod, c.JWKS, c.HighSecurity, c.ClientCredentials = clients.MethodKey, string(text), clients.FAPI2, true
	}
	b.app = w.app(append([]func(*clients.Client){high}, change...)...)
	return b
}

// claims of a good client assertion; change overrides, and nil leaves out.
func (b *bank) claims(change map[string]any) map[string]any {
	now := b.w.clock.now()
	c := map[string]any{"iss": b.ID, "sub": b.ID, "aud": b.w.URL, "jti": rand.Text(), "iat": now.Unix(), "exp": now.Add(time.Minute).Unix()}
	maps.Copy(c, change)
	maps.DeleteFunc(c, func(_ string, v any) bool { return v == nil })
	return c
}

// ask posts a form with this assertion and these proofs.
func (b *bank) ask(path, assertion string, proofs []string, pairs ...string) reply {
	b.w.Helper()
	req := formFor(b.w, b.w.URL+path, edited(url.Values{
		"client_id": {b.ID}, "client_assertion": {assertion}, "client_assertion_type": {"urn:ietf:params:oauth:client-assertion-type:jwt-bearer"},
	}, pairs))
	req.Header["Dpop"] = proofs
	return b.w.call(req)
}

// with is ask with everything right but what change says about the assertion.
func (b *bank) with(path string, change map[string]any, pairs ...string) reply {
	b.w.Helper()
	return b.ask(path, b.w.sign(jose.ES256, b.assert.key, map[string]any{"kid": "ec"}, b.claims(change)), b.proofs(b.bind, path), pairs...)
}

func (b *bank) proofs(key proofKey, path string) []string {
	b.w.Helper()
	return []string{key.proof("POST", path, map[string]any{"nonce": b.w.nonce()})}
}

const tokenPath, parPath = "/oauth2/token", "/oauth2/par"

// pushable is a good authorization request.
func (b *bank) pushable(pairs ...string) []string {
	var all []string
	for name, values := range b.request(pairs...) {
		all = append(all, name, values[0])
	}
	return all
}

// TestFAPI2 goes through the tests of the FAPI 2.0 Security Profile that are
// about client authentication and proofs of possession, by their names with
// fapi2-security-profile-final- before them.
func TestFAPI2ClientAuthentication(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	b := w.bank()
	now := w.clock.now()
	for name, row := range map[string]struct {
		change map[string]any
		ok     bool
	}{
		"happy-flow":                                                                 {nil, true},
		"par-test-array-as-audience-fails":                                           {map[string]any{"aud": []string{w.URL}}, false},
		"par-test-par-endpoint-url-as-audience-fails":                                {map[string]any{"aud": w.URL + parPath}, false},
		"par-test-token-endpoint-url-as-audience-fails":                              {map[string]any{"aud": w.URL + tokenPath}, false},
		"ensure-client-assertion-with-wrong-aud-fails":                               {map[string]any{"aud": "https://other.example.org"}, false},
		"ensure-client-assertion-with-no-sub-fails":                                  {map[string]any{"sub": nil}, false},
		"ensure-client-assertion-with-exp-is-5-minutes-in-past-fails":                {map[string]any{"exp": now.Add(-5 * time.Minute).Unix()}, false},
		"par-ensure-jwt-client-assertions-nbf-8-seconds-in-the-future-is-accepted":   {map[string]any{"nbf": now.Unix() + 8, "iat": now.Unix() + 8}, true},
		"par-ensure-jwt-client-assertions-nbf-over-60-seconds-in-the-future-fails":   {map[string]any{"nbf": now.Unix() + 90}, false},
		"par-ensure-jwt-client-assertions-nbf-over-60-seconds-in-the-future-fails-2": {map[string]any{"iat": now.Unix() + 90}, false},
	} {
		for path, form := range map[string][]string{tokenPath: forItself, parPath: b.pushable()} {
			r := b.with(path, row.change, form...)
			if row.ok {
				want(t, path+" "+name, r.Status/100, 2)
			} else {
				refused(t, path+" "+name, r, 401, "invalid_client")
			}
		}
	}
	for path, form := range map[string][]string{tokenPath: forItself, parPath: b.pushable()} {
		r := b.ask(path, w.sign(jose.RS256, b.rsa, map[string]any{"kid": "rsa"}, b.claims(nil)), b.proofs(b.bind, path), form...)
		refused(t, path+" ensure-signed-client-assertion-with-RS256-fails", r, 401, "invalid_client")
		if !strings.Contains(r.str("error_description"), "FAPI 2.0 Security Profile section 5.4.1") {
			t.Errorf("the requirement is not named: %s", r.Body)
		}
		bare := formFor(w, w.URL+path, edited(url.Values{"client_id": {b.ID}}, form))
		refused(t, path+" ensure-client-assertion-in-token-endpoint", w.call(bare), 401, "invalid_client")
		want(t, path+" PS256", b.ask(path, w.sign(jose.PS256, b.rsa, map[string]any{"kid": "rsa"}, b.claims(nil)), b.proofs(b.bind, path), form...).Status/100, 2)
	}
	assertion := w.sign(jose.ES256, b.assert.key, map[string]any{"kid": "ec"}, b.claims(nil))
	refused(t, "ensure-holder-of-key-required", b.ask(tokenPath, assertion, nil, forItself...), 400, "invalid_dpop_proof")
}

// code pushes a request, and goes all the way to a code.
func (b *bank) code(proofs []string, pairs ...string) string {
	b.w.Helper()
	assertion := b.w.sign(jose.ES256, b.assert.key, map[string]any{"kid": "ec"}, b.claims(nil))
	pushed := b.ask(parPath, assertion, proofs, b.pushable(pairs...)...)
	if pushed.Status != 201 {
		b.w.Fatalf("pushing: got %d %s", pushed.Status, pushed.Body)
	}
	ada := b.w.browser()
	p := ada.authorize(url.Values{"client_id": {b.ID}, "request_uri": {pushed.str("request_uri")}})
	p = ada.signIn(p, "ada@example.org")
	if strings.Contains(p.Body, `action="/consent"`) {
		p = ada.submit(p, "/consent", "decision", "allow")
	}
	return ada.answer(p).Get("code")
}

func TestFAPI2CodesAreBoundToTheDPoPKey(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	w.person("ada@example.org")
	b := w.bank()
	other := w.proofKey()
	redeem := func(key proofKey, code string) reply {
		assertion := w.sign(jose.ES256, b.assert.key, map[string]any{"kid": "ec"}, b.claims(nil))
		return b.ask(tokenPath, assertion, b.proofs(key, tokenPath), codeForm(b.app, code)...)
	}
	jkt := []string{"dpop_jkt", b.bind.thumbprint()}
	want(t, "ensure-dpop-auth-code-binding-success", redeem(b.bind, b.code(nil, jkt...)).Status, 200)
	want(t, "ensure-dpopproof-at-par-endpoint-binding-success", redeem(b.bind, b.code(b.proofs(b.bind, parPath))).Status, 200)
	want(t, "both, and the same", redeem(b.bind, b.code(b.proofs(b.bind, parPath), jkt...)).Status, 200)
	refused(t, "ensure-token-endpoint-fails-with-mismatched-dpop-jkt", redeem(other, b.code(nil, jkt...)), 400, "invalid_grant")
	refused(t, "ensure-token-endpoint-fails-with-mismatched-dpop-proof-jkt", redeem(other, b.code(b.proofs(b.bind, parPath))), 400, "invalid_grant")
	mismatch := b.with(parPath, nil, b.pushable("dpop_jkt", other.thumbprint())...)
	want(t, "ensure-mismatched-dpop-jkt-fails", mismatch.Status, 400)

	// refresh-token: it is not rotated, and the client may change its key.
	code := b.code(b.proofs(b.bind, parPath))
	got := redeem(b.bind, code)
	renew := func(key proofKey) reply {
		assertion := w.sign(jose.ES256, b.assert.key, map[string]any{"kid": "ec"}, b.claims(nil))
		return b.ask(tokenPath, assertion, b.proofs(key, tokenPath), "grant_type", "refresh_token", "refresh_token", got.str("refresh_token"))
	}
	want(t, "refresh-token", renew(b.bind).str("refresh_token"), got.str("refresh_token"))
	want(t, "refresh-token with a new key", renew(other).Status, 200)
	refused(t, "attempt-reuse-authorization-code-after-one-second", redeem(b.bind, code), 400, "invalid_grant")
	refused(t, "which ends what it gave", renew(b.bind), 400, "invalid_grant")
}

func TestFAPI2RequestsAreToldWhichRequirementTheyBreak(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	b := w.bank()
	for name, pairs := range map[string][]string{
		"par-ensure-pkce-required":                         {"code_challenge", "", "code_challenge_method", ""},
		"par-plain-pkce-rejected":                          {"code_challenge_method", "plain"},
		"ensure-redirect-uri-in-authorization-request":     {"redirect_uri", ""},
		"ensure-response-type-code-idtoken-fails":          {"response_type", "code id_token"},
		"ensure-response-type-token-fails":                 {"response_type", "token"},
		"ensure-registered-redirect-uri":                   {"redirect_uri", callback + "/x"},
		"par-authorization-request-containing-request_uri": {"request_uri", "urn:ietf:params:oauth:request_uri:x"},
	} {
		if r := b.with(parPath, nil, b.pushable(pairs...)...); r.Status != 400 || r.str("error") == "" {
			t.Errorf("%s: got %d %s", name, r.Status, r.Body)
		}
	}
	refusedSomehow := w.browser().authorize(b.request())
	if !strings.Contains(refusedSomehow.Location+refusedSomehow.Body, "5.3.2.2") {
		t.Errorf("ensure-unsigned-authorization-request-without-using-par-fails: got %d, %q:\n%s", refusedSomehow.Status, refusedSomehow.Location, refusedSomehow.Body)
	}
}
