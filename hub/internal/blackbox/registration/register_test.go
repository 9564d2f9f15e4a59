package registration_test

import (
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/internal/hubtest"
	"github.com/fedhub/fedhub/hub/settings"
)

func TestAClientRegistersItselfAndSignsPeopleIn(t *testing.T) {
	hubtest.OnBothEngines(t, func(t *testing.T, w *hubtest.World) {
		w.Policy(settings.RegistrationOpen)
		w.Person("ada@example.org")
		a, r := w.Registered()
		hubtest.Want(t, "Cache-Control", r.Header.Get("Cache-Control"), "no-store")
		for name, value := range map[string]any{
			"client_name": "Rota", "token_endpoint_auth_method": "client_secret_basic", "application_type": "web",
			"id_token_signed_response_alg": "RS256", "client_secret_expires_at": float64(0), "scope": strings.Join(a.Scopes, " "),
			"registration_client_uri": w.URL + "/oauth2/register/" + a.ID,
		} {
			hubtest.Want(t, name, r.JSON[name], value)
		}
		hubtest.Want(t, "response_types", hubtest.FmtJSON(r.JSON["response_types"]), `["code"]`)
		hubtest.Want(t, "grant_types", hubtest.FmtJSON(r.JSON["grant_types"]), `["authorization_code"]`)
		if issued, _ := r.JSON["client_id_issued_at"].(float64); time.Since(time.Unix(int64(issued), 0)) > time.Hour {
			t.Errorf("client_id_issued_at: %v", r.JSON["client_id_issued_at"])
		}

		// A plain OpenID Connect library sends no code_challenge.
		answer := w.Browser().SignInTo(a, "ada@example.org", "code_challenge", "", "code_challenge_method", "")
		tokens := a.Redeem(answer.Get("code"), "code_verifier", "")
		hubtest.Want(t, "the token request", tokens.Status, 200)
		hubtest.Want(t, "the audience", hubtest.ClaimsOf(t, tokens.Str("id_token"))["aud"], any(a.ID))

		kept := hubtest.Dump(t, w)
		for _, secret := range []string{r.Str("client_secret"), r.Str("registration_access_token")} {
			if secret == "" || strings.Contains(kept, secret) {
				t.Error("a secret was not given, or lies open in the database")
			}
		}
	})
}

func TestWhoMayRegisterIsASetting(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	hubtest.Refused(t, "as it comes", w.Register(), 403, "access_denied")
	discovery := func() string {
		return w.SendJSON("GET", "/.well-known/openid-configuration", "", nil).Str("registration_endpoint")
	}
	hubtest.Want(t, "the endpoint in discovery, off", discovery(), "")

	w.Policy(settings.RegistrationByToken)
	hubtest.Want(t, "the endpoint in discovery, by token", discovery(), w.URL+"/oauth2/register")
	hubtest.Refused(t, "without a token", w.Register(), 401, "invalid_token")
	if got := w.Register().Header.Get("WWW-Authenticate"); !strings.HasPrefix(got, "Bearer") {
		t.Errorf("WWW-Authenticate: %q", got)
	}
	hubtest.Refused(t, "with a made-up token", w.SendJSON("POST", "/oauth2/register", "fht_x", hubtest.Declared()), 401, "invalid_token")
	token, _, err := w.Hub.NewInitialToken(t.Context(), audit.Named("test"), 2, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(hubtest.Dump(t, w), token) {
		t.Error("the initial access token lies open in the database")
	}
	hubtest.Refused(t, "a slip", w.SendJSON("POST", "/oauth2/register", token, hubtest.Metadata{}), 400, "invalid_redirect_uri")
	var made atomic.Int32
	hubtest.AtOnce(32, func(int) {
		if w.SendJSON("POST", "/oauth2/register", token, hubtest.Declared()).Status == 201 {
			made.Add(1)
		}
	})
	hubtest.Want(t, "clients registered with a token for two", made.Load(), 2)

	late, _, err := w.Hub.NewInitialToken(t.Context(), audit.Named("test"), 2, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	w.Clock.Skip(time.Hour + time.Second)
	hubtest.Refused(t, "after an hour", w.SendJSON("POST", "/oauth2/register", late, hubtest.Declared()), 401, "invalid_token")

	w.Policy(settings.RegistrationOpen)
	hubtest.Want(t, "open", w.Register().Status, 201)
	hubtest.Refused(t, "open, with a wrong token", w.SendJSON("POST", "/oauth2/register", late, hubtest.Declared()), 401, "invalid_token")
}

func TestOpenRegistrationIsSlowedDown(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Policy(settings.RegistrationOpen)
	for range 200 {
		if w.Register(hubtest.Metadata{"redirect_uris": nil}).Status == 429 {
			t.Fatal("slowed down too early")
		}
	}
	r := w.Register()
	hubtest.Want(t, "the 201st", r.Status, 429)
	hubtest.Want(t, "clients kept", strings.Contains(hubtest.Dump(t, w), "client_"), false)
}

func TestWhatIsWrongWithMetadataIsSaid(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Policy(settings.RegistrationOpen)
	const redirect, other = "invalid_redirect_uri", "invalid_client_metadata"
	for _, row := range []struct {
		name string
		edit hubtest.Metadata
		code string
	}{
		{"no redirect URI", hubtest.Metadata{"redirect_uris": nil}, redirect},
		{"a fragment", hubtest.Metadata{"redirect_uris": []string{hubtest.Callback + "#x"}}, redirect},
		{"an empty fragment", hubtest.Metadata{"redirect_uris": []string{hubtest.Callback + "#"}}, redirect},
		{"plain http", hubtest.Metadata{"redirect_uris": []string{"ftp://app.example.org/cb"}}, redirect},
		{"a script", hubtest.Metadata{"redirect_uris": []string{"javascript:alert(1)"}}, redirect},
		{"a wildcard", hubtest.Metadata{"redirect_uris": []string{"https://*.example.org/cb"}}, redirect},
		{"a user name", hubtest.Metadata{"redirect_uris": []string{"https://app.example.org@evil.example/cb"}}, redirect},
		{"a private scheme on the web", hubtest.Metadata{"redirect_uris": []string{"com.example.app:/cb"}}, redirect},
		{"one redirect URI as text", hubtest.Metadata{"redirect_uris": hubtest.Callback}, other},
		{"implicit on this machine", hubtest.Metadata{"redirect_uris": []string{"http://localhost/cb"}, "response_types": []string{"token"}, "grant_types": []string{"implicit"}}, redirect},
		{"a bad post logout redirect URI", hubtest.Metadata{"post_logout_redirect_uris": []string{"javascript:x"}}, redirect},
		{"an unknown method", hubtest.Metadata{"token_endpoint_auth_method": "client_secret_magic"}, other},
		{"keys in two places", hubtest.Metadata{"jwks_uri": "https://app.example.org/jwks", "jwks": hubtest.Metadata{"keys": []any{}}}, other},
		{"no keys", hubtest.Metadata{"token_endpoint_auth_method": "private_key_jwt"}, other},
		{"code without the grant", hubtest.Metadata{"grant_types": []string{"refresh_token"}, "response_types": []string{"code"}}, other},
		{"implicit without a response type", hubtest.Metadata{"grant_types": []string{"implicit"}}, other},
		{"a grant type that nobody knows", hubtest.Metadata{"grant_types": []string{"authorization_code", "password"}}, other},
		{"an algorithm that nobody knows", hubtest.Metadata{"id_token_signed_response_alg": "RS1"}, other},
		{"a script to start sign-ins", hubtest.Metadata{"initiate_login_uri": "javascript:alert(1)"}, other},
		{"a logo that is a script", hubtest.Metadata{"logo_uri": "javascript:alert(1)"}, other},
		{"text as a number", hubtest.Metadata{"default_max_age": "3600"}, other},
		{"a statement that is none", hubtest.Metadata{"software_statement": "x.y.z"}, "invalid_software_statement"},
	} {
		hubtest.Refused(t, row.name, w.Register(row.edit), 400, row.code)
	}
	req, err := http.NewRequest("POST", w.URL+"/oauth2/register", strings.NewReader("redirect_uris="+hubtest.Callback))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	hubtest.Refused(t, "a form", w.Call(req), 415, other)
	hubtest.Refused(t, "a list", w.SendJSON("POST", "/oauth2/register", "", []int{1}), 400, other)
	hubtest.Refused(t, "too much", w.SendJSON("POST", "/oauth2/register", "", hubtest.Declared(hubtest.Metadata{"x": strings.Repeat("x", 70<<10)})), 413, other)
	hubtest.Want(t, "clients kept", strings.Contains(hubtest.Dump(t, w), "client_"), false)
}

func TestAClientCannotGiveItselfWhatAnAdministratorGives(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Policy(settings.RegistrationOpen)
	a, r := w.Registered(hubtest.Metadata{
		"scope": "openid roles files admin", "skip_authorization": true, "SkipAuthorization": true, "allowed_roles": []string{"x"},
		"client_id": "chosen", "client_secret": "chosen", "registration_access_token": "chosen", "server": hubtest.Metadata{"state": "active"},
		"pkce_optional": true, "exchange": hubtest.Metadata{"from": []string{"*"}}, "CLIENT_NAME": "In Capitals",
	})
	hubtest.Want(t, "scopes", strings.Join(a.Scopes, " "), "openid roles")
	hubtest.Want(t, "scope in the answer", r.Str("scope"), "openid roles")
	if a.SkipAuthorization || a.Server != nil || len(a.AllowedRoles)+len(a.Exchange.From) > 0 || a.ID == "chosen" || r.Str("client_secret") == "chosen" || a.Name != "Rota" {
		t.Errorf("got %+v", a.Client)
	}
	w.Person("ada@example.org")
	b := w.Browser()
	if p := b.SignIn(b.Authorize(a.Request("scope", "openid")), "ada@example.org"); !strings.Contains(p.Body, `action="/consent"`) {
		t.Error("nobody was asked")
	}
}

func TestAClientReadsChangesAndDeletesItsRegistration(t *testing.T) {
	hubtest.OnBothEngines(t, func(t *testing.T, w *hubtest.World) {
		w.Policy(settings.RegistrationOpen)
		w.Person("ada@example.org")
		a, r := w.Registered(hubtest.Metadata{"initiate_login_uri": "https://app.example.org/start", "default_max_age": 3600})
		_, other := w.Registered()
		at, token := r.Str("registration_client_uri"), r.Str("registration_access_token")
		read := w.SendJSON("GET", at, token, nil)
		hubtest.Want(t, "reading", read.Status, 200)
		for name, value := range read.JSON {
			hubtest.Want(t, "read "+name, hubtest.FmtJSON(value), hubtest.FmtJSON(r.JSON[name]))
		}
		hubtest.Want(t, "initiate_login_uri", read.Str("initiate_login_uri"), "https://app.example.org/start")
		for name, wrong := range map[string]string{"none": "", "made up": "fhm_x", "another client's": other.Str("registration_access_token"), "the secret": a.Secret} {
			for _, method := range []string{"GET", "PUT", "DELETE"} {
				hubtest.Refused(t, method+" with a token: "+name, w.SendJSON(method, at, wrong, hubtest.Declared(hubtest.Metadata{"client_id": a.ID})), 401, "invalid_token")
			}
		}

		put := func(edits ...hubtest.Metadata) hubtest.Reply {
			return w.SendJSON("PUT", at, token, hubtest.Declared(append([]hubtest.Metadata{{"client_id": a.ID}}, edits...)...))
		}
		hubtest.Refused(t, "another client_id", put(hubtest.Metadata{"client_id": other.Str("client_id")}), 400, "invalid_request")
		hubtest.Refused(t, "no client_id", put(hubtest.Metadata{"client_id": nil}), 400, "invalid_request")
		hubtest.Refused(t, "another secret", put(hubtest.Metadata{"client_secret": "x"}), 400, "invalid_request")
		hubtest.Refused(t, "a token of its own", put(hubtest.Metadata{"registration_access_token": token}), 400, "invalid_request")
		hubtest.Refused(t, "a bad address", put(hubtest.Metadata{"redirect_uris": []string{"javascript:x"}}), 400, "invalid_redirect_uri")
		changed := put(hubtest.Metadata{"client_secret": a.Secret, "client_name": "Rota 2", "redirect_uris": []string{hubtest.Callback, hubtest.Callback + "/2"}})
		hubtest.Want(t, "changing", changed.Status, 200)
		hubtest.Want(t, "the name", changed.Str("client_name"), "Rota 2")
		hubtest.Want(t, "what is left out is gone", changed.Str("initiate_login_uri"), "")
		hubtest.Want(t, "the secret goes on", a.Redeem(w.Browser().SignInTo(a, "ada@example.org").Get("code")).Status, 200)
		public := put(hubtest.Metadata{"token_endpoint_auth_method": "none"})
		hubtest.Want(t, "becoming public", public.Status, 200)
		hubtest.Refused(t, "the old secret", a.Post("/oauth2/introspect", "token", "x"), 401, "invalid_client")
		again := put()
		hubtest.Want(t, "a new secret", again.Str("client_secret") != "" && again.Str("client_secret") != a.Secret, true)
		a.Secret = again.Str("client_secret")
		hubtest.Want(t, "the new secret", a.Redeem(w.Browser().SignInTo(a, "ada@example.org").Get("code")).Status, 200)

		gone := w.SendJSON("DELETE", at, token, nil)
		hubtest.Want(t, "deleting", gone.Status, 204)
		hubtest.Want(t, "what deleting answers", gone.Body, "")
		hubtest.Refused(t, "reading what is gone", w.SendJSON("GET", at, token, nil), 401, "invalid_token")
		hubtest.RefusedPage(t, "signing in to what is gone", w.Browser().Authorize(a.Request()))
	})
}

func TestADisabledClientCannotChangeItsRegistration(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Policy(settings.RegistrationOpen)
	a, r := w.Registered()
	b := w.Operator()
	page := b.Open("/admin/clients/" + a.ID)
	if !strings.Contains(page.Body, "registered itself") {
		t.Error("the administrator does not see that the client registered itself")
	}
	hubtest.Want(t, "switching off", b.Submit(page, "/admin/clients/"+a.ID, "disabled", "1").Status, 200)
	hubtest.Refused(t, "reading", w.SendJSON("GET", r.Str("registration_client_uri"), r.Str("registration_access_token"), nil), 403, "access_denied")
}

func TestASectorFileMustListEveryRedirectURI(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Policy(settings.RegistrationOpen)
	for body, status := range map[string]int{
		hubtest.FmtJSON([]string{"https://other.example/cb", hubtest.Callback}):      201,
		hubtest.FmtJSON([]string{hubtest.Callback + "/"}):                            400,
		hubtest.FmtJSON(map[string]any{"redirect_uris": []string{hubtest.Callback}}): 400,
		"<html>": 400,
	} {
		at := hubtest.NewServer(t, func(rw http.ResponseWriter, _ *http.Request) { _, _ = rw.Write([]byte(body)) })
		r := w.Register(hubtest.Metadata{"sector_identifier_uri": at + "/sector.json"})
		if r.Status != status || status == 400 && r.Str("error") != "invalid_client_metadata" {
			t.Errorf("%s: got %d %s", body, r.Status, r.Body)
		}
	}
	nowhere := httptest.NewServer(http.NotFoundHandler())
	defer nowhere.Close()
	hubtest.Refused(t, "no file", w.Register(hubtest.Metadata{"sector_identifier_uri": nowhere.URL + "/x"}), 400, "invalid_client_metadata")
}

func TestInstalledAppsRegisterAsWhatTheyAre(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Policy(settings.RegistrationOpen)
	for _, row := range []struct {
		name         string
		edit         hubtest.Metadata
		kind, method string
	}{
		{"a web app", hubtest.Metadata{}, "web", "client_secret_basic"},
		{"code in a browser", hubtest.Metadata{"token_endpoint_auth_method": "none"}, "spa", "none"},
		{"an app that says so", hubtest.Metadata{"application_type": "native", "redirect_uris": []string{"com.example.app:/cb"}}, "native", "none"},
		{"an app on loopback that does not", hubtest.Metadata{"token_endpoint_auth_method": "none", "redirect_uris": []string{"http://127.0.0.1/cb", "http://localhost/cb"}}, "native", "none"},
		{"an app with a secret of its own", hubtest.Metadata{"application_type": "native", "token_endpoint_auth_method": "client_secret_post", "redirect_uris": []string{"http://127.0.0.1/cb"}}, "native", "client_secret_post"},
		{"a service", hubtest.Metadata{"redirect_uris": nil, "grant_types": []string{"client_credentials"}}, "service", "client_secret_basic"},
	} {
		a, r := w.Registered(row.edit)
		hubtest.Want(t, row.name+": type", string(a.Type), row.kind)
		hubtest.Want(t, row.name+": method", r.Str("token_endpoint_auth_method"), row.method)
		hubtest.Want(t, row.name+": a secret", r.Str("client_secret") != "", row.method != "none")
		_, expires := r.JSON["client_secret_expires_at"]
		hubtest.Want(t, row.name+": its end", expires, row.method != "none")
	}
	a, _ := w.Registered(hubtest.Metadata{"redirect_uris": nil, "grant_types": []string{"client_credentials"}})
	hubtest.Want(t, "a token for the service", a.Post("/oauth2/token", "grant_type", "client_credentials").Status, 200)
	if slices.Contains(a.Scopes, "files") {
		t.Error("the service has a scope of its own making")
	}
}

func TestAnAdministratorDecidesWhoRegisters(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	b := w.Operator()
	saved := b.Submit(b.Open("/admin/settings"), "/admin/settings", "registration", "token")
	hubtest.Want(t, "saving", saved.Status, 200)
	hubtest.Want(t, "a choice that is none", b.Submit(saved, "/admin/settings", "registration", "all").Status, 422)
	hubtest.Want(t, "issuers without keys", b.Submit(saved, "/admin/settings", "software_issuers", "https://federation.example").Status, 422)
	const tokens = "/admin/settings/tokens"
	for _, row := range [][2]string{{"0", "7"}, {"1", "0"}, {"x", "7"}, {"10001", "7"}, {"1", "367"}} {
		hubtest.Want(t, "a token for "+row[0]+" within "+row[1], b.Submit(saved, tokens, "uses", row[0], "days", row[1]).Status, 422)
	}
	made := b.Submit(saved, tokens, "uses", "2", "days", "1")
	token := regexp.MustCompile(`fht_[A-Za-z0-9_-]+`).FindString(made.Body)
	hubtest.Want(t, "registering", w.SendJSON("POST", "/oauth2/register", token, hubtest.Declared()).Status, 201)
	page := b.Open("/admin/settings")
	if strings.Contains(page.Body, token) || !strings.Contains(page.Body, "1 use left") {
		t.Error("the token is shown a second time, or its use is not counted")
	}
	if !strings.Contains(b.Open("/admin/clients").Body, "registered itself") {
		t.Error("the list does not say that the app registered itself")
	}
	b.Submit(page, tokens+"/delete")
	hubtest.Refused(t, "withdrawn", w.SendJSON("POST", "/oauth2/register", token, hubtest.Declared()), 401, "invalid_token")
}
