package algs

import (
	"testing"

	"github.com/fedhub/fedhub/clients/clientauth"
)

func TestAnAlgorithmNeedsTheMeansForIt(t *testing.T) {
	secret, keys := Means{Method: clientauth.MethodBasic, Secret: true}, Means{Method: clientauth.MethodKey, JWKSURI: "https://app.example.com/keys"}
	if len(Chosen{}.Check(clientauth.HS256, secret)) != 0 || len(Chosen{}.Check(clientauth.HS256, keys)) != 1 {
		t.Error("HS256 is for whoever has a secret")
	}
	sealed := Chosen{UserinfoEnc: Encryption{Alg: "ECDH-ES"}}
	if len(sealed.Check("", keys)) != 0 || len(sealed.Check("", secret)) != 1 {
		t.Error("encryption is for whoever publishes keys")
	}
	asserted := Chosen{Assertion: "ES256"}
	if len(asserted.CheckAssertion(keys)) != 0 || len(asserted.CheckAssertion(secret)) != 1 {
		t.Error("an algorithm of assertions is for whoever sends them")
	}
}
