package frappe_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"path"
	"strings"
	"testing"
	"time"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/hub/internal/hubtest"
	"github.com/fedhub/fedhub/internal/testkit/frappetest"
)

// livable checks that a Frappe site can read a response of a machine endpoint:
// plain JSON without nulls and redirects; an error has its code in "error". It
// returns the members.
func livable(t *testing.T, what string, resp *http.Response, body string) map[string]any {
	t.Helper()
	if resp.StatusCode >= 500 || resp.StatusCode/100 == 3 || resp.Header.Get("Location") != "" {
		t.Errorf("%s: answered with %d, leading to %q", what, resp.StatusCode, resp.Header.Get("Location"))
	}
	kind := resp.Header.Get("Content-Type")
	if kind != "application/json" && kind != "application/json; charset=utf-8" {
		t.Errorf("%s: the answer is %q", what, kind)
	}
	var answer map[string]any
	if err := json.Unmarshal([]byte(body), &answer); err != nil || answer == nil {
		t.Errorf("%s: no JSON object: %v\n%s", what, err, body)
	}
	for name, value := range answer {
		if value == nil || name == "message" || name == "exc_type" {
			t.Errorf("%s: the answer has %s: %v", what, name, value)
		}
	}
	code, _ := answer["error"].(string)
	if (resp.StatusCode >= 400) != (code != "") {
		t.Errorf("%s: %d with the error %q", what, resp.StatusCode, code)
	}
	if len(resp.Header["Set-Cookie"]) > 0 {
		t.Errorf("%s: a program got the cookies %v", what, resp.Header["Set-Cookie"])
	}
	return answer
}

// aRecordedSite is the hub's client for a recorded site.
type aRecordedSite struct {
	*hubtest.App
	b *hubtest.Browser
}

// recordedRedirects are the redirect URIs of the recorded sites.
func recordedRedirects(t *testing.T) []string {
	var all []string
	seen := map[string]bool{}
	for _, e := range frappetest.Recorded(t, "*-secondary-*") {
		form, err := url.ParseQuery(e.Body)
		if uri := form.Get("redirect_uri"); err == nil && e.BySite() && uri != "" && !seen[uri] {
			seen[uri] = true
			all = append(all, uri)
		}
	}
	return all
}

func newRecordedSite(t *testing.T) aRecordedSite {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Person("nina@example.com", "writer")
	a := w.Site(clients.FrappeProvider, func(c *clients.Client) {
		c.RedirectURIs = recordedRedirects(t)
		c.DefaultRedirectURI = c.RedirectURIs[0]
	})
	s := aRecordedSite{a, w.Browser()}
	p := s.b.SignIn(s.b.Open(hubtest.SiteRequest(a, hubtest.FrappePath+"authorize", "s")), "nina@example.com")
	s.b.Submit(p, "/consent", "decision", "allow")
	return s
}

// code gets a code for this redirect URI.
func (s aRecordedSite) code(t *testing.T, redirectURI string) string {
	t.Helper()
	p := s.b.Open("/oauth2/authorize?" + url.Values{"client_id": {s.ID}, "response_type": {"code"}, "scope": {"openid"}, "redirect_uri": {redirectURI}}.Encode())
	to, err := url.Parse(p.Location)
	if err != nil || to.Query().Get("code") == "" {
		t.Fatalf("no code for %s: %d %q\n%s", redirectURI, p.Status, p.Location, p.Body)
	}
	return to.Query().Get("code")
}

// notOurs are paths of custom keys and redirects that only the recording uses.
var notOurs = map[string]bool{"/op/token": true, "/token": true, "/moved": true}

// Every recorded request of a site is sent again, byte for byte: first with the
// recorded credentials and codes, which this hub did not issue; then with this
// hub's values instead.
func TestRecordedSitesGetAnswersTheyCanLiveWith(t *testing.T) {
	s := newRecordedSite(t)
	access, sent, answered := "", 0, 0
	for _, pattern := range []string{"*-secondary-*", "*-selftest"} {
		for _, e := range frappetest.Recorded(t, pattern) {
			if !e.BySite() {
				continue
			}
			sent++
			s.W.Clock.Skip(2 * time.Second) // guesses of secrets are rate-limited
			what := e.File + ", " + e.Name + ", " + e.Method + " " + e.Target
			resp, body := s.W.Send(t, e.RequestText)
			answer := livable(t, what+" as it was", resp, body)
			if notOurs[e.Target] {
				hubtest.Want(t, what, resp.StatusCode, 404)
				continue
			}
			hubtest.Want(t, what+" as it was", resp.StatusCode, 401)
			answered++
			if e.Method == http.MethodGet {
				hubtest.Want(t, what+" as it was", answer["error"], any("invalid_token"))
				resp, body = s.W.Send(t, strings.Replace(e.RequestText, "Bearer "+bearer(e), "Bearer "+access, 1))
				info := livable(t, what, resp, body)
				hubtest.Want(t, what, info["email"], any("nina@example.com"))
				continue
			}
			hubtest.Want(t, what+" as it was", answer["error"], any("invalid_client"))
			resp, body = s.W.Send(t, s.withOurs(t, e))
			token := livable(t, what, resp, body)
			hubtest.Want(t, what, resp.StatusCode, 200)
			hubtest.Want(t, what, token["token_type"], any("Bearer"))
			hubtest.Want(t, what, resp.Header.Get("Cache-Control"), "no-store")
			access, _ = token["access_token"].(string)
			if seconds, ok := token["expires_in"].(float64); !ok || seconds <= 0 || access == "" {
				t.Errorf("%s: answered %s", what, body)
			}
		}
	}
	if sent < 280 || answered < 260 {
		t.Errorf("only %d requests were sent, %d to addresses of ours", sent, answered)
	}
}

func bearer(e frappetest.Exchange) string {
	_, token, _ := strings.Cut(e.Header.Get("Authorization"), " ")
	return token
}

// withOurs replaces the values of the recorded provider by this hub's. The rest
// stays.
func (s aRecordedSite) withOurs(t *testing.T, e frappetest.Exchange) string {
	t.Helper()
	form, err := url.ParseQuery(e.Body)
	if err != nil {
		t.Fatal(err)
	}
	request := e.RequestText
	for name, value := range map[string]string{"code": s.code(t, form.Get("redirect_uri")), "client_id": s.ID, "client_secret": s.Secret} {
		before := name + "=" + url.QueryEscape(form.Get(name))
		if !strings.Contains(request, before) {
			t.Fatalf("%s: no %s in %s", e.Name, before, request)
		}
		request = strings.Replace(request, before, name+"="+url.QueryEscape(value), 1)
	}
	return request
}

// The addresses of recorded buttons work here: an unknown client gets an error
// page, a known one its code and its unchanged state.
func TestTheButtonsOfRecordedSitesWork(t *testing.T) {
	s, followed := newRecordedSite(t), 0
	for _, e := range frappetest.Recorded(t, "*-selftest") {
		at, err := url.ParseRequestURI(e.Target)
		if err != nil || path.Base(at.Path) != "frappe.integrations.oauth2.authorize" {
			continue
		}
		followed++
		resp, body := s.W.Send(t, e.RequestText)
		if resp.StatusCode != 400 || resp.Header.Get("Location") != "" || !strings.HasPrefix(resp.Header.Get("Content-Type"), "text/html") {
			t.Errorf("%s as it was: %d %q\n%s", e.Target, resp.StatusCode, resp.Header.Get("Location"), body)
		}
		request := strings.Replace(e.RequestText, "client_id="+at.Query().Get("client_id"), "client_id="+s.ID, 1)
		resp, _ = s.W.Send(t, request)
		if to := resp.Header.Get("Location"); resp.StatusCode/100 != 3 || !strings.HasPrefix(to, "/signin?") {
			t.Errorf("a stranger is answered %d and sent to %q", resp.StatusCode, to)
		}
		resp, _ = s.W.Send(t, request+"\nCookie: "+s.b.Cookies())
		to, err := url.Parse(resp.Header.Get("Location"))
		if err != nil || resp.StatusCode/100 != 3 || !strings.HasPrefix(to.String(), at.Query().Get("redirect_uri")+"?") {
			t.Fatalf("whoever is signed in is answered %d and sent to %q", resp.StatusCode, to)
		}
		hubtest.Want(t, "the state", to.Query().Get("state"), at.Query().Get("state"))
		if code := to.Query().Get("code"); strings.Trim(code, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~") != "" || code == "" {
			t.Errorf("the code is %q", code)
		}
	}
	if followed < 4 {
		t.Errorf("only %d buttons were followed", followed)
	}
}

// Every recorded request to a Frappe provider is sent to this hub too, and none
// causes an internal error.
func TestNothingThatAFrappeProviderWasAskedBreaksThisOne(t *testing.T) {
	w, asked := hubtest.NewWorld(t, hubtest.OpenSQLite(t)), 0
	for _, e := range frappetest.Recorded(t, "*-primary-*") {
		if e.BySite() {
			continue
		}
		asked++
		resp, body := w.Send(t, e.RequestText)
		if resp.StatusCode >= 500 {
			t.Errorf("%s, %s, %s %s: %d\n%s", e.File, e.Name, e.Method, e.Target, resp.StatusCode, body)
		}
		at, err := url.ParseRequestURI(e.Target)
		if err != nil || e.Method == http.MethodOptions {
			continue
		}
		method, _ := strings.CutPrefix(at.Path, hubtest.FrappePath)
		switch strings.SplitN(method, "/", 2)[0] {
		case "get_token", "openid_profile", "introspect_token", "revoke_token", "register_client":
			livable(t, e.File+", "+e.Name, resp, body)
		}
	}
	if asked < 350 {
		t.Errorf("only %d requests were made", asked)
	}
}
