package token_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/hub/internal/hubtest"
	"github.com/fedhub/fedhub/hub/settings"
)

// TK-38
func TestPagesOfARegisteredOriginAloneCallTheMachineEndpoints(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Person("ada@example.org")
	const home, extra, foreign = "https://app.example.org", "https://panel.example.org", "https://other.example.org"
	public := func(c *clients.Client) { c.Type, c.Origins = clients.SPA, []string{extra} }
	a := w.App(public)
	w.App(func(c *clients.Client) { c.Origins = []string{foreign} })
	access := a.Redeem(w.Browser().SignInTo(a, "ada@example.org").Get("code")).Str("access_token")
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
		w.AllowsOrigin("token, "+origin, w.Across("POST", "/oauth2/token", origin, asked), answer)
		w.AllowsOrigin("revoke, "+origin, w.Across("POST", "/oauth2/revoke", origin, revoked), answer)
		w.AllowsOrigin("userinfo, "+origin, w.Across("GET", "/oauth2/userinfo", origin, nil, "Authorization", "Bearer "+access), answer)
		preflight := answer
		if origin == foreign {
			preflight = foreign // a preflight has no client_id
		}
		for _, path := range []string{"/oauth2/token", "/oauth2/userinfo", "/oauth2/revoke"} {
			r := w.Across("OPTIONS", path, origin, nil, "Access-Control-Request-Method", "POST", "Access-Control-Request-Headers", "authorization,dpop")
			w.AllowsOrigin("preflight of "+path+", "+origin, r, preflight)
			if r.Status != 204 || r.Header.Get("Vary") != "Origin" || preflight != "" && !strings.Contains(r.Header.Get("Access-Control-Allow-Headers"), "DPoP") {
				t.Errorf("preflight of %s: got %d %v", path, r.Status, r.Header)
			}
		}
		for _, path := range []string{"/oauth2/authorize", "/signin", "/consent", "/account"} {
			w.AllowsOrigin(path+", "+origin, w.Across("GET", path, origin, nil), "")
			w.AllowsOrigin("preflight of "+path, w.Across("OPTIONS", path, origin, nil), "")
		}
		w.AllowsOrigin("preflight as Keycloak has it, "+origin, w.Across("OPTIONS", "/protocol/openid-connect/token", origin, nil), preflight)
		for _, path := range []string{"/.well-known/openid-configuration", "/.well-known/oauth-authorization-server", "/oauth2/jwks"} {
			w.AllowsOrigin(path+", "+origin, w.Across("GET", path, origin, nil), "*")
			w.AllowsOrigin("preflight of "+path, w.Across("OPTIONS", path, origin, nil), "*")
		}
	}
}

func TestAnyPageRegistersWhereAnyAppMay(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	for policy, want := range map[string]string{settings.RegistrationOpen: "*", settings.RegistrationByToken: "", settings.RegistrationOff: ""} {
		w.Policy(policy)
		w.AllowsOrigin("preflight, "+policy, w.Across("OPTIONS", "/oauth2/register", "https://inspector.example", nil), want)
		w.AllowsOrigin(policy, w.Across("POST", "/oauth2/register", "https://inspector.example", nil), want)
	}
}

func TestAnOriginCountsAsSoonAsItIsRegisteredAndNoLonger(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Policy(settings.RegistrationOpen)
	const origin = "https://app.example.org"
	preflight := func() hubtest.Reply { return w.Across("OPTIONS", "/oauth2/token", origin, nil) }
	w.AllowsOrigin("before", preflight(), "")
	_, r := w.Registered(hubtest.Metadata{"token_endpoint_auth_method": "none"})
	w.AllowsOrigin("registered", preflight(), origin)
	hubtest.Want(t, "deleting", w.SendJSON("DELETE", r.Str("registration_client_uri"), r.Str("registration_access_token"), nil).Status, 204)
	w.AllowsOrigin("deleted", preflight(), "")
}
