package libraries_test

import (
	"bytes"
	"context"
	"encoding/pem"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/fedhub/fedhub/hub/web/guard"

	"golang.org/x/net/html"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/hub"
	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/settings"
	"github.com/fedhub/fedhub/hub/store/sqlite"
	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/hub/users/passwords"
	"github.com/fedhub/fedhub/hub/web"
)

const (
	email    = "ada@example.org"
	password = "green apples on the roof"
	callback = "https://app.example.org/callback"
)

// A world is a hub behind TLS with one person.
type world struct {
	*testing.T
	URL  string
	Hub  *hub.Hub
	CA   []byte // the certificate it is known by, as PEM
	http *http.Client
	log  *logbook

	skipped atomic.Int64 // how far the hub's clock is ahead
}

func newWorld(t *testing.T) *world {
	t.Helper()
	var handler atomic.Pointer[hub.Hub]
	server := httptest.NewTLSServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		handler.Load().ServeHTTP(rw, r)
	}))
	t.Cleanup(server.Close)
	db, err := sqlite.Open(filepath.Join(t.TempDir(), "hub.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close(context.Background()) }) //nolint:errcheck // the test is over
	w := &world{T: t, URL: server.URL, http: server.Client(), log: &logbook{}}
	w.CA = pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	w.Hub, err = hub.New(t.Context(), hub.Config{
		URL: server.URL, SecretKey: bytes.Repeat([]byte{7}, 32), Limits: guard.Limits{SignIns: web.Rate{Burst: 10_000}},
		Now:  func() time.Time { return time.Now().Add(time.Duration(w.skipped.Load())) },
		Hash: passwords.HashParams{Memory: 64, Time: 1, Threads: 1},
		Log:  slog.New(slog.NewTextHandler(w.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	}, db)
	if err != nil {
		t.Fatal(err)
	}
	handler.Store(w.Hub)
	ctx, stop := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { w.Hub.Run(ctx) })
	t.Cleanup(func() { stop(); running.Wait() })
	err = w.Hub.ChangeSettings(t.Context(), audit.Named("test"), func(now *settings.Settings) { now.Registration = settings.RegistrationOpen })
	if err != nil {
		t.Fatal(err)
	}
	_, err = w.Hub.AddUser(t.Context(), audit.Named("test"), users.NewUser{Email: email, EmailVerified: true, Profile: users.Profile{Name: "Ada Lovelace"}, Password: password})
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// client registers an app and returns it with its secret.
func (w *world) client(edit func(*clients.Client)) (clients.Client, string) {
	w.Helper()
	c := clients.Client{Name: "Library", Type: clients.Web, RedirectURIs: []string{callback}, GrantTypes: []string{clients.GrantRefresh},
		Scopes: []string{"openid", "profile", "email", "offline_access", "files"}}
	if edit != nil {
		edit(&c)
	}
	c, secret, err := w.Hub.AddClient(w.Context(), audit.Named("test"), c)
	if err != nil {
		w.Fatal(err)
	}
	return c, secret
}

// signIn opens an address of the hub, completes its pages, and returns the final
// redirect.
func (w *world) signIn(address string) *url.URL {
	w.Helper()
	to, last := w.visit(address)
	if to == nil {
		w.Fatalf("%s is the last page", last)
	}
	return to
}

// allow is signIn where the pages end here: with nothing more to fill in.
func (w *world) allow(address string) {
	w.Helper()
	if to, _ := w.visit(address); to != nil {
		w.Fatalf("the browser is sent to %s", to)
	}
}

// visit returns where the browser is sent, if it is, and the last address.
func (w *world) visit(address string) (to, last *url.URL) {
	w.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		w.Fatal(err)
	}
	b := &http.Client{Transport: w.http.Transport, Jar: jar, CheckRedirect: func(req *http.Request, _ []*http.Request) error {
		if "https://"+req.URL.Host != w.URL {
			return http.ErrUseLastResponse
		}
		return nil
	}}
	resp, err := b.Get(address)
	for range 5 {
		if err != nil {
			w.Fatal(err)
		}
		defer resp.Body.Close()
		if to, err := resp.Location(); err == nil {
			return to, resp.Request.URL
		}
		root, parseErr := html.Parse(resp.Body)
		if parseErr != nil {
			w.Fatal(parseErr)
		}
		action, values := mainForm(root)
		if action == "" {
			return nil, resp.Request.URL
		}
		values.Set("email", email)
		values.Set("password", password)
		resp, err = b.PostForm(w.URL+action, values)
	}
	w.Fatal("the hub shows pages for ever")
	return nil, nil
}

// mainForm is the page's first form, with its default button pressed: the first
// one, as by Enter, which says yes.
func mainForm(root *html.Node) (action string, values url.Values) {
	values = url.Values{}
	for n := range root.Descendants() {
		if n.Type != html.ElementNode || n.Data != "form" || attr(n, "action") == "/language" || attr(n, "action") == "/signin/cancel" { // below the page
			continue
		}
		for f := range n.Descendants() {
			name := attr(f, "name")
			if f.Type == html.ElementNode && (f.Data == "input" || f.Data == "button" && !values.Has(name)) && name != "" {
				values.Set(name, attr(f, "value"))
			}
		}
		return attr(n, "action"), values
	}
	return "", values
}

func attr(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

// logbook collects what the hub logs.
type logbook struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *logbook) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

// tail is the end of it.
func (l *logbook) tail() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	lines := strings.Split(l.text.String(), "\n")
	return strings.Join(lines[max(0, len(lines)-20):], "\n")
}
