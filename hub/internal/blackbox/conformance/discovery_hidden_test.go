package conformance_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/fedhub/fedhub/clients/clientauth"
	"github.com/fedhub/fedhub/hub/internal/hubtest"
)

// everything are the features of an authorization server, by the metadata member
// that advertises them. A feature that the hub does not advertise must not work.
var everything = map[string]struct {
	values string
	try    func(e *hubtest.Exam, value string) bool // reports whether it works
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
			if s.Lists(member, value) {
				continue // TestWhatDiscoveryAdvertisesWorks covers these
			}
			t.Run(member+"/"+value, func(t *testing.T) {
				e := &hubtest.Exam{T: t, Site: s, Profile: hubtest.Profile{Response: "code", Auth: clientauth.MethodBasic, Dynamic: true}}
				if all.try(e, value) {
					t.Errorf("%s is not advertised, and it works", value)
				}
			})
		}
	}
}

// grantWorks calls the token endpoint. The error must be unsupported_grant_type,
// and not one about another parameter.
func grantWorks(e *hubtest.Exam, grant string) bool {
	r := e.Client().Call("token_endpoint", "grant_type", grant, "username", hubtest.Examinee, "password", hubtest.Password)
	return r.Status != http.StatusBadRequest || r.Str("error") != "unsupported_grant_type"
}

func responseTypeWorks(e *hubtest.Exam, response string) bool {
	request := e.Client().Request("response_type", response)
	a := e.Browser().Visit(request)
	return a.By == "" || a.Values.Get("error") != "unsupported_response_type"
}

func responseModeWorks(e *hubtest.Exam, mode string) bool {
	a := e.Browser().Visit(e.Client().Request("response_mode", mode))
	return a.By != "" && (a.Values.Has("code") || a.Values.Has("response"))
}

func challengeWorks(e *hubtest.Exam, method string) bool {
	verifier := strings.Repeat("v", 43)
	request := e.Client().Request("code_challenge", verifier, "code_challenge_method", method)
	return e.Browser().Visit(request).Values.Get("error") != "invalid_request"
}

func promptWorks(e *hubtest.Exam, prompt string) bool {
	return e.Browser().Visit(e.Client().Request("prompt", prompt)).Values.Get("error") != "invalid_request"
}

func scopeWorks(e *hubtest.Exam, scope string) bool {
	a := e.Browser().Visit(e.Client().Request("scope", scope))
	return a.Values.Get("error") != "invalid_scope"
}

// registers tries to register a client with this value.
func registers(member string) func(*hubtest.Exam, string) bool {
	return func(e *hubtest.Exam, value string) bool {
		p := &hubtest.Party{E: e, Redirect: e.Site.Rp.URL + "/callback", Auth: e.Auth}
		pairs := []any{member, value, "jwks", hubtest.AllKeys()}
		r := e.TryRegister(p.Metadata(pairs))
		if r.Status == http.StatusCreated {
			e.Unregister(r.Str("registration_client_uri"), r.Str("registration_access_token"))
		}
		return r.Status != http.StatusBadRequest || r.Str("error") != "invalid_client_metadata"
	}
}

// TestWhatNeedsNoMentionIsRefused is about features that the metadata has no list
// for.
func TestWhatNeedsNoMentionIsRefused(t *testing.T) {
	e := &hubtest.Exam{T: t, Site: openSite(t), Profile: hubtest.Profile{Response: "code", Auth: clientauth.MethodBasic}}
	p := e.Client()
	a := e.Browser().Visit(p.Request())
	for name, form := range map[string]url.Values{
		"two ways to authenticate": {"client_id": {p.ID}, "client_secret": {p.Secret}},
		"a secret twice":           {"client_secret": {p.Secret, p.Secret}},
	} {
		form.Set("grant_type", "authorization_code")
		form.Set("code", a.Values.Get("code"))
		form.Set("redirect_uri", p.Redirect)
		r := e.Site.Post(t, e.Site.At(t, "token_endpoint"), form, "Authorization", hubtest.Basic(p.ID, p.Secret))
		if !slices.Contains([]string{"invalid_request", "invalid_client"}, r.Str("error")) {
			t.Errorf("%s: got %d %s", name, r.Status, r.Body)
		}
	}
	for _, method := range []string{http.MethodGet, http.MethodPut, http.MethodDelete} {
		r := e.Site.Send(t, method, e.Site.At(t, "token_endpoint"), nil)
		hubtest.Want(t, method+" of the token endpoint", r.Status, http.StatusMethodNotAllowed)
	}
	e.CheckTokens(p.Redeem(a.Values.Get("code")))
}
