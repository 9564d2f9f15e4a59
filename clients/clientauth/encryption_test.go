package clientauth

import (
	"errors"
	"testing"

	"github.com/go-jose/go-jose/v4"

	"github.com/fedhub/fedhub/internal/testkit/keytest"
)

func TestTheFirstKeyOfAClientThatFitsIsEncryptedTo(t *testing.T) {
	w := newWorld(t)
	rsa, curve := keytest.NewEncryption(t, "rsa", "RSA-OAEP-256"), keytest.NewEncryption(t, "curve", "")
	signing := keytest.New(t, "sign", jose.ES256)
	published := Publisher{ID: "web1", JWKS: keytest.JWKS(t, signing, rsa, curve, keytest.NewEncryption(t, "later", ""))}
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
	key := keytest.NewEncryption(t, "k", "")
	w.signer(key, keytest.New(t, "other", jose.ES256))
	key.Algorithm = "ES256"
	if got := code(w.login(byKey("signer", w.assertion("signer", key)))); got != InvalidClient {
		t.Errorf("got %q, want it refused", got)
	}
}
