package hub_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/hub/settings"
)

// across calls an endpoint as a page of an origin does.
func (w *world) across(method, path, origin string, form url.Values, header ...string) reply {
	w.Helper()
	req, err := http.NewRequest(method, w.URL+path, strings.NewReader(form.Encode()))
	if err != nil {
		w.Fatal(err)
	}
	req.Header.Set("Origin", origin)
	if len(form) > 0 {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	return w.call(req)
}

func (w *world) allowsOrigin(what string, r reply, want string) {
	w.Helper()
	if got := r.Header.Get("Access-Control-Allow-Origin"); got != want {
		w.Errorf("%s: Access-Control-Allow-Origin is %q, want %q", what, got, want)
	}
	if got := r.Header.Get("Access-Control-Allow-Credentials"); got != "" {
		w.Errorf("%s: Access-Control-Allow-Credentials is %q", what, got)
	}
}

// TK-38
func TestPagesOfARegisteredOriginAloneCallTheMachineEndpoints(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	w.person("ada@example.org")
	const home, extra, foreign = "https://app.example.org", "https://panel.example.org", "https://other.example.org"
	public := func(c *clients.Client) { c.Type, c.Origins = clients.SPA, []string{extra} }
	a := w.app(public)
	w.app(func(c *clients.Client) { c.Origins = []string{foreign} })
	access := a.redeem(w.browser().signInTo(a, "ada@example.org").Get("code")).str("access_token")
	asked := url.Values{"client_id": {a.ID}, "grant_type": {"refresh_token"}, "refresh_token": {"x"}}
	revoked := url.Values{"client_id": {a.ID}, "token": {"x"}}

	for origin, want := range map[string]bool{
		home: true, extra: true,
		foreign: false, // another client's
		"null":  false, "https://app.example.org.evil.example": false, "https://evil-app.example.org": false,
		"http://app.example.org": false, "https://app.example.org:8443": false, "HTTPS://APP.EXAMPLE.ORG": false,
		"https://app.example.org/": false, "*": false, "https://app.example.org, https://evil.example": false,
	} {
		answer := map[bool]string{true: origin, false: ""}[want]
		w.allowsOrigin("token, "+origin, w.across("POST", "/oauth2/token", origin, asked), answer)
		w.allowsOrigin("revoke, "+origin, w.across("POST", "/oauth2/revoke", origin, revoked), answer)
		w.allowsOrigin("userinfo, "+origin, w.across("GET", "/oauth2/userinfo", origin, nil, "Authorization", "Bearer "+access), answer)
		preflight := answer
		if origin == foreign {
			preflight = foreign // a preflight does not say for which client
		}
		for _, path := range []string{"/oauth2/token", "/oauth2/userinfo", "/oauth2/revoke"} {
			r := w.across("OPTIONS", path, origin, nil, "Access-Control-Request-Method", "POST", "Access-Control-Request-Headers", "authorization,dpop")
			w.allowsOrigin("preflight of "+path+", "+origin, r, preflight)
			if r.Status != 204 || r.Header.Get("Vary") != "Origin" || preflight != "" && !strings.Contains(r.Header.Get("Access-Control-Allow-Headers"), "DPoP") {
				t.Errorf("preflight of %s: got %d %v", path, r.Status, r.Header)
			}
		}
		for _, path := range []string{"/oauth2/authorize", "/signin", "/consent", "/account"} {
			w.allowsOrigin(path+", "+origin, w.across("GET", path, origin, nil), "")
			w.allowsOrigin("preflight of "+path, w.across("OPTIONS", path, origin, nil), "")
		}
		for _, path := range []string{"/.well-known/openid-configuration", "/.well-known/oauth-authorization-server", "/oauth2/jwks"} {
			w.allowsOrigin(path+", "+origin, w.across("GET", path, origin, nil), "*")
			w.allowsOrigin("preflight of "+path, w.across("OPTIONS", path, origin, nil), "*")
		}
	}
}

func TestAnyPageRegistersWhereAnyAppMay(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	for policy, want := range map[string]string{settings.RegistrationOpen: "*", settings.RegistrationByToken: "", settings.RegistrationOff: ""} {
		w.policy(policy)
		w.allowsOrigin("preflight, "+policy, w.across("OPTIONS", "/oauth2/register", "https://inspector.example", nil), want)
		w.allowsOrigin(policy, w.across("POST", "/oauth2/register", "https://inspector.example", nil), want)
	}
}

func TestAnOriginCountsAsSoonAsItIsRegisteredAndNoLonger(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	w.policy(settings.RegistrationOpen)
	const origin = "https://app.example.org"
	preflight := func() reply { return w.across("OPTIONS", "/oauth2/token", origin, nil) }
	w.allowsOrigin("before", preflight(), "")
	_, r := w.registered(metadata{"token_endpoint_auth_method": "none"})
	w.allowsOrigin("registered", preflight(), origin)
	want(t, "deleting", w.sendJSON("DELETE", r.str("registration_client_uri"), r.str("registration_access_token"), nil).Status, 204)
	w.allowsOrigin("deleted", preflight(), "")
}
