package signing

import (
	"errors"
	"strings"
	"testing"

	"github.com/go-jose/go-jose/v4"
)

// keyFor is what the hub publishes to encrypt to.
func keyFor(t testing.TB, k *Service, alg string) jose.JSONWebKey {
	t.Helper()
	set, err := k.Public(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range set.Keys {
		if key.Use == "enc" && key.Algorithm == alg {
			return key
		}
	}
	t.Fatalf("no key for %s is published", alg)
	return jose.JSONWebKey{}
}

func TestWhatIsEncryptedToTheHubOpens(t *testing.T) {
	c := &clock{}
	k := newKeeper(open(t), box(t, 'k'), c.now)
	for _, alg := range DecryptionAlgs() {
		for _, enc := range DecryptionEncs() {
			key := keyFor(t, k, alg)
			for _, kid := range []string{key.KeyID, ""} {
				key.KeyID = kid
				sealed, err := Encrypt(key, alg, enc, "JWT", []byte("hello"))
				if err != nil {
					t.Fatal(err)
				}
				if plain, err := k.Decrypt(t.Context(), sealed); err != nil || string(plain) != "hello" {
					t.Errorf("%s %s with kid %q: got %q, %v", alg, enc, kid, plain, err)
				}
			}
		}
	}
	// Clients with a cached JWKS use the old key for a while.
	old := keyFor(t, k, ECDHES)
	if _, err := k.Rotate(t.Context(), "", false); err != nil {
		t.Fatal(err)
	}
	if keyFor(t, k, ECDHES).KeyID == old.KeyID {
		t.Error("the old key is still published")
	}
	sealed, err := Encrypt(old, ECDHES, "A256GCM", "JWT", []byte("hello"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := k.Decrypt(t.Context(), sealed); err != nil {
		t.Errorf("what was encrypted to the old key: %v", err)
	}
}

func TestWhatIsEncryptedToOthersIsRefused(t *testing.T) {
	k, other := newKeeper(open(t), box(t, 'k'), (&clock{}).now), newKeeper(open(t), box(t, 'k'), (&clock{}).now)
	foreign, err := Encrypt(keyFor(t, other, ECDHES), ECDHES, "A256GCM", "", []byte("hello"))
	if err != nil {
		t.Fatal(err)
	}
	mine := keyFor(t, k, RSAOAEP)
	weaker, err := Encrypt(mine, "RSA-OAEP", "A256GCM", "", []byte("hello"))
	if err != nil {
		t.Fatal(err)
	}
	for name, raw := range map[string]string{
		"another hub's": foreign, "another algorithm": weaker, "empty": "", "dots": "....", "huge": strings.Repeat("A", 1<<20),
		"cut": foreign[:len(foreign)-4],
	} {
		if _, err := k.Decrypt(t.Context(), raw); !errors.Is(err, ErrDecrypt) {
			t.Errorf("%s: got %v, want ErrDecrypt", name, err)
		}
	}
}

func FuzzDecrypt(f *testing.F) {
	k := newKeeper(open(f), box(f, 'k'), (&clock{}).now)
	good, err := Encrypt(keyFor(f, k, ECDHES), ECDHES, "A128GCM", "JWT", []byte("hello"))
	if err != nil {
		f.Fatal(err)
	}
	for _, seed := range []string{good, "", "....", "e30....", strings.ToUpper(good)} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		plain, err := k.Decrypt(t.Context(), raw)
		if err != nil && !errors.Is(err, ErrDecrypt) {
			t.Fatalf("%q: an error without a name: %v", raw, err)
		}
		if err == nil && string(plain) != "hello" {
			t.Fatalf("%q opened as %q", raw, plain)
		}
	})
}
