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

	"github.com/fedhub/fedhub/cmd/fedhub/sampleapp"
	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/hub"
	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/settings"
	"github.com/fedhub/fedhub/hub/store"
	"github.com/fedhub/fedhub/hub/store/mongodb"
	"github.com/fedhub/fedhub/hub/store/sqlite"
	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/internal/testkit/mailtest"
	"github.com/fedhub/fedhub/internal/testkit/mongodtest"
)

type loginKey = federation.LoginKey

// A site is a new hub on a port of its own: without users, apps and other hubs.
type site struct {
	t   *testing.T
	URL string
	Hub *hub.Hub
}

// newSite starts a hub on the embedded database.
func newSite(t *testing.T, name string) *site {
	t.Helper()
	return newSiteOn(t, name, openSQLite(t))
}

// newMailingSite starts a hub that sends emails and lets people sign up.
func newMailingSite(t *testing.T, name string) (*site, *mailtest.Box) {
	t.Helper()
	box := &mailtest.Box{}
	s := newSiteOn(t, name, openSQLite(t), func(c *hub.Config) { c.Mail = box })
	err := s.Hub.ChangeSettings(t.Context(), audit.Named("test"), func(now *settings.Settings) { now.SignUp = settings.SignUpOpen })
	if err != nil {
		t.Fatal(err)
	}
	return s, box
}

func newSiteOn(t *testing.T, name string, backend store.Backend, edit ...func(*hub.Config)) *site {
	t.Helper()
	browser(t) // without one nothing needs to start
	var handler atomic.Pointer[hub.Hub]
	address := serve(t, func(rw http.ResponseWriter, r *http.Request) { handler.Load().ServeHTTP(rw, r) })
	config := hub.Config{
		URL: address, Name: name, SecretKey: bytes.Repeat([]byte{7}, 32), Hash: cheap, Log: newLog(t), SecondFactor: settings.SecondFactorOptional,
	}
	for _, e := range edit {
		e(&config)
	}
	h, err := hub.New(t.Context(), config, backend)
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

// administrator makes one, and returns a window in which they are signed in.
func (s *site) administrator() *tab {
	s.t.Helper()
	who := person(s.t, s.Hub.Service, "Ruth Root", "root@example.org", users.AdminRole)
	b := newWindow(s.t)
	b.open(s.URL + "/signin?to=/admin/clients")
	b.signIn(who)
	b.see("h1")
	return b
}

// serve serves one handler on a free port of localhost.
func serve(t *testing.T, handle http.HandlerFunc) string {
	t.Helper()
	var config net.ListenConfig
	listener, err := config.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := &httptest.Server{Listener: listener, Config: &http.Server{Handler: handle}}
	server.Start()
	t.Cleanup(server.Close)
	return "http://localhost:" + strconv.Itoa(listener.Addr().(*net.TCPAddr).Port)
}

func openSQLite(t *testing.T) store.Backend {
	t.Helper()
	db, err := sqlite.Open(filepath.Join(t.TempDir(), "hub.db"))
	if err != nil {
		t.Fatal(err)
	}
	return closing(t, db)
}

func openMongoDB(t *testing.T) store.Backend {
	t.Helper()
	db, err := mongodb.Open(t.Context(), mongodtest.URI(t))
	if err != nil {
		t.Fatal(err)
	}
	return closing(t, db)
}

func closing(t *testing.T, db store.Backend) store.Backend {
	t.Cleanup(func() {
		if err := db.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return db
}

// onBothEnginesAlone runs a story with two hubs that are not set up yet.
func onBothEnginesAlone(t *testing.T, story func(t *testing.T, primary, secondary *site)) {
	t.Helper()
	t.Parallel()
	for name, open := range map[string]func(*testing.T) store.Backend{"sqlite": openSQLite, "mongodb": openMongoDB} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			story(t, newSiteOn(t, "Head office", open(t)), newSiteOn(t, "Branch", open(t)))
		})
	}
}

// A bareApp is the sample app before it knows a hub.
type bareApp struct {
	URL     string
	handler atomic.Pointer[sampleapp.App]
}

func newBareApp(t *testing.T) *bareApp {
	t.Helper()
	a := &bareApp{}
	a.URL = serve(t, func(rw http.ResponseWriter, r *http.Request) { a.handler.Load().ServeHTTP(rw, r) })
	return a
}

// connect tells it its hub, and who it is there.
func (a *bareApp) connect(to *site, clientID, secret string) {
	a.handler.Store(sampleapp.New(sampleapp.Config{
		URL: a.URL, Issuer: to.URL, ClientID: clientID, ClientSecret: secret, Log: slog.New(slog.DiscardHandler),
	}))
}
