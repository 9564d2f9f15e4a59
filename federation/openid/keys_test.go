package openid

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/internal/cache"
)

// A provider without a network. It publishes the keys that the test sets.
type provider struct {
	*Connector
	t     *testing.T
	mu    sync.Mutex
	keys  jose.JSONWebKeySet
	asked int // for its keys
}

func newProvider(t *testing.T, keys ...jose.JSONWebKey) *provider {
	t.Helper()
	p := &provider{t: t}
	p.publish(keys...)
	connector, err := New(federation.LoginKey{ID: "up", Kind: "openid", Name: "Upstream", BaseURL: fuzzIssuer, ClientID: "us", Issuer: fuzzIssuer},
		federation.Dependencies{HTTP: &http.Client{Transport: p}, Waits: cache.NewWaits(nil)})
	if err != nil {
		t.Fatal(err)
	}
	p.Connector = connector.(*Connector)
	return p
}

func (p *provider) RoundTrip(r *http.Request) (*http.Response, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	body := []byte(goodDiscovery)
	if r.URL.Path == "/jwks" {
		p.asked++
		body, _ = json.Marshal(p.keys) //nolint:errcheck // keys can be encoded
	}
	return transport{r.URL.Path: {200, "application/json", body}}.RoundTrip(r)
}

func (p *provider) publish(keys ...jose.JSONWebKey) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.keys = jose.JSONWebKeySet{Keys: []jose.JSONWebKey{}}
	for _, key := range keys {
		p.keys.Keys = append(p.keys.Keys, key.Public())
	}
}

func (p *provider) fetches() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.asked
}

func newKey(t *testing.T, kid string) jose.JSONWebKey {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return jose.JSONWebKey{Key: private, KeyID: kid, Algorithm: "ES256", Use: "sig"}
}

// idToken verifies one that the key signed.
func (p *provider) idToken(key jose.JSONWebKey) error {
	doc, err := p.Discover(p.t.Context())
	if err != nil {
		return err
	}
	raw := p.token(key, "JWT", map[string]any{"sub": "ada"})
	_, _, err = p.opened(p.t.Context(), idTokenPolicy(), doc, doc.SigningAlgs, raw, func(object) string { return fuzzIssuer })
	return err
}

// logoutToken posts one that the key signed, with claims that are edited.
func (p *provider) logoutToken(key jose.JSONWebKey, edit map[string]any) error {
	claims := map[string]any{"sub": "ada", "jti": rand.Text(), "events": map[string]any{logoutEvent: map[string]any{}}}
	maps.Copy(claims, edit)
	_, err := p.LogoutToken(p.t.Context(), p.token(key, "logout+jwt", claims))
	return err
}

func (p *provider) token(key jose.JSONWebKey, typ string, edit map[string]any) string {
	p.t.Helper()
	claims := map[string]any{"iss": fuzzIssuer, "aud": "us", "iat": time.Now().Unix(), "exp": time.Now().Add(time.Minute).Unix()}
	maps.Copy(claims, edit)
	payload, err := json.Marshal(claims)
	if err != nil {
		p.t.Fatal(err)
	}
	return sign(p.t, key, payload, typ)
}

func TestAProviderThatMakesItsKeyAtFirstUseIsWaitedFor(t *testing.T) {
	for name, before := range map[string][]jose.JSONWebKey{"no key": nil, "another key": {newKey(t, "before")}} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p, fresh, begun := newProvider(t, before...), newKey(t, "fresh"), time.Now()
				if _, err := p.Describe(t.Context()); err != nil && len(before) > 0 { // the keys were loaded before
					t.Fatal(err)
				}
				time.AfterFunc(time.Second, func() { p.publish(append(before, fresh)...) })
				for what, ask := range map[string]func() error{
					"an id_token":    func() error { return p.idToken(fresh) },
					"a logout token": func() error { return p.logoutToken(fresh, nil) },
				} {
					if err := ask(); err != nil {
						t.Errorf("%s: %v", what, err)
					}
				}
				if took := time.Since(begun); took != cache.Gap || p.fetches() != 2 {
					t.Errorf("after %v and %d fetches, want %v and 2", took, p.fetches(), cache.Gap)
				}
			})
		})
	}
}

func TestAStrangerWhoseClaimsAreWrongHasNobodyLookOrWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, begun := newProvider(t, newKey(t, "k")), time.Now()
		for name, edit := range map[string]map[string]any{
			"for another client": {"aud": "them"},
			"of another issuer":  {"iss": "https://evil.example"},
			"expired":            {"exp": time.Now().Add(-time.Hour).Unix()},
			"made tomorrow":      {"iat": time.Now().Add(24 * time.Hour).Unix()},
			"about no logout":    {"events": map[string]any{}},
		} {
			if err := p.logoutToken(newKey(t, rand.Text()), edit); err == nil {
				t.Errorf("%s: it was taken", name)
			}
		}
		if took := time.Since(begun); took != 0 || p.fetches() != 0 {
			t.Errorf("they took %v and %d fetches", took, p.fetches())
		}
	})
}

func TestAStrangerWhoseClaimsAreRightTakesNoMoreThanTheSixteenPlaces(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		known, fresh := newKey(t, "known"), newKey(t, "fresh")
		p, begun := newProvider(t, known), time.Now()
		if err := p.idToken(known); err != nil {
			t.Fatal(err)
		}
		var all sync.WaitGroup
		for range 15 {
			all.Go(func() {
				if err := p.logoutToken(newKey(t, rand.Text()), nil); err == nil {
					t.Error("a made-up key was taken")
				}
			})
		}
		synctest.Wait()
		all.Go(func() {
			if err := p.idToken(fresh); err != nil {
				t.Errorf("the sixteenth, with a key that is about to appear: %v", err)
			}
		})
		synctest.Wait()
		for range 50 {
			if err := p.logoutToken(newKey(t, rand.Text()), nil); err == nil || time.Since(begun) != 0 {
				t.Fatalf("the rest: got %v after %v", err, time.Since(begun))
			}
		}
		if err := p.idToken(known); err != nil || time.Since(begun) != 0 {
			t.Errorf("a key that is known: got %v after %v", err, time.Since(begun))
		}
		p.publish(known, fresh)
		all.Wait()
		if took := time.Since(begun); took != cache.Gap || p.fetches() != 2 {
			t.Errorf("after %v and %d fetches", took, p.fetches())
		}
	})
}

func TestAForgedSignatureUnderAKnownNameIsRefusedAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, begun := newProvider(t, newKey(t, "k")), time.Now()
		var fault *federation.Fault
		if err := p.logoutToken(newKey(t, "k"), nil); !errors.As(err, &fault) || time.Since(begun) != 0 {
			t.Errorf("got %v after %v", err, time.Since(begun))
		}
	})
}
