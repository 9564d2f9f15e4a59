package hub_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/hub"
	"github.com/fedhub/fedhub/hub/settings"
)

// A described app is one that registered nowhere: its id is where it
// describes itself.
type described struct {
	*app
	address string
	reads   atomic.Int32
	answer  atomic.Pointer[http.HandlerFunc]
}

const locally = "http://127.0.0.1/callback"

// publish opens a web server with a document; edits come on top.
func (w *world) publish(edits ...metadata) *described {
	w.Helper()
	p := &described{}
	p.address = newServer(w.TB, func(rw http.ResponseWriter, r *http.Request) {
		p.reads.Add(1)
		(*p.answer.Load())(rw, r)
	})
	id := p.address + "/client.json"
	p.app = &app{w: w, Client: clients.Client{ID: id, Type: clients.Native, AuthMethod: clients.MethodNone}, verifier: strings.Repeat("v", 43)}
	p.say(edits...)
	return p
}

// say changes the document.
func (p *described) say(edits ...metadata) {
	all := append([]metadata{{
		"client_id": p.ID, "client_name": "Your Bank", "redirect_uris": []string{locally}, "logo_uri": nil,
		"grant_types": []string{"authorization_code", "refresh_token"}, "scope": "openid email files",
	}}, edits...)
	text := fmtJSON(declared(all...))
	p.does(func(rw http.ResponseWriter, _ *http.Request) {
		rw.Header().Set("Content-Type", "application/json")
		_, _ = rw.Write([]byte(text))
	})
}

func (p *described) does(answer http.HandlerFunc) { p.answer.Store(&answer) }

const returning = "http://127.0.0.1:33418/callback"

func (p *described) ask(pairs ...string) url.Values {
	return p.request(append([]string{"redirect_uri", returning, "scope", "openid email"}, pairs...)...)
}

// codeIn is the code on its way to the app, empty if there is none.
func codeIn(p page) string {
	at := regexp.MustCompile(regexp.QuoteMeta(returning) + `\?[^"<\s]+`).FindString(strings.ReplaceAll(p.Location+p.Body, "&amp;", "&"))
	u, err := url.Parse(at)
	if err != nil {
		return ""
	}
	return u.Query().Get("code")
}

// RFC 9700 §4.11.2, as for apps that registered themselves.
func TestALinkToTheHubIsNoLinkToWhoPublishedADocument(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	w.policy(settings.RegistrationOpen)
	p := w.publish()
	at := w.browser().authorize(p.ask("scope", "nonsense"))
	if at.Location == "" || !strings.HasPrefix(at.Location, returning) {
		t.Errorf("a program is not told: %d %q", at.Status, at.Location)
	}
	if w.kept(p.ID).Trusted() {
		t.Error("somebody here is said to have chosen it")
	}
}

// A program that registered nowhere knows one address of this hub, and has one
// of its own (Client ID Metadata Documents, RFC 9728, RFC 8414).
func TestAProgramThatRegisteredNowhereSignsSomebodyIn(t *testing.T) {
	onBothEngines(t, func(t *testing.T, w *world) {
		w.policy(settings.RegistrationOpen)
		w.person("ada@example.org")
		p := w.publish()
		first := w.sendJSON("GET", "/api/me", "", nil)
		at := regexp.MustCompile(`resource_metadata="([^"]+)"`).FindStringSubmatch(first.Header.Get("WWW-Authenticate"))
		if first.Status != 401 || at == nil {
			t.Fatalf("got %d %v", first.Status, first.Header)
		}
		resource := w.sendJSON("GET", at[1], "", nil)
		server := resource.JSON["authorization_servers"].([]any)[0].(string)
		meta := w.sendJSON("GET", server+"/.well-known/oauth-authorization-server", "", nil)
		want(t, "documents are taken", meta.JSON["client_id_metadata_document_supported"], any(true))

		b := w.browser()
		api := resource.str("resource")
		asked := b.signIn(b.open(meta.str("authorization_endpoint")+"?"+p.ask("resource", api).Encode()), "ada@example.org")
		host := strings.TrimPrefix(p.address, "http://")
		if !strings.Contains(asked.Body, host) || !strings.Contains(asked.Body, "Nobody here checked this app") || strings.Contains(asked.Body, "Your Bank") {
			t.Errorf("the consent page:\n%s", asked.Body)
		}
		left := b.submit(asked, "/consent", "decision", "allow")
		want(t, "a name nobody checked, on the way back", strings.Contains(left.Body, "Your Bank"), false)
		r := p.redeem(codeIn(left), "redirect_uri", returning, "resource", api)
		want(t, "the token request", r.Status, 200)
		want(t, "the API", w.sendJSON("GET", "/api/me", r.str("access_token"), nil).str("email"), "ada@example.org")
		want(t, "after a refresh", p.refresh(r.str("refresh_token"), "resource", api).Status, 200)
		want(t, "readings", p.reads.Load(), 1)

		// What it asked for beyond what anybody may have.
		kept := w.kept(p.ID)
		want(t, "scopes", strings.Join(kept.Scopes, " "), "openid email")
		refused(t, "without PKCE", p.post("/oauth2/par", "client_id", p.ID, "response_type", "code", "redirect_uri", returning), 400, "invalid_request")
		want(t, "a pushed request", p.post("/oauth2/par", flat(p.ask())...).Status, 201)
		for _, grant := range []string{"client_credentials", clients.GrantExchange, clients.GrantJWT, clients.GrantCIBA, clients.GrantDevice} {
			refused(t, grant, p.post("/oauth2/token", "grant_type", grant), 400, "unauthorized_client")
		}
	})
}

func (w *world) kept(id string) clients.Client {
	w.Helper()
	all, err := w.Hub.Clients(w.Context())
	if err != nil {
		w.Fatal(err)
	}
	for _, c := range all {
		if c.ID == id {
			return c
		}
	}
	w.Fatalf("%s is not kept", id)
	return clients.Client{}
}

func flat(v url.Values) []string {
	var pairs []string
	for name := range v {
		pairs = append(pairs, name, v.Get(name))
	}
	return pairs
}

func TestADocumentThatIsWrongIsNoClient(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	w.policy(settings.RegistrationOpen)
	key := metadata{"keys": []any{}}
	for name, edit := range map[string]metadata{
		"another client's":           {"client_id": "https://app.example.org/client"},
		"without an id":              {"client_id": nil},
		"with a secret":              {"client_secret": "x"},
		"a secret to prove itself":   {"token_endpoint_auth_method": "client_secret_basic"},
		"a secret as a key":          {"token_endpoint_auth_method": "client_secret_jwt"},
		"no keys":                    {"token_endpoint_auth_method": "private_key_jwt", "jwks": key},
		"keys elsewhere":             {"token_endpoint_auth_method": "private_key_jwt", "jwks_uri": "https://evil.example/jwks"},
		"foreign redirect URI":       {"redirect_uris": []string{callback}},
		"one foreign redirect URI":   {"redirect_uris": []string{locally, callback}},
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
		p := w.publish()
		p.say(edit)
		refusedPage(t, name, w.browser().authorize(p.ask()))
		refused(t, name, p.post("/oauth2/par", flat(p.ask())...), 401, "invalid_client")
		want(t, name+": readings", p.reads.Load(), 1)
	}
	kept, err := w.Hub.Clients(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	want(t, "clients kept", len(kept), 0)
}

func TestAnAnswerThatIsNoDocumentIsNoClient(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	w.policy(settings.RegistrationOpen)
	p := w.publish()
	good := *p.answer.Load()
	for name, answer := range map[string]http.HandlerFunc{
		"a redirect": func(rw http.ResponseWriter, r *http.Request) { http.Redirect(rw, r, "/elsewhere", http.StatusFound) },
		"not found":  http.NotFound,
		"a page": func(rw http.ResponseWriter, r *http.Request) {
			rw.Header().Set("Content-Type", "text/html")
			_, _ = rw.Write([]byte("{}"))
		},
	} {
		p.does(answer)
		refusedPage(t, name, w.browser().authorize(p.ask()))
		w.clock.skip(time.Minute + time.Second)
	}
	p.does(good)
	if at := w.browser().authorize(p.ask()); !strings.Contains(at.Body, `action="/signin"`) {
		t.Errorf("once it is right: %d %s", at.Status, at.Body)
	}
}

func TestAHubOnThePublicNetworkReadsNoDocumentOnAPrivateOne(t *testing.T) {
	w := newWorldAs(t, openSQLite(t), hub.Config{URL: "https://id.example.org"})
	w.policy(settings.RegistrationOpen)
	for _, id := range []string{"https://127.0.0.1:1/client.json", "https://169.254.169.254/latest/meta-data", "https://id.example.org/client.json"} {
		refusedPage(t, id, w.browser().authorize(url.Values{"client_id": {id}}))
	}
}

func TestWhoseDocumentsCountIsASetting(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	p := w.publish()
	refusedPage(t, "as it comes", w.browser().authorize(p.ask()))
	w.policy(settings.RegistrationByToken)
	refusedPage(t, "by token", w.browser().authorize(p.ask()))
	want(t, "readings", p.reads.Load(), 0)
	domains := func(list ...string) {
		t.Helper()
		if err := w.Hub.ChangeSettings(t.Context(), "test", func(s *settings.Settings) { s.DocumentDomains = list }); err != nil {
			t.Fatal(err)
		}
	}
	domains("app.example.org")
	refusedPage(t, "another domain", w.browser().authorize(p.ask()))
	known := func() bool { return strings.Contains(w.browser().authorize(p.ask()).Body, `action="/signin"`) }
	if err := w.Hub.ChangeSettings(t.Context(), "test", func(s *settings.Settings) { s.Registration = settings.RegistrationOpen }); err != nil {
		t.Fatal(err)
	}
	want(t, "open", known(), true)
	w.policy(settings.RegistrationOff)
	want(t, "closed again", known(), false)
}

func TestADocumentThatChangesIsFollowed(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	w.policy(settings.RegistrationOpen)
	w.person("ada@example.org")
	p := w.publish()
	web := p.address + "/callback"
	p.say(metadata{"redirect_uris": []string{web}, "application_type": "web"})
	b := w.browser()
	asks := func(uri string) string {
		at := b.authorize(p.ask("redirect_uri", uri))
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
	b.submit(b.signIn(b.authorize(p.ask("redirect_uri", web)), "ada@example.org"), "/consent", "decision", "allow")
	want(t, "allowed before", asks(web), "answer")

	p.say(metadata{"redirect_uris": []string{web, web + "2"}, "application_type": "web"})
	want(t, "while it is fresh", asks(web), "answer")
	w.clock.skip(10*time.Minute + time.Second)
	want(t, "with other addresses", asks(web), "consent")
	want(t, "readings", p.reads.Load(), 2)

	p.does(func(rw http.ResponseWriter, _ *http.Request) { rw.WriteHeader(http.StatusBadGateway) })
	w.clock.skip(time.Hour)
	want(t, "while its server is down", asks(web), "consent")
	w.clock.skip(24 * time.Hour)
	want(t, "when it is down for a day", asks(web), "refusal")
	p.say(metadata{"redirect_uris": []string{callback}})
	w.clock.skip(time.Hour)
	want(t, "with a foreign address", asks(web), "refusal")
}

func TestAnAdministratorTurnsOffADocumentedApp(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	w.policy(settings.RegistrationOpen)
	w.person("root@example.org", "admin")
	p := w.publish()
	if at := w.browser().authorize(p.ask()); !strings.Contains(at.Body, `action="/signin"`) {
		t.Fatalf("%d %s", at.Status, at.Body)
	}
	b := w.browser()
	b.signIn(b.open("/admin/clients"), "root@example.org")
	list := b.open("/admin/clients")
	link := regexp.MustCompile(`href="(/admin/clients/http[^"]+)"`).FindStringSubmatch(list.Body)
	if link == nil {
		t.Fatalf("it is not in the list:\n%s", list.Body)
	}
	its := b.open(link[1])
	if !strings.Contains(its.Body, "described by its document") {
		t.Errorf("its page: %d %s", its.Status, its.Body)
	}
	saved := b.submit(its, link[1], "skip_authorization", "1")
	if !strings.Contains(saved.Body, "always asks people") {
		t.Errorf("people are not asked: %d", saved.Status)
	}
	b.submit(its, link[1], "disabled", "1")
	want(t, "it is off", w.kept(p.ID).Disabled, true)
	w.clock.skip(time.Hour)
	refusedPage(t, "turned off", w.browser().authorize(p.ask()))
	want(t, "readings", p.reads.Load(), 1)
}

func TestNobodyUsesTheHubToKnockElsewhere(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	w.policy(settings.RegistrationOpen)
	p := w.publish()
	p.does(http.NotFound)
	for i := range 60 {
		p.post("/oauth2/token", "client_id", p.address+"/"+strings.Repeat("a", i+1))
	}
	if got := p.reads.Load(); got > 40 {
		t.Errorf("%d readings", got)
	}
}
