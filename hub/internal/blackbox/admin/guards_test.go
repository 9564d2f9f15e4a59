package admin_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fedhub/fedhub/hub/internal/hubtest"
)

// machine are the endpoints for programs, without cookies and forms. A cross-site
// request of a browser has no effect there.
func machine(path string) bool {
	return strings.HasPrefix(path, "/api/") || strings.HasPrefix(path, "/oauth2/") || strings.HasPrefix(path, "/protocol/") ||
		path == "/signin/from/:key" || // a provider's form_post response: it only redirects to the GET of the same address
		strings.HasPrefix(path, "/.well-known/") || path == "/livez" || path == "/readyz"
}

// sample fills in the parameters of a route.
func sample(path string) string {
	return strings.NewReplacer(":id", "x", ":key", "x", ":decision", "approve", "*file", "x").Replace(path)
}

func TestNoFormIsTakenFromAnotherSite(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Person("root@example.org", "admin")
	b, other := w.Browser(), w.Browser()
	b.SignIn(b.Open("/signin"), "root@example.org")
	other.SignIn(other.Open("/signin"), "root@example.org")
	_, fromOther, _ := hubtest.Form(other.Open("/signout").Body, "/signout")
	_, mine, _ := hubtest.Form(b.Open("/signout").Body, "/signout")
	for _, r := range w.Hub.Routes() {
		if r.Method == http.MethodGet || r.Method == http.MethodHead || machine(r.Path) {
			continue
		}
		for name, try := range map[string]struct {
			csrf   string
			header [2]string
		}{
			"no token":               {"", [2]string{}},
			"a made-up token":        {"x", [2]string{}},
			"another session's":      {fromOther.Get("csrf"), [2]string{}},
			"Sec-Fetch-Site":         {mine.Get("csrf"), [2]string{"Sec-Fetch-Site", "cross-site"}},
			"another Origin":         {mine.Get("csrf"), [2]string{"Origin", "https://evil.example"}},
			"Origin null, no token":  {"", [2]string{"Origin", "null"}},
			"null, another's token":  {fromOther.Get("csrf"), [2]string{"Origin", "null"}},
			"our Origin, no token":   {"", [2]string{"Origin", w.URL}},
			"from the next site":     {mine.Get("csrf"), [2]string{"Sec-Fetch-Site", "same-site"}},
			"another word":           {mine.Get("csrf"), [2]string{"Sec-Fetch-Site", "cross-site, same-origin"}},
			"a twin by name":         {mine.Get("csrf"), [2]string{"Origin", w.URL + ".evil.example"}},
			"a twin by scheme":       {mine.Get("csrf"), [2]string{"Origin", strings.Replace(w.URL, "http://", "https://", 1)}},
			"not even a form":        {"", [2]string{"Content-Type", "text/plain"}},
			"JSON with token inside": {"", [2]string{"Content-Type", "application/json"}},
		} {
			body := url.Values{"csrf": {try.csrf}, "email": {"x@example.org"}, "confirm": {"x"}, "decision": {"allow"}}.Encode()
			req, err := http.NewRequest(r.Method, w.URL+sample(r.Path), strings.NewReader(body))
			if err != nil {
				t.Fatal(err)
			}
			req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			if try.header[0] != "" {
				req.Header.Set(try.header[0], try.header[1])
			}
			p := b.Read(b.Do(req))
			if p.Status != http.StatusForbidden && p.Status != http.StatusUnsupportedMediaType {
				t.Errorf("%s %s with %s: got %d %s", r.Method, r.Path, name, p.Status, p.Location)
			}
		}
	}
	if p := b.Open("/account"); p.Status != 200 || p.URL.Path != "/account" {
		t.Error("one of the requests signed the person out")
	}
}

func TestWhoMayOpenWhat(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Person("root@example.org", "admin")
	w.Person("ada@example.org", "writer")
	nobody, user, operator := w.Browser(), w.Browser(), w.Browser()
	user.SignIn(user.Open("/signin"), "ada@example.org")
	operator.SignIn(operator.Open("/signin"), "root@example.org")
	for _, r := range w.Hub.Routes() {
		private := strings.HasPrefix(r.Path, "/account")
		admin := strings.HasPrefix(r.Path, "/admin")
		if !private && !admin {
			continue
		}
		for name, b := range map[string]*hubtest.Browser{"nobody": nobody, "user": user, "operator": operator} {
			req, err := http.NewRequest(r.Method, w.URL+sample(r.Path), nil)
			if err != nil {
				t.Fatal(err)
			}
			p := b.Read(b.Do(req))
			turnedAway := p.Status == 303 && strings.HasPrefix(p.Location, "/signin?to=")
			forbidden := p.Status == http.StatusForbidden
			switch {
			case name == "nobody" && !turnedAway:
				t.Errorf("nobody at %s %s: got %d %s", r.Method, r.Path, p.Status, p.Location)
			case name == "user" && admin && !forbidden:
				t.Errorf("a user at %s %s: got %d %s", r.Method, r.Path, p.Status, p.Location)
			case name == "operator" && r.Method == "GET" && forbidden:
				t.Errorf("an operator at %s %s: got %d", r.Method, r.Path, p.Status)
			}
		}
	}
}

// looks are the forms of the administration without a security-relevant effect.
var looks = []string{"/admin/check", "/admin/sign-in-log", "/admin/providers/:id/simulate", "/admin/providers/:id/try", "/admin/clients/:id/logouts", "/admin/clients/:id/setup/wait"}

// Changes by administrators need a sign-in within the last minutes, so that an
// unattended browser is not enough.
func TestEveryChangeByAnAdministratorNeedsARecentSignIn(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Person("root@example.org", "admin")
	b := w.Home("root@example.org")
	_, mine, _ := hubtest.Form(b.Open("/signout").Body, "/signout")
	send := func(path string) hubtest.Page {
		return b.Read(b.PostForm(w.URL+sample(path), url.Values{"csrf": {mine.Get("csrf")}, "typed": {"before"}}))
	}
	asked := func(p hubtest.Page) bool { return strings.Contains(p.Body, `name="prove_password"`) }
	w.Clock.Skip(11 * time.Minute)
	for _, r := range w.Hub.Routes() {
		if r.Method != http.MethodPost || !strings.HasPrefix(r.Path, "/admin") {
			continue
		}
		p := send(r.Path)
		if got, want := asked(p), !slices.Contains(looks, r.Path); got != want {
			t.Errorf("%s: asked for a proof %v, want %v", r.Path, got, want)
		}
		if asked(p) && !strings.Contains(p.Body, `name="typed" value="before"`) {
			t.Errorf("%s: what was typed is lost", r.Path)
		}
	}
	p := b.Submit(b.Open("/admin/settings"), "/admin/settings", "hub_name", "Late", "recent_minutes", "30")
	if p = b.Prove(p, "prove_password", "not it at all"); p.Status != http.StatusUnauthorized || !asked(p) {
		t.Fatalf("a wrong password: got %d", p.Status)
	}
	p = b.Prove(p)
	hubtest.Want(t, "proved", p.URL.Path+"?"+p.URL.RawQuery, "/admin/settings?done=saved")
	w.Clock.Skip(29 * time.Minute)
	hubtest.Want(t, "as the settings say now", b.Submit(b.Open("/admin/settings"), "/admin/settings", "hub_name", "Later").URL.RawQuery, "done=saved")
	w.Clock.Skip(12 * time.Hour)
	hubtest.Want(t, "after twelve hours", b.Open("/admin/settings").URL.Path, "/signin")
}

func TestEveryAnswerCarriesTheHeaders(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	b := w.Browser()
	for _, path := range []string{"/signin", "/nothing", "/oauth2/nothing", "/oauth2/token", "/static/nothing", "/account", "/.well-known/openid-configuration", "/oauth2/authorize", "/setup", "/livez", "/signin/../admin", "//admin", "/admin%2fclients", "/ADMIN"} {
		req, err := http.NewRequest(http.MethodGet, w.URL+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Accept", "text/html")
		p := b.Read(b.Do(req))
		for name, value := range map[string]string{
			"X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY", "Referrer-Policy": "no-referrer", "Cross-Origin-Opener-Policy": "same-origin",
		} {
			hubtest.Want(t, path+" "+name, p.Header.Get(name), value)
		}
		if csp := p.Header.Get("Content-Security-Policy"); !strings.Contains(csp, "default-src 'none'") || !strings.Contains(csp, "frame-ancestors 'none'") {
			t.Errorf("%s: Content-Security-Policy is %q", path, csp)
		}
		if p.Header.Get("X-Request-Id") == "" || p.Header.Get("Server") != "" {
			t.Errorf("%s: X-Request-Id %q, Server %q", path, p.Header.Get("X-Request-Id"), p.Header.Get("Server"))
		}
		if p.Status >= 500 {
			t.Errorf("%s: got %d", path, p.Status)
		}
	}
}

func TestTheIssuerDoesNotFollowTheHost(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	req, err := http.NewRequest(http.MethodGet, w.URL+"/.well-known/openid-configuration", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Host = "evil.example"
	req.Header.Set("X-Forwarded-Host", "evil.example")
	req.Header.Set("X-Forwarded-Proto", "https")
	req.Header.Set("X-Forwarded-Prefix", "/evil")
	req.Header.Set("Forwarded", "host=evil.example")
	r := w.Call(req)
	hubtest.Want(t, "issuer", r.Str("issuer"), w.URL)
	if strings.Contains(r.Body, "evil") {
		t.Errorf("metadata follows the request: %s", r.Body)
	}
}

func TestAfterSigningInOneGoesOnlyToThisHub(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Person("ada@example.org")
	for _, to := range []string{"//evil.example", `/\evil.example`, `\/evil.example`, "/%09/evil.example", "https:evil.example", "https://evil.example", "/%5cevil.example", "/\t/evil.example", "javascript:alert(1)", "/x\r\nSet-Cookie: a=b", strings.Repeat("/a", 6000)} {
		b := w.Browser()
		p := b.Post(b.Open("/signin?"+url.Values{"to": {to}}.Encode()), "/signin", "email", "ada@example.org", "password", hubtest.Password, "to", to)
		if p.Location != "/account" {
			t.Errorf("to=%.40q leads to %q", to, p.Location)
		}
	}
	b := w.Browser()
	p := b.Post(b.Open("/account"), "/signin", "email", "ada@example.org", "password", hubtest.Password)
	hubtest.Want(t, "the page that was wanted", p.Location, "/account")
}

func TestTheSessionCookieIsGuarded(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Person("ada@example.org")
	b := w.Browser()
	signIn := b.Open("/signin")
	before := hubtest.Cookies(b)
	p := b.Post(signIn, "/signin", "email", "ada@example.org", "password", hubtest.Password)
	for _, c := range (&http.Response{Header: p.Header}).Cookies() {
		if !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Path != "/" || c.Domain != "" {
			t.Errorf("cookie %s: %s", c.Name, c)
		}
	}
	after := hubtest.Cookies(b)
	if len(after) <= len(before) {
		t.Fatal("signing in set no cookie")
	}
	// A stolen session cookie does not work after the sign-out.
	thief := w.Browser()
	home, _ := url.Parse(w.URL)
	thief.Jar.SetCookies(home, b.Jar.Cookies(home))
	hubtest.Want(t, "the copy before", thief.Open("/account").URL.Path, "/account")
	b.Submit(b.Open("/signout"), "/signout")
	hubtest.Want(t, "the copy after", thief.Open("/account").URL.Path, "/signin")
	// A cookie set before the sign-in does not become the session (session
	// fixation).
	victim := w.Browser()
	victim.Jar.SetCookies(home, b.Jar.Cookies(home))
	for name, value := range after {
		victim.Jar.SetCookies(home, []*http.Cookie{{Name: name, Value: value}})
	}
	victim.SignIn(victim.Open("/signin"), "ada@example.org")
	for name, value := range hubtest.Cookies(victim) {
		if !strings.HasSuffix(name, "_browser") && value == after[name] {
			t.Errorf("the planted cookie %s was kept", name)
		}
	}
	for _, broken := range []string{"", "x", strings.Repeat("A", 43), strings.Repeat("A", 60_000), "%00", "a b"} {
		odd := w.Browser()
		for name := range after {
			odd.Jar.SetCookies(home, []*http.Cookie{{Name: name, Value: broken}})
		}
		if p := odd.Open("/account"); p.Status >= 500 && len(broken) < 1000 || p.URL.Path == "/account" && p.Status == 200 {
			t.Errorf("cookie %.10q: got %d at %s", broken, p.Status, p.URL)
		}
	}
}
