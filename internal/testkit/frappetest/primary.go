package frappetest

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
)

// A Primary is a simulated Frappe site that is the provider of a sign-in. Its
// HTTP traffic is that of a site of its generation, faults included:
//
//	primary_site.go       the site's records
//	primary_authorize.go  the login page, the checks, consent and the code
//	primary_token.go      redeems a code or a refresh token
//	primary_person.go     claims about a user: profile, id_token, introspection
//	primary_others.go     revocation, registration and the well-known documents
//	primary_answer.go     cookies, and the formats of responses and errors
//	primary_visit.go      a user's browser
type Primary struct {
	*httptest.Server
	Generation Generation

	mu   sync.Mutex
	site Site
}

// NewPrimary starts a site of a generation. It has TLS, behind a proxy that says
// so. setUp may edit its records.
func NewPrimary(t testing.TB, g Generation, setUp func(*Site)) *Primary {
	t.Helper()
	p := newPrimary(g, setUp)
	p.Server = httptest.NewTLSServer(p)
	t.Cleanup(p.Server.Close)
	return p
}

// NewPlainPrimary is NewPrimary without TLS, for hubs on loopback.
func NewPlainPrimary(t testing.TB, g Generation, setUp func(*Site)) *Primary {
	t.Helper()
	p := newPrimary(g, setUp)
	p.Server = httptest.NewServer(p)
	t.Cleanup(p.Server.Close)
	return p
}

func newPrimary(g Generation, setUp func(*Site)) *Primary {
	p := &Primary{Generation: g, site: Site{
		Clients: map[string]Client{}, People: map[string]Person{}, Codes: map[string]Code{}, Sessions: map[string]string{},
	}}
	if setUp != nil {
		setUp(&p.site)
	}
	return p
}

// Edit reads or changes the site's records.
func (p *Primary) Edit(edit func(*Site)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	edit(&p.site)
}

// A visit is one request, with what the site knows about it.
type visit struct {
	*Site
	g       Generation
	w       http.ResponseWriter
	r       *http.Request
	method  string     // dotted name of the called method, if any
	form    url.Values // the body, if it is a form
	session string     // the session's user, or empty
	bearer  *Token     // value of the Authorization header
	user    string     // user of the session or the bearer token
	origin  string
}

// methods are the methods that a dotted name can call.
var methods = map[string]func(*visit){
	"frappe.integrations.oauth2.authorize":        (*visit).authorize,
	"frappe.integrations.oauth2.approve":          (*visit).approve,
	"frappe.integrations.oauth2.get_token":        (*visit).token,
	"frappe.integrations.oauth2.revoke_token":     (*visit).revoke,
	"frappe.integrations.oauth2.openid_profile":   (*visit).profile,
	"frappe.integrations.oauth2.introspect_token": (*visit).introspect,
	"frappe.auth.get_logged_user":                 (*visit).loggedUser,
}

func (p *Primary) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	before := p.site.Before
	p.site.Asked = append(p.site.Asked, r.Method+" "+r.URL.Path)
	p.mu.Unlock()
	if before != nil && before(w, r) {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	v := &visit{Site: &p.site, g: p.Generation, w: w, r: r, form: bodyForm(r), origin: p.site.origin(r)}
	v.session, v.method = v.signedIn(), called(r)
	if r.Method == http.MethodOptions {
		v.preflight()
		return
	}
	if name, found := strings.CutPrefix(r.URL.Path, "/api/resource/User/"); found {
		v.record(name)
		return
	}
	if !v.identify() {
		v.frappeError(http.StatusUnauthorized, "AuthenticationError", "")
		return
	}
	v.dispatch()
}

// called is the dotted name in a path. Leading slashes are merged, and the text
// after the name is ignored.
func called(r *http.Request) string {
	path := "/" + strings.TrimLeft(r.URL.Path, "/")
	for _, prefix := range []string{"/api/method/", "/api/v1/method/", "/api/v2/method/"} {
		if rest, found := strings.CutPrefix(path, prefix); found {
			name, _, _ := strings.Cut(rest, "/")
			return name
		}
	}
	return ""
}

func bodyForm(r *http.Request) url.Values {
	if r.Method != http.MethodPost || !strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded") {
		return url.Values{}
	}
	_ = r.ParseForm()
	return r.PostForm
}

func (s *Site) origin(r *http.Request) string {
	scheme := "http"
	if r.TLS != nil && !s.Unproxied || r.Header.Get("X-Forwarded-Proto") == "https" {
		scheme = "https"
	}
	return scheme + "://" + r.Host
}

// identify reads the Authorization header first. Basic credentials are taken for
// an API key, which always fails; the newest generation leaves them to the
// methods that authenticate clients.
func (v *visit) identify() bool {
	v.user = v.session
	scheme, value, _ := strings.Cut(v.r.Header.Get("Authorization"), " ")
	switch strings.ToLower(scheme) {
	case "":
		return true
	case "basic":
		return v.g >= G4 && slices.Contains([]string{"get_token", "revoke_token", "introspect_token"}, strings.TrimPrefix(v.method, "frappe.integrations.oauth2."))
	case "bearer":
		for i, t := range v.Tokens {
			if t.Access == value && !t.Revoked && v.now().Before(t.Expires) {
				v.bearer, v.user = &v.Tokens[i], t.Person
				return true
			}
		}
	}
	return false
}

func (v *visit) dispatch() {
	if call := methods[v.method]; call != nil {
		call(v)
		return
	}
	path := "/" + strings.TrimLeft(v.r.URL.Path, "/")
	switch {
	case v.method == "frappe.integrations.oauth2.openid_configuration" && v.g == G1:
		v.json(http.StatusOK, v.discovery())
	case v.method == "frappe.integrations.oauth2.register_client" && v.g >= G2a:
		v.register()
	case v.method != "":
		v.noMethod()
	case strings.HasPrefix(path, "/.well-known/"):
		v.wellKnown(path)
	case path == "/login":
		v.login()
	case v.r.URL.Query().Get("cmd") == "web_logout":
		v.logout()
	default:
		v.page(http.StatusNotFound, "Not Found", "")
	}
}
