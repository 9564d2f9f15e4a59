package hub_test

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/hub/users"
)

const (
	erp         = "https://erp.example.com"
	erpCallback = erp + "/api/method/frappe.integrations.oauth2_logins.login_via_frappe"
	frappePath  = "/api/method/frappe.integrations.oauth2."
)

// site is an unmodified Frappe site that was given nothing but the Base URL, a
// client id and a secret.
func (w *world) site(provider string, change ...func(*clients.Client)) *app {
	w.Helper()
	site := clients.NewFrappeSite(erp, provider)
	for _, edit := range change {
		edit(&site)
	}
	c, secret, err := w.Hub.AddClient(w.Context(), "test", site)
	if err != nil {
		w.Fatal(err)
	}
	return &app{w: w, Client: c, Secret: secret}
}

// raw posts a form as it is written.
func (w *world) raw(path, form string) reply {
	w.Helper()
	req, err := http.NewRequest(http.MethodPost, w.URL+path, strings.NewReader(form))
	if err != nil {
		w.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("User-Agent", "python-requests/2.32.3")
	req.Header.Set("Accept", "*/*")
	return w.call(req)
}

// siteRequest is what the button of a site's login page leads to: in this
// order, without nonce and PKCE.
func siteRequest(a *app, path, state string) string {
	return a.w.URL + path + "?redirect_uri=" + url.QueryEscape(a.RedirectURIs[0]) + "&state=" + url.QueryEscape(state) +
		"&response_type=code&scope=openid&client_id=" + a.ID
}

// siteState is as versions 13 to 15 make it: base64, with all its characters.
func siteState() string {
	return base64.StdEncoding.EncodeToString([]byte(`{"site": "https://erp.example.com", "token": "` + strings.Repeat("f9?>", 14) + `", "redirect_to": null}`))
}

func TestAPersonSignsInToAFrappeSite(t *testing.T) {
	for provider, paths := range map[string]struct{ authorize, token, userinfo string }{
		clients.FrappeProvider:   {frappePath + "authorize", frappePath + "get_token", frappePath + "openid_profile"},
		clients.KeycloakProvider: {"/realms/main/protocol/openid-connect/auth", "/realms/main/protocol/openid-connect/token", "/realms/main/protocol/openid-connect/userinfo"},
		"Head Office":            {"/oauth2/authorize", "/oauth2/token", "/oauth2/userinfo"},
	} {
		t.Run(provider, func(t *testing.T) {
			w := newWorld(t, openSQLite(t))
			w.person("Ada@Example.org", "writer")
			a := w.site(provider)
			b := w.browser()
			state := siteState()
			p := b.signIn(b.follow(b.open(siteRequest(a, paths.authorize, state))), "Ada@Example.org")
			for _, shown := range []string{"email", "roles"} {
				if !strings.Contains(p.Body, shown) {
					t.Errorf("the consent page does not name %s", shown)
				}
			}
			p = b.follow(b.submit(p, "/consent", "decision", "allow"))
			to, err := url.Parse(p.Location)
			if err != nil || !strings.HasPrefix(p.Location, a.RedirectURIs[0]+"?") {
				t.Fatalf("answered at %q", p.Location)
			}
			want(t, "state", to.Query().Get("state"), state)

			form := "code=" + to.Query().Get("code") + "&redirect_uri=" + url.QueryEscape(a.RedirectURIs[0]) +
				"&grant_type=authorization_code&client_id=" + a.ID + "&client_secret=" + url.QueryEscape(a.Secret)
			r := w.raw(paths.token, form)
			want(t, "token", r.Status, 200)
			claims := w.verified(r.str("id_token"), "HS256", a.Secret)
			want(t, "aud", claims["aud"], any(a.ID))
			want(t, "email in the id_token", claims["email"], any("ada@example.org"))

			info := w.sendJSON("GET", paths.userinfo, r.str("access_token"), nil)
			want(t, "userinfo", info.Status, 200)
			for name, value := range map[string]any{
				"email": "ada@example.org", "email_verified": true, "iss": w.URL, "sub": claims["sub"], "preferred_username": "ada@example.org",
			} {
				want(t, name, info.JSON[name], value)
			}
			for name, value := range info.JSON {
				if value == nil {
					t.Errorf("%s is null, on which a site breaks", name)
				}
			}
			for _, name := range []string{"name", "given_name"} {
				if info.str(name) == "" {
					t.Errorf("%s is empty", name)
				}
			}
		})
	}
}

func TestASiteIsNeverSentAnError(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	w.person("ada@example.org")
	a := w.site(clients.FrappeProvider)
	b := w.browser()
	stays := func(what string, p page, status int) {
		t.Helper()
		want(t, what, p.Status, status)
		if p.Location != "" || !strings.Contains(p.Body, `href="`+erp+`/login"`) {
			t.Errorf("%s: went to %q, or there is no way back:\n%s", what, p.Location, p.Body)
		}
	}
	p := b.signIn(b.follow(b.open(siteRequest(a, frappePath+"authorize", "s"))), "ada@example.org")
	stays("declined", b.follow(b.submit(p, "/consent", "decision", "deny")), 403)
	stays("a scope it may not have", b.open(strings.Replace(siteRequest(a, frappePath+"authorize", "s"), "scope=openid", "scope=openid+all", 1)), 400)
	stays("a long state", b.open(siteRequest(a, frappePath+"authorize", strings.Repeat("s", 5000))), 400)
	stays("prompt=none and nobody there", w.browser().open(siteRequest(a, frappePath+"authorize", "s")+"&prompt=none"), 400)

	books := w.site(clients.FrappeProvider, func(c *clients.Client) { c.AllowedRoles = []string{"accounts"} })
	stays("the wrong role", b.follow(b.open(siteRequest(books, frappePath+"authorize", "s"))), 403)
}

func TestAliasesArePutRightInPlace(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	w.person("ada@example.org")
	a := w.site(clients.FrappeProvider)
	for _, path := range []string{
		frappePath + "get_token", "/" + frappePath + "get_token", "///" + frappePath + "get_token/", frappePath + "get_token/more/of/it",
		"/api/v1/method/frappe.integrations.oauth2.get_token", "/api/v2/method/frappe.integrations.oauth2.get_token",
		"/protocol/openid-connect/token", "//protocol/openid-connect/token", "/realms/main//protocol/openid-connect/token", "/realms/x/protocol/openid-connect/token/",
		"/realms/main" + frappePath + "get_token", "/realms/main/" + frappePath + "get_token", "//realms/main/api/v1/method/frappe.integrations.oauth2.get_token",
	} {
		r := w.raw(path, "grant_type=authorization_code&code=x&redirect_uri=x&client_id="+a.ID+"&client_secret="+a.Secret)
		refused(t, path, r, 400, "invalid_grant")
	}
	for _, path := range []string{
		"/api//method/frappe.integrations.oauth2.get_token", "/api/method/frappe.client.get_list", "/realms//protocol/openid-connect/token",
		"/realms/a/b/protocol/openid-connect/token", "/account/protocol/openid-connect/token", "//oauth2/token", "/realms/main/oauth2/token", "/realms/a/b" + frappePath + "get_token", "/api/v3/method/frappe.integrations.oauth2.get_token",
	} {
		if r := w.raw(path, "grant_type=authorization_code"); r.Status != 404 {
			t.Errorf("%s: %d", path, r.Status)
		}
	}
}

func TestASiteMayProveItselfInTheHeaderToo(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	a := w.site(clients.FrappeProvider)
	refused(t, "in the header", a.post(frappePath+"get_token", "grant_type", "authorization_code", "code", "x"), 400, "invalid_grant")
	refused(t, "both", a.post(frappePath+"get_token", "grant_type", "authorization_code", "code", "x", "client_id", a.ID, "client_secret", a.Secret), 400, "invalid_request")
	a.Secret += "x"
	refused(t, "wrong", a.post(frappePath+"get_token", "grant_type", "authorization_code", "code", "x"), 401, "invalid_client")
}

func TestASiteAsksAboutItsTokensAsItIsUsedTo(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	w.person("ada@example.org", "writer")
	a := w.site(clients.FrappeProvider)
	a.verifier = "" // it has none
	b := w.browser()
	p := b.signIn(b.follow(b.open(siteRequest(a, frappePath+"authorize", "s"))), "ada@example.org")
	p = b.follow(b.submit(p, "/consent", "decision", "allow"))
	to, err := url.Parse(p.Location)
	if err != nil {
		t.Fatal(err)
	}
	r := a.post(frappePath+"get_token", "grant_type", "authorization_code", "code", to.Query().Get("code"), "redirect_uri", a.RedirectURIs[0])
	access := r.str("access_token")
	found := a.post(frappePath+"introspect_token", "token", access)
	for name, value := range map[string]any{"active": true, "client_id": a.ID, "trusted_client": 0.0, "email": "ada@example.org", "iss": w.URL} {
		want(t, name, found.JSON[name], value)
	}
	if found.JSON["exp"] == nil || found.JSON["roles"] == nil {
		t.Errorf("introspection: %s", found.Body)
	}
	refused(t, "without credentials", w.raw(frappePath+"introspect_token", "token="+access), 401, "invalid_client")
	revoked := a.post(frappePath+"revoke_token", "token", access)
	want(t, "revocation", revoked.Body, "{}")
	want(t, "after it", a.post(frappePath+"introspect_token", "token", access).Body, `{"active":false}`)
	want(t, "discovery", w.sendJSON("GET", frappePath+"openid_configuration", "", nil).str("issuer"), w.URL)
}

// FE-18: a site makes the address the account, whatever is said of it, so
// whoever brings an address that nobody answers for would be its owner there.
func TestAnAddressThatNobodyAnswersForOpensNoAccountAtASite(t *testing.T) {
	primary, secondary := newWorld(t, openSQLite(t)), newWorld(t, openSQLite(t))
	if _, err := primary.Hub.AddUser(t.Context(), "test", users.NewUser{Email: "victim@erp.example.com", Password: password}); err != nil {
		t.Fatal(err)
	}
	there := primary.app(func(c *clients.Client) { c.RedirectURIs = []string{secondary.URL + "/signin/from/plain"} })
	key, err := secondary.Hub.KeepLoginKey(t.Context(), "test", federation.LoginKey{
		ID: "plain", Kind: federation.KindOpenID, Name: "Plain", BaseURL: primary.URL, ClientID: there.ID, Enabled: true,
		SignUps: federation.Allow, TrustEmail: true,
	}, there.Secret)
	if err != nil {
		t.Fatal(err)
	}
	hubs, a, b := pair{primary, secondary, key}, secondary.site(clients.FrappeProvider), secondary.browser()
	p := hubs.through(b, a, "victim@erp.example.com", "redirect_uri", erpCallback, "scope", "openid")
	want(t, "status", p.Status, http.StatusForbidden)
	if !strings.Contains(p.Body, "email address") || !strings.Contains(p.Body, `href="/account"`) {
		t.Errorf("the page does not say what to do:\n%s", p.Body)
	}
}

// FE-18: databases under sites take é for e, so whoever owns the domain
// exämple.com would be somebody of example.com there. Addresses leave as plain
// ASCII, and where that cannot be, not at all.
func TestALikenessOfAnAddressIsNobodyElsesAtASite(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	a := w.site(clients.FrappeProvider)
	w.person("Boss@exämple.com")
	answer := a.enter(t, w.browser(), "Boss@exämple.com")
	const plain = "boss@xn--exmple-cua.com"
	want(t, "email of userinfo", w.sendJSON("GET", frappePath+"openid_profile", answer.str("access_token"), nil).str("email"), plain)
	want(t, "email of the ID token", claimsOf(t, answer.str("id_token"))["email"], any(plain))

	for _, like := range []string{"josé@example.com", "\u212aate@example.com"} {
		w.person(like)
		b := w.browser()
		p := b.signIn(b.open(siteRequest(a, frappePath+"authorize", "s")), like)
		want(t, like, p.Status, http.StatusForbidden)
		if !strings.Contains(p.Body, "plain Latin letters") {
			t.Errorf("the page does not say why:\n%s", p.Body)
		}
	}
}
