package hub_test

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/hub/settings"
)

// enter signs somebody in to a site, agreeing to all, and returns the answer of
// the token endpoint.
func (a *app) enter(t *testing.T, b *browser, email string) reply {
	t.Helper()
	return a.w.raw(frappePath+"get_token", a.siteForm(a.codeFor(t, b, email, "s")))
}

// codeFor is a code that the site's button led to.
func (a *app) codeFor(t *testing.T, b *browser, email, state string) string {
	t.Helper()
	p := b.open(siteRequest(a, frappePath+"authorize", state))
	if strings.Contains(p.Body, `action="/signin"`) {
		p = b.signIn(p, email)
	}
	if strings.Contains(p.Body, `action="/consent"`) {
		p = b.submit(p, "/consent", "decision", "allow")
	}
	to, err := url.Parse(p.Location)
	if err != nil || !strings.HasPrefix(p.Location, a.RedirectURIs[0]+"?") {
		t.Fatalf("answered %d, leading to %q:\n%s", p.Status, p.Location, p.Body)
	}
	want(t, "state", to.Query().Get("state"), state)
	return to.Query().Get("code")
}

// siteForm is the body in which a site sends a code, in this order.
func (a *app) siteForm(code string) string {
	return "code=" + code + "&redirect_uri=" + url.QueryEscape(a.RedirectURIs[0]) +
		"&grant_type=authorization_code&client_id=" + a.ID + "&client_secret=" + url.QueryEscape(a.Secret)
}

func TestAWrongRedirectURIOfASiteSaysWhatToChangeThere(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	a := w.site(clients.FrappeProvider)
	for sent, fix := range map[string]string{
		strings.Replace(erpCallback, "https:", "http:", 1):                                        "X-Forwarded-Proto",
		strings.Replace(erpCallback, ".com", ".com:8000", 1):                                      "The port.",
		strings.Replace(erpCallback, "https://erp.example.com", "http://erp.example.com:8000", 1): "The scheme and the port.",
		strings.Replace(erpCallback, "erp.example.com", "site1.local", 1):                         "The host.",
		strings.Replace(erpCallback, "login_via_frappe", "login_via_keycloak/keycloak", 1):        "another provider",
	} {
		p := w.browser().open("/" + frappePath[1:] + "authorize?" + url.Values{"client_id": {a.ID}, "redirect_uri": {sent}, "response_type": {"code"}, "scope": {"openid"}}.Encode())
		want(t, sent, p.Status, 400)
		for _, shown := range []string{sent, fix, `href="` + erp + `/login"`} {
			if p.Location != "" || !strings.Contains(p.Body, shown) {
				t.Errorf("%s: the page does not say %q:\n%s", sent, shown, p.Body)
			}
		}
	}
}

// Errors stay here, unless an administrator says that the site copes with them.
func TestErrorsGoToASiteThatWasChangedToCopeWithThem(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	w.person("ada@example.org")
	a := w.site(clients.FrappeProvider)
	desk := w.operator()
	kept := desk.saved(a, "send_errors", "1")
	want(t, "the setting", kept.Frappe.SendErrors, true)
	b := w.browser()
	p := b.signIn(b.open(siteRequest(a, frappePath+"authorize", "the state")), "ada@example.org")
	to, err := url.Parse(b.submit(p, "/consent", "decision", "deny").Location)
	if err != nil || !strings.HasPrefix(to.String(), erpCallback+"?") {
		t.Fatalf("leads to %q", to)
	}
	want(t, "error", to.Query().Get("error"), "access_denied")
	want(t, "state", to.Query().Get("state"), "the state")
	want(t, "the setting, once more", desk.saved(a, "send_errors", "").Frappe.SendErrors, false)
}

// A state comes back character by character, up to four kilobytes of it.
func TestAnyStateOfASiteComesBackExactly(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	w.person("ada@example.org")
	a := w.site(clients.FrappeProvider)
	b := w.browser()
	odd := base64.StdEncoding.EncodeToString([]byte{0xfb, 0xef, 0xbe, 0xff, 0xff, 0xff, 0xfb})
	if !strings.Contains(odd, "+") || !strings.Contains(odd, "/") || !strings.Contains(odd, "=") {
		t.Fatalf("%s is not odd enough", odd)
	}
	long := strings.Repeat(odd, 4096/len(odd)+1)[:4096]
	for _, state := range []string{odd, long, "0123456789abcdef0123456789abcdef", `{"token": "ü", "b": "a b&c=d%2B"}`} {
		a.codeFor(t, b, "ada@example.org", state)
	}
}

// The token endpoint says what is wrong in the way of the RFC, whatever is
// asked of it, and overlooks what it does not know.
func TestTheTokenEndpointTakesWhatSitesSendAndNothingElse(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	w.person("ada@example.org")
	a := w.site(clients.FrappeProvider)
	b := w.browser()
	code := a.codeFor(t, b, "ada@example.org", "s")
	form := a.siteForm(code)
	head := "Host: hub\nAccept: */*\n"
	for _, c := range []struct {
		what, request string
		status        int
		code          string
	}{
		{"a GET", "GET " + frappePath + "get_token?" + form + " HTTP/1.1\n" + head[:len(head)-1], 405, "invalid_request"},
		{"a query on the POST", "POST " + frappePath + "get_token?" + form + " HTTP/1.1\n" + head + "Content-Type: application/x-www-form-urlencoded\n\n" + form, 400, "invalid_request"},
		{"JSON", "POST " + frappePath + "get_token HTTP/1.1\n" + head + "Content-Type: application/json\n\n{\"grant_type\":\"authorization_code\"}", 415, "invalid_request"},
		{"a password", "POST " + frappePath + "get_token HTTP/1.1\n" + head + "Content-Type: application/x-www-form-urlencoded\n\ngrant_type=password&username=ada@example.org&password=x&client_id=" + a.ID, 400, "unsupported_grant_type"},
	} {
		resp, body := w.send(t, c.request)
		answer := livable(t, c.what, resp, body)
		want(t, c.what, resp.StatusCode, c.status)
		want(t, c.what, answer["error"], any(c.code))
	}
	r := w.raw(frappePath+"get_token", form+"&cmd=frappe.integrations.oauth2.get_token&scope=openid+all&x=&y=1")
	want(t, "unknown fields", r.Status, 200)

	// RFC 6749 §2.3.1: both halves of the header are encoded as a form; here
	// every character of them is.
	encoded := func(s string) string {
		var out strings.Builder
		for i := range len(s) {
			fmt.Fprintf(&out, "%%%02x", s[i])
		}
		return out.String()
	}
	for what, credentials := range map[string]string{
		"encoded":                                encoded(a.ID) + ":" + encoded(a.Secret),
		"as they are, which some libraries send": a.ID + ":" + a.Secret,
	} {
		req, err := http.NewRequest("POST", w.URL+frappePath+"get_token", strings.NewReader("grant_type=authorization_code&code="+
			a.codeFor(t, b, "ada@example.org", "s")+"&redirect_uri="+url.QueryEscape(a.RedirectURIs[0])))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		req.Header.Set("Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(credentials)))
		want(t, "Basic, "+what, w.call(req).Status, 200)
	}
}

// Well-known documents are for pages of every origin, at each of their
// addresses; no cookie goes with them.
func TestPagesOfAnyOriginReadTheWellKnownDocuments(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	for _, path := range []string{"/.well-known/openid-configuration", "/.well-known/oauth-authorization-server", "/.well-known/oauth-protected-resource", frappePath + "openid_configuration"} {
		for _, method := range []string{"GET", "OPTIONS"} {
			resp, body := w.send(t, method+" "+path+" HTTP/1.1\nHost: hub\nOrigin: https://erp.example.com\nAccess-Control-Request-Method: GET")
			want(t, method+" "+path, resp.Header.Get("Access-Control-Allow-Origin"), "*")
			want(t, method+" "+path, resp.Header.Get("Access-Control-Allow-Credentials"), "")
			if method == "GET" {
				livable(t, path, resp, body)
			}
		}
	}
}

// What a client is told when it registers at the address of a Frappe provider
// has what one is told there.
func TestClientsRegisterWhereAFrappeProviderRegistersThem(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	body := map[string]any{"client_name": "MCP", "redirect_uris": []string{"https://mcp.example.org/cb"}, "scope": "all openid"}
	r := w.sendJSON("POST", frappePath+"register_client", "", body)
	if r.Status < 400 || r.Status >= 500 || r.str("error") == "" {
		t.Errorf("registered although it is off: %d %s", r.Status, r.Body)
	}
	w.policy(settings.RegistrationOpen)
	r = w.sendJSON("POST", frappePath+"register_client", "", body)
	want(t, "registered", r.Status, 201)
	for name, value := range map[string]any{
		"client_name": "MCP", "client_secret_expires_at": 0.0, "token_endpoint_auth_method": "client_secret_basic",
	} {
		want(t, name, r.JSON[name], value)
	}
	for _, name := range []string{"client_id", "client_secret", "client_id_issued_at", "grant_types", "response_types", "redirect_uris", "scope"} {
		if r.JSON[name] == nil {
			t.Errorf("%s is missing in %s", name, r.Body)
		}
	}
	for what, wrong := range map[string]any{
		"no object":      []string{},
		"a grant":        map[string]any{"redirect_uris": body["redirect_uris"], "grant_types": []string{"magic"}},
		"a method":       map[string]any{"redirect_uris": body["redirect_uris"], "token_endpoint_auth_method": "trust"},
		"a name of kind": map[string]any{"redirect_uris": body["redirect_uris"], "client_name": 7},
	} {
		r := w.sendJSON("POST", frappePath+"register_client", "", wrong)
		if r.Status != 400 || r.str("error") != "invalid_client_metadata" || r.str("error_description") == "" {
			t.Errorf("%s: %d %s", what, r.Status, r.Body)
		}
	}
	// RFC 7591 §3.2.2 has a word of its own for this.
	r = w.sendJSON("POST", frappePath+"register_client", "", map[string]any{"redirect_uris": []string{"http://mcp.example.org/cb#x"}})
	want(t, "a wrong redirect URI", r.str("error"), "invalid_redirect_uri")
}

// Cookies do not know ports, so those of the hub must not have the names of
// those of a site at the same host.
func TestTheHubUsesNoCookieNameOfASite(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	w.person("ada@example.org")
	a := w.site(clients.FrappeProvider)
	b := w.browser()
	a.codeFor(t, b, "ada@example.org", "s")
	taken := []string{"sid", "user_id", "full_name", "user_image", "system_user", "user_lang", "preferred_language"}
	at, err := url.Parse(w.URL)
	if err != nil {
		t.Fatal(err)
	}
	all := b.Jar.Cookies(at)
	if len(all) < 2 {
		t.Fatalf("only %d cookies", len(all))
	}
	for _, c := range all {
		for _, name := range taken {
			if strings.EqualFold(c.Name, name) {
				t.Errorf("the hub sets %s, which is the site's", c.Name)
			}
		}
	}
}

// Claims are what the fields of a site hold, and no null is among them.
func TestClaimsForASiteFitItsFields(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	a := w.site(clients.FrappeProvider)
	for picture, sent := range map[string]bool{"https://cdn.example.org/ada.png": true, "http://cdn.example.org/ada.png": false, "": false} {
		u := w.person(fmt.Sprintf("Ada%d@Example.org", len(picture)))
		b := w.browser()
		b.signIn(b.open("/signin"), u.Email)
		b.submit(b.open("/account/profile"), "/account/profile", "name", "", "given_name", strings.Repeat("é", 100), "family_name", "", "picture", picture)
		info := w.sendJSON("GET", frappePath+"openid_profile", a.enter(t, b, u.Email).str("access_token"), nil)
		if has := info.str("picture") != ""; has != sent {
			t.Errorf("%q: the picture is %v", picture, info.JSON["picture"])
		}
		if name := info.str("given_name"); name == "" || len([]rune(name)) > 140 || info.str("name") == "" || len(info.str("sub")) > 140 || info.str("email") != strings.ToLower(u.Email) {
			t.Errorf("the claims are %s", info.Body)
		}
		for name, value := range info.JSON {
			if value == nil {
				t.Errorf("%s is null", name)
			}
		}
		if gender, found := info.JSON["gender"]; found && gender == "" {
			t.Error("the gender is empty")
		}
	}
}
