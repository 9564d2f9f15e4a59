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

// A Secondary is a simulated Frappe site that people sign in to through
// another provider. It asks, reads and breaks as sites of its generation do;
// where it differs from them, the recorded traffic says so in a test.
type Secondary struct {
	*httptest.Server
	Generation Generation

	// HostName is what the site takes for its own address; empty means that of
	// the server.
	HostName string
	// DisableSignups is the setting of the whole site, which a key may override.
	DisableSignups bool
	// Token makes the text of a new state; nil makes one by chance.
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
	SystemUser bool              // works at the desk; everybody else is a website user
	UserIDs    map[string]string // what each provider calls them, by the name of its record
}

// Name is what the site calls the person.
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

// Add makes an account, as an administrator of the site would. Whoever is made
// there has an id as a user of the site itself already.
func (s *Secondary) Add(a Account) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if a.UserIDs == nil {
		a.UserIDs = map[string]string{"frappe": random(39)}
	}
	s.accounts[strings.ToLower(a.Email)] = a
}

// Account is who has this address there.
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

// Requests are what the site asked of its providers so far.
func (s *Secondary) Requests() []Asked {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Asked(nil), s.asked...)
}

// SignedIn is who the browser with these cookies is, as the site writes it;
// empty if nobody.
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

// site is the address that the site writes into everything.
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

// serve finds out what a path means. A dotted name ends at the first slash,
// and what is behind it are its arguments.
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

// custom serves keys that are neither of the built-in ones: whatever it does
// not know, it answers with nothing at all.
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
