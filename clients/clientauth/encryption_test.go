package clientauth

import (
	"errors"
	"strings"
	"testing"

	"github.com/go-jose/go-jose/v4"

	"github.com/fedhub/fedhub/internal/testkit/keytest"
)

func encryptionKey(t *testing.T, kid, alg string) jose.JSONWebKey {
	t.Helper()
	kind := jose.ES256
	if strings.HasPrefix(alg, "RSA") {
		kind = jose.RS256
	}
	key := keytest.New(t, kid, kind)
	key.Use, key.Algorithm = "enc", alg
	return key
}

func TestTheFirstKeyOfAClientThatFitsIsEncryptedTo(t *testing.T) {
	w := newWorld(t)
	rsa, curve := encryptionKey(t, "rsa", "RSA-OAEP-256"), encryptionKey(t, "curve", "")
	signing := keytest.New(t, "sign", jose.ES256)
	published := Publisher{ID: "web1", JWKS: keytest.JWKS(t, signing, rsa, curve, encryptionKey(t, "later", ""))}
	for alg, want := range map[string]string{"RSA-OAEP-256": "rsa", "ECDH-ES": "curve", "ECDH-ES+A256KW": "curve"} {
		key, err := w.Keys.ToEncrypt(t.Context(), published, alg)
		if err != nil || key.KeyID != want {
			t.Errorf("%s: got %q, %v, want %q", alg, key.KeyID, err, want)
		}
	}
	// RFC 7517 §4.4: the RSA key says that it is for another algorithm.
	if _, err := w.Keys.ToEncrypt(t.Context(), published, "RSA-OAEP"); !errors.Is(err, ErrNoKey) {
		t.Errorf("RSA-OAEP: got %v, want ErrNoKey", err)
	}
	if _, err := w.Keys.ToEncrypt(t.Context(), Publisher{ID: "bare"}, "ECDH-ES"); !errors.Is(err, ErrNoKey) {
		t.Errorf("no JWKS at all: got %v, want ErrNoKey", err)
	}
}

func TestAKeyToEncryptToVerifiesNothing(t *testing.T) {
	w := newWorld(t)
	key := encryptionKey(t, "k", "")
	w.signer(key, keytest.New(t, "other", jose.ES256))
	key.Algorithm = "ES256"
	if got := code(w.login(byKey("signer", w.assertion("signer", key)))); got != InvalidClient {
		t.Errorf("got %q, want it refused", got)
	}
}
