package clients

import (
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/fedhub/fedhub/clients/clientauth"
)

// byShared reads credentials as the token endpoint would.
func byShared(t *testing.T, jwt string) Credentials {
	t.Helper()
	cred, err := ParseCredentials("", map[string]string{"client_assertion_type": assertionType, "client_assertion": jwt})
	if err != nil {
		t.Fatal(err)
	}
	return cred
}

func secretJWT(c *Client) { c.AuthMethod = MethodSecretJWT }

func shared(secret string, alg jose.SignatureAlgorithm) jose.JSONWebKey {
	return jose.JSONWebKey{Key: []byte(secret), Algorithm: string(alg)}
}

func TestAClientSignsWithItsSecret(t *testing.T) {
	w := newWorld(t, sealing)
	w.add(with(webApp(), secretJWT))
	old := w.addSecret("web1", 0)
	w.clock.forward(time.Minute)
	secret := w.addSecret("web1", 0)
	for _, alg := range sharedAlgorithms() {
		for _, value := range []string{old, secret} {
			jwt := sign(t, shared(value, alg), good("web1", w.clock.now()), map[jose.HeaderKey]any{"kid": "any"})
			if err := w.login(byShared(t, jwt)); err != nil {
				t.Errorf("%s: %v", alg, err)
			}
			if err := w.login(byShared(t, jwt)); code(err) != InvalidClient || !strings.Contains(err.Error(), "used before") {
				t.Errorf("%s a second time: got %v", alg, err)
			}
		}
	}
	if w.lookup("web1").Secrets[1].LastUsed.IsZero() {
		t.Error("nobody noted that the secret was used")
	}
}

func TestASharedSecretIsNoOtherKindOfKey(t *testing.T) {
	w := newWorld(t, sealing)
	w.add(with(webApp(), secretJWT))
	secret := w.addSecret("web1", 0)
	key := newKey(t, "k", jose.ES256)
	w.signer(key)
	claims := func(id string) map[string]any { return good(id, w.clock.now()) }
	for name, cred := range map[string]Credentials{
		"a wrong secret":                        byShared(t, sign(t, shared(strings.Repeat("x", 64), jose.HS256), claims("web1"), nil)),
		"the secret itself":                     {Method: MethodPost, ID: "web1", Secret: secret},
		"the secret by Basic":                   {Method: MethodBasic, ID: "web1", Secret: secret},
		"a key where a secret is registered":    byShared(t, sign(t, key, claims("web1"), nil)),
		"a secret where a key is registered":    byShared(t, sign(t, shared(secret, jose.HS256), claims("signer"), nil)),
		"HS256 with the text of the public key": byShared(t, sign(t, shared(jwks(t, key), jose.HS256), claims("signer"), nil)),
		"HS256 that says it is a key":           byKey("signer", sign(t, shared(jwks(t, key), jose.HS256), claims("signer"), nil)),
		"a key that says it is a secret":        {Method: MethodSecretJWT, ID: "web1", Assertion: sign(t, key, claims("web1"), nil)},
	} {
		if err := w.login(cred); code(err) != InvalidClient {
			t.Errorf("%s: got %v, want %s", name, err, InvalidClient)
		}
	}
}

func TestTheRegisteredAlgorithmIsTheOnlyOne(t *testing.T) {
	w := newWorld(t, sealing)
	ec, rs := newKey(t, "ec", jose.ES256), newKey(t, "rs", jose.RS256)
	rs.Algorithm = ""
	published := jwks(t, ec, rs)
	app := func(id string, change ...func(*Client)) Client {
		return w.add(with(with(webApp(), change...), func(c *Client) { c.ID, c.AuthMethod, c.JWKS = id, MethodKey, published }))
	}
	app("any")
	app("one", func(c *Client) { c.Algs.Assertion = "PS256" })
	app("high", func(c *Client) { c.HighSecurity = FAPI2 })
	w.add(with(webApp(), secretJWT, func(c *Client) { c.ID, c.Algs.Assertion = "secret", "HS512" }))
	secret := w.addSecret("secret", 0)
	by := func(id string, key jose.JSONWebKey, alg jose.SignatureAlgorithm) Credentials {
		key.Algorithm = string(alg)
		return byShared(t, sign(t, key, good(id, w.clock.now()), nil))
	}
	for _, row := range []struct {
		name string
		cred Credentials
		ok   bool
	}{
		{"any, RS256", by("any", rs, jose.RS256), true},
		{"any, ES256", by("any", ec, jose.ES256), true},
		{"PS256 registered and used", by("one", rs, jose.PS256), true},
		{"PS256 registered, RS256 used", by("one", rs, jose.RS256), false},
		{"PS256 registered, ES256 used", by("one", ec, jose.ES256), false},
		{"HS512 registered and used", by("secret", shared(secret, jose.HS512), jose.HS512), true},
		{"HS512 registered, HS256 used", by("secret", shared(secret, jose.HS256), jose.HS256), false},
		{"high security, PS256", by("high", rs, jose.PS256), true},
		{"ensure-signed-client-assertion-with-RS256-fails", by("high", rs, jose.RS256), false},
	} {
		if err := w.login(row.cred); (err == nil) != row.ok || (err != nil && code(err) != InvalidClient) {
			t.Errorf("%s: got %v", row.name, err)
		}
	}
	err := w.login(by("high", rs, jose.RS256))
	if err == nil || !strings.Contains(err.Error(), "FAPI 2.0 Security Profile section 5.4.1") {
		t.Errorf("the requirement is not named: %v", err)
	}
}

func TestMethodsAreThoseTheHubIsSetUpFor(t *testing.T) {
	for _, row := range []struct {
		options []func(*Options)
		want    string
	}{
		{nil, "client_secret_basic client_secret_post private_key_jwt"},
		{[]func(*Options){sealing}, "client_secret_basic client_secret_post private_key_jwt client_secret_jwt"},
		{[]func(*Options){func(o *Options) { o.Certificates = true }}, "client_secret_basic client_secret_post private_key_jwt self_signed_tls_client_auth"},
	} {
		if got := strings.Join(newWorld(t, row.options...).Methods(), " "); got != row.want {
			t.Errorf("got %s, want %s", got, row.want)
		}
	}
}

func TestWhatGoesWithAMethodIsChecked(t *testing.T) {
	for _, row := range []struct {
		name, field string
		change      func(*Client)
	}{
		{"tls_client_auth without a name", "tls", func(c *Client) { c.AuthMethod = MethodTLS }},
		{"tls_client_auth with two names", "tls", func(c *Client) {
			c.AuthMethod, c.TLS = MethodTLS, clientauth.TLSName{DNS: "a.example", IP: "192.0.2.1"}
		}},
		{"a subject that is none", "tls.subject_dn", func(c *Client) { c.AuthMethod, c.TLS.SubjectDN = MethodTLS, "payroll" }},
		{"an address that is none", "tls.ip", func(c *Client) { c.AuthMethod, c.TLS.IP = MethodTLS, "1.2.3" }},
		{"a relative URI", "tls.uri", func(c *Client) { c.AuthMethod, c.TLS.URI = MethodTLS, "/payroll" }},
		{"a wildcard", "tls.dns", func(c *Client) { c.AuthMethod, c.TLS.DNS = MethodTLS, "*.example.org" }},
		{"no e-mail address", "tls.email", func(c *Client) { c.AuthMethod, c.TLS.Email = MethodTLS, "payroll" }},
		{"self_signed_tls_client_auth without keys", "jwks_uri", func(c *Client) { c.AuthMethod = MethodOwnTLS }},
		{"an algorithm without assertions", "assertion_alg", func(c *Client) { c.Algs.Assertion = "ES256" }},
		{"HS256 with private_key_jwt", "assertion_alg", func(c *Client) {
			c.AuthMethod, c.JWKSURI, c.Algs.Assertion = MethodKey, "https://app.example.com/jwks", "HS256"
		}},
		{"ES256 with client_secret_jwt", "assertion_alg", func(c *Client) { c.AuthMethod, c.Algs.Assertion = MethodSecretJWT, "ES256" }},
		{"none", "assertion_alg", func(c *Client) { c.AuthMethod, c.Algs.Assertion = MethodSecretJWT, "none" }},
	} {
		c := with(webApp(), row.change)
		c.Tidy()
		problems := c.Validate(false)
		if len(problems) != 1 || problems[0].Field != row.field {
			t.Errorf("%s: got %v, want one problem at %s", row.name, problems, row.field)
		}
	}
}
