package hub_test

import (
	"encoding/json"
	"maps"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/fedhub/fedhub/hub/settings"
)

// policy says who may register clients.
func (w *world) policy(registration string, issuers ...string) {
	w.Helper()
	err := w.Hub.ChangeSettings(w.Context(), "test", func(s *settings.Settings) {
		s.Registration, s.SoftwareIssuers = registration, issuers
	})
	if err != nil {
		w.Fatal(err)
	}
}

// sendJSON calls a machine endpoint with a JSON body and a bearer token.
func (w *world) sendJSON(method, address, token string, body any) reply {
	w.Helper()
	text, err := json.Marshal(body)
	if err != nil {
		w.Fatal(err)
	}
	if strings.HasPrefix(address, "/") {
		address = w.URL + address
	}
	req, err := http.NewRequest(method, address, strings.NewReader(string(text)))
	if err != nil {
		w.Fatal(err)
	}
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	return w.call(req)
}

type metadata = map[string]any

// declared is metadata that anybody may register; edits come on top, and nil
// leaves a member out.
func declared(edits ...metadata) metadata {
	m := metadata{"client_name": "Rota", "redirect_uris": []string{callback}}
	for _, edit := range edits {
		maps.Copy(m, edit)
	}
	maps.DeleteFunc(m, func(_ string, v any) bool { return v == nil })
	return m
}

func (w *world) register(edits ...metadata) reply {
	w.Helper()
	return w.sendJSON("POST", "/oauth2/register", "", declared(edits...))
}

// registered is an app that registered itself.
func (w *world) registered(edits ...metadata) (*app, reply) {
	w.Helper()
	r := w.register(edits...)
	want(w, "registration", r.Status, 201)
	all, err := w.Hub.Clients(w.Context())
	if err != nil {
		w.Fatal(err)
	}
	for _, c := range all {
		if c.ID == r.str("client_id") {
			return &app{w: w, Client: c, Secret: r.str("client_secret"), verifier: strings.Repeat("v", 43)}, r
		}
	}
	w.Fatalf("the client is not kept: %s", r.Body)
	return nil, r
}

func TestAClientRegistersItselfAndSignsPeopleIn(t *testing.T) {
	onBothEngines(t, func(t *testing.T, w *world) {
		w.policy(settings.RegistrationOpen)
		w.person("ada@example.org")
		a, r := w.registered()
		want(t, "Cache-Control", r.Header.Get("Cache-Control"), "no-store")
		for name, value := range map[string]any{
			"client_name": "Rota", "token_endpoint_auth_method": "client_secret_basic", "application_type": "web",
			"id_token_signed_response_alg": "RS256", "client_secret_expires_at": float64(0), "scope": strings.Join(a.Scopes, " "),
			"registration_client_uri": w.URL + "/oauth2/register/" + a.ID,
		} {
			want(t, name, r.JSON[name], value)
		}
		want(t, "response_types", fmtJSON(r.JSON["response_types"]), `["code"]`)
		want(t, "grant_types", fmtJSON(r.JSON["grant_types"]), `["authorization_code"]`)
		if issued, _ := r.JSON["client_id_issued_at"].(float64); time.Since(time.Unix(int64(issued), 0)) > time.Hour {
			t.Errorf("client_id_issued_at: %v", r.JSON["client_id_issued_at"])
		}

		// A library that knows OpenID Connect alone sends no code_challenge.
		answer := w.browser().signInTo(a, "ada@example.org", "code_challenge", "", "code_challenge_method", "")
		tokens := a.redeem(answer.Get("code"), "code_verifier", "")
		want(t, "the token request", tokens.Status, 200)
		want(t, "the audience", claimsOf(t, tokens.str("id_token"))["aud"], any(a.ID))

		kept := dump(t, w)
		for _, secret := range []string{r.str("client_secret"), r.str("registration_access_token")} {
			if secret == "" || strings.Contains(kept, secret) {
				t.Error("a secret was not given, or lies open in the database")
			}
		}
	})
}

func fmtJSON(v any) string {
	text, _ := json.Marshal(v)
	return string(text)
}

func TestWhoMayRegisterIsASetting(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	refused(t, "as it comes", w.register(), 403, "access_denied")
	discovery := func() string {
		return w.sendJSON("GET", "/.well-known/openid-configuration", "", nil).str("registration_endpoint")
	}
	want(t, "the endpoint in discovery, off", discovery(), "")

	w.policy(settings.RegistrationByToken)
	want(t, "the endpoint in discovery, by token", discovery(), w.URL+"/oauth2/register")
	refused(t, "without a token", w.register(), 401, "invalid_token")
	if got := w.register().Header.Get("WWW-Authenticate"); !strings.HasPrefix(got, "Bearer") {
		t.Errorf("WWW-Authenticate: %q", got)
	}
	refused(t, "with a made-up token", w.sendJSON("POST", "/oauth2/register", "fht_x", declared()), 401, "invalid_token")
	token, _, err := w.Hub.NewInitialToken(t.Context(), "test", 2, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(dump(t, w), token) {
		t.Error("the initial access token lies open in the database")
	}
	refused(t, "a slip", w.sendJSON("POST", "/oauth2/register", token, metadata{}), 400, "invalid_redirect_uri")
	var made atomic.Int32
	atOnce(32, func(int) {
		if w.sendJSON("POST", "/oauth2/register", token, declared()).Status == 201 {
			made.Add(1)
		}
	})
	want(t, "clients registered with a token for two", made.Load(), 2)

	late, _, err := w.Hub.NewInitialToken(t.Context(), "test", 2, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	w.clock.skip(time.Hour + time.Second)
	refused(t, "after an hour", w.sendJSON("POST", "/oauth2/register", late, declared()), 401, "invalid_token")

	w.policy(settings.RegistrationOpen)
	want(t, "open", w.register().Status, 201)
	refused(t, "open, with a wrong token", w.sendJSON("POST", "/oauth2/register", late, declared()), 401, "invalid_token")
}

func TestOpenRegistrationIsSlowedDown(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	w.policy(settings.RegistrationOpen)
	for range 200 {
		if w.register(metadata{"redirect_uris": nil}).Status == 429 {
			t.Fatal("slowed down too early")
		}
	}
	r := w.register()
	want(t, "the 201st", r.Status, 429)
	want(t, "clients kept", strings.Contains(dump(t, w), "client_"), false)
}

func TestWhatIsWrongWithMetadataIsSaid(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	w.policy(settings.RegistrationOpen)
	const redirect, other = "invalid_redirect_uri", "invalid_client_metadata"
	for _, row := range []struct {
		name string
		edit metadata
		code string
	}{
		{"no redirect URI", metadata{"redirect_uris": nil}, redirect},
		{"a fragment", metadata{"redirect_uris": []string{callback + "#x"}}, redirect},
		{"an empty fragment", metadata{"redirect_uris": []string{callback + "#"}}, redirect},
		{"plain http", metadata{"redirect_uris": []string{"ftp://app.example.org/cb"}}, redirect},
		{"a script", metadata{"redirect_uris": []string{"javascript:alert(1)"}}, redirect},
		{"a wildcard", metadata{"redirect_uris": []string{"https://*.example.org/cb"}}, redirect},
		{"a user name", metadata{"redirect_uris": []string{"https://app.example.org@evil.example/cb"}}, redirect},
		{"a private scheme on the web", metadata{"redirect_uris": []string{"com.example.app:/cb"}}, redirect},
		{"one redirect URI as text", metadata{"redirect_uris": callback}, other},
		{"implicit on this machine", metadata{"redirect_uris": []string{"http://localhost/cb"}, "response_types": []string{"token"}, "grant_types": []string{"implicit"}}, redirect},
		{"a bad post logout redirect URI", metadata{"post_logout_redirect_uris": []string{"javascript:x"}}, redirect},
		{"an unknown method", metadata{"token_endpoint_auth_method": "client_secret_magic"}, other},
		{"keys in two places", metadata{"jwks_uri": "https://app.example.org/jwks", "jwks": metadata{"keys": []any{}}}, other},
		{"no keys", metadata{"token_endpoint_auth_method": "private_key_jwt"}, other},
		{"code without the grant", metadata{"grant_types": []string{"refresh_token"}, "response_types": []string{"code"}}, other},
		{"implicit without a response type", metadata{"grant_types": []string{"implicit"}}, other},
		{"a grant type that nobody knows", metadata{"grant_types": []string{"authorization_code", "password"}}, other},
		{"an algorithm that nobody knows", metadata{"id_token_signed_response_alg": "RS1"}, other},
		{"a script to start sign-ins", metadata{"initiate_login_uri": "javascript:alert(1)"}, other},
		{"a logo that is a script", metadata{"logo_uri": "javascript:alert(1)"}, other},
		{"text as a number", metadata{"default_max_age": "3600"}, other},
		{"a statement that is none", metadata{"software_statement": "x.y.z"}, "invalid_software_statement"},
	} {
		refused(t, row.name, w.register(row.edit), 400, row.code)
	}
	req, err := http.NewRequest("POST", w.URL+"/oauth2/register", strings.NewReader("redirect_uris="+callback))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	refused(t, "a form", w.call(req), 415, other)
	refused(t, "a list", w.sendJSON("POST", "/oauth2/register", "", []int{1}), 400, other)
	refused(t, "too much", w.sendJSON("POST", "/oauth2/register", "", declared(metadata{"x": strings.Repeat("x", 70<<10)})), 413, other)
	want(t, "clients kept", strings.Contains(dump(t, w), "client_"), false)
}

func TestAClientCannotGiveItselfWhatAnAdministratorGives(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	w.policy(settings.RegistrationOpen)
	a, r := w.registered(metadata{
		"scope": "openid roles files admin", "skip_authorization": true, "SkipAuthorization": true, "allowed_roles": []string{"x"},
		"client_id": "chosen", "client_secret": "chosen", "registration_access_token": "chosen", "server": metadata{"state": "active"},
		"pkce_optional": true, "exchange": metadata{"from": []string{"*"}}, "CLIENT_NAME": "In Capitals",
	})
	want(t, "scopes", strings.Join(a.Scopes, " "), "openid roles")
	want(t, "scope in the answer", r.str("scope"), "openid roles")
	if a.SkipAuthorization || a.Server != nil || len(a.AllowedRoles)+len(a.Exchange.From) > 0 || a.ID == "chosen" || r.str("client_secret") == "chosen" || a.Name != "Rota" {
		t.Errorf("got %+v", a.Client)
	}
	w.person("ada@example.org")
	b := w.browser()
	if p := b.signIn(b.authorize(a.request("scope", "openid")), "ada@example.org"); !strings.Contains(p.Body, `action="/consent"`) {
		t.Error("nobody was asked")
	}
}

func TestAClientReadsChangesAndDeletesItsRegistration(t *testing.T) {
	onBothEngines(t, func(t *testing.T, w *world) {
		w.policy(settings.RegistrationOpen)
		w.person("ada@example.org")
		a, r := w.registered(metadata{"initiate_login_uri": "https://app.example.org/start", "default_max_age": 3600})
		_, other := w.registered()
		at, token := r.str("registration_client_uri"), r.str("registration_access_token")
		read := w.sendJSON("GET", at, token, nil)
		want(t, "reading", read.Status, 200)
		for name, value := range read.JSON {
			want(t, "read "+name, fmtJSON(value), fmtJSON(r.JSON[name]))
		}
		want(t, "initiate_login_uri", read.str("initiate_login_uri"), "https://app.example.org/start")
		for name, wrong := range map[string]string{"none": "", "made up": "fhm_x", "another client's": other.str("registration_access_token"), "the secret": a.Secret} {
			for _, method := range []string{"GET", "PUT", "DELETE"} {
				refused(t, method+" with a token: "+name, w.sendJSON(method, at, wrong, declared(metadata{"client_id": a.ID})), 401, "invalid_token")
			}
		}

		put := func(edits ...metadata) reply {
			return w.sendJSON("PUT", at, token, declared(append([]metadata{{"client_id": a.ID}}, edits...)...))
		}
		refused(t, "another client_id", put(metadata{"client_id": other.str("client_id")}), 400, "invalid_request")
		refused(t, "no client_id", put(metadata{"client_id": nil}), 400, "invalid_request")
		refused(t, "another secret", put(metadata{"client_secret": "x"}), 400, "invalid_request")
		refused(t, "a token of its own", put(metadata{"registration_access_token": token}), 400, "invalid_request")
		refused(t, "a bad address", put(metadata{"redirect_uris": []string{"javascript:x"}}), 400, "invalid_redirect_uri")
		changed := put(metadata{"client_secret": a.Secret, "client_name": "Rota 2", "redirect_uris": []string{callback, callback + "/2"}})
		want(t, "changing", changed.Status, 200)
		want(t, "the name", changed.str("client_name"), "Rota 2")
		want(t, "what is left out is gone", changed.str("initiate_login_uri"), "")
		want(t, "the secret goes on", a.redeem(w.browser().signInTo(a, "ada@example.org").Get("code")).Status, 200)
		public := put(metadata{"token_endpoint_auth_method": "none"})
		want(t, "becoming public", public.Status, 200)
		refused(t, "the old secret", a.post("/oauth2/introspect", "token", "x"), 401, "invalid_client")
		again := put()
		want(t, "a new secret", again.str("client_secret") != "" && again.str("client_secret") != a.Secret, true)
		a.Secret = again.str("client_secret")
		want(t, "the new secret", a.redeem(w.browser().signInTo(a, "ada@example.org").Get("code")).Status, 200)

		gone := w.sendJSON("DELETE", at, token, nil)
		want(t, "deleting", gone.Status, 204)
		want(t, "what deleting answers", gone.Body, "")
		refused(t, "reading what is gone", w.sendJSON("GET", at, token, nil), 401, "invalid_token")
		refusedPage(t, "signing in to what is gone", w.browser().authorize(a.request()))
	})
}

func TestADisabledClientCannotChangeItsRegistration(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	w.policy(settings.RegistrationOpen)
	a, r := w.registered()
	b := w.operator()
	page := b.open("/admin/clients/" + a.ID)
	if !strings.Contains(page.Body, "registered itself") {
		t.Error("the administrator does not see that the client registered itself")
	}
	want(t, "switching off", b.submit(page, "/admin/clients/"+a.ID, "disabled", "1").Status, 200)
	refused(t, "reading", w.sendJSON("GET", r.str("registration_client_uri"), r.str("registration_access_token"), nil), 403, "access_denied")
}

func TestASectorFileMustListEveryRedirectURI(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	w.policy(settings.RegistrationOpen)
	for body, status := range map[string]int{
		fmtJSON([]string{"https://other.example/cb", callback}):      201,
		fmtJSON([]string{callback + "/"}):                            400,
		fmtJSON(map[string]any{"redirect_uris": []string{callback}}): 400,
		"<html>": 400,
	} {
		at := newServer(t, func(rw http.ResponseWriter, _ *http.Request) { _, _ = rw.Write([]byte(body)) })
		r := w.register(metadata{"sector_identifier_uri": at + "/sector.json"})
		if r.Status != status || status == 400 && r.str("error") != "invalid_client_metadata" {
			t.Errorf("%s: got %d %s", body, r.Status, r.Body)
		}
	}
	nowhere := httptest.NewServer(http.NotFoundHandler())
	defer nowhere.Close()
	refused(t, "no file", w.register(metadata{"sector_identifier_uri": nowhere.URL + "/x"}), 400, "invalid_client_metadata")
}

func TestInstalledAppsRegisterAsWhatTheyAre(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	w.policy(settings.RegistrationOpen)
	for _, row := range []struct {
		name         string
		edit         metadata
		kind, method string
	}{
		{"a web app", metadata{}, "web", "client_secret_basic"},
		{"code in a browser", metadata{"token_endpoint_auth_method": "none"}, "spa", "none"},
		{"an app that says so", metadata{"application_type": "native", "redirect_uris": []string{"com.example.app:/cb"}}, "native", "none"},
		{"an app on loopback that does not", metadata{"token_endpoint_auth_method": "none", "redirect_uris": []string{"http://127.0.0.1/cb", "http://localhost/cb"}}, "native", "none"},
		{"an app with a secret of its own", metadata{"application_type": "native", "token_endpoint_auth_method": "client_secret_post", "redirect_uris": []string{"http://127.0.0.1/cb"}}, "native", "client_secret_post"},
		{"a service", metadata{"redirect_uris": nil, "grant_types": []string{"client_credentials"}}, "service", "client_secret_basic"},
	} {
		a, r := w.registered(row.edit)
		want(t, row.name+": type", string(a.Type), row.kind)
		want(t, row.name+": method", r.str("token_endpoint_auth_method"), row.method)
		want(t, row.name+": a secret", r.str("client_secret") != "", row.method != "none")
		_, expires := r.JSON["client_secret_expires_at"]
		want(t, row.name+": its end", expires, row.method != "none")
	}
	a, _ := w.registered(metadata{"redirect_uris": nil, "grant_types": []string{"client_credentials"}})
	want(t, "a token for the service", a.post("/oauth2/token", "grant_type", "client_credentials").Status, 200)
	if slices.Contains(a.Scopes, "files") {
		t.Error("the service has a scope of its own making")
	}
}

func TestAnAdministratorDecidesWhoRegisters(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	b := w.operator()
	saved := b.submit(b.open("/admin/settings"), "/admin/settings", "registration", "token")
	want(t, "saving", saved.Status, 200)
	want(t, "a choice that is none", b.submit(saved, "/admin/settings", "registration", "all").Status, 422)
	want(t, "issuers without keys", b.submit(saved, "/admin/settings", "software_issuers", "https://federation.example").Status, 422)
	const tokens = "/admin/settings/tokens"
	for _, row := range [][2]string{{"0", "7"}, {"1", "0"}, {"x", "7"}, {"10001", "7"}, {"1", "367"}} {
		want(t, "a token for "+row[0]+" within "+row[1], b.submit(saved, tokens, "uses", row[0], "days", row[1]).Status, 422)
	}
	made := b.submit(saved, tokens, "uses", "2", "days", "1")
	token := regexp.MustCompile(`fht_[A-Za-z0-9_-]+`).FindString(made.Body)
	want(t, "registering", w.sendJSON("POST", "/oauth2/register", token, declared()).Status, 201)
	page := b.open("/admin/settings")
	if strings.Contains(page.Body, token) || !strings.Contains(page.Body, "for 1 more") {
		t.Error("the token is shown a second time, or its use is not counted")
	}
	if !strings.Contains(b.open("/admin/clients").Body, "registered itself") {
		t.Error("the list does not say that the app registered itself")
	}
	b.submit(page, tokens+"/delete")
	refused(t, "withdrawn", w.sendJSON("POST", "/oauth2/register", token, declared()), 401, "invalid_token")
}
