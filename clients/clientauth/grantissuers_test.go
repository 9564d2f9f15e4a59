package clientauth

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/fedhub/fedhub/internal/testkit/keytest"
)

// RFC 7523 §3: the key must belong to the issuer in the assertion, also if the
// client may use several issuers.
func TestNoTrustedIssuerSignsForAnother(t *testing.T) {
	const one, two = "https://one.example", "https://two.example"
	keyOne, keyTwo := keytest.New(t, "1", jose.ES256), keytest.New(t, "2", jose.ES256)
	w := newWorld(t)
	app := w.add("web1", MethodBasic)
	trusted := []TrustedIssuer{
		{Issuer: one, JWKSURI: keytest.NewPublisher(t, keytest.JWKS(t, keyOne)).URL, LoginKey: "key-one"},
		{Issuer: two, JWKSURI: keytest.NewPublisher(t, keytest.JWKS(t, keyTwo)).URL, LoginKey: "key-two"},
	}
	claims := func(iss, jti string) map[string]any {
		return map[string]any{"iss": iss, "sub": "ada", "aud": issuer, "jti": jti, "exp": w.clock.Now().Add(time.Minute).Unix()}
	}
	for _, row := range []struct {
		iss, loginKey string
		key           jose.JSONWebKey
	}{{one, "key-one", keyOne}, {two, "key-two", keyTwo}} {
		g, err := w.Grant(t.Context(), app, keytest.Sign(t, row.key, claims(row.iss, "good "+row.iss), nil), trusted)
		if err != nil || g.Issuer != row.iss || g.Subject != "ada" || g.By.LoginKey != row.loginKey {
			t.Errorf("%s by its own key: got %+v and %v", row.iss, g, err)
		}
	}
	// Two spellings of one name: who checks the signature may read the one,
	// and who looks the person up the other.
	spelledTwice := fmt.Sprintf(`{"iss":%q,"sub":"ada","aud":%q,"jti":"twice","exp":%d,"ISS":%q}`, two, issuer, w.clock.Now().Add(time.Minute).Unix(), one)
	for name, raw := range map[string]string{
		"one by the key of two":    keytest.Sign(t, keyTwo, claims(one, "a"), nil),
		"two by the key of one":    keytest.Sign(t, keyOne, claims(two, "b"), nil),
		"two spelled twice":        keytest.Sign(t, keyOne, []byte(spelledTwice), nil),
		"nobody whose word counts": keytest.Sign(t, keyOne, claims("https://three.example", "d"), nil),
	} {
		var refused *GrantError
		if g, err := w.Grant(t.Context(), app, raw, trusted); !errors.As(err, &refused) {
			t.Errorf("%s: got %+v and %v, want a refusal", name, g, err)
		}
	}
}
