package frappetest

import (
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"
)

// A Secondary is a simulated Frappe site whose users sign in through another
// provider. It sends, reads and fails as sites of its generation do; a test
// compares it with the recorded traffic.
type Secondary struct {
	*httptest.Server
	Generation Generation

	// HostName is the site's configured address; empty means the server's.
	HostName string
	// DisableSignups is the site-wide setting, which a key may override.
	DisableSignups bool
	// Token makes a new state; nil makes a random one.
	Token func() string
	// Dial reaches a provider; nil means the network.
	Dial func(address string) (net.Conn, error)
	// Now is the site's clock; nil means the real one.
	Now func() time.Time

	mu       sync.Mutex
	keys     map[string]SocialLoginKey
	accounts map[string]Account
	states   map[string]pending // of G3 and later
	sessions map[string]string  // who is signed in, by sid
	asked    []Asked
}

// An Account is a user of the site. Its name is the address in lower case.
type Account struct {
	Email      string
	FirstName  string
	LastName   string
	Picture    string
	Disabled   bool
	SystemUser bool              // a desk user; all others are website users
	UserIDs    map[string]string // the ID at each provider, by the name of its record
}

// Name is the user's full name at the site.
func (a Account) Name() string { return strings.TrimSpace(a.FirstName + " " + a.LastName) }

// Asked is one request that the site made.
type Asked struct{ Method, URL, Body string }

// NewSecondary starts a site with these keys.
func NewSecondary(t testing.TB, generation Generation, keys ...SocialLoginKey) *Secondary {
	t.Helper()
	s := &Secondary{Generation: generation, keys: map[string]SocialLoginKey{}, accounts: map[string]Account{},
		states: map[string]pending{}, sessions: map[string]string{}}
	s.Server = httptest.NewServer(http.HandlerFunc(s.serve))
	t.Cleanup(s.Close)
	s.Use(keys...)
	return s
}

// Use adds keys to the site, or replaces those of the same name.
func (s *Secondary) Use(keys ...SocialLoginKey) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, key := range keys {
		s.keys[key.Record()] = key
	}
}

// Add adds an account as an administrator of the site does. Such an account
// already has an ID for the provider "frappe".
func (s *Secondary) Add(a Account) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if a.UserIDs == nil {
		a.UserIDs = map[string]string{"frappe": random(39)}
	}
	s.accounts[strings.ToLower(a.Email)] = a
}

// Account is the account with this email.
func (s *Secondary) Account(email string) (Account, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	a, found := s.accounts[strings.ToLower(email)]
	return a, found
}

// Forget removes all accounts.
func (s *Secondary) Forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.accounts)
}

// Requests are the site's requests to its providers so far.
func (s *Secondary) Requests() []Asked {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Asked(nil), s.asked...)
}

// SignedIn is the user of the session in these cookies, as the site writes the
// name; empty without a session.
func (s *Secondary) SignedIn(cookies []*http.Cookie) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range cookies {
		if c.Name == "sid" {
			return s.sessions[c.Value]
		}
	}
	return ""
}

// site is the address that the site uses in links and redirects.
func (s *Secondary) site() string {
	if s.HostName != "" {
		return s.HostName
	}
	return s.URL
}

func (s *Secondary) now() time.Time {
	if s.Now != nil {
		return s.Now()
	}
	return time.Now()
}

const (
	logins = "frappe.integrations.oauth2_logins."
	legacy = "frappe.www.login."
)

// serve routes a path. A dotted name ends at the first slash; the rest are its
// arguments.
func (s *Secondary) serve(w http.ResponseWriter, r *http.Request) {
	path := "/" + strings.TrimLeft(r.URL.Path, "/")
	if path == "/login" {
		s.loginPage(w, r)
		return
	}
	for _, version := range []string{"/api/method/", "/api/v1/method/", "/api/v2/method/"} {
		if method, found := strings.CutPrefix(path, version); found {
			name, argument, _ := strings.Cut(method, "/")
			s.method(w, r, name, argument)
			return
		}
	}
	s.page(w, r, http.StatusOK, "Home", "")
}

func (s *Secondary) method(w http.ResponseWriter, r *http.Request, name, argument string) {
	short, found := strings.CutPrefix(name, logins)
	if !found {
		short, found = strings.CutPrefix(name, legacy)
	}
	switch {
	case found && short == "login_via_frappe":
		s.callback(w, r, "frappe")
	case found && short == "login_via_keycloak":
		s.callback(w, r, "keycloak")
	case found && short == "custom":
		s.custom(w, r, argument)
	default:
		s.page(w, r, http.StatusExpectationFailed, s.failed(), "no method "+name)
	}
}

// custom serves the keys that are not built in. A record it does not know gets an
// empty response.
func (s *Secondary) custom(w http.ResponseWriter, r *http.Request, record string) {
	s.mu.Lock()
	_, found := s.keys[record]
	s.mu.Unlock()
	if !found {
		s.cookies(w, r, "", Account{FirstName: "Guest"})
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write([]byte("{}"))
		return
	}
	s.callback(w, r, record)
}
