package clientauth

import (
	"errors"
	"testing"

	"github.com/go-jose/go-jose/v4"

	"github.com/fedhub/fedhub/internal/secrets"
	"github.com/fedhub/fedhub/internal/testkit/keytest"
)

func TestOnlyTheRegisteredMethodAuthenticates(t *testing.T) {
	w := newWorld(t)
	key := keytest.New(t, "k", jose.ES256)
	w.add("basic", MethodBasic)
	w.add("post", MethodPost)
	w.add("key", MethodKey, func(r *Registered) { r.JWKS = keytest.JWKS(t, key) })
	w.add("public", MethodNone)
	values := map[string]string{"basic": w.addSecret("basic"), "post": w.addSecret("post")}

	own := map[string]string{"basic": MethodBasic, "post": MethodPost, "key": MethodKey, "public": MethodNone}
	for id, registered := range own {
		for _, method := range []string{MethodBasic, MethodPost, MethodKey, MethodNone, "", "client_secret_jwt"} {
			cred := Credentials{Method: method, ID: id, Secret: values[id]}
			if method == MethodKey {
				cred.Assertion = w.assertion(id, key)
			}
			err := w.login(cred)
			if method == registered {
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
