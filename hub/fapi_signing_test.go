package hub_test

import (
	"encoding/base64"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/fedhub/fedhub/clients"
)

// The names here are those of the tests of FAPI 2.0 Message Signing, without
// fapi2-message-signing-final- before them.

// signingBank signs its requests too.
func (w *world) signingBank() *bank {
	w.Helper()
	return w.bank(func(c *clients.Client) { c.HighSecurity, c.Algs.Authorization = clients.MessageSigning, "ES256" })
}

// inside are the claims of a good request object; change overrides, and nil
// leaves out.
func (b *bank) inside(change map[string]any) map[string]any {
	now := b.w.clock.now().Unix()
	claims := map[string]any{"iss": b.ID, "aud": b.w.URL, "nbf": now, "exp": now + 60}
	for name, values := range b.request("response_mode", "jwt") {
		claims[name] = values[0]
	}
	maps.Copy(claims, change)
	maps.DeleteFunc(claims, func(_ string, v any) bool { return v == nil })
	return claims
}

// object signs them.
func (b *bank) object(change map[string]any) string {
	b.w.Helper()
	return b.w.sign(jose.ES256, b.assert.key, map[string]any{"kid": "ec", "typ": "oauth-authz-req+jwt"}, b.inside(change))
}

// come pushes a request object, signs in, and returns what the answer says,
// after its signature was looked at (JARM §2.1, §2.4).
func (b *bank) come(object string, beside ...string) map[string]any {
	b.w.Helper()
	pushed := b.with(parPath, nil, append([]string{"request", object}, beside...)...)
	if pushed.Status != http.StatusCreated {
		b.w.Fatalf("pushing: got %d %s", pushed.Status, pushed.Body)
	}
	ada := b.w.browser()
	p := ada.signIn(ada.authorize(url.Values{"client_id": {b.ID}, "request_uri": {pushed.str("request_uri")}}), "ada@example.org")
	if strings.Contains(p.Body, `action="/consent"`) {
		p = ada.submit(p, "/consent", "decision", "allow")
	}
	answer := ada.answer(p)
	if len(answer) != 1 {
		b.w.Errorf("the answer is %v, and should be one signed response", answer)
	}
	claims := b.w.verified(answer.Get("response"), "ES256", "")
	want(b.w, "iss of the answer", claims["iss"], any(b.w.URL))
	want(b.w, "aud of the answer", claims["aud"], any(b.ID))
	if exp, _ := claims["exp"].(float64); int64(exp) <= b.w.clock.now().Unix() {
		b.w.Errorf("exp of the answer is %v", claims["exp"])
	}
	return claims
}

func (b *bank) redeemBound(code any, pairs ...string) reply {
	b.w.Helper()
	text, _ := code.(string)
	return b.with(tokenPath, nil, append(codeForm(b.app, text), pairs...)...)
}

func TestFAPI2MessagesAreSignedBothWays(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	w.person("ada@example.org")
	b := w.signingBank()

	// happy-flow
	answer := b.come(b.object(nil))
	want(t, "state", answer["state"], any("the state"))
	got := b.redeemBound(answer["code"])
	want(t, "token_type", got.str("token_type"), "DPoP")
	id := w.verified(got.str("id_token"), "ES256", "")
	want(t, "nonce", id["nonce"], any("the nonce"))
	access := got.str("access_token")
	confirm, _ := claimsOf(t, access)["cnf"].(map[string]any)
	want(t, "the token's key", confirm["jkt"], any(b.bind.thumbprint()))
	proof := b.bind.proof("GET", "/oauth2/userinfo", map[string]any{"ath": hashed(access), "nonce": w.nonce()})
	want(t, "userinfo with the key", w.resource("DPoP", access, proof).Status, 200)
	want(t, "userinfo without", w.userinfo(access).Status, 401)

	// ensure-different-state-inside-and-outside-request-object and its like:
	// only what was signed counts.
	answer = b.come(b.object(nil), "state", "outside", "nonce", "outside", "redirect_uri", "https://evil.example/")
	want(t, "ensure-different-state-inside-and-outside-request-object", answer["state"], any("the state"))
	got = b.redeemBound(answer["code"])
	want(t, "ensure-different-nonce-inside-and-outside-request-object", w.verified(got.str("id_token"), "ES256", "")["nonce"], any("the nonce"))
	answer = b.come(b.object(map[string]any{"state": nil}), "state", "outside")
	want(t, "state-only-outside-request-object-not-used", answer["state"], nil)
	want(t, "ensure-authorization-request-without-state-success", b.redeemBound(answer["code"]).Status, 200)

	for name, change := range map[string]map[string]any{
		"ensure-request-object-with-multiple-aud-succeeds":                           {"aud": []string{"https://other.example", w.URL}},
		"ensure-authorization-request-without-nonce-success":                         {"nonce": nil},
		"ensure-authorization-request-with-64-char-nonce-success":                    {"nonce": strings.Repeat("n", 64)},
		"ensure-authorization-request-with-long-nonce":                               {"nonce": strings.Repeat("n", 384)},
		"ensure-authorization-request-with-long-state":                               {"state": strings.Repeat("s", 384)},
		"ensure-other-scope-order-succeeds":                                          {"scope": "email profile openid"},
		"ensure-request-object-with-nbf-8-seconds-in-the-future-is-accepted":         {"nbf": w.clock.now().Unix() + 8},
		"an nbf that is 55 minutes ago, and an exp that is 59 minutes after it":      {"nbf": w.clock.now().Unix() - 55*60, "exp": w.clock.now().Unix() + 4*60},
		"ensure-dpop-auth-code-binding-success, with dpop_jkt in the request object": {"dpop_jkt": b.bind.thumbprint()},
	} {
		answer := b.come(b.object(change))
		if state, sent := change["state"]; sent {
			want(t, name+": state", answer["state"], state)
		}
		got := b.redeemBound(answer["code"])
		want(t, name, got.Status, 200)
		nonce, changed := change["nonce"]
		if !changed {
			nonce = "the nonce"
		}
		want(t, name+": nonce", w.verified(got.str("id_token"), "ES256", "")["nonce"], nonce)
	}
}

func TestFAPI2RequestObjectsThatAreRefused(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	b := w.signingBank()
	now := w.clock.now().Unix()
	header := map[string]any{"kid": "ec", "typ": "oauth-authz-req+jwt"}
	for name, object := range map[string]string{
		"ensure-request-object-without-exp-fails":                b.object(map[string]any{"exp": nil}),
		"ensure-request-object-without-nbf-fails":                b.object(map[string]any{"nbf": nil}),
		"ensure-expired-request-object-fails":                    b.object(map[string]any{"nbf": now - 600, "exp": now - 300}),
		"ensure-request-object-with-bad-aud-fails":               b.object(map[string]any{"aud": "https://other.example"}),
		"ensure-request-object-with-exp-over-60-fails":           b.object(map[string]any{"exp": now + 70*60}),
		"ensure-request-object-with-nbf-over-60-fails":           b.object(map[string]any{"nbf": now - 70*60}),
		"ensure-signed-request-object-with-RS256-fails":          w.sign(jose.RS256, b.rsa, map[string]any{"kid": "rsa", "typ": "oauth-authz-req+jwt"}, b.inside(nil)),
		"ensure-request-object-signature-algorithm-is-not-none":  unsignedObject(t, b.inside(nil)),
		"ensure-request-object-with-invalid-signature-fails":     broken(b.object(nil)),
		"ensure-matching-key-in-authorization-request":           w.sign(jose.ES256, w.proofKey().key, header, b.inside(nil)),
		"ensure-request-object-without-redirect-uri-fails":       b.object(map[string]any{"redirect_uri": nil}),
		"ensure-registered-redirect-uri":                         b.object(map[string]any{"redirect_uri": callback + "/other"}),
		"ensure-response-type-code-idtoken-fails":                b.object(map[string]any{"response_type": "code id_token"}),
		"ensure-response-type-token-fails":                       b.object(map[string]any{"response_type": "token"}),
		"par-ensure-pkce-required":                               b.object(map[string]any{"code_challenge": nil, "code_challenge_method": nil}),
		"par-plain-pkce-rejected":                                b.object(map[string]any{"code_challenge_method": "plain"}),
		"par-authorization-request-containing-request_uri":       b.object(map[string]any{"request_uri": "urn:ietf:params:oauth:request_uri:x"}),
		"ensure-mismatched-dpop-jkt-fails, in the object":        b.object(map[string]any{"dpop_jkt": w.proofKey().thumbprint()}),
		"a request object by somebody else":                      b.object(map[string]any{"iss": "somebody"}),
		"a request object that could be taken for an assertion":  b.object(map[string]any{"sub": b.ID}),
		"a client assertion that is handed in as request object": w.sign(jose.ES256, b.assert.key, map[string]any{"kid": "ec"}, b.claims(nil)),
	} {
		if r := b.with(parPath, nil, "request", object); r.Status != 400 || r.str("error") == "" {
			t.Errorf("%s: got %d %s", name, r.Status, r.Body)
		}
	}
	bare := b.with(parPath, nil, b.pushable()...)
	if bare.Status != 400 || !strings.Contains(bare.str("error_description"), "FAPI 2.0 Message Signing section 5.3.1") {
		t.Errorf("ensure-unsigned-request-at-par-endpoint-fails: got %d %s", bare.Status, bare.Body)
	}
	p := w.browser().authorize(url.Values{"client_id": {b.ID}, "request": {b.object(nil)}})
	want(t, "ensure-unsigned-authorization-request-without-using-par-fails: a sign-in page", strings.Contains(p.Body, `action="/signin"`), false)
	if kept := dump(t, w); strings.Contains(kept, "pushed ") {
		t.Error("a refused request was kept")
	}
}

// broken is a JWT with one bit of its signature turned over.
func broken(token string) string {
	at := strings.LastIndexByte(token, '.') + 1
	signature, err := base64.RawURLEncoding.DecodeString(token[at:])
	if err != nil {
		return token
	}
	signature[0] ^= 1
	return token[:at] + base64.RawURLEncoding.EncodeToString(signature)
}

func TestFAPI2CodesLiveAMinuteAtMost(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	w.person("ada@example.org")
	b := w.signingBank()
	refused(t, "incorrect-pkce-code-verifier-rejected", b.redeemBound(b.come(b.object(nil))["code"], "code_verifier", strings.Repeat("w", 43)), 400, "invalid_grant")
	if r := b.redeemBound(b.come(b.object(nil))["code"], "code_verifier", ""); r.Status != 400 {
		t.Errorf("ensure-pkce-code-verifier-required: got %d %s", r.Status, r.Body)
	}
	other := w.signingBank()
	refused(t, "ensure-authorization-code-is-bound-to-client", other.redeemBound(b.come(b.object(nil))["code"]), 400, "invalid_grant")

	code := b.come(b.object(nil))["code"]
	w.clock.skip(61 * time.Second)
	refused(t, "ensure-token-endpoint-fails-with-expired-auth-code", b.redeemBound(code), 400, "invalid_grant")
}

// TestFAPI2Discovery is discovery-end-point-verification.
func TestFAPI2Discovery(t *testing.T) {
	s := newSite(t)
	for member, values := range map[string][]string{
		"token_endpoint_auth_methods_supported":            {"private_key_jwt", "tls_client_auth"},
		"token_endpoint_auth_signing_alg_values_supported": {"PS256", "ES256"},
		"dpop_signing_alg_values_supported":                {"PS256", "ES256"},
		"response_types_supported":                         {"code"},
		"response_modes_supported":                         {"jwt"},
		"grant_types_supported":                            {"authorization_code"},
		"code_challenge_methods_supported":                 {"S256"},
		"request_object_signing_alg_values_supported":      {"PS256", "ES256"},
		"authorization_signing_alg_values_supported":       {"PS256", "ES256"},
		"introspection_signing_alg_values_supported":       {"PS256", "ES256"},
		"id_token_signing_alg_values_supported":            {"PS256", "ES256"},
	} {
		for _, value := range values {
			want(t, member+" has "+value, s.lists(member, value), true)
		}
	}
	methods, _ := s.meta["code_challenge_methods_supported"].([]any)
	want(t, "plain is a challenge method", slices.Contains(methods, any("plain")), false)
	for _, member := range []string{"authorization_response_iss_parameter_supported", "tls_client_certificate_bound_access_tokens"} {
		want(t, member, s.meta[member], any(true))
	}
	for _, endpoint := range []string{"pushed_authorization_request_endpoint", "token_endpoint", "authorization_endpoint", "jwks_uri", "issuer"} {
		want(t, endpoint+" is https", strings.HasPrefix(s.at(t, endpoint), "https://"), true)
	}
	for _, key := range (&exam{T: t, site: s}).jwks().Keys {
		want(t, key.KeyID+" is public", key.IsPublic(), true)
	}
}
