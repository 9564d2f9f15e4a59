package e2e_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/chromedp/chromedp/kb"

	"github.com/fedhub/fedhub/internal/testkit/frappetest"
)

func TestAnERPNextSiteIsFederatedByItsAddressAndAnAPIKey(t *testing.T) {
	t.Parallel()
	s := newSite(t, "Head office")
	api := frappetest.NewAPI(t, frappetest.G3, "a1b2c3d4e5f6a7b", "f7e6d5c4b3a2f1e")
	ada := person(t, s.Hub.Service, "Ada Lovelace", "ada@example.org")
	b := s.administrator()
	b.press("#new-frappe")
	const hub, site = "https://id.example.com", "https://erp.example.com"
	names := []string{s.URL, hub, api.URL, site, host(s.URL), host(hub), host(api.URL), host(site)}
	b.fill("#site", api.URL+"/login")
	b.forGuide("frappe-add", "form.panel", names...)
	b.fill("#site", api.URL+"/login")
	b.press("#create")
	b.see("#client_secret")
	b.forGuide("frappe-values", "#values", names...)
	b.fill("#api_key", "a1b2c3d4e5f6a7b")
	b.fill("#api_secret", "f7e6d5c4b3a2f1e")
	b.press("#enter")
	b.see("#link-result.ok")

	// The administrator's page stays open, and notices.
	other := newWindow(t)
	other.open(api.URL + "/login")
	other.click("a")
	other.see("#password")
	other.signIn(ada)
	other.see("#allow")
	b.seeText("The user has not returned yet")
	b.forGuide("frappe-waiting", "#first-login", names...)
	other.click("#allow")
	b.see("#works")
	if b.has("#look-again") {
		t.Error("it still waits")
	}
	if _, found := api.Site.Account(ada.Email); !found {
		t.Error("the site knows nobody")
	}
}

func host(address string) string {
	_, name, _ := strings.Cut(address, "://")
	return name
}

// The other direction: an administrator names a site, and tries it.
func TestAFrappeSiteIsTriedAsAProvider(t *testing.T) {
	t.Parallel()
	s := newSite(t, "Head office")
	site := frappetest.NewPlainPrimary(t, frappetest.G1, nil)
	site.Edit(func(site *frappetest.Site) {
		site.Before = func(rw http.ResponseWriter, r *http.Request) bool {
			if r.URL.Path != "/favicon.ico" {
				return false
			}
			rw.WriteHeader(http.StatusNoContent)
			return true
		}
	})
	site.Join("asha@example.com", "Asha", "Rao", "Accounts User")
	b := s.administrator()
	b.open(s.URL + "/admin/providers/new?preset=frappe")
	names := []string{s.URL, "https://id.example.com", site.URL, "https://erp.example.com"}
	client := site.Register(b.read("#callback code"), func(c *frappetest.Client) { c.Trusted = true })
	b.fill("#name", "ERP")
	b.fill("#base_url", site.URL)
	b.fill("#client_id", client.ID)
	b.fill("#client_secret", client.Secret)
	b.forGuide("frappe-upstream", "form.panel", names...)
	b.fill("#base_url", site.URL)
	b.press("#create")
	b.press("#try")
	b.fill("input[name=usr]", "asha@example.com")
	b.keys(kb.Enter)
	b.see("#result")
	b.seeText("Its client secret is short")
	b.seeText("asha@example.com")
	b.inspect("keytried: a Frappe site")
	b.forGuide("frappe-tried", "#steps", names...)
}

func TestAWaitingPageComesAgainWithoutScripts(t *testing.T) {
	t.Parallel()
	s := newSite(t, "Head office")
	b := s.administrator()
	b.withoutScripts()
	b.open(s.URL + "/admin/clients/frappe")
	b.fill("#site", "erp.example.com")
	b.press("#create")
	b.press("#done")
	b.seeAt(s.URL+b.path()+"?watch=2", "#look-again")
}
