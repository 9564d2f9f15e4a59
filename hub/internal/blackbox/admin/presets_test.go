package admin_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/clients/presets"
	"github.com/fedhub/fedhub/hub/internal/hubtest"
	"github.com/fedhub/fedhub/templates"
)

// A product is the OIDC behavior of an application with its default settings; the
// presets link to its documentation.
type product struct {
	path        string // path of the URL that the administrator enters
	redirect    string // relative to the URL
	scope       string
	body        bool // client_secret_post
	pkce, nonce bool
	more        []string
	takes       []string // it reads only the ID token
	left        string   // its post_logout_redirect_uri, relative to the URL; "-": it has no sign-out at the provider
	hint        bool     // it sends id_token_hint, else client_id
	told        string   // its back-channel logout URI, relative to the URL
}

var products = map[string]product{
	"keycloak": {path: "/realms/acme", redirect: "/broker/oidc/endpoint", scope: "openid", body: true, nonce: true,
		left: "/broker/oidc/endpoint/logout_response", hint: true, told: "/protocol/openid-connect/logout/backchannel-logout"},
	"grafana": {redirect: "/login/generic_oauth", scope: "openid profile email", left: "/login", hint: true},
	"gitlab":  {redirect: "/users/auth/openid_connect/callback", scope: "openid profile email", body: true, pkce: true, nonce: true, left: "/users/sign_in"},
	"nextcloud": {redirect: "/apps/user_oidc/code", scope: "openid email profile", body: true, pkce: true, nonce: true,
		more:  []string{"claims", `{"id_token":{"email":null,"name":null,"quota":null,"groups":null},"userinfo":{"email":null,"name":null,"quota":null,"groups":null}}`},
		takes: []string{"email", "name", "updated_at"}, left: "/", told: "/index.php/apps/user_oidc/backchannel-logout/fedhub"},
	"argocd":       {redirect: "/auth/callback", scope: "openid profile email groups", takes: []string{"email", "name"}, left: "", hint: true},
	"oauth2-proxy": {redirect: "/oauth2/callback", scope: "openid email profile", left: "/"},
	"dex": {path: "/dex", redirect: "/callback", scope: "openid profile email", more: []string{"access_type", "offline", "prompt", "consent"},
		takes: []string{"email", "email_verified", "name"}, left: "-"},
	"authjs":  {redirect: "/api/auth/callback/fedhub", scope: "openid profile email", pkce: true, takes: []string{"email", "name"}, left: "-"},
	"openbao": {redirect: "/ui/vault/auth/oidc/oidc/callback", scope: "openid", pkce: true, nonce: true, left: "-"},
}

func TestEveryPresetIsProvenByAWholeSignInAsItsProductSendsIt(t *testing.T) {
	for _, p := range presets.All() {
		if p.Site {
			continue // clients/frappe has tests of its own
		}
		sent, known := products[p.Key]
		if !known {
			t.Errorf("%s: nobody wrote down what it sends", p.Key)
			continue
		}
		t.Run(p.Key, func(t *testing.T) {
			w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
			w.Person("ada@example.org", "clerk")
			heard := make(chan string, 10)
			there := hubtest.NewServer(t, func(_ http.ResponseWriter, r *http.Request) {
				if r.PostFormValue("logout_token") != "" {
					heard <- r.URL.Path
				}
			}) + sent.path
			a := fromPreset(t, w.Operator(), p, there, sent)
			b := w.Browser()
			tokens := comes(t, a, b, there, sent)
			claims := hubtest.ClaimsOf(t, tokens.Str("id_token"))
			for _, claim := range sent.takes {
				if claims[claim] == nil {
					t.Errorf("the ID token says nothing of %s: %v", claim, claims)
				}
			}
			if tokens.Str("refresh_token") == "" {
				t.Error("it gets no refresh token")
			}
			leaves(t, a, b, there, sent, tokens.Str("id_token"))
			if sent.told != "" {
				hubtest.Want(t, "where the logout token arrives", hubtest.Arrives(t, heard, "no logout token arrives"), sent.path+sent.told)
			}
		})
	}
}

// fromPreset uses the pages: the card, its questions, the filled-in form, and the
// values to enter in the application.
func fromPreset(t *testing.T, b *hubtest.Browser, p presets.Preset, there string, sent product) *hubtest.App {
	t.Helper()
	path := "/admin/clients/new?preset=" + p.Key
	if cards := b.Open("/admin/clients/new"); !strings.Contains(cards.Body, `href="`+path+`"`) {
		t.Errorf("the page of a new application does not offer it:\n%s", cards.Body)
	}
	if asked := b.Open(path); !strings.Contains(asked.Body, p.URL.Label.In(templates.Sentence, "")) || strings.Contains(asked.Body, `id="create"`) {
		t.Errorf("it does not ask for the %s first:\n%s", p.URL.Label, asked.Body)
	}
	filled := b.Open(path + "&" + url.Values{"url": {there}}.Encode())
	if strings.Contains(filled.Body, `name="skip_authorization"`) {
		t.Error("a preset speaks of Skip Authorization")
	}
	secret := b.Submit(filled, "/admin/clients")
	hubtest.Want(t, "the page with the secret", secret.Status, 200)
	all, err := b.W.Hub.Clients(t.Context())
	if err != nil || len(all) != 1 {
		t.Fatalf("got %d applications, %v:\n%s", len(all), err, secret.Body)
	}
	c := all[0]
	if rule := p.NewClient(presets.Answers{}).PKCERule(); c.PKCERule() != rule || !sent.pkce && !sent.nonce && rule != clients.PKCEOptional {
		t.Errorf("PKCE is %s, want %s", c.PKCERule(), rule)
	}
	if c.SkipAuthorization || c.Name != p.Name {
		t.Errorf("it is registered as %+v", c)
	}
	a := &hubtest.App{W: b.W, Client: c, Secret: hubtest.SecretShown.FindString(secret.Body), Verifier: strings.Repeat("v", 43)}
	values := secret.Text("there")
	for _, text := range []string{a.Secret, c.ID, b.W.URL} {
		if text == "" || !strings.Contains(values, text) {
			t.Errorf("what to enter there says nothing of %q: %s", text, values)
		}
	}
	later := b.Open("/admin/clients/" + c.ID).Text("there")
	if !strings.Contains(later, c.ID) || strings.Contains(later, a.Secret) {
		t.Errorf("the application's page says %s", later)
	}
	return a
}

// comes signs a user in with the requests that the product sends.
func comes(t *testing.T, a *hubtest.App, b *hubtest.Browser, there string, sent product) hubtest.Reply {
	t.Helper()
	redirect := there + sent.redirect
	request := a.Request(append([]string{"redirect_uri", redirect, "scope", sent.scope}, sent.more...)...)
	if !sent.pkce {
		request.Del("code_challenge")
		request.Del("code_challenge_method")
	}
	if !sent.nonce {
		request.Del("nonce")
	}
	p := b.SignIn(b.Authorize(request), "ada@example.org")
	if !strings.Contains(p.Body, `action="/consent"`) {
		t.Fatalf("nobody is asked: %d at %s, to %s:\n%s", p.Status, p.URL, p.Location, p.Body)
	}
	p = b.Submit(p, "/consent", "decision", "allow")
	if !strings.HasPrefix(p.Location, redirect+"?") {
		t.Fatalf("the answer goes to %q, want %s:\n%s", p.Location, redirect, p.Body)
	}
	back, err := url.Parse(p.Location)
	if err != nil {
		t.Fatal(err)
	}
	form := url.Values{"grant_type": {"authorization_code"}, "code": {back.Query().Get("code")}, "redirect_uri": {redirect}}
	if sent.pkce {
		form.Set("code_verifier", a.Verifier)
	}
	if sent.body {
		form.Set("client_id", a.ID)
		form.Set("client_secret", a.Secret)
	}
	req, err := http.NewRequest(http.MethodPost, a.W.URL+"/oauth2/token", strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if !sent.body {
		req.SetBasicAuth(url.QueryEscape(a.ID), url.QueryEscape(a.Secret))
	}
	tokens := a.W.Call(req)
	hubtest.Want(t, "the token answer", tokens.Status, 200)
	if sent.scope != "openid" {
		hubtest.Want(t, "who it is", a.W.Userinfo(tokens.Str("access_token")).Str("email"), "ada@example.org")
	}
	return tokens
}

// leaves signs out as the product does it: by its own button, or at the hub.
func leaves(t *testing.T, a *hubtest.App, b *hubtest.Browser, there string, sent product, idToken string) {
	t.Helper()
	if sent.left == "-" {
		return
	}
	q := url.Values{"post_logout_redirect_uri": {there + sent.left}}
	if sent.hint {
		q.Set("id_token_hint", idToken)
	} else {
		q.Set("client_id", a.ID)
	}
	p := b.Open("/oauth2/logout?" + q.Encode())
	for range 5 {
		switch {
		case strings.HasPrefix(p.Location, there):
			hubtest.Want(t, "where people are after signing out", p.Location, there+sent.left)
			return
		case p.Location != "":
			p = b.Hop(p)
		case strings.Contains(p.Body, `action="/signout"`):
			p = b.Post(p, "/signout")
		default:
			t.Fatalf("the sign-out ends at %s with %d:\n%s", p.URL, p.Status, p.Body)
		}
	}
	t.Fatal("no end to the sign-out")
}

// Values of a preset can be changed like typed ones, and errors in them appear on
// the same page.
func TestWhatAPresetSetsCanBeChanged(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	b := w.Operator()
	path := "/admin/clients/new?preset=keycloak&called=company&url=" + url.QueryEscape("https://id.example.org/realms/acme")
	filled := b.Open(path)
	const broker = "https://id.example.org/realms/acme/broker/company/endpoint"
	for _, text := range []string{broker, broker + "/logout_response", "https://id.example.org/realms/acme/protocol/openid-connect/logout/backchannel-logout", "openid profile email roles"} {
		if !strings.Contains(filled.Body, text) {
			t.Errorf("the page does not say that it sets %s", text)
		}
	}
	wrong := b.Submit(filled, "/admin/clients", "redirect_uris", "https://*.example.org/x", "app_name", "Company")
	hubtest.Want(t, "a redirect URI with a star", wrong.Status, 422)
	if !strings.Contains(wrong.Body, `id="redirect_uris-error"`) || !strings.Contains(wrong.Body, `value="Company"`) {
		t.Errorf("the mistake is not at the field, or what was typed is lost:\n%s", wrong.Body)
	}
	b.Submit(wrong, "/admin/clients", "redirect_uris", "https://id.example.org/other", "scopes", "openid", "auth_method", "client_secret_basic", "pkce", "always", "id_token_claims", "1", "backchannel_logout_uri", "")
	all, err := w.Hub.Clients(t.Context())
	if err != nil || len(all) != 1 {
		t.Fatalf("got %d, %v", len(all), err)
	}
	c := all[0]
	hubtest.Want(t, "name", c.Name, "Company")
	hubtest.Want(t, "redirect URIs", strings.Join(c.RedirectURIs, " "), "https://id.example.org/other")
	hubtest.Want(t, "scopes", strings.Join(c.Scopes, " "), "openid")
	hubtest.Want(t, "PKCE", c.PKCERule(), clients.PKCEAlways)
	hubtest.Want(t, "method, claims, back channel", c.AuthMethod+" "+c.BackchannelLogoutURI, "client_secret_basic ")
	if !c.IDTokenClaims || c.DefaultRedirectURI != "https://id.example.org/other" {
		t.Errorf("it is kept as %+v", c)
	}

	for address, field := range map[string]string{"https://id.example.org": "url", "https://id.example.org/realms/x?y": "url"} {
		p := b.Open("/admin/clients/new?preset=keycloak&url=" + url.QueryEscape(address))
		if p.Status != 422 || !strings.Contains(p.Body, `id="`+field+`-error"`) || strings.Contains(p.Body, `id="create"`) {
			t.Errorf("%s: got %d:\n%s", address, p.Status, p.Body)
		}
	}
	hubtest.Want(t, "the preset of a Frappe site", b.Open("/admin/clients/new?preset=frappe").URL.Path, "/admin/clients/frappe")
}
