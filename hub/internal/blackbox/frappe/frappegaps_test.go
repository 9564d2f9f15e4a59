package frappe_test

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/hub/internal/hubtest"
	"github.com/fedhub/fedhub/hub/settings"
)

func TestAWrongRedirectURIOfASiteSaysWhatToChangeThere(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	a := w.Site(clients.FrappeProvider)
	for sent, fix := range map[string]string{
		strings.Replace(hubtest.ErpCallback, "https:", "http:", 1):                                        "X-Forwarded-Proto",
		strings.Replace(hubtest.ErpCallback, ".com", ".com:8000", 1):                                      "The port.",
		strings.Replace(hubtest.ErpCallback, "https://erp.example.com", "http://erp.example.com:8000", 1): "The scheme and the port.",
		strings.Replace(hubtest.ErpCallback, "erp.example.com", "site1.local", 1):                         "The host.",
		strings.Replace(hubtest.ErpCallback, "login_via_frappe", "login_via_keycloak/keycloak", 1):        "another provider",
	} {
		p := w.Browser().Open("/" + hubtest.FrappePath[1:] + "authorize?" + url.Values{"client_id": {a.ID}, "redirect_uri": {sent}, "response_type": {"code"}, "scope": {"openid"}}.Encode())
		hubtest.Want(t, sent, p.Status, 400)
		for _, shown := range []string{sent, fix, `href="` + hubtest.Erp + `/login"`} {
			if p.Location != "" || !strings.Contains(p.Body, shown) {
				t.Errorf("%s: the page does not say %q:\n%s", sent, shown, p.Body)
			}
		}
	}
}

// Errors are shown at the hub, unless an administrator says that the site can
// handle them.
func TestErrorsGoToASiteThatWasChangedToCopeWithThem(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Person("ada@example.org")
	a := w.Site(clients.FrappeProvider)
	desk := w.Operator()
	kept := desk.Saved(a, "send_errors", "1")
	hubtest.Want(t, "the setting", kept.Frappe.SendErrors, true)
	b := w.Browser()
	p := b.SignIn(b.Open(hubtest.SiteRequest(a, hubtest.FrappePath+"authorize", "the state")), "ada@example.org")
	to, err := url.Parse(b.Submit(p, "/consent", "decision", "deny").Location)
	if err != nil || !strings.HasPrefix(to.String(), hubtest.ErpCallback+"?") {
		t.Fatalf("leads to %q", to)
	}
	hubtest.Want(t, "error", to.Query().Get("error"), "access_denied")
	hubtest.Want(t, "state", to.Query().Get("state"), "the state")
	hubtest.Want(t, "the setting, once more", desk.Saved(a, "send_errors", "").Frappe.SendErrors, false)
}

// state is returned unchanged, up to four kilobytes.
func TestAnyStateOfASiteComesBackExactly(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Person("ada@example.org")
	a := w.Site(clients.FrappeProvider)
	b := w.Browser()
	odd := base64.StdEncoding.EncodeToString([]byte{0xfb, 0xef, 0xbe, 0xff, 0xff, 0xff, 0xfb})
	if !strings.Contains(odd, "+") || !strings.Contains(odd, "/") || !strings.Contains(odd, "=") {
		t.Fatalf("%s is not odd enough", odd)
	}
	long := strings.Repeat(odd, 4096/len(odd)+1)[:4096]
	for _, state := range []string{odd, long, "0123456789abcdef0123456789abcdef", `{"token": "ü", "b": "a b&c=d%2B"}`} {
		a.CodeFor(t, b, "ada@example.org", state)
	}
}

// Errors of the token endpoint follow the RFC for any input, and unknown
// parameters are ignored.
func TestTheTokenEndpointTakesWhatSitesSendAndNothingElse(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Person("ada@example.org")
	a := w.Site(clients.FrappeProvider)
	b := w.Browser()
	code := a.CodeFor(t, b, "ada@example.org", "s")
	form := a.SiteForm(code)
	head := "Host: hub\nAccept: */*\n"
	for _, c := range []struct {
		what, request string
		status        int
		code          string
	}{
		{"a GET", "GET " + hubtest.FrappePath + "get_token?" + form + " HTTP/1.1\n" + head[:len(head)-1], 405, "invalid_request"},
		{"a query on the POST", "POST " + hubtest.FrappePath + "get_token?" + form + " HTTP/1.1\n" + head + "Content-Type: application/x-www-form-urlencoded\n\n" + form, 400, "invalid_request"},
		{"JSON", "POST " + hubtest.FrappePath + "get_token HTTP/1.1\n" + head + "Content-Type: application/json\n\n{\"grant_type\":\"authorization_code\"}", 415, "invalid_request"},
		{"a password", "POST " + hubtest.FrappePath + "get_token HTTP/1.1\n" + head + "Content-Type: application/x-www-form-urlencoded\n\ngrant_type=password&username=ada@example.org&password=x&client_id=" + a.ID, 400, "unsupported_grant_type"},
	} {
		resp, body := w.Send(t, c.request)
		answer := livable(t, c.what, resp, body)
		hubtest.Want(t, c.what, resp.StatusCode, c.status)
		hubtest.Want(t, c.what, answer["error"], any(c.code))
	}
	r := w.Raw(hubtest.FrappePath+"get_token", form+"&cmd=frappe.integrations.oauth2.get_token&scope=openid+all&x=&y=1")
	hubtest.Want(t, "unknown fields", r.Status, 200)

	// RFC 6749 §2.3.1: both parts of the header are form-encoded; here every
	// character is.
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
		req, err := http.NewRequest("POST", w.URL+hubtest.FrappePath+"get_token", strings.NewReader("grant_type=authorization_code&code="+
			a.CodeFor(t, b, "ada@example.org", "s")+"&redirect_uri="+url.QueryEscape(a.RedirectURIs[0])))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		req.Header.Set("Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(credentials)))
		hubtest.Want(t, "Basic, "+what, w.Call(req).Status, 200)
	}
}

// Well-known documents allow every origin at each of their addresses, without
// credentials.
func TestPagesOfAnyOriginReadTheWellKnownDocuments(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	for _, path := range []string{"/.well-known/openid-configuration", "/.well-known/oauth-authorization-server", "/.well-known/oauth-protected-resource", hubtest.FrappePath + "openid_configuration"} {
		for _, method := range []string{"GET", "OPTIONS"} {
			resp, body := w.Send(t, method+" "+path+" HTTP/1.1\nHost: hub\nOrigin: https://erp.example.com\nAccess-Control-Request-Method: GET")
			hubtest.Want(t, method+" "+path, resp.Header.Get("Access-Control-Allow-Origin"), "*")
			hubtest.Want(t, method+" "+path, resp.Header.Get("Access-Control-Allow-Credentials"), "")
			if method == "GET" {
				livable(t, path, resp, body)
			}
		}
	}
}

// The response of registration at the Frappe address has the members that Frappe
// sends.
func TestClientsRegisterWhereAFrappeProviderRegistersThem(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	body := map[string]any{"client_name": "MCP", "redirect_uris": []string{"https://mcp.example.org/cb"}, "scope": "all openid"}
	r := w.SendJSON("POST", hubtest.FrappePath+"register_client", "", body)
	if r.Status < 400 || r.Status >= 500 || r.Str("error") == "" {
		t.Errorf("registered although it is off: %d %s", r.Status, r.Body)
	}
	w.Policy(settings.RegistrationOpen)
	r = w.SendJSON("POST", hubtest.FrappePath+"register_client", "", body)
	hubtest.Want(t, "registered", r.Status, 201)
	for name, value := range map[string]any{
		"client_name": "MCP", "client_secret_expires_at": 0.0, "token_endpoint_auth_method": "client_secret_basic",
	} {
		hubtest.Want(t, name, r.JSON[name], value)
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
		r := w.SendJSON("POST", hubtest.FrappePath+"register_client", "", wrong)
		if r.Status != 400 || r.Str("error") != "invalid_client_metadata" || r.Str("error_description") == "" {
			t.Errorf("%s: %d %s", what, r.Status, r.Body)
		}
	}
	// RFC 7591 §3.2.2 has an error code for this.
	r = w.SendJSON("POST", hubtest.FrappePath+"register_client", "", map[string]any{"redirect_uris": []string{"http://mcp.example.org/cb#x"}})
	hubtest.Want(t, "a wrong redirect URI", r.Str("error"), "invalid_redirect_uri")
}

// Cookies ignore ports, so the hub's must have other names than those of a site
// on the same host.
func TestTheHubUsesNoCookieNameOfASite(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Person("ada@example.org")
	a := w.Site(clients.FrappeProvider)
	b := w.Browser()
	a.CodeFor(t, b, "ada@example.org", "s")
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

// Claims fit the fields of a site, without null.
func TestClaimsForASiteFitItsFields(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	a := w.Site(clients.FrappeProvider)
	for picture, sent := range map[string]bool{"https://cdn.example.org/ada.png": true, "http://cdn.example.org/ada.png": false, "": false} {
		u := w.Person(fmt.Sprintf("Ada%d@Example.org", len(picture)))
		b := w.Browser()
		b.SignIn(b.Open("/signin"), u.Email)
		b.Submit(b.Open("/account/profile"), "/account/profile", "name", "", "given_name", strings.Repeat("é", 100), "family_name", "", "picture", picture)
		info := w.SendJSON("GET", hubtest.FrappePath+"openid_profile", a.Enter(t, b, u.Email).Str("access_token"), nil)
		if has := info.Str("picture") != ""; has != sent {
			t.Errorf("%q: the picture is %v", picture, info.JSON["picture"])
		}
		if name := info.Str("given_name"); name == "" || len([]rune(name)) > 140 || info.Str("name") == "" || len(info.Str("sub")) > 140 || info.Str("email") != strings.ToLower(u.Email) {
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
