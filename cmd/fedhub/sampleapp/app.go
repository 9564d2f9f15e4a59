// Package sampleapp is a web application that lets users sign in through a hub.
// It is an example to try and to read: these few files do everything that an
// OpenID Connect client has to do, with x/oauth2 and go-oidc and without the
// hub's own code.
//
// It keeps no passwords and no accounts. The hub tells it who the user is
// (signin.go) and when a session has ended (logout.go). Sessions (sessions.go)
// are in memory and end with the process.
package sampleapp

import (
	"context"
	"fmt"
	"html/template"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

// A Config describes the app and its hub. URL, Issuer, ClientID and ClientSecret
// are required.
type Config struct {
	URL          string // of the app
	Issuer       string // of the hub
	ClientID     string
	ClientSecret string

	Hub      string       // name of the hub on the button; the issuer's host if empty
	SignOuts []Link       // where users sign out of the hubs
	HTTP     *http.Client // for calls to the hub; one with a timeout if nil
	Log      *slog.Logger // slog.Default() if nil

	Now func() time.Time // time.Now if nil
	// Watch, if set, is called with a sentence for each action of the app.
	Watch func(text string)
}

// A Link is an address with its text.
type Link struct{ Text, URL string }

// The paths to register at the hub.
const (
	CallbackPath = "/callback"           // a redirect URI
	LogoutPath   = "/backchannel-logout" // the back-channel logout URI

	SignedOutPath = "/signed-out" // a post-logout redirect URI
)

// An App is an http.Handler.
type App struct {
	config   Config
	visitors *visitors
	pages    map[string]*template.Template
	handler  http.Handler

	mu       sync.Mutex
	provider *oidc.Provider // nil until the first response of the hub
}

// New returns an app. It does not call the hub yet, so an app starts also while
// its hub is down.
func New(c Config) *App {
	if c.HTTP == nil {
		c.HTTP = &http.Client{Timeout: 10 * time.Second}
	}
	if c.Log == nil {
		c.Log = slog.Default()
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Watch == nil {
		c.Watch = func(string) {}
	}
	if c.Hub == "" {
		c.Hub = host(c.Issuer)
	}
	a := &App{config: c, visitors: newVisitors(c.URL, c.Now), pages: parsed()}
	a.handler = a.routes()
	return a
}

func host(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return address
	}
	return u.Host
}

// origin is the origin of an address, for the Content-Security-Policy.
func origin(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return ""
	}
	return u.Scheme + "://" + u.Host
}

func (a *App) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", a.home)
	mux.HandleFunc("GET /login", a.login)
	mux.HandleFunc("GET "+CallbackPath, a.callback)
	mux.HandleFunc("POST /refresh", a.refresh)
	mux.HandleFunc("POST /logout", a.logout)
	mux.HandleFunc("POST /logout/hub", a.leave)
	mux.HandleFunc("GET "+SignedOutPath, a.signedOut)
	mux.HandleFunc("POST "+LogoutPath, a.backchannel)
	mux.HandleFunc("GET /style.css", style)
	mux.HandleFunc("/", a.lost)

	// Browsers report the origin of a request. Requests from other sites that
	// change something are refused. The hub is no browser and reports no origin;
	// it has to send a signed token.
	crossOrigin := http.NewCrossOriginProtection()
	crossOrigin.SetDenyHandler(http.HandlerFunc(a.foreign))
	return a.headers(crossOrigin.Handler(mux))
}

// ServeHTTP answers a request.
func (a *App) ServeHTTP(w http.ResponseWriter, r *http.Request) { a.handler.ServeHTTP(w, r) }

func (a *App) headers(next http.Handler) http.Handler {
	// A form's response may redirect to the hub, and browsers apply form-action to
	// redirects too.
	policy := "default-src 'none'; style-src 'self'; img-src data:; form-action 'self' " + origin(a.config.Issuer) + "; base-uri 'none'; frame-ancestors 'none'"
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "same-origin") // browsers without Sec-Fetch-Site send Origin then
		h.Set("Cache-Control", "no-store")      // pages are personal, the callback URL contains a code
		r.Body = http.MaxBytesReader(w, r.Body, 64<<10)
		next.ServeHTTP(w, r)
	})
}

// hub returns the hub's metadata, which it reads once (OpenID Connect
// Discovery §4).
func (a *App) hub(ctx context.Context) (*oidc.Provider, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.provider != nil {
		return a.provider, nil
	}
	p, err := oidc.NewProvider(a.client(ctx), a.config.Issuer)
	if err != nil {
		return nil, fmt.Errorf("discover the hub: %w", err)
	}
	a.provider = p
	return p, nil
}

// client makes both libraries use the app's own http.Client.
func (a *App) client(ctx context.Context) context.Context {
	return oidc.ClientContext(ctx, a.config.HTTP)
}

// oauth is the app's configuration for x/oauth2.
func (a *App) oauth(p *oidc.Provider) *oauth2.Config {
	endpoint := p.Endpoint()
	endpoint.AuthStyle = oauth2.AuthStyleInHeader // client_secret_basic
	return &oauth2.Config{
		ClientID:     a.config.ClientID,
		ClientSecret: a.config.ClientSecret,
		Endpoint:     endpoint,
		RedirectURL:  strings.TrimSuffix(a.config.URL, "/") + CallbackPath,
		Scopes:       []string{oidc.ScopeOpenID, "profile", "email"},
	}
}
