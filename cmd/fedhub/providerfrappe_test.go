package main

import (
	"os"
	"strings"
	"testing"
)

// The command sets a Frappe site up like the page for new providers.
func TestAKeyForAFrappeSite(t *testing.T) {
	s := newShell(t)
	secret := t.TempDir() + "/secret"
	if err := os.WriteFile(secret, []byte("be3b1c2179\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	command := func(base string, more ...string) []string {
		return append([]string{"provider", "add", "--kind", "frappe", "--base-url", base, "--client-id", "0a1b2c3d4e", "--client-secret-file", secret, "--name", "ERP"}, more...)
	}
	s.must(command("https://erp.example.org")...)
	for _, says := range []string{"http://localhost:8080/signin/from/erp", "scope openid", "Administrators of this hub cannot sign in", "secret is short"} {
		if !strings.Contains(s.out, says) {
			t.Errorf("it does not say %q:\n%s", says, s.out)
		}
	}
	for _, says := range []string{`"kind":"frappe"`, `"preset":"frappe"`, `"linking":"never"`, `"scopes":["openid"]`} {
		if kept := strings.ReplaceAll(stored(t, s, "loginkeys", "erp"), " ", ""); !strings.Contains(kept, says) || strings.Contains(kept, "be3b1c2179") {
			t.Errorf("%s is not in\n%s", says, kept)
		}
	}
	s.must(command("https://new.example.org", "--id", "newer", "--option", "version=16.29 or newer", "--option", "issuer=https://other.example.org")...)
	if strings.Contains(s.out, "Administrators") {
		t.Errorf("got %s", s.out)
	}
	siteKey := t.TempDir() + "/api"
	for _, row := range []struct {
		text string
		code int
	}{{"no colon", 2}, {"abc:53cr3t\n", 0}} {
		if err := os.WriteFile(siteKey, []byte(row.text), 0o600); err != nil {
			t.Fatal(err)
		}
		if s.run(command("https://api.example.org", "--id", "api", "--site-key-file", siteKey)...); s.code != row.code {
			t.Errorf("the API key %q: %d, %s", row.text, s.code, s.err)
		}
	}
	if kept := stored(t, s, "loginkeys", "api"); !strings.Contains(kept, "site_key") || !strings.Contains(kept, "keep_tokens") || strings.Contains(kept, "53cr3t") {
		t.Errorf("kept %s", kept)
	}
	s.run(command("https://c.example.org", "--option", "version=17")...).fails(2, "16.29")
	s.run(command("https://c.example.org/path")...).fails(2, "root of its host")
}
