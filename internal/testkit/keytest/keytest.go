// Package keytest has keys, signatures, a published key set and a manual clock,
// for tests of client authentication by key.
package keytest

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
)

// New makes a private key to sign with.
func New(t testing.TB, kid string, alg jose.SignatureAlgorithm) jose.JSONWebKey {
	t.Helper()
	var key crypto.Signer
	var err error
	switch alg {
	case jose.ES256:
		key, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	case jose.ES384:
		key, err = ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	case jose.RS256, jose.PS256:
		key, err = rsa.GenerateKey(rand.Reader, 2048)
	case jose.EdDSA:
		_, key, err = ed25519.GenerateKey(rand.Reader)
	default:
		t.Fatalf("no key for %s", alg)
	}
	if err != nil {
		t.Fatal(err)
	}
	return jose.JSONWebKey{Key: key, KeyID: kid, Algorithm: string(alg), Use: "sig"}
}

// NewEncryption makes a private key to decrypt with by alg; an empty alg allows
// all that fit its curve.
func NewEncryption(t testing.TB, kid, alg string) jose.JSONWebKey {
	t.Helper()
	kind := jose.ES256
	if strings.HasPrefix(alg, "RSA") {
		kind = jose.RS256
	}
	key := New(t, kid, kind)
	key.Use, key.Algorithm = "enc", alg
	return key
}

// JWKS is the public key set of these keys.
func JWKS(t testing.TB, private ...jose.JSONWebKey) string {
	t.Helper()
	set := jose.JSONWebKeySet{Keys: []jose.JSONWebKey{}}
	for _, key := range private {
		set.Keys = append(set.Keys, key.Public())
	}
	text, err := json.Marshal(set)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// Assertion are the claims of a valid client assertion.
func Assertion(id, audience string, now time.Time) map[string]any {
	return map[string]any{
		"iss": id, "sub": id, "aud": audience, "jti": rand.Text(),
		"iat": now.Unix(), "exp": now.Add(time.Minute).Unix(),
	}
}

// Sign makes a compact JWS of any payload, with extra header members.
func Sign(t testing.TB, key jose.JSONWebKey, payload any, header map[jose.HeaderKey]any) string {
	t.Helper()
	text, ok := payload.([]byte)
	if !ok {
		var err error
		if text, err = json.Marshal(payload); err != nil {
			t.Fatal(err)
		}
	}
	options := &jose.SignerOptions{ExtraHeaders: header}
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.SignatureAlgorithm(key.Algorithm), Key: key}, options)
	if err != nil {
		t.Fatal(err)
	}
	jws, err := signer.Sign(text)
	if err != nil {
		t.Fatal(err)
	}
	compact, err := jws.CompactSerialize()
	if err != nil {
		t.Fatal(err)
	}
	return compact
}

// A Publisher serves a key set that tests change.
type Publisher struct {
	*httptest.Server
	Fetches atomic.Int32

	mu     sync.Mutex
	body   string
	status int
}

// NewPublisher serves a body on every path.
func NewPublisher(t testing.TB, body string) *Publisher {
	p := &Publisher{body: body, status: http.StatusOK}
	p.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p.Fetches.Add(1)
		p.mu.Lock()
		defer p.mu.Unlock()
		if p.status == http.StatusFound {
			w.Header().Set("Location", "/elsewhere")
		}
		w.WriteHeader(p.status)
		if r.URL.Path != "/elsewhere" {
			_, _ = w.Write([]byte(p.body)) // the client may have gone
		}
	}))
	t.Cleanup(p.Close)
	return p
}

// Publish changes the body.
func (p *Publisher) Publish(status int, body string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.status, p.body = status, body
}

// A Clock stands still until a test moves it.
type Clock struct {
	mu sync.Mutex
	at time.Time
}

// NewClock starts at nine o'clock.
func NewClock() *Clock { return &Clock{at: time.Date(2026, 11, 3, 9, 0, 0, 0, time.UTC)} }

// Now is the clock's time.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

// Forward moves the clock.
func (c *Clock) Forward(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// A Replay stores ids until they expire.
type Replay struct {
	Clock *Clock

	mu    sync.Mutex
	until map[string]time.Time
}

// Use stores an id; fs.ErrExist if it is stored already.
func (r *Replay) Use(_ context.Context, id string, until time.Time) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if old, found := r.until[id]; found && r.Clock.Now().Before(old) {
		return fs.ErrExist
	}
	if r.until == nil {
		r.until = map[string]time.Time{}
	}
	r.until[id] = until
	return nil
}

// Seal stands in for encryption: tests see that a value is sealed and bound to
// its context.
func Seal(plain []byte, context string) string { return context + " " + hex.EncodeToString(plain) }

// Open is the inverse of Seal.
func Open(sealed, context string) ([]byte, error) {
	text, ok := strings.CutPrefix(sealed, context+" ")
	if !ok {
		return nil, errors.New("moved")
	}
	return hex.DecodeString(text)
}
