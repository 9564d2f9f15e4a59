package clients

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/go-jose/go-jose/v4"

	"github.com/fedhub/fedhub/internal/forms"
)

func encryptionKey(t *testing.T, kid, alg string) jose.JSONWebKey {
	t.Helper()
	kind := jose.ES256
	if strings.HasPrefix(alg, "RSA") {
		kind = jose.RS256
	}
	key := newKey(t, kid, kind)
	key.Use, key.Algorithm = "enc", alg
	return key
}

func TestTheFirstKeyOfAClientThatFitsIsEncryptedTo(t *testing.T) {
	w := newWorld(t)
	rsa, curve := encryptionKey(t, "rsa", "RSA-OAEP-256"), encryptionKey(t, "curve", "")
	signing := newKey(t, "sign", jose.ES256)
	w.add(with(webApp(), func(c *Client) { c.JWKS = jwks(t, signing, rsa, curve, encryptionKey(t, "later", "")) }))
	for alg, want := range map[string]string{"RSA-OAEP-256": "rsa", "ECDH-ES": "curve", "ECDH-ES+A256KW": "curve"} {
		key, err := w.EncryptionKey(t.Context(), w.lookup("web1"), alg)
		if err != nil || key.KeyID != want {
			t.Errorf("%s: got %q, %v, want %q", alg, key.KeyID, err, want)
		}
	}
	// RFC 7517 §4.4: the RSA key says that it is for another algorithm.
	if _, err := w.EncryptionKey(t.Context(), w.lookup("web1"), "RSA-OAEP"); !errors.Is(err, ErrNoKey) {
		t.Errorf("RSA-OAEP: got %v, want ErrNoKey", err)
	}
	if _, err := w.EncryptionKey(t.Context(), Client{ID: "bare"}, "ECDH-ES"); !errors.Is(err, ErrNoKey) {
		t.Errorf("no JWKS at all: got %v, want ErrNoKey", err)
	}
}

func TestAKeyToEncryptToVerifiesNothing(t *testing.T) {
	w := newWorld(t)
	key := encryptionKey(t, "k", "")
	w.add(with(webApp(), func(c *Client) {
		c.ID, c.AuthMethod, c.JWKS = "signer", MethodKey, jwks(t, key, newKey(t, "other", jose.ES256))
	}))
	key.Algorithm = "ES256"
	if got := code(w.login(byKey("signer", sign(t, key, good("signer", w.clock.now()), nil)))); got != InvalidClient {
		t.Errorf("got %q, want it refused", got)
	}
}

func TestWhatTheHubSignsAndEncryptsForAClientIsChecked(t *testing.T) {
	withKey := func(c *Client) { c.JWKS = jwks(t, encryptionKey(t, "k", "ECDH-ES")) }
	for _, row := range []struct {
		name  string
		edit  func(*Client)
		field string // empty: it is fine
	}{
		{"HS256 with a secret", func(c *Client) { c.IDTokenAlg = HS256 }, ""},
		{"HS256 without", func(c *Client) { c.IDTokenAlg, c.Type, c.AuthMethod = HS256, SPA, MethodNone }, "id_token_alg"},
		{"none", func(c *Client) { c.Algs.Userinfo = "none" }, "userinfo_alg"},
		{"an encryption that fits the key", func(c *Client) { withKey(c); c.Algs.IDTokenEnc = Encryption{Alg: "ECDH-ES", Enc: "A256GCM"} }, ""},
		{"an encryption that does not", func(c *Client) { withKey(c); c.Algs.IDTokenEnc.Alg = "RSA-OAEP" }, "id_token_enc"},
		{"an enc without an alg", func(c *Client) { withKey(c); c.Algs.UserinfoEnc.Enc = "A256GCM" }, "userinfo_enc"},
		{"an unknown enc", func(c *Client) { withKey(c); c.Algs.UserinfoEnc = Encryption{Alg: "ECDH-ES", Enc: "A1"} }, "userinfo_enc"},
		{"RSA1_5", func(c *Client) { withKey(c); c.Algs.AuthorizationEnc.Alg = "RSA1_5" }, "authorization_enc"},
		{"no key", func(c *Client) { c.Algs.IntrospectionEnc.Alg = "ECDH-ES" }, "introspection_enc"},
	} {
		c := with(webApp(), row.edit)
		c.Tidy()
		problems := c.Validate(false)
		if row.field == "" && len(problems) > 0 {
			t.Errorf("%s: got %v", row.name, problems)
		}
		if row.field != "" && !slices.ContainsFunc(problems, func(p forms.Problem) bool { return p.Field == row.field }) {
			t.Errorf("%s: got %v, want a problem at %s", row.name, problems, row.field)
		}
	}
}
