package hub_test

import (
	"bytes"
	"context"
	"encoding/json"
	"encoding/pem"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/fedhub/fedhub/hub"
	"github.com/fedhub/fedhub/hub/settings"
	"github.com/fedhub/fedhub/hub/users"
)

// A site is what a certification run needs: a hub behind TLS with one person
// who has a value for every claim, and the relying parties' own server.
type site struct {
	URL   string // the hub's issuer
	Hub   *hub.Hub
	clock *clock
	log   *logbook
	http  *http.Client // trusts the hub's certificate and follows nothing
	rp    *relying
	meta  map[string]any // discovery, as read once

	alias     string  // where the hub asks for certificates
	authority *issuer // whose certificates it believes
}

// examinee is who signs in.
const examinee = "ada@example.org"

func newSite(t *testing.T) *site {
	t.Helper()
	s := &site{clock: &clock{}, log: &logbook{}, rp: newRelying(t)}
	var handler atomic.Pointer[hub.Hub]
	serve := func(rw http.ResponseWriter, r *http.Request) { handler.Load().ServeHTTP(rw, r) }
	server := serveTLS(t, serve, nil)
	s.URL = server.URL
	s.askForCertificates(t, serve)
	s.http = &http.Client{Transport: server.Client().Transport, CheckRedirect: followNothing}
	h, err := hub.New(t.Context(), s.config(t), openSQLite(t))
	if err != nil {
		t.Fatal(err)
	}
	handler.Store(h)
	ctx, stop := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { h.Run(ctx) })
	t.Cleanup(func() { stop(); running.Wait() })
	s.Hub = h
	s.prepare(t)
	s.meta = s.discover(t)
	return s
}

func (s *site) config(*testing.T) hub.Config {
	return hub.Config{
		URL: s.URL, Now: s.clock.now, SecretKey: bytes.Repeat([]byte{7}, 32),
		Hash: users.HashParams{Memory: 64, Time: 1, Threads: 1}, SignInBurst: 10_000,
		ExtraCA:        pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.rp.server.Certificate().Raw}),
		TrustedProxies: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")},
		ClientCerts:    true, ClientCAs: s.believed(), CertURL: s.alias,
		Log: slog.New(slog.NewTextHandler(s.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	}
}

// prepare fills the hub as an operator would before a certification run.
func (s *site) prepare(t *testing.T) {
	t.Helper()
	_, err := s.Hub.AddUser(t.Context(), "test", users.NewUser{
		Email: examinee, EmailVerified: true, Name: "Ada Lovelace", GivenName: "Ada", FamilyName: "Lovelace",
		MiddleName: "King", Nickname: "Ada", Username: "ada", Profile: "https://app.example.org/ada", Website: "https://ada.example.org/",
		Picture: "https://app.example.org/ada.png", Gender: "female", Birthdate: "1815-12-10", Zoneinfo: "Europe/London", Locale: "en-GB",
		Phone: "+442079460018", PhoneVerified: true,
		Address:  users.Address{Street: "12 St James's Square", Locality: "London", PostalCode: "SW1Y 4JH", Country: "United Kingdom"},
		Password: password,
	})
	if err != nil {
		t.Fatal(err)
	}
	err = s.Hub.ChangeSettings(t.Context(), "test", func(now *settings.Settings) { now.Registration = settings.RegistrationOpen })
	if err != nil {
		t.Fatal(err)
	}
}

func followNothing(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

// discover reads the metadata.
func (s *site) discover(t *testing.T) map[string]any {
	t.Helper()
	r := s.get(t, s.URL+"/.well-known/openid-configuration")
	if r.Status != http.StatusOK || r.JSON == nil {
		t.Fatalf("discovery: got %d %s", r.Status, r.Body)
	}
	return r.JSON
}

// at is the address of an endpoint, by its name in the metadata.
func (s *site) at(t *testing.T, name string) string {
	t.Helper()
	address, _ := s.meta[name].(string)
	if address == "" {
		t.Fatalf("the metadata has no %s", name)
	}
	return address
}

// lists says whether a member of the metadata holds the value.
func (s *site) lists(member, value string) bool {
	all, _ := s.meta[member].([]any)
	for _, v := range all {
		if v == value {
			return true
		}
	}
	return false
}

func (s *site) get(t *testing.T, address string, headers ...string) reply {
	t.Helper()
	return s.send(t, http.MethodGet, address, nil, headers...)
}

// post sends a form.
func (s *site) post(t *testing.T, address string, form url.Values, headers ...string) reply {
	t.Helper()
	return s.send(t, http.MethodPost, address, []byte(form.Encode()), append(headers, "Content-Type", "application/x-www-form-urlencoded")...)
}

func (s *site) send(t *testing.T, method, address string, body []byte, headers ...string) reply {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, address, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	r, err := askWith(s.http, req)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// A relying is the server of the relying parties: it publishes documents that
// the hub fetches, and keeps what is posted to it.
type relying struct {
	URL    string
	server *httptest.Server

	mu        sync.Mutex
	documents map[string]document
	posts     chan posted
	fetched   map[string]int
}

type document struct{ kind, body string }

// posted is one POST that arrived.
type posted struct {
	path          string
	kind          string
	authorization string
	form          url.Values
	body          string // of what is no form
	tls           uint16
}

func newRelying(t *testing.T) *relying {
	t.Helper()
	r := &relying{documents: map[string]document{}, posts: make(chan posted, 100), fetched: map[string]int{}}
	r.server = httptest.NewTLSServer(r)
	t.Cleanup(r.server.Close)
	r.URL = r.server.URL
	return r
}

func (r *relying) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	if req.Method == http.MethodPost {
		_ = req.ParseForm() // which leaves what is no form
		body, _ := io.ReadAll(req.Body)
		r.posts <- posted{req.URL.Path, req.Header.Get("Content-Type"), req.Header.Get("Authorization"), req.PostForm, string(body), req.TLS.Version}
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.fetched[req.URL.Path]++
	d, ok := r.documents[req.URL.Path]
	if !ok {
		http.NotFound(w, req)
		return
	}
	w.Header().Set("Content-Type", d.kind)
	_, _ = w.Write([]byte(d.body))
}

// publish puts a document on the relying party's server and returns its
// address.
func (r *relying) publish(path, kind, body string) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.documents[path] = document{kind, body}
	return r.URL + path
}

// publishJSON is publish for what is encoded as JSON.
func (r *relying) publishJSON(t *testing.T, path string, v any) string {
	t.Helper()
	body, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return r.publish(path, "application/json", string(body))
}

// arrival waits for a POST to the path.
func (r *relying) next(t *testing.T, path string) posted {
	t.Helper()
	limit := time.After(10 * time.Second)
	for {
		select {
		case p := <-r.posts:
			if p.path == path {
				return p
			}
		case <-limit:
			t.Fatalf("nothing was posted to %s", path)
		}
	}
}
