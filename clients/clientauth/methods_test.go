package clientauth

import (
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/fedhub/fedhub/internal/testkit/keytest"
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

func shared(secret string, alg jose.SignatureAlgorithm) jose.JSONWebKey {
	return jose.JSONWebKey{Key: []byte(secret), Algorithm: string(alg)}
}

func TestAClientSignsWithItsSecret(t *testing.T) {
	w := newWorld(t, sealing)
	w.add("web1", MethodSecretJWT)
	old := w.addSecret("web1")
	w.clock.Forward(time.Minute)
	secret := w.addSecret("web1")
	for _, alg := range sharedAlgs() {
		for _, value := range []string{old, secret} {
			jwt := keytest.Sign(t, shared(value, alg), keytest.Assertion("web1", issuer, w.clock.Now()), map[jose.HeaderKey]any{"kid": "any"})
			if used, err := w.loginFor(byShared(t, jwt), issuer); err != nil || used.Hint != value[len(value)-4:] {
				t.Errorf("%s: got %v, %v", alg, used, err)
			}
			if err := w.login(byShared(t, jwt)); code(err) != InvalidClient || !strings.Contains(err.Error(), "jwt.used") {
				t.Errorf("%s a second time: got %v", alg, err)
			}
		}
	}
}

func TestASharedSecretIsNoOtherKindOfKey(t *testing.T) {
	w := newWorld(t, sealing)
	w.add("web1", MethodSecretJWT)
	secret := w.addSecret("web1")
	key := keytest.New(t, "k", jose.ES256)
	w.signer(key)
	claims := func(id string) map[string]any { return keytest.Assertion(id, issuer, w.clock.Now()) }
	for name, cred := range map[string]Credentials{
		"a wrong secret":                        byShared(t, keytest.Sign(t, shared(strings.Repeat("x", 64), jose.HS256), claims("web1"), nil)),
		"the secret itself":                     {Method: MethodPost, ID: "web1", Secret: secret},
		"the secret by Basic":                   {Method: MethodBasic, ID: "web1", Secret: secret},
		"a key where a secret is registered":    byShared(t, keytest.Sign(t, key, claims("web1"), nil)),
		"a secret where a key is registered":    byShared(t, keytest.Sign(t, shared(secret, jose.HS256), claims("signer"), nil)),
		"HS256 with the text of the public key": byShared(t, keytest.Sign(t, shared(keytest.JWKS(t, key), jose.HS256), claims("signer"), nil)),
		"HS256 that says it is a key":           byKey("signer", keytest.Sign(t, shared(keytest.JWKS(t, key), jose.HS256), claims("signer"), nil)),
		"a key that says it is a secret":        {Method: MethodSecretJWT, ID: "web1", Assertion: keytest.Sign(t, key, claims("web1"), nil)},
	} {
		if err := w.login(cred); code(err) != InvalidClient {
			t.Errorf("%s: got %v, want %s", name, err, InvalidClient)
		}
	}
}

func TestTheRegisteredAlgorithmIsTheOnlyOne(t *testing.T) {
	w := newWorld(t, sealing)
	ec, rs := keytest.New(t, "ec", jose.ES256), keytest.New(t, "rs", jose.RS256)
	rs.Algorithm = ""
	published := keytest.JWKS(t, ec, rs)
	app := func(id string, change ...func(*Registered)) {
		w.add(id, MethodKey, append(change, func(r *Registered) { r.JWKS = published })...)
	}
	app("any")
	app("one", func(r *Registered) { r.Alg = "PS256" })
	app("high", func(r *Registered) { r.HighSecurity = true })
	w.add("secret", MethodSecretJWT, func(r *Registered) { r.Alg = "HS512" })
	secret := w.addSecret("secret")
	by := func(id string, key jose.JSONWebKey, alg jose.SignatureAlgorithm) Credentials {
		key.Algorithm = string(alg)
		return byShared(t, w.assertion(id, key))
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
	if err == nil || !strings.Contains(err.Error(), "jwt.alg.profile") {
		t.Errorf("the requirement is not named: %v", err)
	}
}

func TestMethodsAreThoseTheHubIsSetUpFor(t *testing.T) {
	for _, row := range []struct {
		options []func(*Verifier)
		want    string
	}{
		{nil, "client_secret_basic client_secret_post private_key_jwt"},
		{[]func(*Verifier){sealing}, "client_secret_basic client_secret_post private_key_jwt client_secret_jwt"},
		{[]func(*Verifier){func(o *Verifier) { o.Certificates = true }}, "client_secret_basic client_secret_post private_key_jwt self_signed_tls_client_auth"},
	} {
		if got := strings.Join(newWorld(t, row.options...).Methods(), " "); got != row.want {
			t.Errorf("got %s, want %s", got, row.want)
		}
	}
}
