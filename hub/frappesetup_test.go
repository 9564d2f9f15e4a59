package hub_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"github.com/fedhub/fedhub/clients"
)

// addSite goes through the page that adds a site, and returns the page of its
// values and what is on it.
func (b *browser) addSite(pairs ...string) (page, map[string]string) {
	b.w.Helper()
	p := b.submit(b.open("/admin/clients/frappe"), "/admin/clients/frappe", append([]string{"site", "erp.example.com"}, pairs...)...)
	return p, idsOf(b.w, p)
}

// idsOf are the texts of a page's elements by their ids.
func idsOf(t testing.TB, p page) map[string]string {
	t.Helper()
	root, err := html.Parse(strings.NewReader(p.Body))
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for n := range root.Descendants() {
		if n.Type == html.ElementNode && attr(n, "id") != "" {
			out[attr(n, "id")] = spokenText(n)
		}
	}
	return out
}

func spokenText(n *html.Node) string {
	var out strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			out.WriteString(d.Data)
		}
	}
	return strings.Join(strings.Fields(out.String()), " ")
}

// addedSite is the site as the app that signs people in.
func (w *world) addedSite(values map[string]string) *app {
	w.Helper()
	c, err := w.Hub.Client(w.Context(), values["client_id"])
	if err != nil {
		w.Fatal(err)
	}
	return &app{w: w, Client: c, Secret: values["client_secret"]}
}

func TestASiteIsAddedByItsAddressAlone(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	b := w.operator()
	for _, path := range []string{"/admin/clients", "/admin/clients/new"} {
		if p := b.open(path); !strings.Contains(p.Body, `href="/admin/clients/frappe"`) {
			t.Errorf("%s does not lead there:\n%s", path, p.Body)
		}
	}
	p, values := b.addSite("site", " ERP.example.com/login#x ")
	want(t, "status", p.Status, http.StatusOK)
	for id, value := range map[string]string{"enable_social_login": "ticked", "social_login_provider": "Frappe", "base_url": w.URL, "sign_ups": "Allow"} {
		want(t, id, values[id], value)
	}
	a := w.addedSite(values)
	want(t, "site", a.Frappe.URL, erp)
	want(t, "redirect URIs", strings.Join(a.RedirectURIs, " "), strings.Join(clients.FrappeRedirects(erp, clients.FrappeProvider), " "))
	if !strings.Contains(p.Body, `href="https://erp.example.com/app/social-login-key/new"`) {
		t.Errorf("there is no link to the site's form:\n%s", p.Body)
	}
	w.person("ada@example.org")
	want(t, "a sign-in with these values", a.siteSignIn(w.browser(), "ada@example.org").str("email"), "ada@example.org")

	later := b.open("/admin/clients/" + a.ID + "/setup")
	if strings.Contains(later.Body, a.Secret) || !strings.Contains(later.Body, "Shown once") {
		t.Error("the secret is shown again")
	}
	another := idsOf(t, b.submit(later, "/admin/clients/"+a.ID+"/setup/secret"))["client_secret"]
	if another == "" || another == a.Secret {
		t.Errorf("another secret is %q", another)
	}
	if p := b.open("/admin/clients/" + a.ID); !strings.Contains(p.Body, `href="/admin/clients/`+a.ID+`/setup"`) {
		t.Error("the application does not lead to its set-up page")
	}
	want(t, "an ordinary client", b.open("/admin/clients/"+w.app().ID+"/setup").Status, http.StatusNotFound)
	if strings.Contains(w.log.String(), a.Secret) || strings.Contains(dump(t, w), a.Secret) {
		t.Error("the secret is kept or logged")
	}
}

// siteSignIn is a sign-in as a site does it: the button, the code, the token
// and who it is.
func (a *app) siteSignIn(b *browser, email string) reply {
	a.w.Helper()
	code := a.siteCode(b, email)
	r := a.siteToken(code)
	want(a.w, "token", r.Status, 200)
	return a.w.sendJSON("GET", frappePath+"openid_profile", r.str("access_token"), nil)
}

func (a *app) siteCode(b *browser, email string) string {
	a.w.Helper()
	p := b.follow(b.open(siteRequest(a, frappePath+"authorize", siteState())))
	if strings.Contains(p.Body, `action="/signin"`) {
		p = b.signIn(p, email)
	}
	if strings.Contains(p.Body, `action="/consent"`) {
		p = b.follow(b.submit(p, "/consent", "decision", "allow"))
	}
	to, err := url.Parse(p.Location)
	if err != nil || !strings.HasPrefix(p.Location, a.RedirectURIs[0]+"?") {
		a.w.Fatalf("answered at %q:\n%s", p.Location, p.Body)
	}
	return to.Query().Get("code")
}

func (a *app) siteToken(code string) reply {
	a.w.Helper()
	return a.w.raw(frappePath+"get_token", "code="+code+"&redirect_uri="+url.QueryEscape(a.RedirectURIs[0])+
		"&grant_type=authorization_code&client_id="+a.ID+"&client_secret="+url.QueryEscape(a.Secret))
}

func TestTheValuesAreThoseOfTheChosenProvider(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	b := w.operator()
	_, values := b.addSite("provider", "Custom", "provider_name", " Head Office ")
	for id, value := range map[string]string{
		"social_login_provider": "Custom", "provider_name": "Head Office", "authorize_url": "/oauth2/authorize", "access_token_url": "/oauth2/token",
		"redirect_url": "/api/method/frappe.integrations.oauth2_logins.custom/head_office", "api_endpoint": w.URL + "/oauth2/userinfo",
		"auth_url_data": `{"response_type": "code", "scope": "openid profile email"}`, "user_id_property": "sub",
	} {
		want(t, id, values[id], value)
	}
	_, values = b.addSite("site", "books.example.com", "provider", "Keycloak")
	want(t, "provider", values["social_login_provider"], "Keycloak")
	want(t, "redirect URI", w.addedSite(values).RedirectURIs[0], "https://books.example.com/api/method/frappe.integrations.oauth2_logins.login_via_keycloak/keycloak")
	for _, pairs := range [][]string{{"provider", "Custom", "provider_name", ""}, {"provider", "Custom", "provider_name", "Keycloak"}, {"provider", "", "provider_name", "a/b"}} {
		p, _ := b.addSite(append(pairs, "site", "hr.example.com")...)
		if p.Status != http.StatusUnprocessableEntity || !strings.Contains(p.Body, `href="#provider_name"`) {
			t.Errorf("%q: got %d\n%s", pairs, p.Status, p.Body)
		}
	}
}

func TestASiteThatIsAddedManyTimesAtOnceIsThereOnce(t *testing.T) {
	onBothEngines(t, func(t *testing.T, w *world) {
		b := w.operator()
		p := b.open("/admin/clients/frappe")
		atOnce(16, func(int) { b.post(p, "/admin/clients/frappe", "site", "erp.example.com") })
		all, err := w.Hub.Clients(t.Context())
		if err != nil || len(all) != 1 {
			t.Errorf("there are %d clients: %v", len(all), err)
		}
	})
}

func TestASiteIsAddedOnce(t *testing.T) {
	w := newWorld(t, openSQLite(t))
	b := w.operator()
	_, values := b.addSite()
	p, _ := b.addSite("site", "https://erp.example.com/app", "provider", "Keycloak")
	if p.Status != http.StatusUnprocessableEntity || !strings.Contains(p.Body, `href="/admin/clients/`+values["client_id"]+`/setup"`) {
		t.Errorf("got %d, or no link to the one there is:\n%s", p.Status, p.Body)
	}
	for site, says := range map[string]string{"": "Enter the site", "erp": "no full address", "ftp://erp.example.com": "begins with https", `"><script>alert(1)</script>`: "character"} {
		p, _ := b.addSite("site", site)
		if p.Status != http.StatusUnprocessableEntity || !strings.Contains(p.Body, says) || strings.Contains(p.Body, "<script>alert") {
			t.Errorf("%q: got %d\n%s", site, p.Status, p.Body)
		}
	}
	all, err := w.Hub.Clients(t.Context())
	if err != nil || len(all) != 1 {
		t.Errorf("there are %d clients: %v", len(all), err)
	}
	stranger := w.browser()
	w.person("ada@example.org")
	stranger.signIn(stranger.open("/signin"), "ada@example.org")
	want(t, "somebody else", stranger.open("/admin/clients/frappe").Status, http.StatusForbidden)
	resp, err := b.PostForm(w.URL+"/admin/clients/frappe", url.Values{"site": {"hr.example.com"}, "provider": {"Frappe"}})
	want(t, "without the form's token", b.read(resp, err).Status, http.StatusForbidden)
}
