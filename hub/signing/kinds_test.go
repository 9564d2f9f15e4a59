package signing

import (
	"errors"
	"strings"
	"testing"

	"github.com/go-jose/go-jose/v4"

	"github.com/fedhub/fedhub/internal/testkit/faultstore"
)

// The hub writes the type of a token in one way, so another way is not its own
// (RFC 8725 §3.11).
func TestATokensTypeIsComparedLetterByLetter(t *testing.T) {
	k := newKeeper(open(t), box(t, 'k'), (&clock{}).now)
	key := []byte(strings.Repeat("s", 32))
	for typ, want := range map[string]bool{"at+jwt": true, "AT+JWT": false, "application/at+jwt": false, "at+JWT": false, "JWT": false, "": false} {
		signed, err := k.Sign(t.Context(), ES256, typ, claims{"ada"})
		if err != nil {
			t.Fatal(err)
		}
		mac, err := MAC(key, typ, claims{"ada"})
		if err != nil {
			t.Fatal(err)
		}
		var got claims
		_, peeked := Peek(signed, "at+jwt", &got)
		for what, err := range map[string]error{
			"signed": k.Verify(t.Context(), signed, "at+jwt", &got), "MAC": VerifyMAC(mac, [][]byte{key}, "at+jwt", &got), "unverified": peeked,
		} {
			if want != (err == nil) || err != nil && !errors.Is(err, ErrVerify) {
				t.Errorf("typ %q, %s: got %v", typ, what, err)
			}
		}
	}
}

// RFC 8725 §3.1: two algorithms that work with the same kind of key have a key
// each, and neither's verifies or decrypts for the other.
func TestAKeyIsForItsOwnAlgorithm(t *testing.T) {
	k := newKeeper(open(t), box(t, 'k'), (&clock{}).now)
	published(t, k)
	of := func(alg string) *ready { return k.ring.Load().current(alg, k.now()) }
	for _, row := range []struct {
		key  string
		with jose.SignatureAlgorithm
		want bool
	}{
		{RS256, jose.RS256, true}, {PS256, jose.PS256, true},
		{PS256, jose.RS256, false}, {RS256, jose.PS256, false}, {RSAOAEP, jose.RS256, false}, {RSAOAEP, jose.PS256, false}, {ECDHES, jose.ES256, false},
	} {
		key := of(row.key)
		signer, err := jose.NewSigner(jose.SigningKey{Algorithm: row.with, Key: jose.JSONWebKey{Key: key.private, KeyID: key.KID}}, (&jose.SignerOptions{}).WithType("JWT"))
		if err != nil {
			t.Fatal(err)
		}
		signed, err := signer.Sign([]byte(`{"sub":"eve"}`))
		if err != nil {
			t.Fatal(err)
		}
		token, err := signed.CompactSerialize()
		if err != nil {
			t.Fatal(err)
		}
		var got claims
		if err := k.Verify(t.Context(), token, "JWT", &got); (err == nil) != row.want || err != nil && !errors.Is(err, ErrVerify) {
			t.Errorf("%s with the key for %s: got %v", row.with, row.key, err)
		}
	}
	for _, row := range []struct{ key, with string }{{RS256, RSAOAEP}, {PS256, RSAOAEP}, {ES256, ECDHES}} {
		sealed, err := Encrypt(of(row.key).public, row.with, "A128GCM", "", []byte("hello"))
		if err != nil {
			t.Fatal(err)
		}
		if plain, err := k.Decrypt(t.Context(), sealed); !errors.Is(err, ErrDecrypt) {
			t.Errorf("%s to the key for %s: got %q, %v", row.with, row.key, plain, err)
		}
	}
}

// A token that is too long is refused before its signature is checked, because
// anyone can send one.
func TestThereIsALimitToWhatIsRead(t *testing.T) {
	set, _, faulty := shared(t)
	p := newProcess(t, set)
	text := func(n int) string { return strings.Repeat("a", n) }
	token := func(n int) string {
		t.Helper()
		signed, err := p.Sign(t.Context(), ES256, "JWT", claims{text(n)})
		if err != nil {
			t.Fatal(err)
		}
		return signed
	}
	sealed := func(n int) string {
		t.Helper()
		out, err := Encrypt(keyFor(t, p.Service, ECDHES), ECDHES, "A128GCM", "", []byte(text(n)))
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	// Base64 encodes three bytes as four characters.
	good, long := token(11_900), token(12_300)
	if len(good) > 16<<10 || len(good) < 15<<10 || len(long) <= 16<<10 || len(long) > 17<<10 {
		t.Fatalf("the tokens have %d and %d letters", len(good), len(long))
	}
	var got claims
	if err := p.Verify(t.Context(), good, "JWT", &got); err != nil {
		t.Errorf("a token of %d letters: %v", len(good), err)
	}
	if err := p.Verify(t.Context(), long, "JWT", &got); !errors.Is(err, ErrVerify) {
		t.Errorf("a token of %d letters: %v", len(long), err)
	}
	goodJWE, longJWE := sealed(48_000), sealed(50_000)
	if len(goodJWE) > 64<<10 || len(longJWE) <= 64<<10 {
		t.Fatalf("what is encrypted has %d and %d letters", len(goodJWE), len(longJWE))
	}
	if _, err := p.Decrypt(t.Context(), goodJWE); err != nil {
		t.Errorf("%d letters: %v", len(goodJWE), err)
	}
	if _, err := p.Decrypt(t.Context(), longJWE); !errors.Is(err, ErrDecrypt) {
		t.Errorf("%d letters: %v", len(longJWE), err)
	}
	faulty.Arm(faultstore.Plan{Nth: 1, Onwards: true})
	stranger := newProcess(t, set)
	if err := stranger.Verify(t.Context(), long, "JWT", &got); !errors.Is(err, ErrVerify) {
		t.Errorf("the database is asked for a token that is too long: %v", err)
	}
	if report := faulty.Disarm(); len(report.Calls) != 0 {
		t.Errorf("it was asked %d times", len(report.Calls))
	}
}

func TestAKeyAsLongAsABlockOrLongerMakesAMAC(t *testing.T) {
	for _, n := range []int{63, 64, 65, 200} {
		key := []byte(strings.Repeat("k", n))
		made, err := MAC(key, "jwt", claims{"ada"})
		if err != nil {
			t.Fatal(err)
		}
		var got claims
		if err := VerifyMAC(made, [][]byte{key}, "jwt", &got); err != nil || got.Sub != "ada" {
			t.Errorf("%d bytes: got %+v, %v", n, got, err)
		}
		if err := VerifyMAC(made, [][]byte{key[:n-1]}, "jwt", &got); !errors.Is(err, ErrVerify) {
			t.Errorf("%d bytes, one short: got %v", n, err)
		}
	}
}
