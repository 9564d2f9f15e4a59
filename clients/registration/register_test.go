package registration

import (
	"encoding/json"
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/clients/clientauth"
	"github.com/fedhub/fedhub/internal/testkit/keytest"
	"github.com/fedhub/fedhub/internal/testkit/memstore"
)

var limits = Limits{Scopes: []string{"openid", "email", "roles"}, Usual: []string{"openid", "email"}}

func (w *world) declare(metadata string, trusted ...string) (clients.Client, error) {
	w.Helper()
	issuers := map[string]string{}
	for i := 0; i+1 < len(trusted); i += 2 {
		issuers[trusted[i]] = trusted[i+1]
	}
	d, err := w.Declare(w.Context(), []byte(metadata), limits, issuers)
	return d.client, err
}

func refusal(err error) string {
	var e *Error
	if errors.As(err, &e) {
		return e.Code
	}
	return ""
}

// everything is one value for every member that is a choice of the client's,
// but for those that exclude each other.
const everything = `{
	"redirect_uris": ["https://app.example.com/cb"], "token_endpoint_auth_method": "private_key_jwt",
	"grant_types": ["authorization_code", "implicit", "refresh_token", "client_credentials", "urn:ietf:params:oauth:grant-type:device_code"],
	"response_types": ["code", "code id_token"], "client_name": "Rota", "client_uri": "https://app.example.com/",
	"logo_uri": "https://app.example.com/logo.png", "scope": "openid email", "contacts": ["ops@example.com"],
	"tos_uri": "https://app.example.com/tos", "policy_uri": "https://app.example.com/policy", "jwks_uri": "https://app.example.com/jwks",
	"software_id": "rota", "software_version": "2", "application_type": "web", "subject_type": "pairwise",
	"id_token_signed_response_alg": "ES256", "id_token_encrypted_response_alg": "RSA-OAEP-256", "id_token_encrypted_response_enc": "A256GCM",
	"userinfo_signed_response_alg": "RS256", "userinfo_encrypted_response_alg": "ECDH-ES", "userinfo_encrypted_response_enc": "A128GCM",
	"request_object_signing_alg": "ES256", "request_object_encryption_alg": "RSA-OAEP", "request_object_encryption_enc": "A128CBC-HS256",
	"token_endpoint_auth_signing_alg": "ES256", "default_max_age": 0, "require_auth_time": true, "default_acr_values": ["1"],
	"initiate_login_uri": "https://app.example.com/start", "request_uris": ["https://app.example.com/request#x"],
	"post_logout_redirect_uris": ["https://app.example.com/bye"],
	"frontchannel_logout_uri": "https://app.example.com/front", "frontchannel_logout_session_required": true,
	"backchannel_logout_uri": "https://app.example.com/back", "backchannel_logout_session_required": true,
	"require_pushed_authorization_requests": true, "require_signed_request_object": true,
	"authorization_signed_response_alg": "ES256", "authorization_encrypted_response_alg": "ECDH-ES", "authorization_encrypted_response_enc": "A256GCM",
	"introspection_signed_response_alg": "ES256", "introspection_encrypted_response_alg": "ECDH-ES", "introspection_encrypted_response_enc": "A256GCM",
	"dpop_bound_access_tokens": true, "tls_client_certificate_bound_access_tokens": true,
	"authorization_details_types": ["payment"]
}`

func TestWhatAClientDeclaresComesBackAsItWas(t *testing.T) {
	// Read and written without the checks, which have tests of their own.
	var raw map[string]json.RawMessage
	if err := json.Unmarshal([]byte(everything), &raw); err != nil {
		t.Fatal(err)
	}
	var d declaration
	if err := d.read(raw); err != nil {
		t.Fatal(err)
	}
	if err := d.settle(limits); err != nil {
		t.Fatal(err)
	}
	d.Tidy()
	text, err := json.Marshal(MetadataOf(d.Client))
	if err != nil {
		t.Fatal(err)
	}
	var got, want map[string]any
	if err := errors.Join(json.Unmarshal(text, &got), json.Unmarshal([]byte(everything), &want)); err != nil {
		t.Fatal(err)
	}
	for name := range want {
		if !reflect.DeepEqual(got[name], want[name]) {
			t.Errorf("%s: got %v, want %v", name, got[name], want[name])
		}
	}
	for name := range got {
		if _, found := want[name]; !found {
			t.Errorf("%s was not declared: %v", name, got[name])
		}
	}
}

func TestEveryMemberHasANameOfItsOwnAndAPlaceOfItsOwn(t *testing.T) {
	names := map[string]bool{}
	var d declaration
	places := map[any]string{}
	_ = d.members(func(name string, place any) error {
		if names[name] || places[place] != "" {
			t.Errorf("%s stands twice, or shares its place with %s", name, places[place])
		}
		names[name], places[place] = true, name
		return nil
	})
	for name := range d.words() {
		if !names[name] {
			t.Errorf("%s is the metadata of no property", name)
		}
	}
}

func TestGrantTypesAndResponseTypesFollowFromOneAnother(t *testing.T) {
	w := newWorld(t)
	for _, row := range []struct{ declared, grants, responses string }{
		{`{}`, "authorization_code", "code"},
		{`"response_types":["id_token code"]`, "authorization_code implicit", "code id_token"},
		{`"response_types":["id_token","token id_token"]`, "implicit", "id_token,id_token token"},
		{`"response_types":["token"]`, "implicit", "token"},
		{`"grant_types":["refresh_token","authorization_code"]`, "authorization_code refresh_token", "code"},
		{`"grant_types":["implicit","authorization_code"],"response_types":["code","token"]`, "authorization_code implicit", "code,token"},
		{`"grant_types":["urn:openid:params:grant-type:ciba"],"response_types":[]`, "urn:openid:params:grant-type:ciba", ""},
		{`"grant_types":["client_credentials"]`, "client_credentials", ""},
		{`"grant_types":["implicit"]`, "", ""},
		{`"grant_types":["authorization_code"],"response_types":["token"]`, "", ""},
		{`"grant_types":["implicit"],"response_types":["code token"]`, "", ""},
		{`"grant_types":["implicit","refresh_token"],"response_types":["token"]`, "", ""},
	} {
		body := `{"redirect_uris":["https://app.example.com/cb"],` + strings.Trim(row.declared, "{}") + "}"
		c, err := w.declare(strings.Replace(body, ",}", "}", 1))
		if row.grants == "" {
			if refusal(err) != InvalidMetadata {
				t.Errorf("%s: got %v", row.declared, err)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", row.declared, err)
			continue
		}
		shown := MetadataOf(c)
		if got := strings.Join(shown["grant_types"].([]string), " "); got != row.grants {
			t.Errorf("%s: grant_types %q, want %q", row.declared, got, row.grants)
		}
		if got := strings.Join(shown["response_types"].([]string), ","); got != row.responses {
			t.Errorf("%s: response_types %q, want %q", row.declared, got, row.responses)
		}
	}
}

func TestASoftwareStatementOfATrustedIssuerWins(t *testing.T) {
	key, other := keytest.New(t, "1", jose.ES256), keytest.New(t, "1", jose.ES256)
	p := keytest.NewPublisher(t, keytest.JWKS(t, key))
	w := newWorld(t, allowHTTP)
	const iss = "https://federation.example"
	body := func(jwt string) string {
		return `{"redirect_uris":["https://evil.example/cb"],"client_name":"Mine","software_version":"1","software_statement":"` + jwt + `"}`
	}
	claims := func(edit map[string]any) map[string]any {
		c := map[string]any{"iss": iss, "client_name": "Vouched", "software_id": "rota", "redirect_uris": []string{"https://app.example.com/cb"}}
		for name, value := range edit {
			c[name] = value
		}
		return c
	}
	good := keytest.Sign(t, key, claims(nil), nil)
	c, err := w.declare(body(good), iss, p.URL)
	if err != nil {
		t.Fatal(err)
	}
	if c.Name != "Vouched" || !slices.Equal(c.RedirectURIs, []string{"https://app.example.com/cb"}) || c.Registration.Vouched != iss ||
		c.Registration.SoftwareVersion != "1" || MetadataOf(c)["software_statement"] != good {
		t.Errorf("got %+v", c)
	}
	for name, row := range map[string]struct{ jwt, code string }{
		"another issuer": {keytest.Sign(t, key, claims(map[string]any{"iss": "https://evil.example"}), nil), UnapprovedStatement},
		"no issuer":      {keytest.Sign(t, key, claims(map[string]any{"iss": ""}), nil), InvalidStatement},
		"another key":    {keytest.Sign(t, other, claims(nil), nil), InvalidStatement},
		"expired":        {keytest.Sign(t, key, claims(map[string]any{"exp": w.Clock.Now().Add(-time.Hour).Unix()}), nil), InvalidStatement},
		"too early":      {keytest.Sign(t, key, claims(map[string]any{"nbf": w.Clock.Now().Add(time.Hour).Unix()}), nil), InvalidStatement},
		"exp as text":    {keytest.Sign(t, key, claims(map[string]any{"exp": "never"}), nil), InvalidStatement},
		"crit":           {keytest.Sign(t, key, claims(nil), map[jose.HeaderKey]any{"crit": []string{"b64"}, "b64": true}), InvalidStatement},
		"unsigned":       {"eyJhbGciOiJub25lIn0.e30.", InvalidStatement},
	} {
		if _, err := w.declare(body(row.jwt), iss, p.URL); refusal(err) != row.code {
			t.Errorf("%s: got %v, want %s", name, err, row.code)
		}
	}
}

// FuzzClientDeclaration: any metadata leads to a valid client or to an error with
// an RFC 7591 code. The client can send back what it reads.
func FuzzClientDeclaration(f *testing.F) {
	f.Add([]byte(everything))
	f.Add([]byte(`{"redirect_uris":["com.example.app:/cb"],"application_type":"native"}`))
	f.Add([]byte(`{"grant_types":["client_credentials"],"jwks":{"keys":[]}}`))
	f.Add([]byte(`{"redirect_uris":null,"scope":" ","default_max_age":-1}`))
	auth := &clientauth.Verifier{Keys: &clientauth.Keyring{}}
	r := New(Options{Clients: clients.NewRegistry(clients.Options{Store: memstore.New[clients.Client](), Auth: auth}), Keys: auth.Keys})
	f.Fuzz(func(t *testing.T, body []byte) {
		d, err := r.Declare(t.Context(), body, limits, nil)
		if err != nil {
			if refusal(err) == "" {
				t.Fatalf("an error without a name: %v", err)
			}
			return
		}
		c := d.client
		if c.SkipAuthorization || c.Server != nil || len(c.Secrets)+len(c.AllowedRoles)+len(c.Exchange.From) > 0 || !limitsHold(c) {
			t.Fatalf("it gave itself %+v", c)
		}
		again, err := json.Marshal(d.Metadata())
		if err != nil {
			t.Fatal(err)
		}
		second, err := r.Declare(t.Context(), again, limits, nil)
		if err != nil {
			t.Fatalf("%s cannot be declared again: %v", again, err)
		}
		if third, _ := json.Marshal(second.Metadata()); string(third) != string(again) {
			t.Fatalf("declared again it became\n%s\nof\n%s", third, again)
		}
	})
}

func limitsHold(c clients.Client) bool {
	return !slices.ContainsFunc(c.Scopes, func(s string) bool { return !slices.Contains(limits.Scopes, s) })
}
