// Package federationtest has an OpenID provider for tests of connectors, with
// faults on demand, and the suite for every connector.
//
// The provider is strict (codes work once; it checks PKCE, redirect URI and
// client credentials), so a connector that omits a parameter fails without any
// fault set. A Script adds one fault at a time.
package federationtest

import (
	"encoding/json"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
)

// Paths of the provider's endpoints.
const (
	PathDiscovery = "/.well-known/openid-configuration"
	PathAuthorize = "/authorize"
	PathToken     = "/token"
	PathUserinfo  = "/userinfo"
	PathKeys      = "/jwks"
	PathServers   = "/servers"
	PathEnd       = "/logout"
)

// An Upstream is a scriptable OpenID provider on https. Its methods are safe
// for concurrent use.
type Upstream struct {
	URL    string // its issuer
	Server *httptest.Server
	now    func() time.Time

	mu     sync.Mutex
	script Script
	keys   []signer          // the last one signs
	grants map[string]grant  // by code
	access map[string]person // by access token
	fresh  map[string]grant  // by refresh token
	used   map[string]bool   // jti of client assertions
	calls  map[string]int    // by path
	last   map[string]seen   // by path
}

// A Script is the behavior of the provider. Functions edit its normal answer; nil
// ones leave it.
type Script struct {
	Client    Client
	NoPKCE    bool // it does not support PKCE, and refuses a verifier
	Discovery func(doc map[string]any)
	Answer    func(query url.Values) // the redirect back to the hub
	Token     func(answer map[string]any)
	Refresh   func(answer map[string]any) // the answer to a refresh token
	IDToken   func(claims map[string]any)
	Header    map[string]any                     // of the id_token, beside alg and kid
	Sign      func(claims map[string]any) string // instead of signing
	Userinfo  func(claims map[string]any)        // edits the document
	// UserinfoJWT makes a signed answer of it.
	UserinfoJWT func(claims map[string]any) string
	Join        func(form url.Values) (int, string)         // the response to a hub's connection request
	Replace     map[string]http.HandlerFunc                 // complete endpoints, by path
	Person      func(subject string, claims map[string]any) // claims of userinfo
	Aliases     map[string]string                           // other paths of the endpoints above
	Offline     Offline                                     // how it handles offline_access
}

// An Offline is how a provider treats the scope offline_access. The zero value
// does not know the scope and always issues refresh tokens.
type Offline string

// The kinds of providers that list the scope.
const (
	// OfflineFree issues refresh tokens without the scope too, as Keycloak does.
	OfflineFree Offline = "free"
	// OfflineNeeded issues refresh tokens only with the scope.
	OfflineNeeded Offline = "needed"
	// OfflineNoClient and OfflineNoPerson are Keycloak if the client or the user
	// lacks the permission: it refuses at the authorization endpoint or, with an
	// error code of its own, at the token endpoint.
	OfflineNoClient Offline = "no client"
	OfflineNoPerson Offline = "no person"
)

// A Client is how the hub is registered.
type Client struct {
	ID, Secret string
	Key        *jose.JSONWebKey // for private_key_jwt
}

type grant struct {
	redirect, challenge, nonce, client string
	person                             person
	at                                 int64 // of the sign-in
	offline                            bool  // the scope was asked for
}

type person struct{ subject string }

// seen is a request as it arrived.
type seen struct {
	Form   url.Values
	Header http.Header
}

// NewUpstream starts a provider that stops when the test ends.
func NewUpstream(t testing.TB, now func() time.Time) *Upstream {
	return newUpstream(t, now, (*httptest.Server).StartTLS)
}

// NewPlainUpstream starts one on plain http, for hubs on loopback.
func NewPlainUpstream(t testing.TB, now func() time.Time) *Upstream {
	return newUpstream(t, now, (*httptest.Server).Start)
}

func newUpstream(t testing.TB, now func() time.Time, start func(*httptest.Server)) *Upstream {
	u := &Upstream{
		now:    now,
		keys:   []signer{newSigner("first")},
		grants: map[string]grant{}, access: map[string]person{}, fresh: map[string]grant{}, used: map[string]bool{},
		calls: map[string]int{}, last: map[string]seen{},
	}
	u.Server = httptest.NewUnstartedServer(u)
	u.Server.Config.ErrorLog = log.New(io.Discard, "", 0) // the tests break connections
	start(u.Server)
	u.URL = u.Server.URL
	t.Cleanup(func() {
		u.Server.CloseClientConnections() // some handlers hang on purpose
		u.Server.Close()
	})
	return u
}

// Set changes the script.
func (u *Upstream) Set(edit func(*Script)) {
	u.mu.Lock()
	defer u.mu.Unlock()
	edit(&u.script)
}

// Calls is the number of requests to an endpoint.
func (u *Upstream) Calls(path string) int {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.calls[path]
}

// Seen is the last request to an endpoint.
func (u *Upstream) Seen(path string) (form url.Values, header http.Header) {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.last[path].Form, u.last[path].Header
}

// Visit plays the browser: it follows the hub's redirect to the provider and
// returns the query of the redirect back.
func (u *Upstream) Visit(t testing.TB, redirect string) url.Values {
	t.Helper()
	browser := *u.Server.Client()
	browser.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	answer, err := browser.Get(redirect)
	if err != nil {
		t.Fatalf("visit the provider: %v", err)
	}
	defer answer.Body.Close()
	back, err := answer.Location()
	if err != nil {
		t.Fatalf("the provider did not redirect but answered %s", answer.Status)
	}
	return back.Query()
}

// ServeHTTP serves the provider's endpoints.
func (u *Upstream) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, 1<<20)
	if err := r.ParseForm(); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	u.mu.Lock()
	script := u.script
	if path := script.Aliases[r.URL.Path]; path != "" {
		r.URL.Path = path
	}
	u.calls[r.URL.Path]++
	u.last[r.URL.Path] = seen{Form: r.Form, Header: r.Header.Clone()}
	u.mu.Unlock()

	if replace := script.Replace[r.URL.Path]; replace != nil {
		replace(w, r)
		return
	}
	switch r.URL.Path {
	case PathDiscovery:
		u.discovery(w, script)
	case PathKeys:
		writeJSON(w, http.StatusOK, u.published())
	case PathAuthorize:
		u.authorize(w, r, script)
	case PathToken:
		u.token(w, r, script)
	case PathUserinfo:
		u.userinfo(w, r, script)
	case PathServers:
		u.servers(w, r, script)
	default:
		http.NotFound(w, r)
	}
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(v)
}
