package hub_test

import (
	"testing"

	"github.com/go-jose/go-jose/v4"

	"github.com/fedhub/fedhub/clients"
)

func TestEveryIDTokenIsTakenAsAHint(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	w.person("ada@example.org")
	for _, alg := range clients.SigningAlgs() {
		a := w.leavingApp(func(c *clients.Client) { c.IDTokenAlg, c.SubjectType = alg, clients.Pairwise })
		b := w.browser()
		p := b.open(logout(b.idToken(a, "ada@example.org")))
		want(t, alg+": nobody is asked", p.Location, bye+"?state=the+state")
	}
}

func TestAHintMayBeEncryptedToTheHub(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	w.person("ada@example.org")
	tried := 0
	for _, key := range w.keySet().Keys {
		if key.Use != "enc" {
			continue
		}
		tried++
		a, b := w.leavingApp(), w.browser()
		recipient := jose.Recipient{Algorithm: jose.KeyAlgorithm(key.Algorithm), Key: key.Key, KeyID: key.KeyID}
		encrypter, err := jose.NewEncrypter(jose.A256GCM, recipient, (&jose.EncrypterOptions{}).WithContentType("JWT"))
		if err != nil {
			t.Fatal(err)
		}
		sealed, err := encrypter.Encrypt([]byte(b.idToken(a, "ada@example.org")))
		if err != nil {
			t.Fatal(err)
		}
		raw, err := sealed.CompactSerialize()
		if err != nil {
			t.Fatal(err)
		}
		p := b.open(logout(raw))
		want(t, key.Algorithm+": nobody is asked", p.Location, bye+"?state=the+state")
	}
	if tried == 0 {
		t.Error("the hub publishes no key that one could encrypt to")
	}
}
