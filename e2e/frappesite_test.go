package e2e_test

import (
	"testing"

	"github.com/fedhub/fedhub/federation/frappe/frappetest"
)

func TestAnERPNextSiteIsFederatedByItsAddressAndAnAPIKey(t *testing.T) {
	t.Parallel()
	s := newSite(t, "Head office")
	api := frappetest.NewAPI(t, frappetest.G3, "a1b2c3d4e5f6a7b", "f7e6d5c4b3a2f1e")
	ada := person(t, s.Hub, "Ada Lovelace", "ada@example.org")
	b := s.administrator()
	b.press("#new-frappe")
	b.fill("#site", api.URL+"/login")
	b.press("#create")
	b.see("#client_secret")
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
	b.seeText("They have not been sent back yet")
	other.click("#allow")
	b.see("#works")
	if b.has("#look-again") {
		t.Error("it still waits")
	}
	if _, found := api.Site.Account(ada.Email); !found {
		t.Error("the site knows nobody")
	}
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
