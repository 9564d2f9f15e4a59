package federationtest

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/fedhub/fedhub/federation"
)

// Hub is the issuer of the hub under test.
const Hub = "https://secondary.example.org"

// A Clock stands still until a test moves it.
type Clock struct {
	mu  sync.Mutex
	now time.Time
}

// NewClock returns a clock at a fixed time.
func NewClock() *Clock { return &Clock{now: time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC)} }

// Now is the clock's time.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// Move sets the clock forward.
func (c *Clock) Move(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// A Memory is a federation.Store in memory.
type Memory struct {
	mu   sync.Mutex
	keys map[string]federation.LoginKey
	// Err, if set, is the result of every call, which then changes nothing: the
	// database is down.
	Err error
	// Reads counts calls of All.
	Reads int
}

// NewMemory returns a store with these keys.
func NewMemory(keys ...federation.LoginKey) *Memory {
	m := &Memory{keys: map[string]federation.LoginKey{}}
	for _, k := range keys {
		m.keys[k.ID] = k
	}
	return m
}

// Get returns a key.
func (m *Memory) Get(_ context.Context, id string) (federation.LoginKey, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.Err != nil {
		return federation.LoginKey{}, m.Err
	}
	k, found := m.keys[id]
	if !found {
		return k, fs.ErrNotExist
	}
	return k, nil
}

// Insert keeps a new key.
func (m *Memory) Insert(_ context.Context, k federation.LoginKey) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.Err != nil {
		return m.Err
	}
	if _, found := m.keys[k.ID]; found {
		return fs.ErrExist
	}
	m.keys[k.ID] = k
	return nil
}

// Update changes a key.
func (m *Memory) Update(_ context.Context, id string, change func(*federation.LoginKey) error) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.Err != nil {
		return m.Err
	}
	k, found := m.keys[id]
	if !found {
		return fs.ErrNotExist
	}
	if err := change(&k); err != nil {
		return err
	}
	m.keys[id] = k
	return nil
}

// Delete forgets a key.
func (m *Memory) Delete(_ context.Context, id string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.Err != nil {
		return m.Err
	}
	if _, found := m.keys[id]; !found {
		return fs.ErrNotExist
	}
	delete(m.keys, id)
	return nil
}

// All returns every key in the order of ids.
func (m *Memory) All(context.Context) ([]federation.LoginKey, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.Reads++
	if m.Err != nil {
		return nil, m.Err
	}
	var all []federation.LoginKey
	for _, id := range slices.Sorted(maps.Keys(m.keys)) {
		all = append(all, m.keys[id])
	}
	return all, nil
}

// Seal stands in for the hub's encryption: it binds the text to its context and
// is reversible. The tests need no more.
func Seal(plain, context string) string {
	return base64.StdEncoding.EncodeToString([]byte(context + "\x00" + plain))
}

// Unseal is the inverse of Seal.
func Unseal(sealed, context string) (string, error) {
	b, err := base64.StdEncoding.DecodeString(sealed)
	plain, found := strings.CutPrefix(string(b), context+"\x00")
	if err != nil || !found {
		return "", errors.New("it was not sealed in this context")
	}
	return plain, nil
}

// A HubKey is the signing key of the hub under test.
type HubKey struct{ signer }

// NewHubKey returns a fresh key.
func NewHubKey() HubKey { return HubKey{newSigner("hub")} }

// Register registers the hub as a client of the provider, with its key.
func (k HubKey) Register(u *Upstream, clientID string) {
	public := k.public()
	u.Set(func(s *Script) { s.Client = Client{ID: clientID, Key: &public} })
}

// NewEnv returns the dependencies of connectors: the provider's TLS certificate
// is trusted, plain http is refused.
func NewEnv(client *http.Client, clock *Clock, key HubKey, log *bytes.Buffer) federation.Dependencies {
	return federation.Dependencies{
		HTTP:     client,
		Hub:      Hub,
		Callback: func(id string) string { return Hub + "/signin/from/" + id },
		ClientMetadataURL: func(id string) string {
			return Hub + "/oauth2/client-metadata/" + id
		},
		Open: Unseal,
		Sign: func(_ context.Context, claims map[string]any, typ string) (string, error) {
			return key.sign(encode(claims), map[string]any{"typ": typ}), nil
		},
		Patience: 30 * time.Second,
		Now:      clock.Now,
		Log:      slog.New(slog.NewTextHandler(&locked{w: log}, &slog.HandlerOptions{Level: slog.LevelDebug})),
	}
}

// locked is a buffer for several goroutines.
type locked struct {
	mu sync.Mutex
	w  *bytes.Buffer
}

func (l *locked) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.w.Write(p)
}

// A World is a connector and its provider.
type World struct {
	*Upstream
	Clock     *Clock
	Key       federation.LoginKey
	Env       federation.Dependencies
	Connector federation.Connector
	Log       *bytes.Buffer

	t testing.TB
}

// NewWorld starts a provider and opens a connector to it. adapt may change the
// key and the environment before.
func NewWorld(t testing.TB, kind string, factory federation.Factory, adapt func(*World)) *World {
	t.Helper()
	w := &World{Clock: NewClock(), Log: &bytes.Buffer{}, t: t}
	w.Upstream = NewUpstream(t, w.Clock.Now)
	hub := NewHubKey()
	w.Env = NewEnv(w.Server.Client(), w.Clock, hub, w.Log)
	w.Key = federation.LoginKey{
		ID: "up", Kind: kind, Name: "Upstream", BaseURL: w.URL, Enabled: true,
		RoleMap: map[string]string{"staff": "member"},
	}
	if kind == federation.KindPeer {
		hub.Register(w.Upstream, w.Env.ClientMetadataURL("up"))
	} else {
		w.Key.ClientID = "the hub"
		w.Key.Secret = Seal(clientSecret, w.Key.SecretContext())
		w.Key.Scopes = []string{"openid", "profile", "email", "roles"}
		w.Set(func(s *Script) { s.Client = Client{ID: "the hub", Secret: clientSecret} })
	}
	if adapt != nil {
		adapt(w)
	}
	connector, err := factory(w.Key, w.Env)
	if err != nil {
		t.Fatalf("open the key: %v", err)
	}
	w.Connector = connector
	return w
}

// clientSecret has characters that need escaping.
const clientSecret = "s3cret:+/ %&="

// Begin goes to the provider and returns with its answer.
func (w *World) Begin(hints federation.AuthRequestOptions) (federation.AuthState, url.Values) {
	w.t.Helper()
	var leg federation.AuthState
	redirect, err := w.Connector.Begin(w.t.Context(), &leg, hints)
	if err != nil {
		w.t.Fatalf("begin: %v", err)
	}
	return leg, w.Visit(w.t, redirect)
}

// SignIn is a complete sign-in.
func (w *World) SignIn(hints federation.AuthRequestOptions) (federation.Identity, error) {
	var leg federation.AuthState
	redirect, err := w.Connector.Begin(w.t.Context(), &leg, hints)
	if err != nil {
		w.noLeaks(err, leg, nil)
		return federation.Identity{}, err
	}
	query := w.Visit(w.t, redirect)
	return w.Finish(leg, query)
}

// Finish calls the connector, and fails the test if an error or the log contains
// a secret (FE-48).
func (w *World) Finish(leg federation.AuthState, query url.Values) (federation.Identity, error) {
	w.t.Helper()
	id, err := w.Connector.Finish(w.t.Context(), leg, query)
	w.noLeaks(err, leg, query)
	if err != nil && !zero(id) {
		w.t.Errorf("an error came with an identity: %+v", id)
	}
	return id, err
}

// MustSignIn is SignIn, and fails the test on an error.
func (w *World) MustSignIn(hints federation.AuthRequestOptions) federation.Identity {
	w.t.Helper()
	id, err := w.SignIn(hints)
	if err != nil {
		w.t.Fatalf("sign in: %v", err)
	}
	return id
}

func (w *World) noLeaks(err error, leg federation.AuthState, query url.Values) {
	w.t.Helper()
	text := w.Log.String()
	if err != nil {
		text += fmt.Sprintf("%v %+v %#v", err, err, err)
	}
	secrets := []string{clientSecret, leg.Verifier, leg.Nonce, query.Get("code"), "access-", "refresh-", "eyJ"}
	for _, secret := range secrets {
		if secret != "" && strings.Contains(text, secret) {
			w.t.Errorf("the error or the log contains %q: %s", secret, text)
		}
	}
}

func zero(id federation.Identity) bool { return id.Subject == "" && id.Email == "" && id.Issuer == "" }

// Fault returns the kind of a fault, or "" for any other error.
func Fault(err error) federation.FaultKind {
	var fault *federation.Fault
	if errors.As(err, &fault) {
		return fault.Kind
	}
	return ""
}

// Refused returns the code of a refusal, or "" for any other error.
func Refused(err error) string {
	var refusal *federation.Refusal
	if errors.As(err, &refusal) {
		return refusal.Code
	}
	return ""
}
