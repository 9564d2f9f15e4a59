package clientauth

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"math/big"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/fedhub/fedhub/internal/cache"
	"github.com/fedhub/fedhub/internal/testkit/keytest"
)

// remote is a client that publishes its keys.
func (w *world) remote(p *keytest.Publisher) {
	w.Helper()
	w.add("remote", MethodKey, func(r *Registered) { r.JWKSURI = p.URL + "/jwks" })
}

func (w *world) present(key jose.JSONWebKey) error {
	w.Helper()
	return w.login(byKey("remote", w.assertion("remote", key)))
}

func TestKeysAreFetchedOnceAndARotationIsPickedUp(t *testing.T) {
	one, two := keytest.New(t, "1", jose.ES256), keytest.New(t, "2", jose.RS256)
	p := keytest.NewPublisher(t, keytest.JWKS(t, one))
	w := newWorld(t)
	w.remote(p)
	for range 20 {
		if err := w.present(one); err != nil {
			t.Fatal(err)
		}
	}
	if got, want := p.Fetches.Load(), int32(1); got != want {
		t.Errorf("fetches: got %d, want %d", got, want)
	}

	p.Publish(http.StatusOK, keytest.JWKS(t, one, two))
	w.clock.Forward(cache.Gap)
	if err := w.present(two); err != nil {
		t.Errorf("the new key: %v", err)
	}
	if got, want := p.Fetches.Load(), int32(2); got != want {
		t.Errorf("fetches: got %d, want %d", got, want)
	}
}

func TestMadeUpKidsCostOneFetchAMinute(t *testing.T) {
	key := keytest.New(t, "1", jose.ES256)
	p := keytest.NewPublisher(t, keytest.JWKS(t, key))
	w := newWorld(t)
	w.remote(p)
	if err := w.present(key); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		w.clock.Forward(cache.Gap)
		var all sync.WaitGroup
		for range 10 {
			made := key
			made.KeyID = rand.Text()
			all.Go(func() {
				if got, want := code(w.present(made)), InvalidClient; got != want {
					t.Errorf("got %q, want %q", got, want)
				}
			})
		}
		all.Wait()
		w.clock.Forward(time.Second)
		late := key
		late.KeyID = rand.Text()
		if got, want := code(w.present(late)), InvalidClient; got != want {
			t.Errorf("a second later: got %q, want %q", got, want)
		}
		if err := w.present(key); err != nil {
			t.Errorf("the real key meanwhile: %v", err)
		}
	}
	if got, want := p.Fetches.Load(), int32(4); got != want {
		t.Errorf("fetches: got %d, want %d", got, want)
	}
}

func TestAKeyTakenBackStopsCountingWithinAnHour(t *testing.T) {
	old, current := keytest.New(t, "old", jose.ES256), keytest.New(t, "current", jose.ES256)
	p := keytest.NewPublisher(t, keytest.JWKS(t, old, current))
	w := newWorld(t)
	w.remote(p)
	if err := w.present(old); err != nil {
		t.Fatal(err)
	}
	p.Publish(http.StatusOK, keytest.JWKS(t, current))
	w.clock.Forward(keysLife)
	if got, want := code(w.present(old)), InvalidClient; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if err := w.present(current); err != nil {
		t.Errorf("the key that stayed: %v", err)
	}
}

func TestKnownKeysOutliveAnOutageForADay(t *testing.T) {
	key := keytest.New(t, "1", jose.ES256)
	p := keytest.NewPublisher(t, keytest.JWKS(t, key))
	w := newWorld(t)
	w.remote(p)
	if err := w.present(key); err != nil {
		t.Fatal(err)
	}
	p.Publish(http.StatusServiceUnavailable, "")
	w.clock.Forward(keysGrace - time.Second)
	if err := w.present(key); err != nil {
		t.Errorf("within a day: %v", err)
	}
	w.clock.Forward(time.Second)
	if got, want := code(w.present(key)), InvalidClient; got != want {
		t.Errorf("after a day: got %q, want %q", got, want)
	}
	p.Publish(http.StatusOK, keytest.JWKS(t, key))
	w.clock.Forward(cache.Gap)
	if err := w.present(key); err != nil {
		t.Errorf("after the outage: %v", err)
	}
}

func TestAnUnusableAnswerIsNoKeySet(t *testing.T) {
	key := keytest.New(t, "1", jose.ES256)
	private, err := json.Marshal(jose.JSONWebKeySet{Keys: []jose.JSONWebKey{key}})
	if err != nil {
		t.Fatal(err)
	}
	many := make([]jose.JSONWebKey, maxKeys+1)
	for i := range many {
		many[i] = key
	}
	for name, answer := range map[string]struct {
		status int
		body   string
	}{
		"not found":     {404, keytest.JWKS(t, key)},
		"redirect":      {302, keytest.JWKS(t, key)},
		"no JSON":       {200, "<html>"},
		"no keys":       {200, `{}`},
		"null":          {200, `null`},
		"too long":      {200, keytest.JWKS(t, key) + strings.Repeat(" ", maxJWKS)},
		"too many keys": {200, keytest.JWKS(t, many...)},
		"private key":   {200, string(private)},
		"shared key":    {200, `{"keys":[{"kty":"oct","k":"c2VjcmV0","kid":"1"}]}`},
		"deep":          {200, strings.Repeat("[", 20000)},
		"wrong types":   {200, `{"keys":[{"kty":1,"crv":{},"x":[],"kid":2}]}`},
		"off the curve": {200, `{"keys":[{"kty":"EC","crv":"P-256","x":"AA","y":"AA","kid":"1"}]}`},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			p := keytest.NewPublisher(t, answer.body)
			p.Publish(answer.status, answer.body)
			w.remote(p)
			if got, want := code(w.present(key)), InvalidClient; got != want {
				t.Errorf("got %q, want %q", got, want)
			}
			if got, want := p.Fetches.Load(), int32(1); got != want {
				t.Errorf("requests: got %d, want %d", got, want)
			}
		})
	}
}

func TestKeysOfAnotherKindAreSkippedNotFatal(t *testing.T) {
	key := keytest.New(t, "1", jose.ES256)
	mine := strings.TrimSuffix(strings.TrimPrefix(keytest.JWKS(t, key), `{"keys":[`), "]}")
	b64 := func(n uint) string {
		return base64.RawURLEncoding.EncodeToString(new(big.Int).SetBit(big.NewInt(1), int(n), 1).Bytes())
	}
	for name, other := range map[string]string{
		"future kind":   `{"kty":"PQ","kid":"q"}`,
		"encryption":    strings.Replace(mine, `"use":"sig"`, `"use":"enc"`, 1),
		"X25519":        `{"kty":"OKP","crv":"X25519","x":"AA"}`,
		"short RSA":     `{"kty":"RSA","n":"` + b64(1023) + `","e":"AQAB"}`,
		"enormous RSA":  `{"kty":"RSA","n":"` + b64(32767) + `","e":"AQAB"}`,
		"no kind":       `{"kid":"n"}`,
		"broken x5c":    `{"kty":"EC","x5c":["AA"]}`,
		"P-521":         `{"kty":"EC","crv":"P-521","x":"AA","y":"AA"}`,
		"RSA without e": `{"kty":"RSA","n":"` + b64(2047) + `"}`,
	} {
		got, err := ParseKeys([]byte(`{"keys":[` + other + `,` + mine + `]}`))
		if err != nil || len(got) != 1 || got[0].KeyID != "1" || got[0].Use != "sig" {
			t.Errorf("%s: got %d keys, %v; want mine alone", name, len(got), err)
		}
	}
}

func TestAKeySetInTheRecordNeedsNoFetch(t *testing.T) {
	w := newWorld(t, func(v *Verifier) { v.Keys.Read = nil })
	key := keytest.New(t, "1", jose.EdDSA)
	w.signer(key)
	if err := w.login(byKey("signer", w.assertion("signer", key))); err != nil {
		t.Error(err)
	}
	next := keytest.New(t, "2", jose.EdDSA)
	w.signer(next)
	if got, want := code(w.login(byKey("signer", w.assertion("signer", key)))), InvalidClient; got != want {
		t.Errorf("the replaced key: got %q, want %q", got, want)
	}
	if err := w.login(byKey("signer", w.assertion("signer", next))); err != nil {
		t.Errorf("the new key: %v", err)
	}
}
