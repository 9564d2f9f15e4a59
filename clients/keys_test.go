package clients

import (
	"encoding/base64"
	"encoding/json"
	"math/big"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
)

// A publisher serves a key set that tests change.
type publisher struct {
	*httptest.Server
	mu      sync.Mutex
	body    string
	status  int
	fetches atomic.Int32
}

func newPublisher(t *testing.T, body string) *publisher {
	p := &publisher{body: body, status: http.StatusOK}
	p.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p.fetches.Add(1)
		p.mu.Lock()
		defer p.mu.Unlock()
		if p.status == http.StatusFound {
			w.Header().Set("Location", "/elsewhere")
		}
		w.WriteHeader(p.status)
		if r.URL.Path != "/elsewhere" {
			_, _ = w.Write([]byte(p.body))
		}
	}))
	t.Cleanup(p.Close)
	return p
}

func (p *publisher) publish(status int, body string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.status, p.body = status, body
}

// remote is a client that publishes its keys.
func (w *world) remote(p *publisher) {
	w.Helper()
	w.add(with(webApp(), func(c *Client) { c.ID, c.AuthMethod, c.JWKSURI = "remote", MethodKey, p.URL+"/jwks" }))
}

func (w *world) present(key jose.JSONWebKey) error {
	w.Helper()
	return w.login(byKey("remote", sign(w.T, key, good("remote", w.clock.now()), nil)))
}

func TestKeysAreFetchedOnceAndARotationIsPickedUp(t *testing.T) {
	one, two := newKey(t, "1", jose.ES256), newKey(t, "2", jose.RS256)
	p := newPublisher(t, jwks(t, one))
	w := newWorld(t, allowHTTP)
	w.remote(p)
	for range 20 {
		if err := w.present(one); err != nil {
			t.Fatal(err)
		}
	}
	if got, want := p.fetches.Load(), int32(1); got != want {
		t.Errorf("fetches: got %d, want %d", got, want)
	}

	p.publish(http.StatusOK, jwks(t, one, two))
	w.clock.forward(keysPause)
	if err := w.present(two); err != nil {
		t.Errorf("the new key: %v", err)
	}
	if got, want := p.fetches.Load(), int32(2); got != want {
		t.Errorf("fetches: got %d, want %d", got, want)
	}
}

func TestMadeUpKidsCostOneFetchAMinute(t *testing.T) {
	key := newKey(t, "1", jose.ES256)
	p := newPublisher(t, jwks(t, key))
	w := newWorld(t, allowHTTP)
	w.remote(p)
	if err := w.present(key); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		w.clock.forward(keysPause)
		var all sync.WaitGroup
		for range 10 {
			made := key
			made.KeyID = randomText(8)
			all.Go(func() {
				if got, want := code(w.present(made)), InvalidClient; got != want {
					t.Errorf("got %q, want %q", got, want)
				}
			})
		}
		all.Wait()
		w.clock.forward(time.Second)
		late := key
		late.KeyID = randomText(8)
		if got, want := code(w.present(late)), InvalidClient; got != want {
			t.Errorf("a second later: got %q, want %q", got, want)
		}
		if err := w.present(key); err != nil {
			t.Errorf("the real key meanwhile: %v", err)
		}
	}
	if got, want := p.fetches.Load(), int32(4); got != want {
		t.Errorf("fetches: got %d, want %d", got, want)
	}
}

func TestAKeyTakenBackStopsCountingWithinAnHour(t *testing.T) {
	old, current := newKey(t, "old", jose.ES256), newKey(t, "current", jose.ES256)
	p := newPublisher(t, jwks(t, old, current))
	w := newWorld(t, allowHTTP)
	w.remote(p)
	if err := w.present(old); err != nil {
		t.Fatal(err)
	}
	p.publish(http.StatusOK, jwks(t, current))
	w.clock.forward(keysLife)
	if got, want := code(w.present(old)), InvalidClient; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if err := w.present(current); err != nil {
		t.Errorf("the key that stayed: %v", err)
	}
}

func TestKnownKeysOutliveAnOutageForADay(t *testing.T) {
	key := newKey(t, "1", jose.ES256)
	p := newPublisher(t, jwks(t, key))
	w := newWorld(t, allowHTTP)
	w.remote(p)
	if err := w.present(key); err != nil {
		t.Fatal(err)
	}
	p.publish(http.StatusServiceUnavailable, "")
	w.clock.forward(keysGrace - time.Second)
	if err := w.present(key); err != nil {
		t.Errorf("within a day: %v", err)
	}
	w.clock.forward(time.Second)
	if got, want := code(w.present(key)), InvalidClient; got != want {
		t.Errorf("after a day: got %q, want %q", got, want)
	}
	p.publish(http.StatusOK, jwks(t, key))
	w.clock.forward(keysPause)
	if err := w.present(key); err != nil {
		t.Errorf("after the outage: %v", err)
	}
}

func TestAnUnusableAnswerIsNoKeySet(t *testing.T) {
	key := newKey(t, "1", jose.ES256)
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
		"not found":     {404, jwks(t, key)},
		"redirect":      {302, jwks(t, key)},
		"no JSON":       {200, "<html>"},
		"no keys":       {200, `{}`},
		"null":          {200, `null`},
		"too long":      {200, jwks(t, key) + strings.Repeat(" ", maxJWKS)},
		"too many keys": {200, jwks(t, many...)},
		"private key":   {200, string(private)},
		"shared key":    {200, `{"keys":[{"kty":"oct","k":"c2VjcmV0","kid":"1"}]}`},
		"deep":          {200, strings.Repeat("[", 20000)},
		"wrong types":   {200, `{"keys":[{"kty":1,"crv":{},"x":[],"kid":2}]}`},
		"off the curve": {200, `{"keys":[{"kty":"EC","crv":"P-256","x":"AA","y":"AA","kid":"1"}]}`},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, allowHTTP)
			w.remote(newPublisher(t, ""))
			p := newPublisher(t, answer.body)
			p.publish(answer.status, answer.body)
			err := w.Update(t.Context(), "remote", func(c *Client) error { c.JWKSURI = p.URL + "/jwks"; return nil })
			if err != nil {
				t.Fatal(err)
			}
			if got, want := code(w.present(key)), InvalidClient; got != want {
				t.Errorf("got %q, want %q", got, want)
			}
			if got, want := p.fetches.Load(), int32(1); got != want {
				t.Errorf("requests: got %d, want %d", got, want)
			}
		})
	}
}

func TestKeysOfAnotherKindAreSkippedNotFatal(t *testing.T) {
	key := newKey(t, "1", jose.ES256)
	mine := strings.TrimSuffix(strings.TrimPrefix(jwks(t, key), `{"keys":[`), "]}")
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
		got, err := parseKeys([]byte(`{"keys":[` + other + `,` + mine + `]}`))
		if err != nil || len(got) != 1 || got[0].KeyID != "1" || got[0].Use != "sig" {
			t.Errorf("%s: got %d keys, %v; want mine alone", name, len(got), err)
		}
	}
}

func TestAKeySetInTheRecordNeedsNoFetch(t *testing.T) {
	w := newWorld(t, func(o *Options) { o.HTTP = nil })
	key := newKey(t, "1", jose.EdDSA)
	w.signer(key)
	if err := w.login(byKey("signer", sign(t, key, good("signer", w.clock.now()), nil))); err != nil {
		t.Error(err)
	}
	next := newKey(t, "2", jose.EdDSA)
	err := w.Update(t.Context(), "signer", func(c *Client) error { c.JWKS = jwks(t, next); return nil })
	if err != nil {
		t.Fatal(err)
	}
	if got, want := code(w.login(byKey("signer", sign(t, key, good("signer", w.clock.now()), nil)))), InvalidClient; got != want {
		t.Errorf("the replaced key: got %q, want %q", got, want)
	}
	if err := w.login(byKey("signer", sign(t, next, good("signer", w.clock.now()), nil))); err != nil {
		t.Errorf("the new key: %v", err)
	}
}

func TestARegistryWithoutAnHTTPClientFetchesNothing(t *testing.T) {
	p := newPublisher(t, jwks(t, newKey(t, "1", jose.ES256)))
	w := newWorld(t, allowHTTP, func(o *Options) { o.HTTP = nil })
	w.remote(p)
	if got, want := code(w.present(newKey(t, "1", jose.ES256))), InvalidClient; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := p.fetches.Load(); got != 0 {
		t.Errorf("fetches: got %d, want 0", got)
	}
}
