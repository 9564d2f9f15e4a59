package clients

import (
	"errors"
	"testing"

	"github.com/go-jose/go-jose/v4"
)

func TestOnlyTheRegisteredMethodAuthenticates(t *testing.T) {
	w := newWorld(t)
	key := newKey(t, "k", jose.ES256)
	w.add(with(webApp(), func(c *Client) { c.ID = "basic" }))
	w.add(with(webApp(), func(c *Client) { c.ID, c.AuthMethod = "post", MethodPost }))
	w.add(with(webApp(), func(c *Client) { c.ID, c.AuthMethod, c.JWKS = "key", MethodKey, jwks(t, key) }))
	w.add(with(spaApp(), func(c *Client) { c.ID = "public" }))
	secrets := map[string]string{"basic": w.addSecret("basic", 0), "post": w.addSecret("post", 0)}

	own := map[string]string{"basic": MethodBasic, "post": MethodPost, "key": MethodKey, "public": MethodNone}
	for id, registered := range own {
		for _, method := range []string{MethodBasic, MethodPost, MethodKey, MethodNone, "", "client_secret_jwt"} {
			cred := Credentials{Method: method, ID: id, Secret: secrets[id]}
			if method == MethodKey {
				cred.Assertion = sign(t, key, good(id, w.clock.now()), nil)
			}
			client, err := w.Authenticate(t.Context(), cred, issuer)
			if method == registered {
				if err != nil || client.ID != id {
					t.Errorf("%s by %s: got %q, %v", id, method, client.ID, err)
				}
				continue
			}
			if got, want := code(err), InvalidClient; got != want || client.ID != "" {
				t.Errorf("%s by %s: got %q, want %q", id, method, got, want)
			}
		}
	}
}

func TestWhoIsUnknownIsNotToldApartFromWhoIsWrong(t *testing.T) {
	w := newWorld(t)
	w.add(webApp())
	w.addSecret("web1", 0)
	w.add(with(webApp(), func(c *Client) { c.ID, c.Disabled = "off", true }))
	secret := w.addSecret("off", 0)
	var descriptions []string
	for _, cred := range []Credentials{
		bySecret("nobody", "x"), bySecret("web1", "x"), bySecret("off", secret), bySecret("", ""),
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
		descriptions = append(descriptions, auth.Description)
	}
	for _, d := range descriptions {
		if d != descriptions[0] {
			t.Errorf("got %q and %q", descriptions[0], d)
		}
	}
}

func TestAMissingDatabaseIsNotAWrongSecret(t *testing.T) {
	w := newWorld(t)
	away := errors.New("database is away")
	w.store.fail(away)
	if err := w.login(bySecret("web1", "x")); !errors.Is(err, away) || code(err) != "" {
		t.Errorf("got %v, want the store's error", err)
	}
}

func TestAClientWithoutAnySecretCannotLogIn(t *testing.T) {
	w := newWorld(t)
	w.add(webApp())
	for _, secret := range []string{"", "x", hash("")} {
		if got, want := code(w.login(bySecret("web1", secret))), InvalidClient; got != want {
			t.Errorf("%q: got %q, want %q", secret, got, want)
		}
	}
}

func TestTheAudienceIsTheIssuerUnlessNamed(t *testing.T) {
	w := newWorld(t)
	key := newKey(t, "k", jose.ES256)
	w.signer(key)
	claims := good("signer", w.clock.now())
	if _, err := w.Authenticate(t.Context(), byKey("signer", sign(t, key, claims, nil)), ""); err != nil {
		t.Errorf("issuer: %v", err)
	}
	claims = good("signer", w.clock.now())
	claims["aud"] = "https://other.example"
	jwt := sign(t, key, claims, nil)
	if _, err := w.Authenticate(t.Context(), byKey("signer", jwt), ""); code(err) != InvalidClient {
		t.Errorf("another audience: got %v", err)
	}
	if _, err := w.Authenticate(t.Context(), byKey("signer", jwt), "https://other.example"); err != nil {
		t.Errorf("the named audience: %v", err)
	}
}
