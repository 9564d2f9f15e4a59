package hubtest

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/fedhub/fedhub/hub"
	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/settings"
	"github.com/fedhub/fedhub/hub/store"
	"github.com/fedhub/fedhub/hub/store/mongodb"
	"github.com/fedhub/fedhub/hub/store/sqlite"
	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/hub/users/passwords"
	"github.com/fedhub/fedhub/internal/testkit/countstore"
	"github.com/fedhub/fedhub/internal/testkit/faultstore"
	"github.com/fedhub/fedhub/internal/testkit/mongodtest"
	"github.com/fedhub/fedhub/internal/testkit/signingtest"
)

// OnBothEngines runs a story on the embedded database and on a real MongoDB.
func OnBothEngines(t *testing.T, story func(t *testing.T, w *World)) {
	t.Helper()
	OnBothEnginesAs(t, hub.Config{}, story)
}

// OnBothEnginesAs is OnBothEngines with this configuration.
func OnBothEnginesAs(t *testing.T, config hub.Config, story func(t *testing.T, w *World)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { story(t, NewWorldAs(t, OpenSQLite(t), config)) })
	t.Run("mongodb", func(t *testing.T) { story(t, NewWorldAs(t, openMongoDB(t), config)) })
}

func OpenSQLite(t testing.TB) store.Backend {
	t.Helper()
	db, err := sqlite.Open(filepath.Join(t.TempDir(), "hub.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close(context.Background()) }) //nolint:errcheck // the test is over
	return db
}

func openMongoDB(t *testing.T) store.Backend {
	t.Helper()
	db, err := mongodb.Open(t.Context(), mongodtest.URI(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close(context.Background()) }) //nolint:errcheck // the test is over
	return db
}

// A World is a hub on a real port, with users and apps.
type World struct {
	testing.TB
	URL     string
	Hub     *hub.Hub
	Clock   *Clock
	Logs    *logbook
	Backend store.Backend
	Asked   *countstore.Store // the hub's database with counters
	Stop    func()            // disconnects the hub from the network
	written atomic.Pointer[ledger]
	box     *Postbox // where the hub sends emails; nil if elsewhere
}

// Password is the password of all users.
const Password = "green apples on the roof"

func NewWorld(t testing.TB, backend store.Backend) *World {
	return NewWorldAs(t, backend, hub.Config{})
}

func NewWorldAs(t testing.TB, backend store.Backend, config hub.Config) *World {
	t.Helper()
	besides(t)
	w := &World{TB: t, Clock: &Clock{}, Logs: &logbook{}, Backend: backend}
	w.box, _ = config.Mail.(*Postbox)
	var handler atomic.Pointer[hub.Hub]
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		handler.Load().ServeHTTP(rw, r.WithContext(faultstore.Request(r.Context())))
	}))
	t.Cleanup(server.Close)
	address := server.URL
	if config.URL == Localhost {
		address = strings.Replace(address, "127.0.0.1", "localhost", 1)
		config.URL = address
	}
	if config.URL == "" {
		config.URL = address
	}
	if config.Now != nil { // a story may start at another time
		w.Clock.Skip(time.Until(config.Now()))
	}
	config.Watch = w.witness
	config.Now = w.Clock.Now
	config.SecretKey = bytes.Repeat([]byte{7}, 32)
	if config.Hash == (passwords.HashParams{}) {
		config.Hash = passwords.HashParams{Memory: 64, Time: 1, Threads: 1}
	}
	if config.Limits.SignIns.Burst == 0 {
		config.Limits.SignIns.Burst = 10_000
	}
	if config.SecondFactor == "" { // only stories about it set one up
		config.SecondFactor = settings.SecondFactorOptional
	}
	config.NewRSA = signingtest.RSA
	if config.Sleep == nil { // only stories about the delay wait
		config.Sleep = func(ctx context.Context, _ time.Duration) error { return ctx.Err() }
	}
	config.Log = slog.New(slog.NewTextHandler(w.Logs, &slog.HandlerOptions{Level: slog.LevelDebug}))
	w.Asked = countstore.Over(backend)
	h, err := hub.New(t.Context(), config, w.Asked)
	if err != nil {
		t.Fatal(err)
	}
	handler.Store(h)
	ctx, stop := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { h.Run(ctx) })
	t.Cleanup(func() { stop(); running.Wait(); w.bounded() })
	w.URL, w.Hub, w.Stop = address, h, server.Close
	return w
}

// wholeSets are the sets that may be read completely, because they stay small.
var wholeSets = map[string]string{
	"loginkeys": "one for each sign-in provider, made by an administrator",
	"signing":   "a few generations of keys for each algorithm",
	"initials":  "one for each initial access token, made by an administrator",
	"health":    "how each sign-in provider fares",
	"groups":    "at most groups.Most",
	"invites":   "one for each invitation of a hub, made by an administrator",
}

// FewByNature returns the reason why a set stays small on a large hub; empty for
// all others.
func FewByNature(set string) string { return wholeSets[set] }

// bounded checks that no query of the hub, in requests or in the background,
// grows with its data: it has a limit, or it is for one of wholeSets.
func (w *World) bounded() {
	w.Helper()
	for _, asked := range w.Asked.Unbounded() {
		if wholeSets[asked] == "" {
			w.Errorf("a query of %s has no limit: let store.Each go through it page by page", asked)
		}
	}
	for _, set := range w.Asked.Endless() {
		w.Errorf("%s was asked for a request by a call that outlives it: use lasting.Of", set)
	}
}

// besides runs the test in parallel: worlds share nothing, and a test mostly
// waits for the disk.
func besides(t testing.TB) {
	single, ok := t.(*testing.T)
	if !ok {
		return
	}
	if _, already := Beside.LoadOrStore(single, true); !already {
		single.Parallel()
	}
}

var Beside sync.Map // of *testing.T

// Clock is real time, or a time at which it stopped, plus the skips of the story.
type Clock struct {
	Skipped atomic.Int64
	stopped atomic.Pointer[time.Time]
}

func (c *Clock) Now() time.Time {
	at := time.Now()
	if moment := c.stopped.Load(); moment != nil {
		at = *moment
	}
	return at.Add(time.Duration(c.Skipped.Load()))
}

func (c *Clock) Skip(d time.Duration) { c.Skipped.Add(int64(d)) }

// Stop makes the clock move only when the story skips time.
func (c *Clock) Stop() {
	moment := time.Now()
	c.stopped.Store(&moment)
}

// logbook collects the hub's log.
type logbook struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *logbook) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *logbook) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// Person creates a user with the usual password.
func (w *World) Person(email string, roles ...string) users.User {
	w.Helper()
	u, err := w.Hub.AddUser(w.Context(), audit.Named("test"), users.NewUser{Email: email, EmailVerified: true, Profile: users.Profile{Name: "Ada Lovelace"}, Roles: roles, Password: Password})
	if err != nil {
		w.Fatal(err)
	}
	return u
}

const Callback = "https://app.example.org/callback"

// Want compares two values; what is their name in the message.
func Want[T comparable](t testing.TB, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s: got %v, want %v", what, got, want)
	}
}

// Refused checks an error of the machine endpoints.
func Refused(t testing.TB, what string, r Reply, status int, code string) {
	t.Helper()
	if r.Status != status || r.Str("error") != code {
		t.Errorf("%s: got %d %s, want %d %s", what, r.Status, strings.TrimSpace(r.Body), status, code)
	}
	if got := r.Header.Get("Cache-Control"); got != "no-store" {
		t.Errorf("%s: Cache-Control is %q", what, got)
	}
}

// RefusedPage checks that the hub shows an error page and does not redirect.
func RefusedPage(t testing.TB, what string, p Page) {
	t.Helper()
	if p.Location != "" || p.Status < 400 || p.Status >= 500 || !strings.Contains(p.Header.Get("Content-Type"), "text/html") {
		t.Errorf("%s: got %d, location %q, want a page", what, p.Status, p.Location)
	}
}

// ClaimsOf reads a JWT's payload without verification.
func ClaimsOf(t testing.TB, token string) map[string]any {
	t.Helper()
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		t.Fatalf("%q is not a JWT", token)
	}
	raw, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		t.Fatal(err)
	}
	var claims map[string]any
	if err := json.Unmarshal(raw, &claims); err != nil {
		t.Fatal(err)
	}
	return claims
}

// AtOnce calls f n times in parallel.
func AtOnce(n int, f func(i int)) {
	var ready, done sync.WaitGroup
	ready.Add(n)
	for i := range n {
		done.Go(func() {
			ready.Done()
			ready.Wait()
			f(i)
		})
	}
	done.Wait()
}

// NewServer serves one handler on this machine.
func NewServer(t testing.TB, handle http.HandlerFunc) string {
	t.Helper()
	server := httptest.NewServer(handle)
	t.Cleanup(server.Close)
	return server.URL
}

// Dump is the complete database as text.
func Dump(t *testing.T, w *World) string {
	t.Helper()
	var out strings.Builder
	for _, spec := range hub.Sets() {
		all, err := w.Backend.Find(t.Context(), spec.Name, store.Query{Now: time.Unix(0, 0)})
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range all {
			out.WriteString(spec.Name + " " + r.ID + " " + r.Doc.String() + "\n")
		}
	}
	return out.String()
}
