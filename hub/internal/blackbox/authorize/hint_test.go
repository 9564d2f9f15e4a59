package authorize_test

import (
	"github.com/fedhub/fedhub/clients/clientauth"
	"testing"

	"github.com/go-jose/go-jose/v4"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/hub/internal/hubtest"
)

func TestEveryIDTokenIsTakenAsAHint(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Person("ada@example.org")
	for _, alg := range clientauth.SigningAlgs() {
		a := w.LeavingApp(func(c *clients.Client) { c.IDTokenAlg, c.SubjectType = alg, clients.Pairwise })
		b := w.Browser()
		p := b.Open(hubtest.Logout(b.IdToken(a, "ada@example.org")))
		hubtest.Want(t, alg+": nobody is asked", p.Location, hubtest.Bye+"?state=the+state")
	}
}

func TestAHintMayBeEncryptedToTheHub(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Person("ada@example.org")
	tried := 0
	for _, key := range w.KeySet().Keys {
		if key.Use != "enc" {
			continue
		}
		tried++
		a, b := w.LeavingApp(), w.Browser()
		recipient := jose.Recipient{Algorithm: jose.KeyAlgorithm(key.Algorithm), Key: key.Key, KeyID: key.KeyID}
		encrypter, err := jose.NewEncrypter(jose.A256GCM, recipient, (&jose.EncrypterOptions{}).WithContentType("JWT"))
		if err != nil {
			t.Fatal(err)
		}
		sealed, err := encrypter.Encrypt([]byte(b.IdToken(a, "ada@example.org")))
		if err != nil {
			t.Fatal(err)
		}
		raw, err := sealed.CompactSerialize()
		if err != nil {
			t.Fatal(err)
		}
		p := b.Open(hubtest.Logout(raw))
		hubtest.Want(t, key.Algorithm+": nobody is asked", p.Location, hubtest.Bye+"?state=the+state")
	}
	if tried == 0 {
		t.Error("the hub publishes no key that one could encrypt to")
	}
}
