package sampleapp_test

import (
	"bytes"
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/fedhub/fedhub/cmd/fedhub/sampleapp"
)

// A world has the app, a hub with responses of the test's choice, and a browser.
type world struct {
	*testing.T
	app     *httptest.Server
	hub     *httptest.Server
	key     *rsa.PrivateKey
	log     *logbook
	browser *http.Client

	mu      sync.Mutex
	said    []string          // to Watch, by the app
	idToken map[string]any    // over the usual one
	info    map[string]any    // the userinfo
	refused string            // by the token endpoint, if not empty
	nonce   string            // of the last authorization request
	state   string            // likewise
	bodies  map[string]string // last form of each endpoint
}

func newWorld(t *testing.T) *world {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	w := &world{T: t, key: key, log: &logbook{}, bodies: map[string]string{}, info: map[string]any{"sub": "u1", "name": "Ada Lovelace", "email": "ada@example.org", "email_verified": true}}
	w.hub = httptest.NewServer(http.HandlerFunc(w.serve))
	t.Cleanup(w.hub.Close)
	var app *sampleapp.App
	w.app = httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) { app.ServeHTTP(rw, r) }))
	t.Cleanup(w.app.Close)
	app = sampleapp.New(sampleapp.Config{
		URL: w.app.URL, Issuer: w.hub.URL, ClientID: "app", ClientSecret: "the client secret", Hub: "The hub",
		Log:   slog.New(slog.NewTextHandler(w.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
		Watch: func(text string) { w.mu.Lock(); defer w.mu.Unlock(); w.said = append(w.said, text) },
	})
	w.browser = w.newBrowser()
	return w
}

func (w *world) newBrowser() *http.Client {
	jar, err := cookiejar.New(nil)
	if err != nil {
		w.Fatal(err)
	}
	return &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

// serve is the hub.
func (w *world) serve(rw http.ResponseWriter, r *http.Request) {
	w.mu.Lock()
	defer w.mu.Unlock()
	r.ParseForm() //nolint:errcheck // our own requests
	w.bodies[r.URL.Path] = r.PostForm.Encode()
	switch r.URL.Path {
	case "/.well-known/openid-configuration":
		w.json(rw, http.StatusOK, map[string]any{
			"issuer": w.hub.URL, "authorization_endpoint": w.hub.URL + "/authorize", "token_endpoint": w.hub.URL + "/token",
			"jwks_uri": w.hub.URL + "/jwks", "userinfo_endpoint": w.hub.URL + "/userinfo", "end_session_endpoint": w.hub.URL + "/logout",
			"id_token_signing_alg_values_supported": []string{"RS256"}, "authorization_response_iss_parameter_supported": true,
		})
	case "/jwks":
		w.json(rw, http.StatusOK, jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: w.key.Public(), KeyID: "k1", Algorithm: "RS256", Use: "sig"}}})
	case "/token":
		if w.refused != "" {
			w.json(rw, http.StatusBadRequest, map[string]any{"error": w.refused})
			return
		}
		id := w.claims(map[string]any{"nonce": w.nonce, "sid": "s1"})
		maps.Copy(id, w.idToken)
		w.json(rw, http.StatusOK, map[string]any{
			"access_token": "the access token", "token_type": "Bearer", "expires_in": 900,
			"refresh_token": "the refresh token", "id_token": w.sign(w.key, "JWT", id),
		})
	case "/userinfo":
		w.json(rw, http.StatusOK, w.info)
	}
}

func (w *world) json(rw http.ResponseWriter, status int, value any) {
	rw.Header().Set("Content-Type", "application/json")
	rw.WriteHeader(status)
	json.NewEncoder(rw).Encode(value) //nolint:errcheck // the test sees what is missing
}

// claims are those that both kinds of token have.
func (w *world) claims(more map[string]any) map[string]any {
	c := map[string]any{"iss": w.hub.URL, "aud": "app", "sub": "u1", "iat": time.Now().Unix(), "exp": time.Now().Add(time.Minute).Unix()}
	maps.Copy(c, more)
	return c
}

func (w *world) sign(key *rsa.PrivateKey, typ string, claims map[string]any) string {
	options := (&jose.SignerOptions{}).WithHeader("kid", "k1")
	if typ != "" {
		options = options.WithType(jose.ContentType(typ))
	}
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.RS256, Key: key}, options)
	if err != nil {
		w.Error(err)
		return ""
	}
	payload, err := json.Marshal(claims)
	if err != nil {
		w.Error(err)
		return ""
	}
	signed, err := signer.Sign(payload)
	if err != nil {
		w.Error(err)
		return ""
	}
	compact, err := signed.CompactSerialize()
	if err != nil {
		w.Error(err)
	}
	return compact
}

// logoutToken is a valid logout token with the changes of more.
func (w *world) logoutToken(more map[string]any) map[string]any {
	c := w.claims(map[string]any{"sid": "s1", "jti": rand.Text(), "events": map[string]any{"http://schemas.openid.net/event/backchannel-logout": map[string]any{}}})
	for name, value := range more {
		if c[name] = value; value == nil {
			delete(c, name)
		}
	}
	return c
}

// A page is a response to the browser.
type page struct {
	Status   int
	Location string
	Body     string
	Header   http.Header
}

func (w *world) do(r *http.Request) page {
	w.Helper()
	resp, err := w.browser.Do(r)
	if err != nil {
		w.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		w.Fatal(err)
	}
	return page{resp.StatusCode, resp.Header.Get("Location"), string(body), resp.Header}
}

func (w *world) get(path string) page {
	w.Helper()
	r, err := http.NewRequest(http.MethodGet, w.app.URL+path, nil)
	if err != nil {
		w.Fatal(err)
	}
	return w.do(r)
}

func (w *world) post(path string, form url.Values, headers ...string) page {
	w.Helper()
	r, err := http.NewRequest(http.MethodPost, w.app.URL+path, strings.NewReader(form.Encode()))
	if err != nil {
		w.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	return w.do(r)
}

// leave opens /login and reads the authorization request.
func (w *world) leave() url.Values {
	w.Helper()
	p := w.get("/login")
	to, err := url.Parse(p.Location)
	if err != nil || p.Status != http.StatusSeeOther {
		w.Fatalf("login: got %d %q", p.Status, p.Location)
	}
	asked := to.Query()
	w.mu.Lock()
	defer w.mu.Unlock()
	w.nonce, w.state = asked.Get("nonce"), asked.Get("state")
	return asked
}

// back opens the callback with a valid response and the changes of more.
func (w *world) back(more ...string) page {
	w.Helper()
	answer := url.Values{"code": {"the code"}, "state": {w.state}, "iss": {w.hub.URL}}
	for i := 0; i < len(more); i += 2 {
		if answer.Set(more[i], more[i+1]); more[i+1] == "" {
			answer.Del(more[i])
		}
	}
	return w.get("/callback?" + answer.Encode())
}

// signIn carries out a whole sign-in.
func (w *world) signIn() {
	w.Helper()
	w.leave()
	if p := w.back(); p.Status != http.StatusSeeOther || p.Location != "/" {
		w.Fatalf("sign in: got %d %q:\n%s\n%s", p.Status, p.Location, p.Body, w.log)
	}
}

func (w *world) signedIn() bool { return strings.Contains(w.get("/").Body, "Hello, ") }

// logbook collects what is logged.
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
