package hubtest

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

	"github.com/fedhub/fedhub/hub/web/guard"

	"github.com/fedhub/fedhub/hub"
	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/settings"
	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/hub/users/passwords"
	"github.com/fedhub/fedhub/hub/web"
)

// A Site is what a certification run needs: a hub with TLS, one user with a value
// for every claim, and the server of the relying parties.
type Site struct {
	URL   string // the hub's issuer
	Hub   *hub.Hub
	Clock *Clock
	log   *logbook
	http  *http.Client // trusts the hub's certificate and follows no redirects
	Rp    *relying
	Meta  map[string]any // discovery, as read once

	alias     string  // where the hub requests client certificates
	authority *Issuer // the authority for client certificates
}

// Examinee is the user who signs in.
const Examinee = "ada@example.org"

func NewSite(t *testing.T) *Site {
	t.Helper()
	s := &Site{Clock: &Clock{}, log: &logbook{}, Rp: newRelying(t)}
	var handler atomic.Pointer[hub.Hub]
	serve := func(rw http.ResponseWriter, r *http.Request) { handler.Load().ServeHTTP(rw, r) }
	server := serveTLS(t, serve, nil)
	s.URL = server.URL
	s.askForCertificates(t, serve)
	s.http = &http.Client{Transport: server.Client().Transport, CheckRedirect: followNothing}
	h, err := hub.New(t.Context(), s.config(t), OpenSQLite(t))
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
	s.Meta = s.discover(t)
	return s
}

func (s *Site) config(*testing.T) hub.Config {
	return hub.Config{
		URL: s.URL, Now: s.Clock.Now, SecretKey: bytes.Repeat([]byte{7}, 32),
		Hash: passwords.HashParams{Memory: 64, Time: 1, Threads: 1}, Limits: guard.Limits{SignIns: web.Rate{Burst: 10_000}},
		ExtraCA:        pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.Rp.server.Certificate().Raw}),
		TrustedProxies: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")},
		ClientCerts:    true, ClientCAs: s.believed(), CertURL: s.alias,
		Log: slog.New(slog.NewTextHandler(s.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	}
}

// prepare sets up the hub as an operator does before a certification run.
func (s *Site) prepare(t *testing.T) {
	t.Helper()
	_, err := s.Hub.AddUser(t.Context(), audit.Named("test"), users.NewUser{
		Email: Examinee, EmailVerified: true, PhoneVerified: true, Profile: users.Profile{
			Name: "Ada Lovelace", GivenName: "Ada", FamilyName: "Lovelace",
			MiddleName: "King", Nickname: "Ada", Username: "ada", ProfileURL: "https://app.example.org/ada", Website: "https://ada.example.org/",
			Picture: "https://app.example.org/ada.png", Gender: "female", Birthdate: "1815-12-10", Zoneinfo: "Europe/London", Locale: "en-GB",
			Phone:   "+442079460018",
			Address: users.Address{Street: "12 St James's Square", Locality: "London", PostalCode: "SW1Y 4JH", Country: "United Kingdom"},
		},
		Password: Password,
	})
	if err != nil {
		t.Fatal(err)
	}
	err = s.Hub.ChangeSettings(t.Context(), audit.Named("test"), func(now *settings.Settings) { now.Registration = settings.RegistrationOpen })
	if err != nil {
		t.Fatal(err)
	}
}

func followNothing(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

// discover reads the metadata.
func (s *Site) discover(t *testing.T) map[string]any {
	t.Helper()
	r := s.Get(t, s.URL+"/.well-known/openid-configuration")
	if r.Status != http.StatusOK || r.JSON == nil {
		t.Fatalf("discovery: got %d %s", r.Status, r.Body)
	}
	return r.JSON
}

// At is the address of an endpoint, by its name in the metadata.
func (s *Site) At(t *testing.T, name string) string {
	t.Helper()
	address, _ := s.Meta[name].(string)
	if address == "" {
		t.Fatalf("the metadata has no %s", name)
	}
	return address
}

// Lists reports whether a member of the metadata has the value.
func (s *Site) Lists(member, value string) bool {
	all, _ := s.Meta[member].([]any)
	for _, v := range all {
		if v == value {
			return true
		}
	}
	return false
}

func (s *Site) Get(t *testing.T, address string, headers ...string) Reply {
	t.Helper()
	return s.Send(t, http.MethodGet, address, nil, headers...)
}

// Post sends a form.
func (s *Site) Post(t *testing.T, address string, form url.Values, headers ...string) Reply {
	t.Helper()
	return s.Send(t, http.MethodPost, address, []byte(form.Encode()), append(headers, "Content-Type", "application/x-www-form-urlencoded")...)
}

func (s *Site) Send(t *testing.T, method, address string, body []byte, headers ...string) Reply {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, address, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	r, err := AskWith(s.http, req)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// A relying is the server of the relying parties: it serves documents for the
// hub, and stores the POST requests that it gets.
type relying struct {
	URL    string
	server *httptest.Server

	Mu        sync.Mutex
	documents map[string]document
	posts     chan posted
	Fetched   map[string]int
}

type document struct{ kind, body string }

// posted is one POST request.
type posted struct {
	path          string
	Kind          string
	Authorization string
	Form          url.Values
	Body          string // a body that is no form
	Tls           uint16
}

func newRelying(t *testing.T) *relying {
	t.Helper()
	r := &relying{documents: map[string]document{}, posts: make(chan posted, 100), Fetched: map[string]int{}}
	r.server = httptest.NewTLSServer(r)
	t.Cleanup(r.server.Close)
	r.URL = r.server.URL
	return r
}

func (r *relying) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	if req.Method == http.MethodPost {
		_ = req.ParseForm() // ParseForm does not read other bodies
		body, _ := io.ReadAll(req.Body)
		r.posts <- posted{req.URL.Path, req.Header.Get("Content-Type"), req.Header.Get("Authorization"), req.PostForm, string(body), req.TLS.Version}
		return
	}
	r.Mu.Lock()
	defer r.Mu.Unlock()
	r.Fetched[req.URL.Path]++
	d, ok := r.documents[req.URL.Path]
	if !ok {
		http.NotFound(w, req)
		return
	}
	w.Header().Set("Content-Type", d.kind)
	_, _ = w.Write([]byte(d.body))
}

// Publish serves a document on the relying party's server and returns its
// address.
func (r *relying) Publish(path, kind, body string) string {
	r.Mu.Lock()
	defer r.Mu.Unlock()
	r.documents[path] = document{kind, body}
	return r.URL + path
}

// PublishJSON is Publish for a value as JSON.
func (r *relying) PublishJSON(t *testing.T, path string, v any) string {
	t.Helper()
	body, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return r.Publish(path, "application/json", string(body))
}

// arrival waits for a POST to the path.
func (r *relying) Next(t *testing.T, path string) posted {
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
