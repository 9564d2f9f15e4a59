package frappe_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/clients/frappe"
	"github.com/fedhub/fedhub/hub/internal/hubtest"
)

func TestASiteIsAddedByItsAddressAlone(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	b := w.Operator()
	for _, path := range []string{"/admin/clients", "/admin/clients/new"} {
		if p := b.Open(path); !strings.Contains(p.Body, `href="/admin/clients/frappe"`) {
			t.Errorf("%s does not lead there:\n%s", path, p.Body)
		}
	}
	p, values := b.AddSite("site", " ERP.example.com/login#x ")
	hubtest.Want(t, "status", p.Status, http.StatusOK)
	for id, value := range map[string]string{"enable_social_login": "ticked", "social_login_provider": "Frappe", "base_url": w.URL, "sign_ups": "Allow"} {
		hubtest.Want(t, id, values[id], value)
	}
	a := w.AddedSite(values)
	hubtest.Want(t, "site", a.Frappe.URL, hubtest.Erp)
	hubtest.Want(t, "redirect URIs", strings.Join(a.RedirectURIs, " "), strings.Join(frappe.Redirects(hubtest.Erp, clients.FrappeProvider), " "))
	if !strings.Contains(p.Body, `href="https://erp.example.com/app/social-login-key/new"`) {
		t.Errorf("there is no link to the site's form:\n%s", p.Body)
	}
	w.Person("ada@example.org")
	hubtest.Want(t, "a sign-in with these values", a.SiteSignIn(w.Browser(), "ada@example.org").Str("email"), "ada@example.org")

	later := b.Open("/admin/clients/" + a.ID + "/setup")
	if strings.Contains(later.Body, a.Secret) || !strings.Contains(later.Body, "It was shown only once") {
		t.Error("the secret is shown again")
	}
	another := hubtest.IdsOf(t, b.Submit(later, "/admin/clients/"+a.ID+"/setup/secret"))["client_secret"]
	if another == "" || another == a.Secret {
		t.Errorf("another secret is %q", another)
	}
	if p := b.Open("/admin/clients/" + a.ID); !strings.Contains(p.Body, `href="/admin/clients/`+a.ID+`/setup"`) {
		t.Error("the application does not lead to its set-up page")
	}
	hubtest.Want(t, "an ordinary client", b.Open("/admin/clients/"+w.App().ID+"/setup").Status, http.StatusNotFound)
	if strings.Contains(w.Logs.String(), a.Secret) || strings.Contains(hubtest.Dump(t, w), a.Secret) {
		t.Error("the secret is kept or logged")
	}
}

func TestTheValuesAreThoseOfTheChosenProvider(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	b := w.Operator()
	_, values := b.AddSite("provider", "Custom", "provider_name", " Head Office ")
	for id, value := range map[string]string{
		"social_login_provider": "Custom", "provider_name": "Head Office", "authorize_url": "/oauth2/authorize", "access_token_url": "/oauth2/token",
		"redirect_url": "/api/method/frappe.integrations.oauth2_logins.custom/head_office", "api_endpoint": w.URL + "/oauth2/userinfo",
		"auth_url_data": `{"response_type": "code", "scope": "openid profile email"}`, "user_id_property": "sub",
	} {
		hubtest.Want(t, id, values[id], value)
	}
	_, values = b.AddSite("site", "books.example.com", "provider", "Keycloak")
	hubtest.Want(t, "provider", values["social_login_provider"], "Keycloak")
	hubtest.Want(t, "redirect URI", w.AddedSite(values).RedirectURIs[0], "https://books.example.com/api/method/frappe.integrations.oauth2_logins.login_via_keycloak/keycloak")
	for _, pairs := range [][]string{{"provider", "Custom", "provider_name", ""}, {"provider", "Custom", "provider_name", "Keycloak"}, {"provider", "", "provider_name", "a/b"}} {
		p, _ := b.AddSite(append(pairs, "site", "hr.example.com")...)
		if p.Status != http.StatusUnprocessableEntity || !strings.Contains(p.Body, `href="#provider_name"`) {
			t.Errorf("%q: got %d\n%s", pairs, p.Status, p.Body)
		}
	}
}

func TestASiteThatIsAddedManyTimesAtOnceIsThereOnce(t *testing.T) {
	hubtest.OnBothEngines(t, func(t *testing.T, w *hubtest.World) {
		b := w.Operator()
		p := b.Open("/admin/clients/frappe")
		hubtest.AtOnce(16, func(int) { b.Post(p, "/admin/clients/frappe", "site", "erp.example.com") })
		all, err := w.Hub.Clients(t.Context())
		if err != nil || len(all) != 1 {
			t.Errorf("there are %d clients: %v", len(all), err)
		}
	})
}

func TestASiteIsAddedOnce(t *testing.T) {
	w := hubtest.NewWorld(t, hubtest.OpenSQLite(t))
	b := w.Operator()
	_, values := b.AddSite()
	p, _ := b.AddSite("site", "https://erp.example.com/app", "provider", "Keycloak")
	if p.Status != http.StatusUnprocessableEntity || !strings.Contains(p.Body, `href="/admin/clients/`+values["client_id"]+`/setup"`) {
		t.Errorf("got %d, or no link to the one there is:\n%s", p.Status, p.Body)
	}
	for site, says := range map[string]string{"": "Enter the site", "erp": "not a full address", "ftp://erp.example.com": "must start with https", `"><script>alert(1)</script>`: "character"} {
		p, _ := b.AddSite("site", site)
		if p.Status != http.StatusUnprocessableEntity || !strings.Contains(p.Body, says) || strings.Contains(p.Body, "<script>alert") {
			t.Errorf("%q: got %d\n%s", site, p.Status, p.Body)
		}
	}
	all, err := w.Hub.Clients(t.Context())
	if err != nil || len(all) != 1 {
		t.Errorf("there are %d clients: %v", len(all), err)
	}
	stranger := w.Browser()
	w.Person("ada@example.org")
	stranger.SignIn(stranger.Open("/signin"), "ada@example.org")
	hubtest.Want(t, "somebody else", stranger.Open("/admin/clients/frappe").Status, http.StatusForbidden)
	resp, err := b.PostForm(w.URL+"/admin/clients/frappe", url.Values{"site": {"hr.example.com"}, "provider": {"Frappe"}})
	hubtest.Want(t, "without the form's token", b.Read(resp, err).Status, http.StatusForbidden)
}
