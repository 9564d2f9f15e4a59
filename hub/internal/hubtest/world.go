package hubtest

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
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

	"golang.org/x/net/html"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/hub"
	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/store"
	"github.com/fedhub/fedhub/hub/store/mongodb"
	"github.com/fedhub/fedhub/hub/store/sqlite"
	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/hub/users/passwords"
	"github.com/fedhub/fedhub/hub/web"
	"github.com/fedhub/fedhub/internal/testkit/countstore"
	"github.com/fedhub/fedhub/internal/testkit/faultstore"
	"github.com/fedhub/fedhub/internal/testkit/mongodtest"
	"github.com/fedhub/fedhub/internal/testkit/signingtest"
)

// OnBothEngines tells the same story on the embedded database and on a real
// MongoDB.
func OnBothEngines(t *testing.T, story func(t *testing.T, w *World)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { story(t, NewWorld(t, OpenSQLite(t))) })
	t.Run("mongodb", func(t *testing.T) { story(t, NewWorld(t, openMongoDB(t))) })
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

// A World is a hub on a real port, with people and apps.
type World struct {
	testing.TB
	URL     string
	Hub     *hub.Hub
	Clock   *Clock
	Logs    *logbook
	Backend store.Backend
	Asked   *countstore.Store // what the hub asks the database, counted
	Stop    func()            // takes the hub off the network
	written atomic.Pointer[ledger]
}

// Password is everybody's.
const Password = "green apples on the roof"

func NewWorld(t testing.TB, backend store.Backend) *World {
	return NewWorldAs(t, backend, hub.Config{})
}

func NewWorldAs(t testing.TB, backend store.Backend, config hub.Config) *World {
	t.Helper()
	besides(t)
	w := &World{TB: t, Clock: &Clock{}, Logs: &logbook{}, Backend: backend}
	var handler atomic.Pointer[hub.Hub]
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		handler.Load().ServeHTTP(rw, r.WithContext(faultstore.Request(r.Context())))
	}))
	t.Cleanup(server.Close)
	if config.URL == "" {
		config.URL = server.URL
	}
	if config.Now != nil { // the story begins at another time
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
	config.NewRSA = signingtest.RSA
	if config.Sleep == nil { // no story waits unless it is about that
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
	w.URL, w.Hub, w.Stop = server.URL, h, server.Close
	return w
}

// wholeSets are the sets that may be read in one answer, for they stay small.
var wholeSets = map[string]string{
	"loginkeys": "one for each sign-in provider, made by an administrator",
	"signing":   "a few generations of keys for each algorithm",
	"initials":  "one for each initial access token, made by an administrator",
	"health":    "how each sign-in provider fares",
	"invites":   "one for each invitation of a hub, made by an administrator",
}

// FewByNature says of a set why it stays small, however large the hub is; empty
// for all others.
func FewByNature(set string) string { return wholeSets[set] }

// bounded checks that the hub, whether for a request or beside them, asked for
// nothing that grows with what it keeps: a query has a limit, or it is for one
// of wholeSets.
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

// besides lets the test run beside others: a world shares nothing with another,
// and most of a test is waiting for the disk.
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

// Clock is real time, or a moment at which it stopped, plus what the story
// skips.
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

// Stop lets time pass only as the story skips it.
func (c *Clock) Stop() {
	moment := time.Now()
	c.stopped.Store(&moment)
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

func (l *logbook) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// Person makes somebody with the usual password.
func (w *World) Person(email string, roles ...string) users.User {
	w.Helper()
	u, err := w.Hub.AddUser(w.Context(), audit.Named("test"), users.NewUser{Email: email, EmailVerified: true, Profile: users.Profile{Name: "Ada Lovelace"}, Roles: roles, Password: Password})
	if err != nil {
		w.Fatal(err)
	}
	return u
}

// An App is a client together with what it knows.
type App struct {
	W *World
	clients.Client
	Secret   string
	Verifier string
}

const Callback = "https://app.example.org/callback"

// App registers a client; change edits it first.
func (w *World) App(change ...func(*clients.Client)) *App {
	w.Helper()
	c := clients.Client{Name: "Payroll", Type: clients.Web, RedirectURIs: []string{Callback}, GrantTypes: []string{clients.GrantRefresh},
		Scopes: []string{"openid", "profile", "email", "roles", "offline_access", "files"}}
	for _, edit := range change {
		edit(&c)
	}
	c, secret, err := w.Hub.AddClient(w.Context(), audit.Named("test"), c)
	if err != nil {
		w.Fatal(err)
	}
	return &App{W: w, Client: c, Secret: secret, Verifier: strings.Repeat("v", 43)}
}

func Challenge(verifier string) string {
	sum := sha256.Sum256([]byte(verifier))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// Request is a good authorization request; pairs override it, and an empty
// value leaves a parameter out.
func (a *App) Request(pairs ...string) url.Values {
	v := url.Values{
		"client_id": {a.ID}, "response_type": {"code"}, "redirect_uri": {Callback}, "scope": {"openid profile email"},
		"state": {"the state"}, "nonce": {"the nonce"}, "code_challenge": {Challenge(a.Verifier)}, "code_challenge_method": {"S256"},
	}
	return Edited(v, pairs)
}

func Edited(v url.Values, pairs []string) url.Values {
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] == "" {
			v.Del(pairs[i])
		} else {
			v.Set(pairs[i], pairs[i+1])
		}
	}
	return v
}

// A Browser keeps cookies and follows nothing by itself.
type Browser struct {
	W *World
	*http.Client
}

func (w *World) Browser() *Browser {
	w.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		w.Fatal(err)
	}
	return &Browser{w, &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

// A Page is an answer, read.
type Page struct {
	Status   int
	Location string
	Body     string
	Header   http.Header
	URL      *url.URL
}

func (b *Browser) Read(resp *http.Response, err error) Page {
	b.W.Helper()
	if err != nil {
		b.W.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		b.W.Fatal(err)
	}
	return Page{resp.StatusCode, resp.Header.Get("Location"), string(body), resp.Header, resp.Request.URL}
}

// Open gets an address, absolute or on the hub, and follows redirects as long
// as they stay on the hub.
func (b *Browser) Open(address string) Page {
	b.W.Helper()
	if strings.HasPrefix(address, "/") {
		address = b.W.URL + address
	}
	return b.Follow(b.Read(b.Get(address)))
}

func (b *Browser) Follow(p Page) Page {
	b.W.Helper()
	for range 20 {
		if p.Location == "" {
			return p
		}
		next, err := p.URL.Parse(p.Location)
		if err != nil {
			b.W.Fatal(err)
		}
		if next.Scheme+"://"+next.Host != b.W.URL {
			return p
		}
		p = b.Read(b.Get(next.String()))
	}
	b.W.Fatal("the hub redirects for ever")
	return p
}

// Authorize opens the authorization endpoint.
func (b *Browser) Authorize(v url.Values) Page {
	b.W.Helper()
	return b.Open("/oauth2/authorize?" + v.Encode())
}

// Submit sends the page's form that leads to the path, with fields
// filled in, and follows.
func (b *Browser) Submit(p Page, action string, pairs ...string) Page {
	b.W.Helper()
	return b.Follow(b.Post(p, action, pairs...))
}

func (b *Browser) Post(p Page, action string, pairs ...string) Page {
	b.W.Helper()
	to, fields, ok := Form(p.Body, action)
	if !ok {
		b.W.Fatalf("no form leads to %s on the page %s:\n%s", action, p.URL, p.Body)
	}
	return b.Read(b.PostForm(b.W.URL+to, Edited(fields, pairs)))
}

// Form finds a form and its fields, as a browser would send them.
func Form(body, action string) (string, url.Values, bool) {
	root, err := html.Parse(strings.NewReader(body))
	if err != nil {
		return "", nil, false
	}
	for n := range root.Descendants() {
		if n.Type == html.ElementNode && n.Data == "form" && Attr(n, "action") == action {
			return Attr(n, "action"), fields(n), true
		}
	}
	return "", nil, false
}

func fields(form *html.Node) url.Values {
	v := url.Values{}
	for n := range form.Descendants() {
		if n.Type != html.ElementNode || Attr(n, "name") == "" {
			continue
		}
		switch n.Data {
		case "input":
			kind := Attr(n, "type")
			if (kind == "checkbox" || kind == "radio") && !has(n, "checked") {
				continue
			}
			v.Set(Attr(n, "name"), Attr(n, "value"))
		case "textarea":
			if n.FirstChild != nil {
				v.Set(Attr(n, "name"), n.FirstChild.Data)
			}
		case "select":
			for o := range n.Descendants() {
				// As browsers do: the first, unless one is selected.
				if o.Data == "option" && (has(o, "selected") || !v.Has(Attr(n, "name"))) {
					v.Set(Attr(n, "name"), Attr(o, "value"))
				}
			}
		}
	}
	return v
}

func Attr(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func has(n *html.Node, name string) bool {
	for _, a := range n.Attr {
		if a.Key == name {
			return true
		}
	}
	return false
}

// SignIn signs in on the sign-in page p.
func (b *Browser) SignIn(p Page, email string) Page {
	b.W.Helper()
	if strings.Contains(p.Body, `action="`+web.ProvePath+`"`) { // signed in already, and to prove it
		return b.Prove(p)
	}
	return b.Submit(p, "/signin", "email", email, "password", Password)
}

// Prove types the password on the page that asks who is signed in to prove it.
// Where that page carries a form along, it is sent with it.
func (b *Browser) Prove(p Page, pairs ...string) Page {
	b.W.Helper()
	_, action, _ := strings.Cut(p.Body, `<form class="stack" method="post" action="`)
	action, _, _ = strings.Cut(action, `"`)
	return b.Submit(p, action, append([]string{"prove_password", Password}, pairs...)...)
}

// SignInTo goes all the way to the app's answer, allowing what is asked.
func (b *Browser) SignInTo(a *App, email string, pairs ...string) url.Values {
	b.W.Helper()
	p := b.Authorize(a.Request(pairs...))
	if strings.Contains(p.Body, `action="/signin"`) {
		p = b.SignIn(p, email)
	}
	if strings.Contains(p.Body, `action="/consent"`) {
		p = b.Submit(p, "/consent", "decision", "allow")
	}
	return b.Answer(p)
}

// Answer is what the redirect to the app carries.
func (b *Browser) Answer(p Page) url.Values {
	b.W.Helper()
	u, err := url.Parse(p.Location)
	if err != nil || !strings.HasPrefix(p.Location, Callback) {
		b.W.Fatalf("got status %d, location %q, want a redirect to the app:\n%s", p.Status, p.Location, p.Body)
	}
	return u.Query()
}

// A Reply is what a machine endpoint answered.
type Reply struct {
	Status int
	Header http.Header
	Body   string
	JSON   map[string]any
}

func (r Reply) Str(name string) string {
	s, _ := r.JSON[name].(string)
	return s
}

// Post calls a machine endpoint with the app's credentials; pairs are the
// form.
func (a *App) Post(path string, pairs ...string) Reply {
	a.W.Helper()
	r, err := a.Try(path, pairs...)
	if err != nil {
		a.W.Error(err)
	}
	return r
}

// Try is post where the hub may not answer.
func (a *App) Try(path string, pairs ...string) (Reply, error) {
	v := url.Values{}
	if a.Public() {
		v.Set("client_id", a.ID)
	}
	req, err := http.NewRequest(http.MethodPost, a.W.URL+path, strings.NewReader(Edited(v, pairs).Encode()))
	if err != nil {
		return Reply{}, err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if !a.Public() {
		req.SetBasicAuth(url.QueryEscape(a.ID), url.QueryEscape(a.Secret))
	}
	return ask(req)
}

func (w *World) Call(req *http.Request) Reply {
	w.Helper()
	r, err := ask(req)
	if err != nil {
		w.Error(err)
	}
	return r
}

func ask(req *http.Request) (Reply, error) { return AskWith(http.DefaultClient, req) }

func AskWith(client *http.Client, req *http.Request) (Reply, error) {
	resp, err := client.Do(req)
	if err != nil {
		return Reply{}, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return Reply{}, err
	}
	r := Reply{Status: resp.StatusCode, Header: resp.Header, Body: string(body)}
	if len(body) > 0 && strings.HasPrefix(resp.Header.Get("Content-Type"), "application/json") {
		if err := json.Unmarshal(body, &r.JSON); err != nil {
			return r, fmt.Errorf("not JSON: %s", body)
		}
	}
	return r, nil
}

// Redeem exchanges a code; pairs override the form.
func (a *App) Redeem(code string, pairs ...string) Reply {
	a.W.Helper()
	return a.Post("/oauth2/token", append([]string{"grant_type", "authorization_code", "code", code, "redirect_uri", Callback, "code_verifier", a.Verifier}, pairs...)...)
}

func (a *App) Refresh(token string, pairs ...string) Reply {
	a.W.Helper()
	return a.Post("/oauth2/token", append([]string{"grant_type", "refresh_token", "refresh_token", token}, pairs...)...)
}

func (a *App) Active(token string) bool {
	a.W.Helper()
	active, _ := a.Post("/oauth2/introspect", "token", token).JSON["active"].(bool)
	return active
}

func (w *World) Userinfo(token string) Reply {
	w.Helper()
	req, err := http.NewRequest(http.MethodGet, w.URL+"/oauth2/userinfo", nil)
	if err != nil {
		w.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+token)
	return w.Call(req)
}

// Want compares, and says what was compared.
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

// RefusedPage checks that the hub shows a page and sends the browser nowhere.
func RefusedPage(t testing.TB, what string, p Page) {
	t.Helper()
	if p.Location != "" || p.Status < 400 || p.Status >= 500 || !strings.Contains(p.Header.Get("Content-Type"), "text/html") {
		t.Errorf("%s: got %d, location %q, want a page", what, p.Status, p.Location)
	}
}

// ClaimsOf reads a JWT's payload without checking it.
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

// AtOnce calls f n times at the same moment.
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

// Dump is everything the hub keeps, as text.
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
