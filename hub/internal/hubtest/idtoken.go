package hubtest

import (
	"encoding/json"

	"github.com/go-jose/go-jose/v4"
)

// SignedIn is the token response that the app gets for Ada.
func (w *World) SignedIn(a *App, pairs ...string) Reply {
	w.Helper()
	r := a.Redeem(w.Browser().SignInTo(a, "ada@example.org", pairs...).Get("code"))
	if r.Status != 200 {
		w.Fatalf("got %d %s", r.Status, r.Body)
	}
	return r
}

// KeySet is the hub's JWKS.
func (w *World) KeySet() jose.JSONWebKeySet {
	w.Helper()
	var set jose.JSONWebKeySet
	if err := json.Unmarshal([]byte(w.Browser().Open("/oauth2/jwks").Body), &set); err != nil {
		w.Fatal(err)
	}
	return set
}

// Verified returns the claims of a token that is signed with alg, by a key in the
// hub's JWKS or, for HS256, by the secret.
func (w *World) Verified(raw, alg, secret string) map[string]any {
	w.Helper()
	signed, err := jose.ParseSignedCompact(raw, []jose.SignatureAlgorithm{jose.SignatureAlgorithm(alg)})
	if err != nil {
		w.Fatalf("%s: %v", alg, err)
	}
	var key any = []byte(secret)
	if alg != "HS256" {
		kid := signed.Signatures[0].Protected.KeyID
		set := w.KeySet()
		found := set.Key(kid)
		if len(found) != 1 || found[0].Algorithm != alg {
			w.Fatalf("%s: the JWKS has %d keys %q", alg, len(found), kid)
		}
		key = found[0]
	}
	text, err := signed.Verify(key)
	if err != nil {
		w.Fatalf("%s: %v", alg, err)
	}
	var claims map[string]any
	if err := json.Unmarshal(text, &claims); err != nil {
		w.Fatal(err)
	}
	return claims
}
