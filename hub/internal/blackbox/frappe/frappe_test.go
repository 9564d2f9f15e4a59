package frappe_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/internal/hubtest"
	"github.com/fedhub/fedhub/hub/users"
)

func TestAPersonSignsInToAFrappeSite(t *testing.T) {
	for provider, paths := range map[string]struct{ authorize, token, userinfo string }{
		clients.FrappeProvider:   {hubtest.FrappePath + "authorize", hubtest.FrappePath + "get_token", hubtest.FrappePath + "openid_profile"},
		clients.KeycloakProvider: {"/realms/main/protocol/openid-connect/auth", "/realms/main/protocol/openid-connect/token", "/realms/main/protocol/openid-connect/userinfo"},
		"Head Office":            {"/oauth2/authorize", "/oauth2/token", "/oauth2/userinfo"},
	} {
		t.Run(provider, func(t *testing.T) {
			w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
			w.Person("Ada@Example.org", "writer")
			a := w.Site(provider)
			b := w.Browser()
			state := hubtest.SiteState()
			p := b.SignIn(b.Follow(b.Open(hubtest.SiteRequest(a, paths.authorize, state))), "Ada@Example.org")
			for _, shown := range []string{"email", "roles"} {
				if !strings.Contains(p.Body, shown) {
					t.Errorf("the consent page does not name %s", shown)
				}
			}
			p = b.Follow(b.Submit(p, "/consent", "decision", "allow"))
			to, err := url.Parse(p.Location)
			if err != nil || !strings.HasPrefix(p.Location, a.RedirectURIs[0]+"?") {
				t.Fatalf("answered at %q", p.Location)
			}
			hubtest.Want(t, "state", to.Query().Get("state"), state)

			form := "code=" + to.Query().Get("code") + "&redirect_uri=" + url.QueryEscape(a.RedirectURIs[0]) +
				"&grant_type=authorization_code&client_id=" + a.ID + "&client_secret=" + url.QueryEscape(a.Secret)
			r := w.Raw(paths.token, form)
			hubtest.Want(t, "token", r.Status, 200)
			claims := w.Verified(r.Str("id_token"), "HS256", a.Secret)
			hubtest.Want(t, "aud", claims["aud"], any(a.ID))
			hubtest.Want(t, "email in the id_token", claims["email"], any("ada@example.org"))

			info := w.SendJSON("GET", paths.userinfo, r.Str("access_token"), nil)
			hubtest.Want(t, "userinfo", info.Status, 200)
			for name, value := range map[string]any{
				"email": "ada@example.org", "email_verified": true, "iss": w.URL, "sub": claims["sub"], "preferred_username": "ada@example.org",
			} {
				hubtest.Want(t, name, info.JSON[name], value)
			}
			for name, value := range info.JSON {
				if value == nil {
					t.Errorf("%s is null, on which a site breaks", name)
				}
			}
			for _, name := range []string{"name", "given_name"} {
				if info.Str(name) == "" {
					t.Errorf("%s is empty", name)
				}
			}
		})
	}
}

func TestASiteIsNeverSentAnError(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Person("ada@example.org")
	a := w.Site(clients.FrappeProvider)
	b := w.Browser()
	stays := func(what string, p hubtest.Page, status int) {
		t.Helper()
		hubtest.Want(t, what, p.Status, status)
		if p.Location != "" || !strings.Contains(p.Body, `href="`+hubtest.Erp+`/login"`) {
			t.Errorf("%s: went to %q, or there is no way back:\n%s", what, p.Location, p.Body)
		}
	}
	p := b.SignIn(b.Follow(b.Open(hubtest.SiteRequest(a, hubtest.FrappePath+"authorize", "s"))), "ada@example.org")
	stays("declined", b.Follow(b.Submit(p, "/consent", "decision", "deny")), 403)
	stays("a scope it may not have", b.Open(strings.Replace(hubtest.SiteRequest(a, hubtest.FrappePath+"authorize", "s"), "scope=openid", "scope=openid+phone", 1)), 400)
	stays("a long state", b.Open(hubtest.SiteRequest(a, hubtest.FrappePath+"authorize", strings.Repeat("s", 5000))), 400)
	stays("prompt=none and nobody there", w.Browser().Open(hubtest.SiteRequest(a, hubtest.FrappePath+"authorize", "s")+"&prompt=none"), 400)

	books := w.Site(clients.FrappeProvider, func(c *clients.Client) { c.AllowedRoles = []string{"accounts"} })
	stays("the wrong role", b.Follow(b.Open(hubtest.SiteRequest(books, hubtest.FrappePath+"authorize", "s"))), 403)
}

func TestAliasesArePutRightInPlace(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Person("ada@example.org")
	a := w.Site(clients.FrappeProvider)
	for _, path := range []string{
		hubtest.FrappePath + "get_token", "/" + hubtest.FrappePath + "get_token", "///" + hubtest.FrappePath + "get_token/", hubtest.FrappePath + "get_token/more/of/it",
		"/api/v1/method/frappe.integrations.oauth2.get_token", "/api/v2/method/frappe.integrations.oauth2.get_token",
		"/protocol/openid-connect/token", "//protocol/openid-connect/token", "/realms/main//protocol/openid-connect/token", "/realms/x/protocol/openid-connect/token/",
		"/realms/main" + hubtest.FrappePath + "get_token", "/realms/main/" + hubtest.FrappePath + "get_token", "//realms/main/api/v1/method/frappe.integrations.oauth2.get_token",
	} {
		r := w.Raw(path, "grant_type=authorization_code&code=x&redirect_uri=x&client_id="+a.ID+"&client_secret="+a.Secret)
		hubtest.Refused(t, path, r, 400, "invalid_grant")
	}
	for _, path := range []string{
		"/api//method/frappe.integrations.oauth2.get_token", "/api/method/frappe.client.get_list", "/realms//protocol/openid-connect/token",
		"/realms/a/b/protocol/openid-connect/token", "/account/protocol/openid-connect/token", "//oauth2/token", "/realms/main/oauth2/token", "/realms/a/b" + hubtest.FrappePath + "get_token", "/api/v3/method/frappe.integrations.oauth2.get_token",
	} {
		if r := w.Raw(path, "grant_type=authorization_code"); r.Status != 404 {
			t.Errorf("%s: %d", path, r.Status)
		}
	}
}

func TestASiteMayProveItselfInTheHeaderToo(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	a := w.Site(clients.FrappeProvider)
	hubtest.Refused(t, "in the header", a.Post(hubtest.FrappePath+"get_token", "grant_type", "authorization_code", "code", "x"), 400, "invalid_grant")
	hubtest.Refused(t, "both", a.Post(hubtest.FrappePath+"get_token", "grant_type", "authorization_code", "code", "x", "client_id", a.ID, "client_secret", a.Secret), 400, "invalid_request")
	a.Secret += "x"
	hubtest.Refused(t, "wrong", a.Post(hubtest.FrappePath+"get_token", "grant_type", "authorization_code", "code", "x"), 401, "invalid_client")
}

func TestASiteAsksAboutItsTokensAsItIsUsedTo(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	w.Person("ada@example.org", "writer")
	a := w.Site(clients.FrappeProvider)
	a.Verifier = "" // it has none
	b := w.Browser()
	p := b.SignIn(b.Follow(b.Open(hubtest.SiteRequest(a, hubtest.FrappePath+"authorize", "s"))), "ada@example.org")
	p = b.Follow(b.Submit(p, "/consent", "decision", "allow"))
	to, err := url.Parse(p.Location)
	if err != nil {
		t.Fatal(err)
	}
	r := a.Post(hubtest.FrappePath+"get_token", "grant_type", "authorization_code", "code", to.Query().Get("code"), "redirect_uri", a.RedirectURIs[0])
	access := r.Str("access_token")
	found := a.Post(hubtest.FrappePath+"introspect_token", "token", access)
	for name, value := range map[string]any{"active": true, "client_id": a.ID, "trusted_client": 0.0, "email": "ada@example.org", "iss": w.URL} {
		hubtest.Want(t, name, found.JSON[name], value)
	}
	if found.JSON["exp"] == nil || found.JSON["roles"] == nil {
		t.Errorf("introspection: %s", found.Body)
	}
	hubtest.Refused(t, "without credentials", w.Raw(hubtest.FrappePath+"introspect_token", "token="+access), 401, "invalid_client")
	revoked := a.Post(hubtest.FrappePath+"revoke_token", "token", access)
	hubtest.Want(t, "revocation", revoked.Body, "{}")
	hubtest.Want(t, "after it", a.Post(hubtest.FrappePath+"introspect_token", "token", access).Body, `{"active":false}`)
	hubtest.Want(t, "discovery", w.SendJSON("GET", hubtest.FrappePath+"openid_configuration", "", nil).Str("issuer"), w.URL)
}

// FE-18: a site takes the email as the account and ignores email_verified, so an
// unverified email would give access to its owner's account there.
func TestAnAddressThatNobodyAnswersForOpensNoAccountAtASite(t *testing.T) {
	primary, secondary := hubtest.NewWorld(t, hubtest.OpenSQLite(t)), hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	if _, err := primary.Hub.AddUser(t.Context(), audit.Named("test"), users.NewUser{Email: "victim@erp.example.com", Password: hubtest.Password}); err != nil {
		t.Fatal(err)
	}
	there := primary.App(func(c *clients.Client) { c.RedirectURIs = []string{secondary.URL + "/signin/from/plain"} })
	key, err := secondary.Hub.KeepLoginKey(t.Context(), audit.Named("test"), federation.LoginKey{
		ID: "plain", Kind: federation.KindOpenID, Name: "Plain", BaseURL: primary.URL, ClientID: there.ID, Enabled: true,
		SignUps: federation.Allow, TrustEmail: true,
	}, there.Secret)
	if err != nil {
		t.Fatal(err)
	}
	hubs, a, b := hubtest.Pair{Primary: primary, Secondary: secondary, Key: key}, secondary.Site(clients.FrappeProvider), secondary.Browser()
	p := hubs.Through(b, a, "victim@erp.example.com", "redirect_uri", hubtest.ErpCallback, "scope", "openid")
	hubtest.Want(t, "status", p.Status, http.StatusForbidden)
	if !strings.Contains(p.Body, "email address") || !strings.Contains(p.Body, `href="/account"`) {
		t.Errorf("the page does not say what to do:\n%s", p.Body)
	}
}

// FE-18: the collation of a site's database treats é as e, so the owner of the
// domain exämple.com would get the account of example.com. Emails are sent as
// ASCII, or not at all.
func TestALikenessOfAnAddressIsNobodyElsesAtASite(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	a := w.Site(clients.FrappeProvider)
	w.Person("Boss@exämple.com")
	answer := a.Enter(t, w.Browser(), "Boss@exämple.com")
	const plain = "boss@xn--exmple-cua.com"
	hubtest.Want(t, "email of userinfo", w.SendJSON("GET", hubtest.FrappePath+"openid_profile", answer.Str("access_token"), nil).Str("email"), plain)
	hubtest.Want(t, "email of the ID token", hubtest.ClaimsOf(t, answer.Str("id_token"))["email"], any(plain))

	for _, like := range []string{"josé@example.com", "\u212aate@example.com"} {
		w.Person(like)
		b := w.Browser()
		p := b.SignIn(b.Open(hubtest.SiteRequest(a, hubtest.FrappePath+"authorize", "s")), like)
		hubtest.Want(t, like, p.Status, http.StatusForbidden)
		if !strings.Contains(p.Body, "a verified email address in ASCII") {
			t.Errorf("the page does not say why:\n%s", p.Body)
		}
	}
}
