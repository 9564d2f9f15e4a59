package clientauth

import (
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/fedhub/fedhub/internal/cache"
	"github.com/fedhub/fedhub/internal/jwt"
	"github.com/fedhub/fedhub/internal/testkit/keytest"
)

// site is where clients publish their keys, without a network.
type site struct {
	mu    sync.Mutex
	body  string
	reads int
}

func (s *site) read(context.Context, string, int) ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.reads++
	return []byte(s.body), nil
}

func (s *site) publish(body string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.body = body
}

// waiting is a world by the clock on the wall, with a client that publishes its
// keys at the site.
func waiting(t *testing.T) (*world, *site) {
	t.Helper()
	s := &site{}
	w := newWorld(t, func(v *Verifier) {
		v.Now = time.Now
		v.Replay = func(context.Context, string, time.Time) error { return nil }
		v.Keys = &Keyring{Read: s.read, Waits: cache.NewWaits(nil), Now: time.Now, Log: slog.New(slog.DiscardHandler)}
	})
	w.add("remote", MethodKey, func(r *Registered) { r.JWKSURI = "https://app.example.org/jwks" })
	return w, s
}

func (w *world) now(key jose.JSONWebKey) Credentials {
	return byKey("remote", keytest.Sign(w.T, key, keytest.Assertion("remote", issuer, time.Now()), nil))
}

func TestAKeyThatAClientPublishesAMomentAfterItWasReadIsWaitedFor(t *testing.T) {
	old, fresh := keytest.New(t, "old", jose.ES256), keytest.New(t, "fresh", jose.ES256)
	for name, before := range map[string]string{"beside another": keytest.JWKS(t, old), "as its first": `{"keys":[]}`} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w, s := waiting(t)
				s.publish(before)
				w.login(w.now(old)) //nolint:errcheck // it was read before
				s.publish(keytest.JWKS(t, old, fresh))
				begun := time.Now()
				for name, ask := range map[string]func() error{
					"an assertion": func() error { return w.login(w.now(fresh)) },
					"a grant": func() error {
						_, err := w.Grant(t.Context(), w.known["remote"], w.now(fresh).Assertion, nil)
						return err
					},
				} {
					if err := ask(); err != nil {
						t.Errorf("%s: %v", name, err)
					}
				}
				if took := time.Since(begun); took > cache.Gap || s.reads > 3 {
					t.Errorf("after %v and %d fetches", took, s.reads)
				}
			})
		})
	}
}

// A client with one key may have no name for it; so has the next one.
func TestAFreshKeyWithoutANameIsWaitedForToo(t *testing.T) {
	old, fresh := keytest.New(t, "", jose.ES256), keytest.New(t, "", jose.ES256)
	synctest.Test(t, func(t *testing.T) {
		w, s := waiting(t)
		s.publish(keytest.JWKS(t, old))
		if err := w.login(w.now(old)); err != nil {
			t.Fatal(err)
		}
		s.publish(keytest.JWKS(t, fresh))
		begun := time.Now()
		if err := w.login(w.now(fresh)); err != nil || time.Since(begun) != cache.Gap || s.reads != 2 {
			t.Errorf("got %v after %v and %d fetches", err, time.Since(begun), s.reads)
		}
	})
}

func TestAForgedSignatureUnderAKnownNameIsRefusedAtOnce(t *testing.T) {
	key, forged := keytest.New(t, "k", jose.ES256), keytest.New(t, "k", jose.ES256)
	synctest.Test(t, func(t *testing.T) {
		w, s := waiting(t)
		s.publish(keytest.JWKS(t, key))
		begun := time.Now()
		if got, want := code(w.login(w.now(forged))), InvalidClient; got != want || time.Since(begun) != 0 {
			t.Errorf("got %q after %v, want %q at once", got, time.Since(begun), want)
		}
	})
}

func TestAPublishedNameIsWaitedForWithNoAlgorithm(t *testing.T) {
	key, forged := keytest.New(t, "k", jose.ES256), keytest.New(t, "k", jose.RS256)
	synctest.Test(t, func(t *testing.T) {
		w, s := waiting(t)
		s.publish(keytest.JWKS(t, key))
		begun := time.Now()
		if got, want := code(w.login(w.now(forged))), InvalidClient; got != want || time.Since(begun) != 0 {
			t.Errorf("got %q after %v, want %q at once", got, time.Since(begun), want)
		}
	})
}

func TestOfSeveralKeysThatATokenDoesNotNameNoneIsTried(t *testing.T) {
	keys, err := ParseKeys([]byte(keytest.JWKS(t, keytest.New(t, "a", jose.ES256), keytest.New(t, "b", jose.ES256))))
	if err != nil {
		t.Fatal(err)
	}
	empty := &jwt.Token{Header: jwt.Header{Algorithm: "ES256"}} // a try at its signature panics
	if got := keys.sight(empty); got != cache.Found {
		t.Errorf("got %v", got)
	}
}

func TestNobodyWaitsForAKeyWhoseAssertionIsWrongOtherwise(t *testing.T) {
	key := keytest.New(t, "known", jose.ES256)
	synctest.Test(t, func(t *testing.T) {
		w, s := waiting(t)
		s.publish(keytest.JWKS(t, key))
		if err := w.login(w.now(key)); err != nil {
			t.Fatal(err)
		}
		made := key
		made.KeyID = rand.Text()
		begun := time.Now()
		for name, change := range map[string]func(claims map[string]any){
			"another audience": func(c map[string]any) { c["aud"] = "https://other.example" },
			"another subject":  func(c map[string]any) { c["sub"] = "somebody" },
			"another issuer":   func(c map[string]any) { c["iss"] = "somebody" },
			"expired":          func(c map[string]any) { c["exp"] = begun.Add(-time.Hour).Unix() },
			"no jti":           func(c map[string]any) { delete(c, "jti") },
		} {
			claims := keytest.Assertion("remote", issuer, time.Now())
			change(claims)
			if got, want := code(w.login(byKey("remote", keytest.Sign(t, made, claims, nil)))), InvalidClient; got != want {
				t.Errorf("%s: got %q, want %q", name, got, want)
			}
		}
		cred := w.now(made)
		cred.ID = "nobody"
		if got, want := code(w.login(cred)), InvalidClient; got != want {
			t.Errorf("an unknown client: got %q, want %q", got, want)
		}
		if took := time.Since(begun); took != 0 || s.reads != 1 {
			t.Errorf("they took %v and %d fetches", took, s.reads)
		}
	})
}

func TestARequestThatIsGoneWaitsForNoKey(t *testing.T) {
	old, fresh := keytest.New(t, "old", jose.ES256), keytest.New(t, "fresh", jose.ES256)
	synctest.Test(t, func(t *testing.T) {
		w, s := waiting(t)
		s.publish(keytest.JWKS(t, old))
		if err := w.login(w.now(old)); err != nil {
			t.Fatal(err)
		}
		ctx, leave := context.WithCancel(t.Context())
		defer leave()
		time.AfterFunc(time.Second, leave)
		begun, registered := time.Now(), w.known["remote"]
		_, err := w.Authenticate(ctx, w.now(fresh), &registered, issuer)
		if !errors.Is(err, context.Canceled) && code(err) == "" || time.Since(begun) != time.Second || s.reads != 1 {
			t.Errorf("got %v after %v and %d fetches", err, time.Since(begun), s.reads)
		}
	})
}
