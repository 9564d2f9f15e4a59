package hub_test

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
	"github.com/fedhub/fedhub/hub/signing/signingtest"
	"github.com/fedhub/fedhub/hub/store"
	"github.com/fedhub/fedhub/hub/store/mongodb"
	"github.com/fedhub/fedhub/hub/store/mongodb/mongodtest"
	"github.com/fedhub/fedhub/hub/store/sqlite"
	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/internal/testkit/faultstore"
)

// onBothEngines tells the same story on the embedded database and on a real
// MongoDB.
func onBothEngines(t *testing.T, story func(t *testing.T, w *world)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { story(t, newWorld(t, openSQLite(t))) })
	t.Run("mongodb", func(t *testing.T) { story(t, newWorld(t, openMongoDB(t))) })
}

func openSQLite(t testing.TB) store.Backend {
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

// A world is a hub on a real port, with people and apps.
type world struct {
	testing.TB
	URL     string
	Hub     *hub.Hub
	clock   *clock
	log     *logbook
	backend store.Backend
	stop    func() // takes the hub off the network
	written atomic.Pointer[ledger]
}

// password is everybody's.
const password = "green apples on the roof"

func newWorld(t testing.TB, backend store.Backend) *world {
	return newWorldAs(t, backend, hub.Config{})
}

func newWorldAs(t testing.TB, backend store.Backend, config hub.Config) *world {
	t.Helper()
	besides(t)
	w := &world{TB: t, clock: &clock{}, log: &logbook{}, backend: backend}
	var handler atomic.Pointer[hub.Hub]
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		handler.Load().ServeHTTP(rw, r.WithContext(faultstore.Request(r.Context())))
	}))
	t.Cleanup(server.Close)
	if config.URL == "" {
		config.URL = server.URL
	}
	if config.Now != nil { // the story begins at another time
		w.clock.skip(time.Until(config.Now()))
	}
	config.Watch = w.witness
	config.Now = w.clock.now
	config.SecretKey = bytes.Repeat([]byte{7}, 32)
	config.Hash = users.HashParams{Memory: 64, Time: 1, Threads: 1}
	config.SignInBurst = 10_000
	config.NewRSA = signingtest.RSA
	config.Log = slog.New(slog.NewTextHandler(w.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	h, err := hub.New(t.Context(), config, backend)
	if err != nil {
		t.Fatal(err)
	}
	handler.Store(h)
	ctx, stop := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { h.Run(ctx) })
	t.Cleanup(func() { stop(); running.Wait() })
	w.URL, w.Hub, w.stop = server.URL, h, server.Close
	return w
}

// besides lets the test run beside others: a world shares nothing with another,
// and most of a test is waiting for the disk.
func besides(t testing.TB) {
	single, ok := t.(*testing.T)
	if !ok {
		return
	}
	if _, already := beside.LoadOrStore(single, true); !already {
		single.Parallel()
	}
}

var beside sync.Map // of *testing.T

// clock is real time, or a moment at which it stopped, plus what the story
// skips.
type clock struct {
	skipped atomic.Int64
	stopped atomic.Pointer[time.Time]
}

func (c *clock) now() time.Time {
	at := time.Now()
	if moment := c.stopped.Load(); moment != nil {
		at = *moment
	}
	return at.Add(time.Duration(c.skipped.Load()))
}

func (c *clock) skip(d time.Duration) { c.skipped.Add(int64(d)) }

// stop lets time pass only as the story skips it.
func (c *clock) stop() {
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

// person makes somebody with the usual password.
func (w *world) person(email string, roles ...string) users.User {
	w.Helper()
	u, err := w.Hub.AddUser(w.Context(), "test", users.NewUser{Email: email, EmailVerified: true, Name: "Ada Lovelace", Roles: roles, Password: password})
	if err != nil {
		w.Fatal(err)
	}
	return u
}

// An app is a client together with what it knows.
type app struct {
	w *world
	clients.Client
	Secret   string
	verifier string
}

const callback = "https://app.example.org/callback"

// app registers a client; change edits it first.
func (w *world) app(change ...func(*clients.Client)) *app {
	w.Helper()
	c := clients.Client{Name: "Payroll", Type: clients.Web, RedirectURIs: []string{callback}, RefreshTokens: true,
		Scopes: []string{"openid", "profile", "email", "roles", "offline_access", "files"}}
	for _, edit := range change {
		edit(&c)
	}
	c, secret, err := w.Hub.AddClient(w.Context(), "test", c)
	if err != nil {
		w.Fatal(err)
	}
	return &app{w: w, Client: c, Secret: secret, verifier: strings.Repeat("v", 43)}
}

func challenge(verifier string) string {
	sum := sha256.Sum256([]byte(verifier))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// request is a good authorization request; pairs override it, and an empty
// value leaves a parameter out.
func (a *app) request(pairs ...string) url.Values {
	v := url.Values{
		"client_id": {a.ID}, "response_type": {"code"}, "redirect_uri": {callback}, "scope": {"openid profile email"},
		"state": {"the state"}, "nonce": {"the nonce"}, "code_challenge": {challenge(a.verifier)}, "code_challenge_method": {"S256"},
	}
	return edited(v, pairs)
}

func edited(v url.Values, pairs []string) url.Values {
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] == "" {
			v.Del(pairs[i])
		} else {
			v.Set(pairs[i], pairs[i+1])
		}
	}
	return v
}

// A browser keeps cookies and follows nothing by itself.
type browser struct {
	w *world
	*http.Client
}

func (w *world) browser() *browser {
	w.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		w.Fatal(err)
	}
	return &browser{w, &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

// A page is an answer, read.
type page struct {
	Status   int
	Location string
	Body     string
	Header   http.Header
	URL      *url.URL
}

func (b *browser) read(resp *http.Response, err error) page {
	b.w.Helper()
	if err != nil {
		b.w.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		b.w.Fatal(err)
	}
	return page{resp.StatusCode, resp.Header.Get("Location"), string(body), resp.Header, resp.Request.URL}
}

// open gets an address, absolute or on the hub, and follows redirects as long
// as they stay on the hub.
func (b *browser) open(address string) page {
	b.w.Helper()
	if strings.HasPrefix(address, "/") {
		address = b.w.URL + address
	}
	return b.follow(b.read(b.Get(address)))
}

func (b *browser) follow(p page) page {
	b.w.Helper()
	for range 20 {
		if p.Location == "" {
			return p
		}
		next, err := p.URL.Parse(p.Location)
		if err != nil {
			b.w.Fatal(err)
		}
		if next.Scheme+"://"+next.Host != b.w.URL {
			return p
		}
		p = b.read(b.Get(next.String()))
	}
	b.w.Fatal("the hub redirects for ever")
	return p
}

// authorize opens the authorization endpoint.
func (b *browser) authorize(v url.Values) page {
	b.w.Helper()
	return b.open("/oauth2/authorize?" + v.Encode())
}

// submit sends the page's form that leads to the path, with fields
// filled in, and follows.
func (b *browser) submit(p page, action string, pairs ...string) page {
	b.w.Helper()
	return b.follow(b.post(p, action, pairs...))
}

func (b *browser) post(p page, action string, pairs ...string) page {
	b.w.Helper()
	to, fields, ok := form(p.Body, action)
	if !ok {
		b.w.Fatalf("no form leads to %s on the page %s:\n%s", action, p.URL, p.Body)
	}
	return b.read(b.PostForm(b.w.URL+to, edited(fields, pairs)))
}

// form finds a form and its fields, as a browser would send them.
func form(body, action string) (string, url.Values, bool) {
	root, err := html.Parse(strings.NewReader(body))
	if err != nil {
		return "", nil, false
	}
	for n := range root.Descendants() {
		if n.Type == html.ElementNode && n.Data == "form" && attr(n, "action") == action {
			return attr(n, "action"), fields(n), true
		}
	}
	return "", nil, false
}

func fields(form *html.Node) url.Values {
	v := url.Values{}
	for n := range form.Descendants() {
		if n.Type != html.ElementNode || attr(n, "name") == "" {
			continue
		}
		switch n.Data {
		case "input":
			kind := attr(n, "type")
			if (kind == "checkbox" || kind == "radio") && !has(n, "checked") {
				continue
			}
			v.Set(attr(n, "name"), attr(n, "value"))
		case "textarea":
			if n.FirstChild != nil {
				v.Set(attr(n, "name"), n.FirstChild.Data)
			}
		case "select":
			for o := range n.Descendants() {
				// As browsers do: the first, unless one is selected.
				if o.Data == "option" && (has(o, "selected") || !v.Has(attr(n, "name"))) {
					v.Set(attr(n, "name"), attr(o, "value"))
				}
			}
		}
	}
	return v
}

func attr(n *html.Node, name string) string {
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

// signIn signs in on the sign-in page p.
func (b *browser) signIn(p page, email string) page {
	b.w.Helper()
	return b.submit(p, "/signin", "email", email, "password", password)
}

// signInTo goes all the way to the app's answer, allowing what is asked.
func (b *browser) signInTo(a *app, email string, pairs ...string) url.Values {
	b.w.Helper()
	p := b.authorize(a.request(pairs...))
	if strings.Contains(p.Body, `action="/signin"`) {
		p = b.signIn(p, email)
	}
	if strings.Contains(p.Body, `action="/consent"`) {
		p = b.submit(p, "/consent", "decision", "allow")
	}
	return b.answer(p)
}

// answer is what the redirect to the app carries.
func (b *browser) answer(p page) url.Values {
	b.w.Helper()
	u, err := url.Parse(p.Location)
	if err != nil || !strings.HasPrefix(p.Location, callback) {
		b.w.Fatalf("got status %d, location %q, want a redirect to the app:\n%s", p.Status, p.Location, p.Body)
	}
	return u.Query()
}

// A reply is what a machine endpoint answered.
type reply struct {
	Status int
	Header http.Header
	Body   string
	JSON   map[string]any
}

func (r reply) str(name string) string {
	s, _ := r.JSON[name].(string)
	return s
}

// post calls a machine endpoint with the app's credentials; pairs are the
// form.
func (a *app) post(path string, pairs ...string) reply {
	a.w.Helper()
	r, err := a.try(path, pairs...)
	if err != nil {
		a.w.Error(err)
	}
	return r
}

// try is post where the hub may not answer.
func (a *app) try(path string, pairs ...string) (reply, error) {
	v := url.Values{}
	if a.Public() {
		v.Set("client_id", a.ID)
	}
	req, err := http.NewRequest(http.MethodPost, a.w.URL+path, strings.NewReader(edited(v, pairs).Encode()))
	if err != nil {
		return reply{}, err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if !a.Public() {
		req.SetBasicAuth(url.QueryEscape(a.ID), url.QueryEscape(a.Secret))
	}
	return ask(req)
}

func (w *world) call(req *http.Request) reply {
	w.Helper()
	r, err := ask(req)
	if err != nil {
		w.Error(err)
	}
	return r
}

func ask(req *http.Request) (reply, error) { return askWith(http.DefaultClient, req) }

func askWith(client *http.Client, req *http.Request) (reply, error) {
	resp, err := client.Do(req)
	if err != nil {
		return reply{}, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return reply{}, err
	}
	r := reply{Status: resp.StatusCode, Header: resp.Header, Body: string(body)}
	if len(body) > 0 && strings.HasPrefix(resp.Header.Get("Content-Type"), "application/json") {
		if err := json.Unmarshal(body, &r.JSON); err != nil {
			return r, fmt.Errorf("not JSON: %s", body)
		}
	}
	return r, nil
}

// redeem exchanges a code; pairs override the form.
func (a *app) redeem(code string, pairs ...string) reply {
	a.w.Helper()
	return a.post("/oauth2/token", append([]string{"grant_type", "authorization_code", "code", code, "redirect_uri", callback, "code_verifier", a.verifier}, pairs...)...)
}

func (a *app) refresh(token string, pairs ...string) reply {
	a.w.Helper()
	return a.post("/oauth2/token", append([]string{"grant_type", "refresh_token", "refresh_token", token}, pairs...)...)
}

func (a *app) active(token string) bool {
	a.w.Helper()
	active, _ := a.post("/oauth2/introspect", "token", token).JSON["active"].(bool)
	return active
}

func (w *world) userinfo(token string) reply {
	w.Helper()
	req, err := http.NewRequest(http.MethodGet, w.URL+"/oauth2/userinfo", nil)
	if err != nil {
		w.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+token)
	return w.call(req)
}

// want compares, and says what was compared.
func want[T comparable](t testing.TB, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s: got %v, want %v", what, got, want)
	}
}

// refused checks an error of the machine endpoints.
func refused(t testing.TB, what string, r reply, status int, code string) {
	t.Helper()
	if r.Status != status || r.str("error") != code {
		t.Errorf("%s: got %d %s, want %d %s", what, r.Status, strings.TrimSpace(r.Body), status, code)
	}
	if got := r.Header.Get("Cache-Control"); got != "no-store" {
		t.Errorf("%s: Cache-Control is %q", what, got)
	}
}

// refusedPage checks that the hub shows a page and sends the browser nowhere.
func refusedPage(t testing.TB, what string, p page) {
	t.Helper()
	if p.Location != "" || p.Status < 400 || p.Status >= 500 || !strings.Contains(p.Header.Get("Content-Type"), "text/html") {
		t.Errorf("%s: got %d, location %q, want a page", what, p.Status, p.Location)
	}
}

// claimsOf reads a JWT's payload without checking it.
func claimsOf(t testing.TB, token string) map[string]any {
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

// atOnce calls f n times at the same moment.
func atOnce(n int, f func(i int)) {
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

// newServer serves one handler on this machine.
func newServer(t testing.TB, handle http.HandlerFunc) string {
	t.Helper()
	server := httptest.NewServer(handle)
	t.Cleanup(server.Close)
	return server.URL
}

// dump is everything the hub keeps, as text.
func dump(t *testing.T, w *world) string {
	t.Helper()
	var out strings.Builder
	for _, spec := range hub.Sets() {
		all, err := w.backend.Find(t.Context(), spec.Name, store.Query{Now: time.Unix(0, 0)})
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range all {
			out.WriteString(spec.Name + " " + r.ID + " " + r.Doc.String() + "\n")
		}
	}
	return out.String()
}
