package main

import (
	"strings"
	"testing"
)

func TestAFrappeSiteIsAddedByItsAddressAlone(t *testing.T) {
	s := newShell(t)
	s.must("client", "add", "--frappe", "ERP.example.com/login", "--json")
	var row clientRow
	s.json(&row)
	if row.Name != "erp.example.com" || row.Secret == "" || len(row.RedirectURIs) != 2 {
		t.Errorf("got %+v", row)
	}
	values := map[string]string{}
	for _, v := range row.LoginKey {
		values[v.Label] = v.Value
	}
	if values["Client ID"] != row.ID || values["Client Secret"] != row.Secret || values["Base URL"] != row.Issuer || values["Social Login Provider"] != "Frappe" {
		t.Errorf("the key is %v", values)
	}
	s.run("client", "add", "--frappe", "https://erp.example.com").fails(1, row.ID)

	s.must("client", "add", "--frappe", "books.example.com", "--provider", "Head Office", "--name", "Books")
	for _, says := range []string{"Books is registered", "https://books.example.com/app/social-login-key/new", "custom/head_office", "Head Office", "/setup"} {
		if !strings.Contains(s.out, says) {
			t.Errorf("it does not say %q:\n%s", says, s.out)
		}
	}
	s.must("client", "add", "--frappe", "hr.example.com", "--provider", "keycloak")
	s.run("client", "add", "--frappe", "crm.example.com", "--provider", "Google").fails(2, "Choose another")
	s.run("client", "add", "--frappe", "crm.example.com", "--from-json", "-").fails(2, "not both")
}
