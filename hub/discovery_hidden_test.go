package hub_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/fedhub/fedhub/clients"
)

// everything is what an authorization server could offer, by the member of the
// metadata that would say so. What a hub does not advertise must not work.
var everything = map[string]struct {
	values string
	try    func(e *exam, value string) bool // whether it works after all
}{
	"grant_types_supported": {`password authorization_code implicit refresh_token client_credentials
		urn:ietf:params:oauth:grant-type:device_code urn:ietf:params:oauth:grant-type:token-exchange
		urn:ietf:params:oauth:grant-type:jwt-bearer urn:ietf:params:oauth:grant-type:saml2-bearer
		urn:openid:params:grant-type:ciba urn:ietf:params:oauth:grant-type:uma-ticket nonsense`, grantWorks},
	"response_types_supported":                       {`none nonsense id_token,token`, responseTypeWorks},
	"response_modes_supported":                       {`web_message query.jwt fragment.jwt form_post.jwt jwt form_post nonsense`, responseModeWorks},
	"code_challenge_methods_supported":               {`plain S512 nonsense`, challengeWorks},
	"prompt_values_supported":                        {`create nonsense`, promptWorks},
	"id_token_signing_alg_values_supported":          {everyAlg, registers("id_token_signed_response_alg")},
	"userinfo_signing_alg_values_supported":          {everyAlg, registers("userinfo_signed_response_alg")},
	"authorization_signing_alg_values_supported":     {everyAlg, registers("authorization_signed_response_alg")},
	"introspection_signing_alg_values_supported":     {everyAlg, registers("introspection_signed_response_alg")},
	"request_object_signing_alg_values_supported":    {everyAlg, registers("request_object_signing_alg")},
	"id_token_encryption_alg_values_supported":       {everyKeyAlg, registers("id_token_encrypted_response_alg")},
	"userinfo_encryption_alg_values_supported":       {everyKeyAlg, registers("userinfo_encrypted_response_alg")},
	"request_object_encryption_alg_values_supported": {everyKeyAlg, registers("request_object_encryption_alg")},
	"authorization_encryption_alg_values_supported":  {everyKeyAlg, registers("authorization_encrypted_response_alg")},
	"introspection_encryption_alg_values_supported":  {everyKeyAlg, registers("introspection_encrypted_response_alg")},
	"backchannel_token_delivery_modes_supported":     {`push nonsense`, registers("backchannel_token_delivery_mode")},
	"subject_types_supported":                        {`public pairwise ephemeral nonsense`, registers("subject_type")},
	"token_endpoint_auth_methods_supported": {`none client_secret_basic client_secret_post client_secret_jwt private_key_jwt tls_client_auth
		self_signed_tls_client_auth attest_jwt_client_auth nonsense`, registers("token_endpoint_auth_method")},
	"scopes_supported": {`openid profile email address phone offline_access roles admin nonsense`, scopeWorks},
}

const (
	everyAlg    = `none HS256 HS384 HS512 RS256 RS384 RS512 PS256 PS384 PS512 ES256 ES384 ES512 ES256K EdDSA nonsense`
	everyKeyAlg = `none RSA1_5 RSA-OAEP RSA-OAEP-256 RSA-OAEP-512 ECDH-ES ECDH-ES+A128KW ECDH-ES+A192KW ECDH-ES+A256KW dir A128KW A256KW
		A128GCMKW A256GCMKW PBES2-HS256+A128KW nonsense`
)

func TestWhatDiscoveryDoesNotAdvertiseDoesNotWork(t *testing.T) {
	s := openSite(t)
	for member, all := range everything {
		for value := range strings.FieldsSeq(all.values) {
			value = strings.ReplaceAll(value, ",", " ")
			if s.lists(member, value) {
				continue // TestWhatDiscoveryAdvertisesWorks is about this
			}
			t.Run(member+"/"+value, func(t *testing.T) {
				e := &exam{T: t, site: s, profile: profile{response: "code", auth: clients.MethodBasic, dynamic: true}}
				if all.try(e, value) {
					t.Errorf("%s is not advertised, and it works", value)
				}
			})
		}
	}
}

// grantWorks asks the token endpoint; it must say that it does not know the
// grant, and not that something else is missing.
func grantWorks(e *exam, grant string) bool {
	r := e.client().call("token_endpoint", "grant_type", grant, "username", examinee, "password", password)
	return r.Status != http.StatusBadRequest || r.str("error") != "unsupported_grant_type"
}

func responseTypeWorks(e *exam, response string) bool {
	request := e.client().request("response_type", response)
	a := e.browser().visit(request)
	return a.by == "" || a.values.Get("error") != "unsupported_response_type"
}

func responseModeWorks(e *exam, mode string) bool {
	a := e.browser().visit(e.client().request("response_mode", mode))
	return a.by != "" && (a.values.Has("code") || a.values.Has("response"))
}

func challengeWorks(e *exam, method string) bool {
	verifier := strings.Repeat("v", 43)
	request := e.client().request("code_challenge", verifier, "code_challenge_method", method)
	return e.browser().visit(request).values.Get("error") != "invalid_request"
}

func promptWorks(e *exam, prompt string) bool {
	return e.browser().visit(e.client().request("prompt", prompt)).values.Get("error") != "invalid_request"
}

func scopeWorks(e *exam, scope string) bool {
	a := e.browser().visit(e.client().request("scope", "openid "+scope))
	return a.values.Get("error") != "invalid_scope"
}

// registers tries to register a client that chooses the value.
func registers(member string) func(*exam, string) bool {
	return func(e *exam, value string) bool {
		p := &party{e: e, redirect: e.site.rp.URL + "/callback", auth: e.auth}
		pairs := []any{member, value, "jwks", allKeys()}
		r := e.tryRegister(p.metadata(pairs))
		if r.Status == http.StatusCreated {
			e.unregister(r.str("registration_client_uri"), r.str("registration_access_token"))
		}
		return r.Status != http.StatusBadRequest || r.str("error") != "invalid_client_metadata"
	}
}

// TestWhatNeedsNoMentionIsRefused is about what the metadata has no list for.
func TestWhatNeedsNoMentionIsRefused(t *testing.T) {
	e := &exam{T: t, site: openSite(t), profile: profile{response: "code", auth: clients.MethodBasic}}
	p := e.client()
	a := e.browser().visit(p.request())
	for name, form := range map[string]url.Values{
		"two ways to authenticate": {"client_id": {p.ID}, "client_secret": {p.Secret}},
		"a secret twice":           {"client_secret": {p.Secret, p.Secret}},
	} {
		form.Set("grant_type", "authorization_code")
		form.Set("code", a.values.Get("code"))
		form.Set("redirect_uri", p.redirect)
		r := e.site.post(t, e.site.at(t, "token_endpoint"), form, "Authorization", basic(p.ID, p.Secret))
		if !slices.Contains([]string{"invalid_request", "invalid_client"}, r.str("error")) {
			t.Errorf("%s: got %d %s", name, r.Status, r.Body)
		}
	}
	for _, method := range []string{http.MethodGet, http.MethodPut, http.MethodDelete} {
		r := e.site.send(t, method, e.site.at(t, "token_endpoint"), nil)
		want(t, method+" of the token endpoint", r.Status, http.StatusMethodNotAllowed)
	}
	e.checkTokens(p.redeem(a.values.Get("code")))
}
