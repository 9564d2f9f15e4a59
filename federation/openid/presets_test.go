package openid_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/go-jose/go-jose/v4"

	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/internal/testkit/federationtest"
)

// preset is a world with a provider of the catalogue.
func preset(t *testing.T, name string, options map[string]string, adapt func(*federationtest.World)) *federationtest.World {
	return newWorld(t, func(w *federationtest.World) {
		w.Key.Preset, w.Key.Options, w.Key.Scopes = name, options, nil
		if adapt != nil {
			adapt(w)
		}
	})
}

// claims make the provider put these into its id_tokens.
func claims(w *federationtest.World, set map[string]any) {
	w.Set(func(s *federationtest.Script) {
		s.IDToken = func(claims map[string]any) {
			for name, value := range set {
				claims[name] = value
			}
		}
	})
}

func TestGoogleKeepsToAWorkspace(t *testing.T) { // FE-24
	for _, row := range []struct {
		option, parameter string
		hd                any
		ok                bool
	}{
		{"", "", nil, true},
		{"", "", "example.org", true},
		{"example.org", "example.org", "example.org", true},
		{"Example.org", "example.org", "EXAMPLE.ORG", true},
		{"example.org", "example.org", nil, false},
		{"example.org", "example.org", "", false},
		{"example.org", "example.org", "evilexample.org", false},
		{"example.org", "example.org", "example.org.evil.test", false},
		{"example.org", "example.org", []string{"example.org"}, false},
		{"example.org, example.net", "*", "example.net", true},
		{"example.org, example.net", "*", "example.com", false},
	} {
		w := preset(t, "google", map[string]string{"hd": row.option}, nil)
		claims(w, map[string]any{"hd": row.hd})
		_, err := w.SignIn(federation.AuthRequestOptions{})
		if ok := err == nil; ok != row.ok || !ok && federationtest.Fault(err) != federation.Untrusted {
			t.Errorf("%q and %v: got %v", row.option, row.hd, err)
		}
		if q, _ := w.Seen(federationtest.PathAuthorize); q.Get("hd") != row.parameter {
			t.Errorf("%q: the parameter is %q, want %q", row.option, q.Get("hd"), row.parameter)
		}
	}
}

const (
	tenantA  = "aaaaaaaa-0000-4000-8000-000000000001"
	tenantB  = "bbbbbbbb-0000-4000-8000-000000000002"
	personal = "9188040d-6c67-4c5b-b112-36a304b66dad"
	oid      = "cccccccc-0000-4000-8000-000000000003"
)

// microsoft is a provider that serves this tenant's endpoint.
func microsoft(t *testing.T, tenant, tenants, issuer string) *federationtest.World {
	w := preset(t, "microsoft", map[string]string{"tenant": tenant, "tenants": tenants}, func(w *federationtest.World) {
		w.Key.BaseURL += "/" + tenant + "/v2.0"
	})
	w.Set(func(s *federationtest.Script) {
		s.Replace = map[string]http.HandlerFunc{"/" + tenant + "/v2.0" + federationtest.PathDiscovery: func(rw http.ResponseWriter, _ *http.Request) {
			rw.Header().Set("Content-Type", "application/json")
			json.NewEncoder(rw).Encode(map[string]any{ //nolint:errcheck // a test
				"issuer":                 w.URL + "/" + issuer + "/v2.0",
				"authorization_endpoint": w.URL + federationtest.PathAuthorize, "token_endpoint": w.URL + federationtest.PathToken,
				"userinfo_endpoint": w.URL + federationtest.PathUserinfo, "jwks_uri": w.URL + federationtest.PathKeys,
				"id_token_signing_alg_values_supported": []string{"RS256", "ES256"},
			})
		}}
		s.Answer = func(query url.Values) { query.Del("iss") }
	})
	return w
}

func TestMicrosoftNamesPeopleByTenantAndObject(t *testing.T) { // FE-23
	const mark = "{tenantid}"
	for name, row := range map[string]struct {
		tenant, tenants, issuer string
		iss, tid                string
		oid                     any
		ok                      bool
	}{
		"one tenant":                   {tenantA, "", tenantA, tenantA, tenantA, oid, true},
		"another tenant's token":       {tenantA, "", tenantA, tenantB, tenantB, oid, false},
		"another tid":                  {tenantA, tenantA, tenantA, tenantA, tenantB, oid, false},
		"another tenant's document":    {tenantA, "", tenantB, tenantB, tenantB, oid, false},
		"a domain":                     {"contoso.example", "", tenantA, tenantA, tenantA, oid, true},
		"every tenant":                 {"common", "", mark, tenantA, tenantA, oid, true},
		"a personal account":           {"common", "", mark, personal, personal, oid, true},
		"every organisation":           {"organizations", "", mark, tenantB, tenantB, oid, true},
		"none of an organisation":      {"organizations", "", mark, personal, personal, oid, false},
		"personal accounts":            {"consumers", "", personal, personal, personal, oid, true},
		"personal accounts only":       {"consumers", "", personal, tenantA, tenantA, oid, false},
		"a listed tenant":              {"common", tenantA + "," + tenantB, mark, tenantB, tenantB, oid, true},
		"a tenant that is not listed":  {"common", tenantA, mark, tenantB, tenantB, oid, false},
		"iss and tid differ":           {"common", "", mark, tenantB, tenantA, oid, false},
		"no tid":                       {"common", "", mark, tenantA, "", oid, false},
		"the mark itself":              {"common", "", mark, mark, mark, oid, false},
		"a path for a tid":             {"common", "", mark, tenantA + "/x", tenantA + "/x", oid, false},
		"no oid":                       {"common", "", mark, tenantA, tenantA, nil, false},
		"an oid that is none":          {"common", "", mark, tenantA, tenantA, "ada", false},
		"a document without its mark":  {"common", "", tenantA, tenantA, tenantA, oid, false},
		"a document with a stray mark": {tenantA, "", mark, tenantA, tenantA, oid, false},
	} {
		t.Run(name, func(t *testing.T) {
			w := microsoft(t, row.tenant, row.tenants, row.issuer)
			claims(w, map[string]any{"iss": w.URL + "/" + row.iss + "/v2.0", "tid": row.tid, "oid": row.oid})
			id, err := w.SignIn(federation.AuthRequestOptions{})
			if ok := err == nil; ok != row.ok {
				t.Fatalf("got %+v and %v", id, err)
			}
			if row.ok && (id.Subject != oid || id.Issuer != w.URL+"/"+row.iss+"/v2.0") {
				t.Errorf("got %s at %s", id.Subject, id.Issuer)
			}
		})
	}
}

func TestMicrosoftsWordOnAnAddressIsWeighed(t *testing.T) { // FE-23
	for name, row := range map[string]struct {
		tenant, issuer string
		edov           any
		want           bool
	}{
		"any tenant may say email_verified":       {"common", "{tenantid}", nil, false},
		"the domain is not the tenant's":          {"common", "{tenantid}", false, false},
		"nothing that could mean yes":             {"common", "{tenantid}", "yes", false},
		"the domain is the tenant's":              {"common", "{tenantid}", true, true},
		"in the other spelling":                   {"common", "{tenantid}", "1", true},
		"a number":                                {"common", "{tenantid}", 1, true},
		"the tenant that the administrator named": {tenantA, tenantA, nil, true},
	} {
		w := microsoft(t, row.tenant, "", row.issuer)
		claims(w, map[string]any{"iss": w.URL + "/" + tenantA + "/v2.0", "tid": tenantA, "oid": oid,
			"email": "ada@example.org", "email_verified": true, "xms_edov": row.edov})
		if id := w.MustSignIn(federation.AuthRequestOptions{}); id.EmailVerified != row.want || id.Email != "ada@example.org" {
			t.Errorf("%s: got %q, %v", name, id.Email, id.EmailVerified)
		}
	}
}

// p8 is a key as Apple hands it out.
func p8(t *testing.T) (string, *ecdsa.PrivateKey) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})), private
}

func apple(t *testing.T) (*federationtest.World, *ecdsa.PrivateKey) {
	text, private := p8(t)
	w := preset(t, "apple", map[string]string{"team_id": "TEAM567890", "key_id": "KEY4567890"}, func(w *federationtest.World) {
		w.Key.Scopes = []string{"openid", "name", "email"}
		w.Key.Secret = federationtest.Seal(text, w.Key.SecretContext())
	})
	return w, private
}

func TestAppleGetsASecretMadeForTheRequest(t *testing.T) {
	w, private := apple(t)
	w.Set(func(s *federationtest.Script) {
		s.Replace = map[string]http.HandlerFunc{federationtest.PathToken: func(rw http.ResponseWriter, _ *http.Request) { rw.WriteHeader(http.StatusBadRequest) }}
	})
	w.SignIn(federation.AuthRequestOptions{}) //nolint:errcheck // only the request counts
	if q, _ := w.Seen(federationtest.PathAuthorize); q.Get("response_mode") != "form_post" {
		t.Errorf("response_mode is %q", q.Get("response_mode"))
	}
	form, header := w.Seen(federationtest.PathToken)
	if form.Get("client_id") != "the hub" || header.Get("Authorization") != "" {
		t.Errorf("got %v", form)
	}
	jws, err := jose.ParseSignedCompact(form.Get("client_secret"), []jose.SignatureAlgorithm{jose.ES256})
	if err != nil {
		t.Fatal(err)
	}
	payload, err := jws.Verify(&private.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	var c struct {
		Iss, Sub, Aud string
		Iat, Exp      int64
	}
	if err := json.Unmarshal(payload, &c); err != nil {
		t.Fatal(err)
	}
	now := w.Clock.Now().Unix()
	if c.Iss != "TEAM567890" || c.Sub != "the hub" || c.Aud != w.URL || c.Iat != now || c.Exp <= now || c.Exp > now+300 || jws.Signatures[0].Header.KeyID != "KEY4567890" {
		t.Errorf("got %+v", c)
	}
}

func TestAppleTellsANameBesideItsAnswer(t *testing.T) {
	for user, want := range map[string]string{
		`{"name":{"firstName":"Ada","lastName":"Lovelace"},"email":"eve@evil.test"}`: "Ada Lovelace",
		`{"name":{"firstName":"Ada"}}`: "Ada",
		`{"name":{"firstName":7}}`:     "", `{"name":"Ada"}`: "", `[]`: "", `{`: "", ``: "",
		`{"name":{"firstName":"A\u202e\u0000da"}}`: "Ada",
	} {
		w := relaxed(t, "apple", nil)
		w.Set(func(s *federationtest.Script) {
			s.Discovery = func(doc map[string]any) { delete(doc, "userinfo_endpoint") }
			s.IDToken = func(claims map[string]any) { claims["email"], claims["email_verified"] = "ada@icloud.com", "true" }
		})
		leg, query := w.Begin(federation.AuthRequestOptions{})
		query.Set("user", user)
		id, err := w.Finish(leg, query)
		if err != nil || id.Name != want || id.Email != "ada@icloud.com" || !id.EmailVerified {
			t.Errorf("%s: got %+v and %v", user, id, err)
		}
	}
	w := newWorld(t, nil)
	leg, query := w.Begin(federation.AuthRequestOptions{})
	query.Set("user", `{"name":{"firstName":"Eve"}}`)
	if id, err := w.Finish(leg, query); err != nil || id.GivenName != "" {
		t.Errorf("another provider: got %+v and %v", id, err)
	}
}

// relaxed is a preset's world without client authentication.
func relaxed(t *testing.T, name string, adapt func(*federationtest.World)) *federationtest.World {
	return preset(t, name, nil, func(w *federationtest.World) {
		w.Key.Secret = ""
		w.Set(func(s *federationtest.Script) { s.Client = federationtest.Client{ID: w.Key.ClientID} })
		if adapt != nil {
			adapt(w)
		}
	})
}

func TestFE16TheWordTrueIsATruthOfApplesOnly(t *testing.T) {
	for name, want := range map[string]bool{"apple": true, "google": false, "": false} {
		w := relaxed(t, name, nil)
		claims(w, map[string]any{"email": "ada@example.org", "email_verified": "true"})
		if id := w.MustSignIn(federation.AuthRequestOptions{}); id.EmailVerified != want {
			t.Errorf("%q: got %v", name, id.EmailVerified)
		}
	}
}

func TestLineSignsWithTheChannelSecret(t *testing.T) {
	const secret = "0123456789abcdef0123456789abcdef"
	for name, row := range map[string]struct {
		preset string
		sign   func(claims map[string]any) string
		ok     bool
	}{
		"its own key":        {"line", nil, true},
		"the channel secret": {"line", func(c map[string]any) string { return federationtest.HMAC(c, []byte(secret)) }, true},
		"another secret":     {"line", func(c map[string]any) string { return federationtest.HMAC(c, []byte(strings.ToUpper(secret))) }, false},
		"nothing":            {"line", func(c map[string]any) string { return federationtest.HMAC(c, nil) }, false},
		"unsigned":           {"line", federationtest.Unsigned, false},
		"elsewhere, FE-10":   {"", func(c map[string]any) string { return federationtest.HMAC(c, []byte(secret)) }, false},
	} {
		w := preset(t, row.preset, nil, func(w *federationtest.World) {
			w.Key.Secret = federationtest.Seal(secret, w.Key.SecretContext())
			w.Set(func(s *federationtest.Script) {
				s.Client.Secret = secret
				s.Sign = row.sign
				s.IDToken = func(claims map[string]any) { delete(claims, "at_hash") }
			})
		})
		if _, err := w.SignIn(federation.AuthRequestOptions{}); (err == nil) != row.ok {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func TestLinkedInHasNoNonceAndTakesNoVerifier(t *testing.T) {
	w := preset(t, "linkedin", nil, nil)
	var leg federation.AuthState
	redirect, err := w.Connector.Begin(t.Context(), &leg, federation.AuthRequestOptions{})
	if err != nil || strings.Contains(redirect, "code_challenge") {
		t.Errorf("got %s and %v", redirect, err)
	}
	for name, nonce := range map[string]any{"none": nil, "another": "x"} {
		w := relaxed(t, "linkedin", nil)
		w.Set(func(s *federationtest.Script) {
			s.IDToken = func(claims map[string]any) {
				delete(claims, "nonce")
				if nonce != nil {
					claims["nonce"] = nonce
				}
			}
			s.NoPKCE = true
		})
		if _, err := w.SignIn(federation.AuthRequestOptions{}); (err == nil) != (nonce == nil) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}
