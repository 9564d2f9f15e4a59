package clients

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
)

// RFC 7523 §3: the signature must be that of the issuer whom the assertion
// names, also where the client may bring those of several.
func TestNoVoucherSignsForAnother(t *testing.T) {
	const one, two = "https://one.example", "https://two.example"
	keyOne, keyTwo := newKey(t, "1", jose.ES256), newKey(t, "2", jose.ES256)
	w := newWorld(t, allowHTTP)
	app := w.add(webApp())
	vouchers := []Voucher{
		{Issuer: one, JWKSURI: newPublisher(t, jwks(t, keyOne)).URL, LoginKey: "key-one"},
		{Issuer: two, JWKSURI: newPublisher(t, jwks(t, keyTwo)).URL, LoginKey: "key-two"},
	}
	claims := func(iss, jti string) map[string]any {
		return map[string]any{"iss": iss, "sub": "ada", "aud": issuer, "jti": jti, "exp": w.clock.now().Add(time.Minute).Unix()}
	}
	for _, row := range []struct {
		iss, loginKey string
		key           jose.JSONWebKey
	}{{one, "key-one", keyOne}, {two, "key-two", keyTwo}} {
		g, err := w.CheckGrant(t.Context(), app, sign(t, row.key, claims(row.iss, "good "+row.iss), nil), vouchers)
		if err != nil || g.Issuer != row.iss || g.Subject != "ada" || g.Voucher.LoginKey != row.loginKey {
			t.Errorf("%s by its own key: got %+v and %v", row.iss, g, err)
		}
	}
	// Two spellings of one name: who checks the signature may read the one,
	// and who looks the person up the other.
	spelledTwice := fmt.Sprintf(`{"iss":%q,"sub":"ada","aud":%q,"jti":"twice","exp":%d,"ISS":%q}`, two, issuer, w.clock.now().Add(time.Minute).Unix(), one)
	for name, raw := range map[string]string{
		"one by the key of two":    sign(t, keyTwo, claims(one, "a"), nil),
		"two by the key of one":    sign(t, keyOne, claims(two, "b"), nil),
		"two spelled twice":        sign(t, keyOne, []byte(spelledTwice), nil),
		"nobody whose word counts": sign(t, keyOne, claims("https://three.example", "d"), nil),
	} {
		var refused *GrantError
		if g, err := w.CheckGrant(t.Context(), app, raw, vouchers); !errors.As(err, &refused) {
			t.Errorf("%s: got %+v and %v, want a refusal", name, g, err)
		}
	}
}
