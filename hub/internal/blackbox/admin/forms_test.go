package admin_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/fedhub/fedhub/hub"
	"github.com/fedhub/fedhub/hub/internal/hubtest"
)

// posts sends a form as one of several browsers.
func posts(b *hubtest.Browser, path, host string, form url.Values, headers http.Header) hubtest.Page {
	b.W.Helper()
	req, err := http.NewRequest(http.MethodPost, b.W.URL+path, strings.NewReader(form.Encode()))
	if err != nil {
		b.W.Fatal(err)
	}
	for name, values := range headers {
		req.Header[name] = values
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if host != "" {
		req.Host = host
		for name, value := range hubtest.Cookies(b) { // the cookie jar is by host
			req.AddCookie(&http.Cookie{Name: name, Value: value})
		}
	}
	return b.Read(b.Do(req))
}

// Browsers send different headers with a form. Sec-Fetch-Site decides if present;
// else a foreign Origin is refused, and the form's CSRF token decides.
func TestFormsWorkInEveryBrowser(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Person("ada@example.org")
	for _, row := range []struct {
		name, host string
		header     http.Header
		taken      bool
	}{
		{"a new browser", "", http.Header{"Sec-Fetch-Site": {"same-origin"}, "Origin": {"null"}}, true},
		{"one that was typed into", "", http.Header{"Sec-Fetch-Site": {"none"}}, true},
		{"an older one, to which our policy gives the origin null", "", http.Header{"Origin": {"null"}}, true},
		{"one that says where the form was", "", http.Header{"Origin": {w.URL}}, true},
		{"one that says nothing", "", nil, true},
		{"behind a proxy that renames the host", "inner.example", http.Header{"Origin": {w.URL}}, true},
		{"the host alone says nothing", "evil.example", http.Header{"Origin": {"http://evil.example"}}, false},
		{"another site", "", http.Header{"Sec-Fetch-Site": {"cross-site"}, "Origin": {w.URL}}, false},
		{"another origin", "", http.Header{"Origin": {"https://evil.example"}}, false},
		{"two origins", "", http.Header{"Origin": {w.URL, "https://evil.example"}}, false},
	} {
		b := w.Browser()
		_, form, _ := hubtest.Form(b.Open("/signin").Body, "/signin")
		form.Set("email", "ada@example.org")
		form.Set("password", hubtest.Password)
		p := posts(b, "/signin", row.host, form, row.header)
		if taken := p.Status == http.StatusSeeOther && p.Location == "/account"; taken != row.taken {
			t.Errorf("%s: got %d %s, want it taken: %v", row.name, p.Status, p.Location, row.taken)
		}
		form.Set("csrf", "")
		if p := posts(w.Browser(), "/signin", row.host, form, row.header); p.Status != http.StatusForbidden {
			t.Errorf("%s, without the token: got %d %s", row.name, p.Status, p.Location)
		}
	}
}

// Every expired form leads to a page that exists.
func TestAStalePageLeadsOn(t *testing.T) {
	w := hubtest.NewWorldAs(t, hubtest.OpenSQLite(t), hub.Config{Mail: &hubtest.Postbox{}})
	w.AllowEmailSignIn()
	root := w.Operator()
	a := w.App()
	flow := root.Read(root.Get(w.URL + "/oauth2/authorize?" + a.Request("prompt", "login").Encode()))
	u, err := url.Parse(flow.Location)
	if err != nil || u.Query().Get("flow") == "" {
		t.Fatalf("no flow at %q", flow.Location)
	}
	for _, fields := range []url.Values{{"csrf": {"old"}}, {"csrf": {"old"}, "flow": {u.Query().Get("flow")}}} {
		for _, r := range w.Hub.Routes() {
			if r.Method != http.MethodPost || machine(r.Path) {
				continue
			}
			p := posts(root, strings.Replace(sample(r.Path), "/clients/x", "/clients/"+a.ID, 1), "", fields, nil)
			_, link, found := strings.Cut(p.Body, `<a class="btn primary" href="`)
			link, _, _ = strings.Cut(link, `"`)
			if p.Status != http.StatusForbidden || !found {
				t.Errorf("%s: got %d without a way on", r.Path, p.Status)
				continue
			}
			next := root.Open(strings.ReplaceAll(link, "&amp;", "&"))
			nothing := next.Status == http.StatusNotFound && !strings.Contains(r.Path, ":") // no record has the id x
			if nothing || next.Status == http.StatusMethodNotAllowed {
				t.Errorf("%s leads to %s, which answers %d", r.Path, link, next.Status)
			}
		}
	}
	stranger := w.Browser()
	p := posts(stranger, "/signin", "", url.Values{"csrf": {"old"}, "to": {"/account/profile"}}, nil)
	if !strings.Contains(p.Body, `href="/signin?to=%2Faccount%2Fprofile"`) {
		t.Errorf("where the person was going is lost: %s", hubtest.Gist(p.Body))
	}
	p = posts(stranger, "/signin", "", url.Values{"csrf": {"old"}, "to": {"//evil.example"}}, http.Header{"Origin": {"https://evil.example"}})
	if !strings.Contains(p.Body, `href="/signin"`) || strings.Contains(p.Body, "evil") {
		t.Errorf("another site's form leads on: %s", hubtest.Gist(p.Body))
	}
}
