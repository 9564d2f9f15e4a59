package token_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/fedhub/fedhub/hub/internal/hubtest"
)

// TestFAPI2 has the tests of the FAPI 2.0 Security Profile about client
// authentication and proof of possession, with their names without the prefix
// fapi2-security-profile-final-.
func TestFAPI2ClientAuthentication(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	b := w.Bank()
	now := w.Clock.Now()
	for name, row := range map[string]struct {
		change map[string]any
		ok     bool
	}{
		"happy-flow":                                                                 {nil, true},
		"par-test-array-as-audience-fails":                                           {map[string]any{"aud": []string{w.URL}}, false},
		"par-test-par-endpoint-url-as-audience-fails":                                {map[string]any{"aud": w.URL + hubtest.ParPath}, false},
		"par-test-token-endpoint-url-as-audience-fails":                              {map[string]any{"aud": w.URL + hubtest.TokenPath}, false},
		"ensure-client-assertion-with-wrong-aud-fails":                               {map[string]any{"aud": "https://other.example.org"}, false},
		"ensure-client-assertion-with-no-sub-fails":                                  {map[string]any{"sub": nil}, false},
		"ensure-client-assertion-with-exp-is-5-minutes-in-past-fails":                {map[string]any{"exp": now.Add(-5 * time.Minute).Unix()}, false},
		"par-ensure-jwt-client-assertions-nbf-8-seconds-in-the-future-is-accepted":   {map[string]any{"nbf": now.Unix() + 8, "iat": now.Unix() + 8}, true},
		"par-ensure-jwt-client-assertions-nbf-over-60-seconds-in-the-future-fails":   {map[string]any{"nbf": now.Unix() + 90}, false},
		"par-ensure-jwt-client-assertions-nbf-over-60-seconds-in-the-future-fails-2": {map[string]any{"iat": now.Unix() + 90}, false},
	} {
		for path, form := range map[string][]string{hubtest.TokenPath: hubtest.ForItself, hubtest.ParPath: b.Pushable()} {
			r := b.With(path, row.change, form...)
			if row.ok {
				hubtest.Want(t, path+" "+name, r.Status/100, 2)
			} else {
				hubtest.Refused(t, path+" "+name, r, 401, "invalid_client")
			}
		}
	}
	for path, form := range map[string][]string{hubtest.TokenPath: hubtest.ForItself, hubtest.ParPath: b.Pushable()} {
		r := b.Ask(path, w.Sign(jose.RS256, b.Rsa, map[string]any{"kid": "rsa"}, b.Claims(nil)), b.Proofs(b.Bind, path), form...)
		hubtest.Refused(t, path+" ensure-signed-client-assertion-with-RS256-fails", r, 401, "invalid_client")
		if !strings.Contains(r.Str("error_description"), "FAPI 2.0 Security Profile section 5.4.1") {
			t.Errorf("the requirement is not named: %s", r.Body)
		}
		bare := hubtest.FormFor(w, w.URL+path, hubtest.Edited(url.Values{"client_id": {b.ID}}, form))
		hubtest.Refused(t, path+" ensure-client-assertion-in-token-endpoint", w.Call(bare), 401, "invalid_client")
		hubtest.Want(t, path+" PS256", b.Ask(path, w.Sign(jose.PS256, b.Rsa, map[string]any{"kid": "rsa"}, b.Claims(nil)), b.Proofs(b.Bind, path), form...).Status/100, 2)
	}
	assertion := w.Sign(jose.ES256, b.Assert.Key, map[string]any{"kid": "ec"}, b.Claims(nil))
	hubtest.Refused(t, "ensure-holder-of-key-required", b.Ask(hubtest.TokenPath, assertion, nil, hubtest.ForItself...), 400, "invalid_dpop_proof")
}

func TestFAPI2CodesAreBoundToTheDPoPKey(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Person("ada@example.org")
	b := w.Bank()
	other := w.ProofKey()
	redeem := func(key hubtest.ProofKey, code string) hubtest.Reply {
		assertion := w.Sign(jose.ES256, b.Assert.Key, map[string]any{"kid": "ec"}, b.Claims(nil))
		return b.Ask(hubtest.TokenPath, assertion, b.Proofs(key, hubtest.TokenPath), hubtest.CodeForm(b.App, code)...)
	}
	jkt := []string{"dpop_jkt", b.Bind.Thumbprint()}
	hubtest.Want(t, "ensure-dpop-auth-code-binding-success", redeem(b.Bind, b.Code(nil, jkt...)).Status, 200)
	hubtest.Want(t, "ensure-dpopproof-at-par-endpoint-binding-success", redeem(b.Bind, b.Code(b.Proofs(b.Bind, hubtest.ParPath))).Status, 200)
	hubtest.Want(t, "both, and the same", redeem(b.Bind, b.Code(b.Proofs(b.Bind, hubtest.ParPath), jkt...)).Status, 200)
	hubtest.Refused(t, "ensure-token-endpoint-fails-with-mismatched-dpop-jkt", redeem(other, b.Code(nil, jkt...)), 400, "invalid_grant")
	hubtest.Refused(t, "ensure-token-endpoint-fails-with-mismatched-dpop-proof-jkt", redeem(other, b.Code(b.Proofs(b.Bind, hubtest.ParPath))), 400, "invalid_grant")
	mismatch := b.With(hubtest.ParPath, nil, b.Pushable("dpop_jkt", other.Thumbprint())...)
	hubtest.Want(t, "ensure-mismatched-dpop-jkt-fails", mismatch.Status, 400)

	// refresh-token: it is not rotated, and the client may change its key.
	code := b.Code(b.Proofs(b.Bind, hubtest.ParPath))
	got := redeem(b.Bind, code)
	renew := func(key hubtest.ProofKey) hubtest.Reply {
		assertion := w.Sign(jose.ES256, b.Assert.Key, map[string]any{"kid": "ec"}, b.Claims(nil))
		return b.Ask(hubtest.TokenPath, assertion, b.Proofs(key, hubtest.TokenPath), "grant_type", "refresh_token", "refresh_token", got.Str("refresh_token"))
	}
	hubtest.Want(t, "refresh-token", renew(b.Bind).Str("refresh_token"), got.Str("refresh_token"))
	hubtest.Want(t, "refresh-token with a new key", renew(other).Status, 200)
	hubtest.Refused(t, "attempt-reuse-authorization-code-after-one-second", redeem(b.Bind, code), 400, "invalid_grant")
	hubtest.Refused(t, "which ends what it gave", renew(b.Bind), 400, "invalid_grant")
}

func TestFAPI2RequestsAreToldWhichRequirementTheyBreak(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	b := w.Bank()
	for name, pairs := range map[string][]string{
		"par-ensure-pkce-required":                         {"code_challenge", "", "code_challenge_method", ""},
		"par-plain-pkce-rejected":                          {"code_challenge_method", "plain"},
		"ensure-redirect-uri-in-authorization-request":     {"redirect_uri", ""},
		"ensure-response-type-code-idtoken-fails":          {"response_type", "code id_token"},
		"ensure-response-type-token-fails":                 {"response_type", "token"},
		"ensure-registered-redirect-uri":                   {"redirect_uri", hubtest.Callback + "/x"},
		"par-authorization-request-containing-request_uri": {"request_uri", "urn:ietf:params:oauth:request_uri:x"},
	} {
		if r := b.With(hubtest.ParPath, nil, b.Pushable(pairs...)...); r.Status != 400 || r.Str("error") == "" {
			t.Errorf("%s: got %d %s", name, r.Status, r.Body)
		}
	}
	refusedSomehow := w.Browser().Authorize(b.Request())
	if !strings.Contains(refusedSomehow.Location+refusedSomehow.Body, "5.3.2.2") {
		t.Errorf("ensure-unsigned-authorization-request-without-using-par-fails: got %d, %q:\n%s", refusedSomehow.Status, refusedSomehow.Location, refusedSomehow.Body)
	}
}
