package token_test

import (
	"encoding/base64"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/fedhub/fedhub/hub/internal/hubtest"
)

func TestFAPI2MessagesAreSignedBothWays(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Person("ada@example.org")
	b := w.SigningBank()

	// happy-flow
	answer := b.Come(b.Object(nil))
	hubtest.Want(t, "state", answer["state"], any("the state"))
	got := b.RedeemBound(answer["code"])
	hubtest.Want(t, "token_type", got.Str("token_type"), "DPoP")
	id := w.Verified(got.Str("id_token"), "ES256", "")
	hubtest.Want(t, "nonce", id["nonce"], any("the nonce"))
	access := got.Str("access_token")
	confirm, _ := hubtest.ClaimsOf(t, access)["cnf"].(map[string]any)
	hubtest.Want(t, "the token's key", confirm["jkt"], any(b.Bind.Thumbprint()))
	proof := b.Bind.Proof("GET", "/oauth2/userinfo", map[string]any{"ath": hashed(access), "nonce": w.Nonce()})
	hubtest.Want(t, "userinfo with the key", w.Resource("DPoP", access, proof).Status, 200)
	hubtest.Want(t, "userinfo without", w.Userinfo(access).Status, 401)

	// ensure-different-state-inside-and-outside-request-object and similar tests:
	// only signed parameters count.
	answer = b.Come(b.Object(nil), "state", "outside", "nonce", "outside", "redirect_uri", "https://evil.example/")
	hubtest.Want(t, "ensure-different-state-inside-and-outside-request-object", answer["state"], any("the state"))
	got = b.RedeemBound(answer["code"])
	hubtest.Want(t, "ensure-different-nonce-inside-and-outside-request-object", w.Verified(got.Str("id_token"), "ES256", "")["nonce"], any("the nonce"))
	answer = b.Come(b.Object(map[string]any{"state": nil}), "state", "outside")
	hubtest.Want(t, "state-only-outside-request-object-not-used", answer["state"], nil)
	hubtest.Want(t, "ensure-authorization-request-without-state-success", b.RedeemBound(answer["code"]).Status, 200)

	for name, change := range map[string]map[string]any{
		"ensure-request-object-with-multiple-aud-succeeds":                           {"aud": []string{"https://other.example", w.URL}},
		"ensure-authorization-request-without-nonce-success":                         {"nonce": nil},
		"ensure-authorization-request-with-64-char-nonce-success":                    {"nonce": strings.Repeat("n", 64)},
		"ensure-authorization-request-with-long-nonce":                               {"nonce": strings.Repeat("n", 384)},
		"ensure-authorization-request-with-long-state":                               {"state": strings.Repeat("s", 384)},
		"ensure-other-scope-order-succeeds":                                          {"scope": "email profile openid"},
		"ensure-request-object-with-nbf-8-seconds-in-the-future-is-accepted":         {"nbf": w.Clock.Now().Unix() + 8},
		"an nbf that is 55 minutes ago, and an exp that is 59 minutes after it":      {"nbf": w.Clock.Now().Unix() - 55*60, "exp": w.Clock.Now().Unix() + 4*60},
		"ensure-dpop-auth-code-binding-success, with dpop_jkt in the request object": {"dpop_jkt": b.Bind.Thumbprint()},
	} {
		answer := b.Come(b.Object(change))
		if state, sent := change["state"]; sent {
			hubtest.Want(t, name+": state", answer["state"], state)
		}
		got := b.RedeemBound(answer["code"])
		hubtest.Want(t, name, got.Status, 200)
		nonce, changed := change["nonce"]
		if !changed {
			nonce = "the nonce"
		}
		hubtest.Want(t, name+": nonce", w.Verified(got.Str("id_token"), "ES256", "")["nonce"], nonce)
	}
}

func TestFAPI2RequestObjectsThatAreRefused(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	b := w.SigningBank()
	now := w.Clock.Now().Unix()
	header := map[string]any{"kid": "ec", "typ": "oauth-authz-req+jwt"}
	for name, object := range map[string]string{
		"ensure-request-object-without-exp-fails":                b.Object(map[string]any{"exp": nil}),
		"ensure-request-object-without-nbf-fails":                b.Object(map[string]any{"nbf": nil}),
		"ensure-expired-request-object-fails":                    b.Object(map[string]any{"nbf": now - 600, "exp": now - 300}),
		"ensure-request-object-with-bad-aud-fails":               b.Object(map[string]any{"aud": "https://other.example"}),
		"ensure-request-object-with-exp-over-60-fails":           b.Object(map[string]any{"exp": now + 70*60}),
		"ensure-request-object-with-nbf-over-60-fails":           b.Object(map[string]any{"nbf": now - 70*60}),
		"ensure-signed-request-object-with-RS256-fails":          w.Sign(jose.RS256, b.Rsa, map[string]any{"kid": "rsa", "typ": "oauth-authz-req+jwt"}, b.Inside(nil)),
		"ensure-request-object-signature-algorithm-is-not-none":  hubtest.UnsignedObject(t, b.Inside(nil)),
		"ensure-request-object-with-invalid-signature-fails":     broken(b.Object(nil)),
		"ensure-matching-key-in-authorization-request":           w.Sign(jose.ES256, w.ProofKey().Key, header, b.Inside(nil)),
		"ensure-request-object-without-redirect-uri-fails":       b.Object(map[string]any{"redirect_uri": nil}),
		"ensure-registered-redirect-uri":                         b.Object(map[string]any{"redirect_uri": hubtest.Callback + "/other"}),
		"ensure-response-type-code-idtoken-fails":                b.Object(map[string]any{"response_type": "code id_token"}),
		"ensure-response-type-token-fails":                       b.Object(map[string]any{"response_type": "token"}),
		"par-ensure-pkce-required":                               b.Object(map[string]any{"code_challenge": nil, "code_challenge_method": nil}),
		"par-plain-pkce-rejected":                                b.Object(map[string]any{"code_challenge_method": "plain"}),
		"par-authorization-request-containing-request_uri":       b.Object(map[string]any{"request_uri": "urn:ietf:params:oauth:request_uri:x"}),
		"ensure-mismatched-dpop-jkt-fails, in the object":        b.Object(map[string]any{"dpop_jkt": w.ProofKey().Thumbprint()}),
		"a request object by somebody else":                      b.Object(map[string]any{"iss": "somebody"}),
		"a request object that could be taken for an assertion":  b.Object(map[string]any{"sub": b.ID}),
		"a client assertion that is handed in as request object": w.Sign(jose.ES256, b.Assert.Key, map[string]any{"kid": "ec"}, b.Claims(nil)),
	} {
		if r := b.With(hubtest.ParPath, nil, "request", object); r.Status != 400 || r.Str("error") == "" {
			t.Errorf("%s: got %d %s", name, r.Status, r.Body)
		}
	}
	bare := b.With(hubtest.ParPath, nil, b.Pushable()...)
	if bare.Status != 400 || !strings.Contains(bare.Str("error_description"), "FAPI 2.0 Message Signing section 5.3.1") {
		t.Errorf("ensure-unsigned-request-at-par-endpoint-fails: got %d %s", bare.Status, bare.Body)
	}
	p := w.Browser().Authorize(url.Values{"client_id": {b.ID}, "request": {b.Object(nil)}})
	hubtest.Want(t, "ensure-unsigned-authorization-request-without-using-par-fails: a sign-in page", strings.Contains(p.Body, `action="/signin"`), false)
	if kept := hubtest.Dump(t, w); strings.Contains(kept, "pushed ") {
		t.Error("a refused request was kept")
	}
}

// broken is a JWT with one flipped bit in its signature.
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
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Person("ada@example.org")
	b := w.SigningBank()
	hubtest.Refused(t, "incorrect-pkce-code-verifier-rejected", b.RedeemBound(b.Come(b.Object(nil))["code"], "code_verifier", strings.Repeat("w", 43)), 400, "invalid_grant")
	if r := b.RedeemBound(b.Come(b.Object(nil))["code"], "code_verifier", ""); r.Status != 400 {
		t.Errorf("ensure-pkce-code-verifier-required: got %d %s", r.Status, r.Body)
	}
	other := w.SigningBank()
	hubtest.Refused(t, "ensure-authorization-code-is-bound-to-client", other.RedeemBound(b.Come(b.Object(nil))["code"]), 400, "invalid_grant")

	code := b.Come(b.Object(nil))["code"]
	w.Clock.Skip(61 * time.Second)
	hubtest.Refused(t, "ensure-token-endpoint-fails-with-expired-auth-code", b.RedeemBound(code), 400, "invalid_grant")
}

// TestFAPI2Discovery is discovery-end-point-verification.
func TestFAPI2Discovery(t *testing.T) {
	s := hubtest.NewSite(t)
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
			hubtest.Want(t, member+" has "+value, s.Lists(member, value), true)
		}
	}
	methods, _ := s.Meta["code_challenge_methods_supported"].([]any)
	hubtest.Want(t, "plain is a challenge method", slices.Contains(methods, any("plain")), false)
	for _, member := range []string{"authorization_response_iss_parameter_supported", "tls_client_certificate_bound_access_tokens"} {
		hubtest.Want(t, member, s.Meta[member], any(true))
	}
	for _, endpoint := range []string{"pushed_authorization_request_endpoint", "token_endpoint", "authorization_endpoint", "jwks_uri", "issuer"} {
		hubtest.Want(t, endpoint+" is https", strings.HasPrefix(s.At(t, endpoint), "https://"), true)
	}
	for _, key := range (&hubtest.Exam{T: t, Site: s}).Jwks().Keys {
		hubtest.Want(t, key.KeyID+" is public", key.IsPublic(), true)
	}
}
