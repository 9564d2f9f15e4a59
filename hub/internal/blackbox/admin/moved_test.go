package admin_test

import (
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/fedhub/fedhub/hub/internal/hubtest"
)

// movedPages are the current and the old addresses of pages.
var movedPages = map[string]string{
	"/admin/providers":         "/admin/keys",
	"/admin/hubs":              "/admin/servers",
	"/admin/account-links":     "/admin/decisions",
	"/admin/sign-in-log":       "/admin/traces",
	"/admin/sign-out-delivery": "/admin/logouts",
}

// before is the old address of a route, or empty.
func before(route string) string {
	for now, old := range movedPages {
		if rest, found := strings.CutPrefix(route, now); found && (rest == "" || rest[0] == '/') {
			return old + rest
		}
	}
	return ""
}

// Stored warnings and sent emails have the old addresses. Each redirects to the
// current page, which has the same access check.
func TestEveryMovedPageIsReachedByItsOldAddress(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Person("ada@example.org", "writer")
	nobody, user, op := w.Browser(), w.Browser(), w.Operator()
	user.SignIn(user.Open("/signin"), "ada@example.org")
	found := map[string]bool{}
	for _, r := range w.Hub.Routes() {
		old := before(r.Path)
		if old == "" {
			continue
		}
		now := sample(r.Path) + "?a=1&b=%2F%20x"
		req, err := http.NewRequest(r.Method, w.URL+sample(old)+"?a=1&b=%2F%20x", nil)
		if err != nil {
			t.Fatal(err)
		}
		p := nobody.Read(nobody.Do(req))
		if p.Status != http.StatusPermanentRedirect || p.Location != now {
			t.Errorf("%s %s: got %d %s, want 308 %s", r.Method, old, p.Status, p.Location, now)
		}
		if r.Method != http.MethodGet {
			continue
		}
		found[old] = true
		if p := op.Open(old + "?q=a%20b"); !strings.Contains(old, ":") && (p.Status != http.StatusOK || p.URL.RequestURI() != r.Path+"?q=a%20b") {
			t.Errorf("an administrator at %s: got %d at %s", old, p.Status, p.URL)
		}
		if p := nobody.Open(sample(old)); p.URL.Path != "/signin" {
			t.Errorf("nobody at %s: got %d at %s, want the sign-in page", old, p.Status, p.URL)
		}
		if p := user.Open(sample(old)); p.Status != http.StatusForbidden {
			t.Errorf("a user at %s: got %d at %s, want 403", old, p.Status, p.URL)
		}
	}
	for _, old := range movedPages {
		if !found[old] {
			t.Errorf("no page has moved from %s", old)
		}
	}
}

// A form of a page that was open during an upgrade is redirected with method and
// body (RFC 9110 §15.4.9).
func TestAFormSentToAnOldAddressKeepsItsFields(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	b := w.Operator()
	_, fields, ok := hubtest.Form(b.Open("/admin/sign-in-log").Body, "/admin/sign-in-log")
	if !ok {
		t.Fatal("the page has no form")
	}
	follows := &http.Client{Jar: b.Jar, CheckRedirect: func(req *http.Request, _ []*http.Request) error {
		if req.Method != http.MethodPost {
			return http.ErrUseLastResponse
		}
		return nil
	}}
	fields.Set("person", "ada")
	p := b.Read(follows.PostForm(w.URL+"/admin/traces", fields))
	if p.Status != http.StatusSeeOther || p.Location != "/admin/sign-in-log?person=ada" {
		t.Errorf("got %d %s, want the sign-in log of ada", p.Status, p.Location)
	}
	fields.Del("csrf")
	if p := b.Read(follows.PostForm(w.URL+"/admin/traces", fields)); p.Status != http.StatusForbidden {
		t.Errorf("without the form's token: got %d, want 403", p.Status)
	}
}

func TestAnOldAddressNeverLeadsToAnotherOrigin(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	rows := map[string]string{ // the path after /admin/keys, and the address of the redirect; empty: none
		"//evil.example":           "/admin/providers//evil.example",
		"/%2F%2Fevil.example":      "/admin/providers/%2F%2Fevil.example",
		`/\evil.example`:           "/admin/providers/%5Cevil.example",
		"/%5Cevil.example":         "/admin/providers/%5Cevil.example",
		"/https://evil.example/":   "/admin/providers/https://evil.example/",
		"/a%2Fb%20c":               "/admin/providers/a%2Fb%20c",
		"/../../..//evil.example/": "/admin/providers/../../..//evil.example/",
		"?to=//evil.example":       "/admin/providers?to=//evil.example",
		"/x%0d%0aSet-Cookie:%20a":  "/admin/providers/x%0d%0aSet-Cookie:%20a",
		"@evil.example":            "",
		".evil.example":            "",
		"%2Fx":                     "",
		"smith":                    "",
	}
	base, err := url.Parse(w.URL)
	if err != nil {
		t.Fatal(err)
	}
	for sent, want := range rows {
		req, err := http.NewRequest(http.MethodGet, w.URL, nil)
		if err != nil {
			t.Fatal(err)
		}
		req.URL.Opaque = "//" + base.Host + "/admin/keys" + sent // not escaped
		resp, err := w.Browser().Do(req)
		if err != nil {
			t.Fatalf("%s: %v", sent, err)
		}
		io.Copy(io.Discard, resp.Body) //nolint:errcheck // only the headers count
		resp.Body.Close()
		got := resp.Header.Get("Location")
		if got != want || (want == "") != (resp.StatusCode == http.StatusNotFound) {
			t.Errorf("%s: got %d %q, want %q", sent, resp.StatusCode, got, want)
		}
		if to, err := base.Parse(got); err != nil || to.Host != base.Host || to.Scheme != base.Scheme {
			t.Errorf("%s leads to %v, %v", sent, to, err)
		}
		if resp.Header.Get("Set-Cookie") != "" {
			t.Errorf("%s set a cookie", sent)
		}
	}
}
