package registration_test

import (
	"net/url"
	"testing"

	"github.com/fedhub/fedhub/hub/internal/hubtest"
	"github.com/fedhub/fedhub/hub/settings"
)

// A single-page app in development registers its loopback address without
// declaring itself one. Its page still may call the token endpoint (CORS).
func TestABrowserAppOnLoopbackCallsTheMachineEndpoints(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Policy(settings.RegistrationOpen)
	w.Person("ada@example.org")
	const home = "http://localhost:5173"
	uris := hubtest.Metadata{"redirect_uris": []string{home + "/callback", "http://[::1]:5173/callback", "com.example.app:/cb"}}
	page, answer := w.Registered(uris, hubtest.Metadata{"token_endpoint_auth_method": "none", "grant_types": []string{"authorization_code", "refresh_token"}})
	hubtest.Want(t, "application_type, as ever", answer.Str("application_type"), "native")
	other, _ := w.Registered(hubtest.Metadata{"redirect_uris": []string{"http://localhost:6001/callback"}, "token_endpoint_auth_method": "none"})
	secret, _ := w.Registered(hubtest.Metadata{"redirect_uris": []string{"http://localhost:6000/callback"}, "token_endpoint_auth_method": "client_secret_post"})
	asked := func(a *hubtest.App) url.Values {
		return url.Values{"client_id": {a.ID}, "grant_type": {"refresh_token"}, "refresh_token": {"x"}}
	}
	for origin, want := range map[string]string{
		home: home, "http://[::1]:5173": "http://[::1]:5173",
		"http://localhost:5174": "", "http://localhost": "", "https://localhost:5173": "", "http://127.0.0.1:5173": "",
		"null": "", "com.example.app:": "", "com.example.app://": "",
	} {
		w.AllowsOrigin("token, "+origin, w.Across("POST", "/oauth2/token", origin, asked(page)), want)
		w.AllowsOrigin("preflight, "+origin, w.Across("OPTIONS", "/oauth2/token", origin, nil, "Access-Control-Request-Method", "POST"), want)
	}
	w.AllowsOrigin("an app with a secret", w.Across("POST", "/oauth2/token", "http://localhost:6000", asked(secret)), "")
	w.AllowsOrigin("the page of another app", w.Across("POST", "/oauth2/token", home, asked(other)), "")
}
