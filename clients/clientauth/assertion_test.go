package clientauth

import (
	"context"
	"crypto/ecdsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io/fs"
	"math/big"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/fedhub/fedhub/internal/jsonx"
	"github.com/fedhub/fedhub/internal/jwt"
	"github.com/fedhub/fedhub/internal/testkit/keytest"
)

func TestAnAssertionAuthenticatesWithEveryAlgorithmOfTheList(t *testing.T) {
	for _, alg := range KeyAlgs() {
		t.Run(string(alg), func(t *testing.T) {
			w := newWorld(t)
			key := keytest.New(t, "k", alg)
			w.signer(key)
			if err := w.login(byKey("signer", w.assertion("signer", key))); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestTheClaimsOfAnAssertionAreChecked(t *testing.T) {
	w := newWorld(t)
	key := keytest.New(t, "k", jose.ES256)
	w.signer(key)
	at := func(d time.Duration) int64 { return w.clock.Now().Add(d).Unix() }
	type edit map[string]any // nil removes a claim
	for _, row := range []struct {
		name string
		edit edit
		ok   bool
	}{
		{"as it should be", edit{}, true},
		{"no iat", edit{"iat": nil}, true},
		{"iat 8 s ahead", edit{"iat": at(8 * time.Second)}, true},
		{"iat 61 s ahead", edit{"iat": at(61 * time.Second)}, false},
		{"nbf 8 s ahead", edit{"nbf": at(8 * time.Second)}, true},
		{"nbf 61 s ahead", edit{"nbf": at(61 * time.Second)}, false},
		{"exp 30 s ago", edit{"exp": at(-30 * time.Second)}, true},
		{"exp 61 s ago", edit{"exp": at(-61 * time.Second)}, false},
		{"exp 5 min ago", edit{"exp": at(-5 * time.Minute)}, false},
		{"exp 10 min ahead", edit{"exp": at(10 * time.Minute)}, true},
		{"exp 12 min ahead", edit{"exp": at(12 * time.Minute)}, false},
		{"exp in a thousand years", edit{"exp": 1e30}, false},
		{"exp with a fraction", edit{"exp": float64(at(time.Minute)) + 0.5}, true},
		{"exp as text", edit{"exp": "1793696460"}, false},
		{"exp null", edit{"exp": json.RawMessage("null")}, false},
		{"no exp", edit{"exp": nil}, false},
		{"no jti", edit{"jti": nil}, false},
		{"empty jti", edit{"jti": ""}, false},
		{"jti as a number", edit{"jti": 7}, false},
		{"long jti", edit{"jti": strings.Repeat("j", 600)}, false},
		{"no iss", edit{"iss": nil}, false},
		{"iss of another", edit{"iss": "web1"}, false},
		{"no sub", edit{"sub": nil}, false},
		{"sub of another", edit{"sub": "web1"}, false},
		{"sub as a number", edit{"sub": 1}, false},
		{"no aud", edit{"aud": nil}, false},
		{"aud null", edit{"aud": json.RawMessage("null")}, false},
		{"aud the token endpoint", edit{"aud": issuer + "/oauth2/token"}, false},
		{"aud with a slash more", edit{"aud": issuer + "/"}, false},
		{"aud another issuer", edit{"aud": "https://id.example.com"}, false},
		{"aud a list with the issuer", edit{"aud": []string{issuer}}, false},
		{"aud a list of several", edit{"aud": []string{"https://evil.example", issuer}}, false},
		{"AUD beside a wrong aud", edit{"aud": "https://evil.example", "AUD": issuer}, false},
		{"unknown claims", edit{"x": map[string]any{"y": 1}}, true},
	} {
		claims := keytest.Assertion("signer", issuer, w.clock.Now())
		for name, value := range row.edit {
			if claims[name] = value; value == nil {
				delete(claims, name)
			}
		}
		err := w.login(byKey("signer", keytest.Sign(t, key, claims, nil)))
		if row.ok && err != nil || !row.ok && code(err) != InvalidClient {
			t.Errorf("%s: got %v, accepted should be %v", row.name, err, row.ok)
		}
	}
}

func TestTheHeaderOfAnAssertionIsChecked(t *testing.T) {
	w := newWorld(t)
	key := keytest.New(t, "k", jose.ES256)
	w.signer(key)
	for _, row := range []struct {
		name   string
		header map[jose.HeaderKey]any
		ok     bool
	}{
		{"no typ", nil, true},
		{"typ JWT", map[jose.HeaderKey]any{"typ": "JWT"}, true},
		{"typ client-authentication+jwt", map[jose.HeaderKey]any{"typ": "client-authentication+jwt"}, true},
		{"typ of an access token", map[jose.HeaderKey]any{"typ": "at+jwt"}, false},
		{"typ of a logout token", map[jose.HeaderKey]any{"typ": "logout+jwt"}, false},
		{"typ as a number", map[jose.HeaderKey]any{"typ": 1}, false},
		{"crit", map[jose.HeaderKey]any{"crit": []string{"exp"}, "exp": 1}, false},
		{"crit b64", map[jose.HeaderKey]any{"crit": []string{"b64"}, "b64": true}, false},
		{"links to keys", map[jose.HeaderKey]any{"jku": "https://evil.example/jwks", "x5u": "https://evil.example/x"}, true},
	} {
		err := w.login(byKey("signer", keytest.Sign(t, key, keytest.Assertion("signer", issuer, w.clock.Now()), row.header)))
		if row.ok && err != nil || !row.ok && code(err) != InvalidClient {
			t.Errorf("%s: got %v, accepted should be %v", row.name, err, row.ok)
		}
	}
}

func TestOnlyARegisteredKeySigns(t *testing.T) {
	w := newWorld(t)
	mine, theirs := keytest.New(t, "k", jose.ES256), keytest.New(t, "k", jose.ES256)
	w.signer(mine)
	claims := keytest.Assertion("signer", issuer, w.clock.Now())
	renamed := func(kid string) jose.JSONWebKey { k := mine; k.KeyID = kid; return k }
	public, err := json.Marshal(theirs.Public())
	if err != nil {
		t.Fatal(err)
	}
	valid := keytest.Sign(t, mine, claims, nil)
	parts := strings.Split(valid, ".")
	none := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none"}`)) + "." + parts[1] + "."
	for name, jwt := range map[string]string{
		"another key":               keytest.Sign(t, theirs, claims, nil),
		"another key in the header": keytest.Sign(t, theirs, claims, map[jose.HeaderKey]any{"jwk": json.RawMessage(public)}),
		"a kid that is a path":      keytest.Sign(t, renamed("../../etc/passwd"), claims, nil),
		"a kid that is a query":     keytest.Sign(t, renamed(`{"$ne":null}`), claims, nil),
		"a huge kid":                keytest.Sign(t, renamed(strings.Repeat("k", 15000)), claims, nil),
		"alg none":                  none,
		"no signature":              parts[0] + "." + parts[1] + ".",
		"a cut signature":           valid[:len(valid)-4],
		"another payload":           parts[0] + "." + base64.RawURLEncoding.EncodeToString([]byte(`{"sub":"web1"}`)) + "." + parts[2],
		"10000 dots":                strings.Repeat(".", 10000),
		"empty":                     "",
		"JSON serialization":        `{"payload":"` + parts[1] + `","protected":"` + parts[0] + `","signature":"` + parts[2] + `"}`,
		"five parts":                valid + "." + parts[1] + "." + parts[2],
		"deep JSON":                 keytest.Sign(t, mine, []byte(strings.Repeat("[", 6000)+strings.Repeat("]", 6000)), nil),
		"a payload that is no JSON": keytest.Sign(t, mine, []byte("hello"), nil),
	} {
		if got, want := code(w.login(byKey("signer", jwt))), InvalidClient; got != want {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
	if err := w.login(byKey("signer", valid)); err != nil {
		t.Errorf("the valid one: %v", err)
	}
}

func TestThePublicKeyIsNoSharedSecret(t *testing.T) {
	w := newWorld(t)
	key := keytest.New(t, "k", jose.RS256)
	w.signer(key)
	public, err := json.Marshal(key.Public())
	if err != nil {
		t.Fatal(err)
	}
	confused := keytest.Sign(t, jose.JSONWebKey{Key: public, KeyID: "k", Algorithm: "HS256"}, keytest.Assertion("signer", issuer, w.clock.Now()), nil)
	if got, want := code(w.login(byKey("signer", confused))), InvalidClient; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestAKeyIsForItsOwnAlgorithm(t *testing.T) {
	w := newWorld(t)
	key := keytest.New(t, "k", jose.RS256)
	w.signer(key)
	key.Algorithm = string(jose.PS256) // the set says RS256
	if got, want := code(w.login(byKey("signer", w.assertion("signer", key)))), InvalidClient; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestAKidIsNeededAmongSeveralKeys(t *testing.T) {
	w := newWorld(t)
	one, two := keytest.New(t, "1", jose.ES256), keytest.New(t, "2", jose.ES256)
	w.add("signer", MethodKey, func(r *Registered) { r.JWKS = keytest.JWKS(t, one, two) })
	if err := w.login(byKey("signer", w.assertion("signer", two))); err != nil {
		t.Errorf("with its kid: %v", err)
	}
	two.KeyID = ""
	if got, want := code(w.login(byKey("signer", w.assertion("signer", two)))), InvalidClient; got != want {
		t.Errorf("without a kid: got %q, want %q", got, want)
	}
}

func TestAnAssertionWorksOnceUntilItIsExpiredForGood(t *testing.T) {
	w := newWorld(t)
	key := keytest.New(t, "k", jose.ES256)
	w.signer(key)
	jwt := w.assertion("signer", key) // for a minute, and a minute of skew
	if err := w.login(byKey("signer", jwt)); err != nil {
		t.Fatal(err)
	}
	for range 15 {
		if got, want := code(w.login(byKey("signer", jwt))), InvalidClient; got != want {
			t.Errorf("replay: got %q, want %q", got, want)
		}
		w.clock.Forward(10 * time.Second)
	}
}

func TestTheSameJTIOfAnotherClientIsAnother(t *testing.T) {
	w := newWorld(t)
	key := keytest.New(t, "k", jose.ES256)
	w.signer(key)
	w.add("signer2", MethodKey, func(r *Registered) { r.JWKS = keytest.JWKS(t, key) })
	for _, id := range []string{"signer", "signer2"} {
		claims := keytest.Assertion(id, issuer, w.clock.Now())
		claims["jti"] = "one"
		if err := w.login(byKey(id, keytest.Sign(t, key, claims, nil))); err != nil {
			t.Errorf("%s: %v", id, err)
		}
	}
}

func TestAnInvalidAssertionBurnsNoJTI(t *testing.T) {
	w := newWorld(t)
	mine, theirs := keytest.New(t, "k", jose.ES256), keytest.New(t, "k", jose.ES256)
	w.signer(mine)
	claims := keytest.Assertion("signer", issuer, w.clock.Now())
	if got, want := code(w.login(byKey("signer", keytest.Sign(t, theirs, claims, nil)))), InvalidClient; got != want {
		t.Fatalf("forged: got %q, want %q", got, want)
	}
	if err := w.login(byKey("signer", keytest.Sign(t, mine, claims, nil))); err != nil {
		t.Errorf("genuine: %v", err)
	}
}

func TestWithoutAReplayMemoryNoAssertionIsAccepted(t *testing.T) {
	w := newWorld(t, func(o *Verifier) { o.Replay = nil })
	key := keytest.New(t, "k", jose.ES256)
	w.signer(key)
	err := w.login(byKey("signer", w.assertion("signer", key)))
	if err == nil || code(err) != "" {
		t.Errorf("got %v, want an error of ours", err)
	}
}

func TestAFailingReplayMemoryIsOurFaultNotTheClients(t *testing.T) {
	w := newWorld(t)
	w.Replay = func(context.Context, string, time.Time) error { return errors.New("database is away") }
	key := keytest.New(t, "k", jose.ES256)
	w.signer(key)
	err := w.login(byKey("signer", w.assertion("signer", key)))
	if err == nil || code(err) != "" || errors.Is(err, fs.ErrExist) {
		t.Errorf("got %v, want an error of ours", err)
	}
}

// Accepted means: an algorithm of the list, claims of the right types, and a
// signature that an independent verifier accepts.
func FuzzClientAssertion(f *testing.F) {
	now := keytest.NewClock().Now()
	key := keytest.New(f, "k", jose.ES256)
	public := key.Public().Key.(*ecdsa.PublicKey)
	set, err := ParseKeys([]byte(keytest.JWKS(f, key, keytest.New(f, "r", jose.RS256), keytest.New(f, "e", jose.EdDSA))))
	if err != nil {
		f.Fatal(err)
	}
	valid := keytest.Sign(f, key, keytest.Assertion("signer", issuer, now), nil)
	for _, raw := range []string{
		valid, valid + "x", valid[:len(valid)-1], unsigned(`{"sub":"signer"}`), "", "..", strings.Repeat(".", 100), valid + "." + valid,
		keytest.Sign(f, key, map[string]any{"aud": []string{issuer}}, nil), keytest.Sign(f, key, []byte("null"), nil), keytest.Sign(f, key, []byte(`{"aud":"`+issuer+`","exp":null}`), nil),
		keytest.Sign(f, keytest.New(f, "k", jose.ES256), keytest.Assertion("signer", issuer, now), nil),
	} {
		f.Add(raw, []byte(`{"iss":"signer","sub":"signer","aud":"`+issuer+`","jti":"x","exp":1793696460}`))
	}
	f.Add(valid, []byte(`{"exp":1e400}`))
	f.Add(valid, []byte(`{"aud":{"a":[[[1]]]}}`))
	f.Fuzz(func(t *testing.T, raw string, payload []byte) {
		policy := assertionPolicy(MethodKey)
		if o, err := jsonx.ParseObject(payload); err == nil {
			c, err := policy.Check(o, jwt.Want{Issuer: "signer", Audience: []string{issuer}, Now: now})
			if err == nil && (c.Issuer != "signer" || !slices.Equal(c.Audience, []string{issuer}) || c.ID == "" || c.Ends == nil) {
				t.Fatalf("accepted the claims %s", payload)
			}
		}
		a, err := policy.Parse(raw)
		if err != nil {
			return
		}
		if !slices.Contains(KeyAlgs(), jose.SignatureAlgorithm(a.Algorithm)) || len(raw) > maxAssertion {
			t.Fatalf("parsed %q", raw)
		}
		claims, _, err := set.Verify(a)
		if err != nil {
			return
		}
		parts := strings.Split(raw, ".")
		signature, err := base64.RawURLEncoding.DecodeString(parts[2])
		if err != nil || len(signature) != 64 || a.Algorithm != "ES256" {
			t.Fatalf("accepted the signature of %q", raw)
		}
		sum := sha256.Sum256([]byte(parts[0] + "." + parts[1]))
		r, s := new(big.Int).SetBytes(signature[:32]), new(big.Int).SetBytes(signature[32:])
		if !ecdsa.Verify(public, sum[:], r, s) {
			t.Fatalf("accepted %q (%v), which is not signed", raw, claims)
		}
	})
}

func TestOnlyOrdinaryClientsMayNameTheTokenEndpoint(t *testing.T) {
	const endpoint, alias, own = issuer + "/oauth2/token", "https://mtls.example.org/oauth2/token", issuer + "/oauth2/bc-authorize"
	w := newWorld(t, func(o *Verifier) { o.TokenEndpoints = []string{endpoint, alias} })
	for name, tt := range map[string]struct {
		client Registered
		want   []string
	}{
		"an ordinary client": {Registered{}, []string{issuer, endpoint, alias, own}},
		"high security":      {Registered{HighSecurity: true}, []string{issuer}},
		"another hub":        {Registered{Publisher: Publisher{Hub: true}}, []string{issuer}},
	} {
		if got := w.audiences(tt.client, "", []string{own}); !slices.Equal(got, tt.want) {
			t.Errorf("%s may name %v, want %v", name, got, tt.want)
		}
	}
}
