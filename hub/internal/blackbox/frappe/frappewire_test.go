package frappe_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/hub/internal/hubtest"
)

// A complete sign-in on the wire, for each of the three providers: site and hub
// have names of their own, and the requests are those that sites send.
func TestASignInGoesOverTheWireAsSitesWriteIt(t *testing.T) {
	const state = "eyJzaXRlIjogImh0dHBzOi8vZXJwLi4uIn0%3D"
	for provider, at := range map[string]struct{ authorize, token, userinfo, callback, scope string }{
		clients.FrappeProvider: {hubtest.FrappePath + "authorize", hubtest.FrappePath + "get_token", hubtest.FrappePath + "openid_profile", "login_via_frappe", "openid"},
		clients.KeycloakProvider: {"/realms/main/protocol/openid-connect/auth", "/realms/main/protocol/openid-connect/token",
			"/realms/main/protocol/openid-connect/userinfo", "login_via_keycloak%2Fkeycloak", "openid"},
		"Hub": {"/oauth2/authorize", "/oauth2/token", "/oauth2/userinfo", "custom%2Fhub", "openid+profile+email"},
	} {
		t.Run(provider, func(t *testing.T) {
			w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
			ada := w.Person("ada@example.org", "Employee")
			a, b := w.Site(provider), w.Browser()
			a.CodeFor(t, b, "ada@example.org", "s") // creates a session and the consent
			callback := "https%3A%2F%2Ferp.example.com%2Fapi%2Fmethod%2Ffrappe.integrations.oauth2_logins." + at.callback

			resp, body := w.Send(t, "GET "+at.authorize+"?redirect_uri="+callback+"&state="+state+"&response_type=code&scope="+at.scope+"&client_id="+a.ID+" HTTP/1.1\n"+
				"Host: hub.example.com\nCookie: "+b.Cookies()+"; sid=Guest; system_user=no; full_name=Guest; user_id=Guest")
			plain, err := url.QueryUnescape(callback)
			if err != nil {
				t.Fatal(err)
			}
			to := resp.Header.Get("Location")
			if resp.StatusCode/100 != 3 || !strings.HasPrefix(to, plain+"?") || !strings.Contains(to, "state="+state) {
				t.Fatalf("answered %d, leading to %q\n%s", resp.StatusCode, to, body)
			}
			hubtest.Want(t, "Cache-Control", resp.Header.Get("Cache-Control"), "no-store")
			hubtest.Want(t, "Referrer-Policy", resp.Header.Get("Referrer-Policy"), "no-referrer")
			answer, err := url.Parse(to)
			if err != nil {
				t.Fatal(err)
			}

			resp, body = w.Send(t, "POST "+at.token+" HTTP/1.1\nHost: hub.example.com\nUser-Agent: python-requests/2.32.3\nAccept-Encoding: gzip, deflate, br\nAccept: */*\n"+
				"Content-Type: application/x-www-form-urlencoded\n\n"+
				"code="+answer.Query().Get("code")+"&redirect_uri="+callback+"&grant_type=authorization_code&client_id="+a.ID+"&client_secret="+url.QueryEscape(a.Secret))
			token := livable(t, "the token answer", resp, body)
			for name, value := range map[string]string{"Cache-Control": "no-store", "Pragma": "no-cache"} {
				hubtest.Want(t, name, resp.Header.Get(name), value)
			}
			if seconds, ok := token["expires_in"].(float64); !ok || seconds <= 0 {
				t.Errorf("expires_in is %v", token["expires_in"])
			}
			for _, name := range []string{"access_token", "refresh_token", "id_token", "scope"} {
				if text, ok := token[name].(string); !ok || text == "" {
					t.Errorf("%s is missing in %s", name, body)
				}
			}

			access, _ := token["access_token"].(string)
			resp, body = w.Send(t, "GET "+at.userinfo+" HTTP/1.1\nHost: hub.example.com\nAccept: */*\nAuthorization: Bearer "+access)
			info := livable(t, "the claims", resp, body)
			for name, value := range map[string]any{
				"sub": ada.ID, "name": "Ada Lovelace", "email": "ada@example.org", "email_verified": true, "preferred_username": "ada@example.org", "iss": w.URL,
			} {
				hubtest.Want(t, name, info[name], value)
			}
			if roles, ok := info["roles"].([]any); !ok || len(roles) != 1 || roles[0] != "Employee" {
				t.Errorf("the roles are %v", info["roles"])
			}
		})
	}
}
