package signing

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
)

func TestWhatWasVerifiedOnceIsHeldToItsTypeAndLetters(t *testing.T) {
	k := newKeeper(open(t), box(t, 'k'), time.Now)
	token, err := k.Sign(t.Context(), ES256, "at+jwt", claims{"ada"})
	if err != nil {
		t.Fatal(err)
	}
	for range 2 { // by the signature, then by memory
		var got claims
		if err := k.Verify(t.Context(), token, "at+jwt", &got); err != nil || got.Sub != "ada" {
			t.Fatalf("got %q, %v, want ada", got.Sub, err)
		}
	}
	parts := strings.Split(token, ".")
	other, err := k.Sign(t.Context(), ES256, "at+jwt", claims{"bob"})
	if err != nil {
		t.Fatal(err)
	}
	parts[1] = strings.Split(other, ".")[1]
	for what, try := range map[string][2]string{
		"another type":     {token, "logout+jwt"},
		"another payload":  {strings.Join(parts, "."), "at+jwt"},
		"a letter more":    {token + "A", "at+jwt"},
		"a letter less":    {token[:len(token)-1], "at+jwt"},
		"a type in spaces": {"+jwt " + token, "at"},
	} {
		var got claims
		if err := k.Verify(t.Context(), try[0], try[1], &got); !errors.Is(err, ErrVerify) {
			t.Errorf("%s: got %v, want it refused", what, err)
		}
	}
}

func TestWithAKeyGoesTheTrustInWhatItSigned(t *testing.T) {
	k := newKeeper(open(t), box(t, 'k'), time.Now)
	token, err := k.Sign(t.Context(), ES256, "at+jwt", claims{"ada"})
	if err != nil {
		t.Fatal(err)
	}
	var got claims
	if err := k.Verify(t.Context(), token, "at+jwt", &got); err != nil {
		t.Fatal(err)
	}
	if _, err := k.Rotate(t.Context(), "", true); err != nil {
		t.Fatal(err)
	}
	if err := k.Verify(t.Context(), token, "at+jwt", &got); !errors.Is(err, ErrVerify) {
		t.Errorf("got %v, want it refused", err)
	}
}

func TestMemoryOfTokensIsBounded(t *testing.T) {
	v := newKeeper(open(t), box(t, 'k'), time.Now).verified
	for i := range 3 * maxVerified {
		v.Add(digest(fmt.Sprint(i), "at+jwt"), payload{})
		if v.Len() > maxVerified {
			t.Fatalf("%d tokens are remembered, want at most %d", v.Len(), maxVerified)
		}
	}
}

// A signature with a short secret of ten characters is interoperable: the value
// was computed with Python's hmac.
func TestAShortKeyMakesTheMACThatOthersMake(t *testing.T) {
	key := []byte("5f1c09ab7e")
	made, err := MAC(key, "jwt", map[string]string{"sub": "ada"})
	if err != nil {
		t.Fatal(err)
	}
	const want = "eyJhbGciOiJIUzI1NiIsInR5cCI6Imp3dCJ9.eyJzdWIiOiJhZGEifQ.vUlkub75HwEvKvweO2VQq0wmEVgisyTUtc8Rw_NVBn8"
	if made != want {
		t.Errorf("got %s, want %s", made, want)
	}
	var claims struct {
		Sub string `json:"sub"`
	}
	if err := VerifyMAC(made, [][]byte{[]byte("another key"), key}, "jwt", &claims); err != nil || claims.Sub != "ada" {
		t.Errorf("got %+v, %v", claims, err)
	}
	if _, err := MAC(nil, "jwt", claims); err == nil {
		t.Error("a MAC without a key")
	}
}
