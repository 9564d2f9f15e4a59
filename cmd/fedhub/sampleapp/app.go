// Package sampleapp is a web app like any other that lets people sign in
// through a hub. It is here to be tried and to be read: everything a client
// has to do is in these few files, with no more than x/oauth2 and go-oidc, and
// nothing of the hub's own code.
//
// It keeps no passwords and no accounts. Who somebody is, it is told by the
// one hub it trusts (signin.go); when the hub says that a session is over, it
// is over here (logout.go). What it remembers in between (sessions.go) is in
// memory and gone with the process.
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

// A Config is what an app knows of itself and of its hub. All fields but the
// last four are required.
type Config struct {
	URL          string // where people find the app
	Issuer       string // the hub it trusts
	ClientID     string // what the hub calls it
	ClientSecret string

	Hub      string       // what to call the hub on the button; the issuer's host if empty
	SignOuts []Link       // where people sign out of the hubs themselves
	HTTP     *http.Client // for calls to the hub; one with a timeout if nil
	Log      *slog.Logger // slog.Default() if nil

	Now func() time.Time // time.Now if nil
	// Watch, if set, is told in a sentence what the app does.
	Watch func(text string)
}

// A Link is an address with words for it.
type Link struct{ Text, URL string }

// The paths that the hub has to know.
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
	provider *oidc.Provider // nil until the hub has answered once
}

// New returns an app. It does not talk to the hub yet, so that an app whose
// hub is away starts all the same.
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

// origin is the part of an address that a policy names.
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

	// Browsers say where a request comes from. One that changes something and
	// comes from another site is turned away; the hub, which is no browser and
	// says nothing, passes and has to show a signed token.
	crossOrigin := http.NewCrossOriginProtection()
	crossOrigin.SetDenyHandler(http.HandlerFunc(a.foreign))
	return a.headers(crossOrigin.Handler(mux))
}

// ServeHTTP answers a request.
func (a *App) ServeHTTP(w http.ResponseWriter, r *http.Request) { a.handler.ServeHTTP(w, r) }

func (a *App) headers(next http.Handler) http.Handler {
	// A form's answer may lead on to the hub: browsers hold that against
	// form-action too.
	policy := "default-src 'none'; style-src 'self'; img-src data:; form-action 'self' " + origin(a.config.Issuer) + "; base-uri 'none'; frame-ancestors 'none'"
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "same-origin") // browsers without Sec-Fetch-Site say by Origin whose a form is
		h.Set("Cache-Control", "no-store")      // the pages are personal, the callback's address is secret
		r.Body = http.MaxBytesReader(w, r.Body, 64<<10)
		next.ServeHTTP(w, r)
	})
}

// hub returns what the hub says of itself, asked for once
// (OpenID Connect Discovery §4).
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

// oauth is the app as x/oauth2 sees it.
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
