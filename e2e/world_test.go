package e2e_test

import (
	"bytes"
	"context"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/cmd/fedhub/sampleapp"
	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/hub"
	"github.com/fedhub/fedhub/hub/store"
	"github.com/fedhub/fedhub/hub/store/sqlite"
	"github.com/fedhub/fedhub/hub/users"
)

// onBothEngines tells the same story on the embedded database and on a real
// MongoDB.
func onBothEngines(t *testing.T, story func(t *testing.T, w *world)) {
	t.Helper()
	t.Parallel()
	t.Run("sqlite", func(t *testing.T) { t.Parallel(); story(t, newWorld(t, openSQLite)) })
	t.Run("mongodb", func(t *testing.T) { t.Parallel(); story(t, newWorld(t, openMongoDB)) })
}

// onSQLite tells a story that has nothing to do with the database.
func onSQLite(t *testing.T, story func(t *testing.T, w *world)) {
	t.Helper()
	t.Parallel()
	story(t, newWorld(t, openSQLite))
}

func openSQLite(t *testing.T) store.Backend {
	t.Helper()
	db, err := sqlite.Open(filepath.Join(t.TempDir(), "hub.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close(context.Background()) }) //nolint:errcheck // the test is over
	return db
}

func openMongoDB(t *testing.T) store.Backend { t.Skip("later"); return nil }

// A world is two hubs and an app. The secondary has been let in by the
// primary, and the app is a client of the secondary.
type world struct {
	t         *testing.T
	primary   *site
	secondary *site
	app       *app
	key       federation.LoginKey // of the primary, at the secondary
}

// The people of every world, and the password of them all.
const (
	ada      = "ada@example.org"  // at the primary
	bo       = "bo@example.org"   // at the secondary
	root     = "root@example.org" // an administrator, at both
	password = "green apples on the roof"
)

// newWorld starts them all, with the people in them.
func newWorld(t *testing.T, open func(*testing.T) store.Backend) *world {
	t.Helper()
	w := &world{t: t, primary: newSite(t, "Head office", open(t)), secondary: newSite(t, "Branch", open(t))}
	w.primary.person(ada, "Ada Lovelace")
	w.secondary.person(bo, "Bo Brown")
	for _, s := range []*site{w.primary, w.secondary} {
		s.person(root, "Ruth Root", users.AdminRole)
	}
	invite, _, err := w.primary.Hub.NewInvite(t.Context(), "test", time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	w.key, err = w.secondary.Hub.AddLoginKey(t.Context(), "test", federation.LoginKey{
		Kind: federation.KindPeer, Name: "Head office", BaseURL: w.primary.URL, Enabled: true, TrustEmail: true}, "", invite)
	if err != nil {
		t.Fatal(err)
	}
	w.app = newApp(t, w.secondary)
	return w
}

// A site is a hub on a port of its own. All of them are on one host, so they
// share a browser's cookies.
type site struct {
	t   *testing.T
	URL string
	Hub *hub.Hub
}

func newSite(t *testing.T, name string, backend store.Backend) *site {
	t.Helper()
	var handler atomic.Pointer[hub.Hub]
	address := serve(t, func(rw http.ResponseWriter, r *http.Request) { handler.Load().ServeHTTP(rw, r) })
	h, err := hub.New(t.Context(), hub.Config{
		URL:         address,
		Name:        name,
		SecretKey:   bytes.Repeat([]byte{7}, 32),
		Hash:        users.HashParams{Memory: 64, Time: 1, Threads: 1},
		SignInBurst: 10_000,
		Log:         slog.New(slog.DiscardHandler),
	}, backend)
	if err != nil {
		t.Fatal(err)
	}
	handler.Store(h)
	ctx, stop := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { h.Run(ctx) })
	t.Cleanup(func() { stop(); running.Wait() })
	return &site{t: t, URL: address, Hub: h}
}

// serve serves one handler on a free port of localhost.
func serve(t *testing.T, handle http.HandlerFunc) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewUnstartedServer(handle)
	server.Listener.Close() //nolint:errcheck // it was never used
	server.Listener = listener
	server.Start()
	t.Cleanup(server.Close)
	return "http://localhost:" + strconv.Itoa(listener.Addr().(*net.TCPAddr).Port)
}

// person makes somebody with the usual password.
func (s *site) person(email, name string, roles ...string) users.User {
	s.t.Helper()
	u, err := s.Hub.AddUser(s.t.Context(), "test", users.NewUser{Email: email, EmailVerified: true, Name: name, Roles: roles, Password: password})
	if err != nil {
		s.t.Fatal(err)
	}
	return u
}

// An app is the sample app on a port of its own.
type app struct {
	URL    string
	client clients.Client
}

func newApp(t *testing.T, at *site) *app {
	t.Helper()
	a := newBareApp(t)
	c, secret, err := at.Hub.AddClient(t.Context(), "test", clients.Client{
		Name: "Sample app", Type: clients.Web, RefreshTokens: true,
		RedirectURIs:         []string{a.URL + sampleapp.CallbackPath},
		BackchannelLogoutURI: a.URL + sampleapp.LogoutPath,
	})
	if err != nil {
		t.Fatal(err)
	}
	a.client = c
	a.connect(at, c.ID, secret)
	return &a.app
}

// A bareApp has an address but no hub yet.
type bareApp struct {
	app
	handler atomic.Pointer[sampleapp.App]
}

func newBareApp(t *testing.T) *bareApp {
	t.Helper()
	a := &bareApp{}
	a.URL = serve(t, func(rw http.ResponseWriter, r *http.Request) { a.handler.Load().ServeHTTP(rw, r) })
	return a
}

// connect gives it a hub.
func (a *bareApp) connect(to *site, clientID, secret string) {
	a.handler.Store(sampleapp.New(sampleapp.Config{
		URL: a.URL, Issuer: to.URL, ClientID: clientID, ClientSecret: secret, Hub: "Branch",
		Log: slog.New(slog.DiscardHandler),
	}))
}

// signIn fills in the sign-in page that the tab shows.
func (b *tab) signIn(email string) {
	b.t.Helper()
	b.fill("#email", email)
	b.fill("#password", password)
	b.press("#sign-in")
}

// want compares, and says what was compared.
func want[T comparable](t testing.TB, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s: got %v, want %v", what, got, want)
	}
}
