package registration_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/hub"
	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/internal/hubtest"
	"github.com/fedhub/fedhub/hub/settings"
)

// codeIn is the code in the redirect to the app, or empty.
func codeIn(p hubtest.Page) string {
	at := regexp.MustCompile(regexp.QuoteMeta(hubtest.Returning) + `\?[^"<\s]+`).FindString(strings.ReplaceAll(p.Location+p.Body, "&amp;", "&"))
	u, err := url.Parse(at)
	if err != nil {
		return ""
	}
	return u.Query().Get("code")
}

// RFC 9700 §4.11.2, as for dynamically registered apps.
func TestALinkToTheHubIsNoLinkToWhoPublishedADocument(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Policy(settings.RegistrationOpen)
	p := w.Publish()
	at := w.Browser().Authorize(p.Ask("scope", "nonsense"))
	if at.Location == "" || !strings.HasPrefix(at.Location, hubtest.Returning) {
		t.Errorf("a program is not told: %d %q", at.Status, at.Location)
	}
	if w.Kept(p.ID).Trusted() {
		t.Error("somebody here is said to have chosen it")
	}
}

// An unregistered app knows one address of this hub and publishes its own
// metadata document (Client ID Metadata Documents, RFC 9728, RFC 8414).
func TestAProgramThatRegisteredNowhereSignsSomebodyIn(t *testing.T) {
	hubtest.OnBothEngines(t, func(t *testing.T, w *hubtest.World) {
		w.Policy(settings.RegistrationOpen)
		w.Person("ada@example.org")
		p := w.Publish()
		first := w.SendJSON("GET", "/api/me", "", nil)
		at := regexp.MustCompile(`resource_metadata="([^"]+)"`).FindStringSubmatch(first.Header.Get("WWW-Authenticate"))
		if first.Status != 401 || at == nil {
			t.Fatalf("got %d %v", first.Status, first.Header)
		}
		resource := w.SendJSON("GET", at[1], "", nil)
		server := resource.JSON["authorization_servers"].([]any)[0].(string)
		meta := w.SendJSON("GET", server+"/.well-known/oauth-authorization-server", "", nil)
		hubtest.Want(t, "documents are taken", meta.JSON["client_id_metadata_document_supported"], any(true))

		b := w.Browser()
		api := resource.Str("resource")
		asked := b.SignIn(b.Open(meta.Str("authorization_endpoint")+"?"+p.Ask("resource", api).Encode()), "ada@example.org")
		host := strings.TrimPrefix(p.Address, "http://")
		if !strings.Contains(asked.Body, host) || !strings.Contains(asked.Body, "This app is not verified") || strings.Contains(asked.Body, "Your Bank") {
			t.Errorf("the consent page:\n%s", asked.Body)
		}
		left := b.Submit(asked, "/consent", "decision", "allow")
		hubtest.Want(t, "a name nobody checked, on the way back", strings.Contains(left.Body, "Your Bank"), false)
		r := p.Redeem(codeIn(left), "redirect_uri", hubtest.Returning, "resource", api)
		hubtest.Want(t, "the token request", r.Status, 200)
		hubtest.Want(t, "the API", w.SendJSON("GET", "/api/me", r.Str("access_token"), nil).Str("email"), "ada@example.org")
		hubtest.Want(t, "after a refresh", p.Refresh(r.Str("refresh_token"), "resource", api).Status, 200)
		hubtest.Want(t, "readings", p.Reads.Load(), 1)

		// Scopes beyond those for every app are ignored.
		kept := w.Kept(p.ID)
		hubtest.Want(t, "scopes", strings.Join(kept.Scopes, " "), "openid email")
		hubtest.Refused(t, "without PKCE", p.Post("/oauth2/par", "client_id", p.ID, "response_type", "code", "redirect_uri", hubtest.Returning), 400, "invalid_request")
		hubtest.Want(t, "a pushed request", p.Post("/oauth2/par", hubtest.Flat(p.Ask())...).Status, 201)
		for _, grant := range []string{"client_credentials", clients.GrantExchange, clients.GrantJWT, clients.GrantCIBA, clients.GrantDevice} {
			hubtest.Refused(t, grant, p.Post("/oauth2/token", "grant_type", grant), 400, "unauthorized_client")
		}
	})
}

func TestADocumentThatIsWrongIsNoClient(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Policy(settings.RegistrationOpen)
	key := hubtest.Metadata{"keys": []any{}}
	for name, edit := range map[string]hubtest.Metadata{
		"another client's":           {"client_id": "https://app.example.org/client"},
		"without an id":              {"client_id": nil},
		"with a secret":              {"client_secret": "x"},
		"a secret to prove itself":   {"token_endpoint_auth_method": "client_secret_basic"},
		"a secret as a key":          {"token_endpoint_auth_method": "client_secret_jwt"},
		"no keys":                    {"token_endpoint_auth_method": "private_key_jwt", "jwks": key},
		"keys elsewhere":             {"token_endpoint_auth_method": "private_key_jwt", "jwks_uri": "https://evil.example/jwks"},
		"foreign redirect URI":       {"redirect_uris": []string{hubtest.Callback}},
		"one foreign redirect URI":   {"redirect_uris": []string{hubtest.Locally, hubtest.Callback}},
		"no redirect URI":            {"redirect_uris": []string{}},
		"implicit":                   {"grant_types": []string{"implicit"}, "response_types": []string{"token"}},
		"machines alone":             {"grant_types": []string{"client_credentials"}},
		"logout told elsewhere":      {"backchannel_logout_uri": "https://evil.example/logout"},
		"request objects elsewhere":  {"request_uris": []string{"https://evil.example/r"}},
		"a sector elsewhere":         {"sector_identifier_uri": "https://evil.example/sector"},
		"too large":                  {"x": strings.Repeat("x", 65<<10)},
		"a name that is not a text":  {"client_name": 1},
		"a logo that is a script":    {"logo_uri": "javascript:alert(1)"},
		"people leave to elsewhere":  {"post_logout_redirect_uris": []string{"https://evil.example/"}},
		"the frame loads elsewhere":  {"frontchannel_logout_uri": "https://evil.example/"},
		"certificates prove nothing": {"token_endpoint_auth_method": "tls_client_auth", "tls_client_auth_san_dns": "x.example"},
	} {
		p := w.Publish()
		p.Say(edit)
		hubtest.RefusedPage(t, name, w.Browser().Authorize(p.Ask()))
		hubtest.Refused(t, name, p.Post("/oauth2/par", hubtest.Flat(p.Ask())...), 401, "invalid_client")
		hubtest.Want(t, name+": readings", p.Reads.Load(), 1)
	}
	kept, err := w.Hub.Clients(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	hubtest.Want(t, "clients kept", len(kept), 0)
}

func TestAnAnswerThatIsNoDocumentIsNoClient(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Policy(settings.RegistrationOpen)
	p := w.Publish()
	good := *p.Answer.Load()
	for name, answer := range map[string]http.HandlerFunc{
		"a redirect": func(rw http.ResponseWriter, r *http.Request) { http.Redirect(rw, r, "/elsewhere", http.StatusFound) },
		"not found":  http.NotFound,
		"a page": func(rw http.ResponseWriter, r *http.Request) {
			rw.Header().Set("Content-Type", "text/html")
			_, _ = rw.Write([]byte("{}"))
		},
	} {
		p.Does(answer)
		hubtest.RefusedPage(t, name, w.Browser().Authorize(p.Ask()))
		w.Clock.Skip(time.Minute + time.Second)
	}
	p.Does(good)
	if at := w.Browser().Authorize(p.Ask()); !strings.Contains(at.Body, `action="/signin"`) {
		t.Errorf("once it is right: %d %s", at.Status, at.Body)
	}
}

func TestAHubOnThePublicNetworkReadsNoDocumentOnAPrivateOne(t *testing.T) {
	w := hubtest.NewWorldAs(t, hubtest.OpenSQLite(t), hub.Config{URL: "https://id.example.org"})
	w.Policy(settings.RegistrationOpen)
	for _, id := range []string{"https://127.0.0.1:1/client.json", "https://169.254.169.254/latest/meta-data", "https://id.example.org/client.json"} {
		hubtest.RefusedPage(t, id, w.Browser().Authorize(url.Values{"client_id": {id}}))
	}
}

func TestWhoseDocumentsCountIsASetting(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	p := w.Publish()
	hubtest.RefusedPage(t, "as it comes", w.Browser().Authorize(p.Ask()))
	w.Policy(settings.RegistrationByToken)
	hubtest.RefusedPage(t, "by token", w.Browser().Authorize(p.Ask()))
	hubtest.Want(t, "readings", p.Reads.Load(), 0)
	domains := func(list ...string) {
		t.Helper()
		if err := w.Hub.ChangeSettings(t.Context(), audit.Named("test"), func(s *settings.Settings) { s.DocumentDomains = list }); err != nil {
			t.Fatal(err)
		}
	}
	domains("app.example.org")
	hubtest.RefusedPage(t, "another domain", w.Browser().Authorize(p.Ask()))
	known := func() bool { return strings.Contains(w.Browser().Authorize(p.Ask()).Body, `action="/signin"`) }
	if err := w.Hub.ChangeSettings(t.Context(), audit.Named("test"), func(s *settings.Settings) { s.Registration = settings.RegistrationOpen }); err != nil {
		t.Fatal(err)
	}
	hubtest.Want(t, "open", known(), true)
	w.Policy(settings.RegistrationOff)
	hubtest.Want(t, "closed again", known(), false)
}

func TestADocumentThatChangesIsFollowed(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Policy(settings.RegistrationOpen)
	w.Person("ada@example.org")
	p := w.Publish()
	web := p.Address + "/callback"
	p.Say(hubtest.Metadata{"redirect_uris": []string{web}, "application_type": "web"})
	b := w.Browser()
	asks := func(uri string) string {
		at := b.Authorize(p.Ask("redirect_uri", uri))
		switch {
		case strings.Contains(at.Body, `action="/signin"`):
			return "sign-in"
		case strings.Contains(at.Body, `action="/consent"`):
			return "consent"
		case strings.HasPrefix(at.Location, uri):
			return "answer"
		}
		return "refusal"
	}
	b.Submit(b.SignIn(b.Authorize(p.Ask("redirect_uri", web)), "ada@example.org"), "/consent", "decision", "allow")
	hubtest.Want(t, "allowed before", asks(web), "answer")

	p.Say(hubtest.Metadata{"redirect_uris": []string{web, web + "2"}, "application_type": "web"})
	hubtest.Want(t, "while it is fresh", asks(web), "answer")
	w.Clock.Skip(10*time.Minute + time.Second)
	hubtest.Want(t, "with other addresses", asks(web), "consent")
	hubtest.Want(t, "readings", p.Reads.Load(), 2)

	p.Does(func(rw http.ResponseWriter, _ *http.Request) { rw.WriteHeader(http.StatusBadGateway) })
	w.Clock.Skip(time.Hour)
	hubtest.Want(t, "while its server is down", asks(web), "consent")
	w.Clock.Skip(24 * time.Hour)
	hubtest.Want(t, "when it is down for a day", asks(web), "refusal")
	p.Say(hubtest.Metadata{"redirect_uris": []string{hubtest.Callback}})
	w.Clock.Skip(time.Hour)
	hubtest.Want(t, "with a foreign address", asks(web), "refusal")
}

func TestAnAdministratorTurnsOffADocumentedApp(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Policy(settings.RegistrationOpen)
	w.Person("root@example.org", "admin")
	p := w.Publish()
	if at := w.Browser().Authorize(p.Ask()); !strings.Contains(at.Body, `action="/signin"`) {
		t.Fatalf("%d %s", at.Status, at.Body)
	}
	b := w.Browser()
	b.SignIn(b.Open("/admin/clients"), "root@example.org")
	list := b.Open("/admin/clients")
	link := regexp.MustCompile(`href="(/admin/clients/http[^"]+)"`).FindStringSubmatch(list.Body)
	if link == nil {
		t.Fatalf("it is not in the list:\n%s", list.Body)
	}
	its := b.Open(link[1])
	if !strings.Contains(its.Body, "by its client metadata document") {
		t.Errorf("its page: %d %s", its.Status, its.Body)
	}
	saved := b.Submit(its, link[1], "skip_authorization", "1")
	if !strings.Contains(saved.Body, "cannot skip consent") {
		t.Errorf("people are not asked: %d", saved.Status)
	}
	b.Submit(its, link[1], "disabled", "1")
	hubtest.Want(t, "it is off", w.Kept(p.ID).Disabled, true)
	w.Clock.Skip(time.Hour)
	hubtest.RefusedPage(t, "turned off", w.Browser().Authorize(p.Ask()))
	hubtest.Want(t, "readings", p.Reads.Load(), 1)
}

func TestNobodyUsesTheHubToKnockElsewhere(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Policy(settings.RegistrationOpen)
	p := w.Publish()
	p.Does(http.NotFound)
	for i := range 60 {
		p.Post("/oauth2/token", "client_id", p.Address+"/"+strings.Repeat("a", i+1))
	}
	if got := p.Reads.Load(); got > 40 {
		t.Errorf("%d readings", got)
	}
}
