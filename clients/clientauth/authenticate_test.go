package clientauth

import (
	"errors"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/fedhub/fedhub/internal/secrets"
	"github.com/fedhub/fedhub/internal/testkit/keytest"
)

// client_secret_basic and client_secret_post are interchangeable. A client that
// registered a stronger method cannot use a weaker one, and a FAPI client uses
// only the method it registered (TK-10).
func TestOnlyTheRegisteredMethodAuthenticates(t *testing.T) {
	w := newWorld(t)
	key := keytest.New(t, "k", jose.ES256)
	w.add("basic", MethodBasic)
	w.add("post", MethodPost)
	w.add("key", MethodKey, func(r *Registered) { r.JWKS = keytest.JWKS(t, key) })
	w.add("public", MethodNone)
	w.add("secure", MethodBasic, func(r *Registered) { r.HighSecurity = true })
	values := map[string]string{"basic": w.addSecret("basic"), "post": w.addSecret("post"), "secure": w.addSecret("secure")}
	either := func(id, method string) bool {
		return (id == "basic" || id == "post") && (method == MethodBasic || method == MethodPost)
	}

	own := map[string]string{"basic": MethodBasic, "post": MethodPost, "key": MethodKey, "public": MethodNone, "secure": MethodBasic}
	for id, registered := range own {
		for _, method := range []string{MethodBasic, MethodPost, MethodKey, MethodNone, "", "client_secret_jwt"} {
			cred := Credentials{Method: method, ID: id, Secret: values[id]}
			if method == MethodKey {
				cred.Assertion = w.assertion(id, key)
			}
			err := w.login(cred)
			if method == registered || either(id, method) {
				if err != nil {
					t.Errorf("%s by %s: %v", id, method, err)
				}
				continue
			}
			if got, want := code(err), InvalidClient; got != want {
				t.Errorf("%s by %s: got %q, want %q", id, method, got, want)
			}
		}
	}
}

func TestWhoIsUnknownIsNotToldApartFromWhoIsWrong(t *testing.T) {
	w := newWorld(t)
	w.add("web1", MethodBasic)
	w.addSecret("web1")
	var descriptions []string
	for _, cred := range []Credentials{
		bySecret("nobody", "x"), bySecret("web1", "x"), bySecret("", ""),
		{Method: MethodBasic, ID: "web1"}, {Method: MethodPost, ID: "web1", Secret: "x"}, {Method: MethodNone, ID: "web1"},
	} {
		err := w.login(cred)
		var auth *AuthError
		if !errors.As(err, &auth) || auth.Code != InvalidClient {
			t.Fatalf("%s: got %v", cred, err)
		}
		if got, want := auth.Basic, cred.Method == MethodBasic; got != want {
			t.Errorf("%s: Basic is %v, want %v", cred, got, want)
		}
		descriptions = append(descriptions, auth.Why.String())
	}
	for _, d := range descriptions {
		if d != descriptions[0] {
			t.Errorf("got %q and %q", descriptions[0], d)
		}
	}
}

func TestAClientWithoutAnySecretCannotLogIn(t *testing.T) {
	w := newWorld(t)
	w.add("web1", MethodBasic)
	for _, secret := range []string{"", "x", secrets.HexHash("")} {
		if got, want := code(w.login(bySecret("web1", secret))), InvalidClient; got != want {
			t.Errorf("%q: got %q, want %q", secret, got, want)
		}
	}
}

func TestTheAudienceIsTheIssuerUnlessNamed(t *testing.T) {
	w := newWorld(t)
	key := keytest.New(t, "k", jose.ES256)
	w.signer(key)
	claims := keytest.Assertion("signer", issuer, w.clock.Now())
	if _, err := w.loginFor(byKey("signer", keytest.Sign(t, key, claims, nil)), ""); err != nil {
		t.Errorf("issuer: %v", err)
	}
	claims = keytest.Assertion("signer", issuer, w.clock.Now())
	claims["aud"] = "https://other.example"
	jwt := keytest.Sign(t, key, claims, nil)
	if _, err := w.loginFor(byKey("signer", jwt), ""); code(err) != InvalidClient {
		t.Errorf("another audience: got %v", err)
	}
	if _, err := w.loginFor(byKey("signer", jwt), "https://other.example"); err != nil {
		t.Errorf("the named audience: %v", err)
	}
}

// The administrator gets the cause; the client gets only invalid_client.
func TestAnAdministratorIsToldWhyAClientWasRefused(t *testing.T) {
	w := newWorld(t)
	w.add("web1", MethodBasic)
	old := w.addSecret("web1")
	r := w.known["web1"]
	r.Secrets[0].Expires = w.clock.Now().Add(time.Hour)
	w.known["web1"] = r
	w.clock.Forward(2 * time.Hour)
	w.addSecret("web1")
	w.add("key1", MethodKey)
	w.add("bare", MethodPost)
	w.add("gone", MethodPost, func(r *Registered) { r.Off = true })
	for want, cred := range map[string]Credentials{
		"client.refused.unknown":    bySecret("nobody", "x"),
		"client.refused.off":        bySecret("gone", "x"),
		"client.refused.secret":     bySecret("web1", "x"),
		"client.refused.expired":    bySecret("web1", old),
		"client.refused.secretless": bySecret("bare", "x"),
		"client.refused.method":     bySecret("key1", old),
	} {
		var refused *AuthError
		if err := w.login(cred); !errors.As(err, &refused) || refused.Reason().Code != want {
			t.Errorf("%s: got %v, want %s", cred, err, want)
		}
	}
}
