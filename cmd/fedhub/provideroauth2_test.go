package main

import (
	"strings"
	"testing"
)

// The command takes every field of the page "Any OAuth 2.0 provider".
func TestAKeyForAnyOAuth2Provider(t *testing.T) {
	s := newShell(t)
	command := func(more ...string) []string {
		return append([]string{"provider", "add", "--kind", "oauth2", "--base-url", "https://id.example.invalid", "--client-id", "us", "--name", "Company",
			"--authorize-url", "https://id.example.invalid/authorize", "--token-url", "https://id.example.invalid/token"}, more...)
	}
	whole := command("--userinfo-url", "https://id.example.invalid/me", "--claim", "subject=data.id", "--claim", "roles=resource_access.payroll.acme.example.roles",
		"--option", "credentials=form", "--role", "staff=member")
	s.must(whole...)
	for _, says := range []string{"http://localhost:8080/signin/from/company", "Warning: The hub got no valid response from Company"} {
		if !strings.Contains(s.out, says) {
			t.Errorf("it does not say %q:\n%s", says, s.out)
		}
	}
	kept := strings.ReplaceAll(stored(t, s, "loginkeys", "company"), " ", "")
	for _, says := range []string{`"kind":"oauth2"`, `"preset":"oauth2"`, `"linking":"never"`, `"userinfo":"https://id.example.invalid/me"`,
		`"subject":"data.id"`, `"roles":"resource_access.payroll.acme.example.roles"`, `"credentials":"form"`} {
		if !strings.Contains(kept, says) {
			t.Errorf("%s is not in\n%s", says, kept)
		}
	}
	s.must(append(whole, "--id", "again", "--json")...)
	if !strings.Contains(s.out, "Another provider already uses this address: Company (company)") {
		t.Errorf("nothing is said of the twin:\n%s", s.out)
	}
	s.run(command()...).fails(2, "You find it in the provider's documentation")
	s.run(command("--userinfo-url", "https://id.example.invalid/me", "--claim", "adress=x")...).fails(2, "email_verified")
	s.run("provider", "add", "--kind", "openid", "--base-url", "https://id.example.invalid", "--token-url", "https://id.example.invalid/t").fails(2, "--kind oauth2")
}
