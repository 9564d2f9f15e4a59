package main

import (
	"strings"
	"testing"
)

func TestKeysAreSwitchedAndRemoved(t *testing.T) {
	s := newShell(t)
	s.must("provider", "add", "--kind", "openid", "--base-url", "https://id.example.org", "--name", "Company", "--client-id", "us")
	s.must("provider", "disable", "company")
	for _, said := range []string{"Company is off.", "Ended 0 sessions and 0 application connections"} {
		if !strings.Contains(s.out, said) {
			t.Errorf("said %q, want %q in it", s.out, said)
		}
	}
	var row struct {
		Enabled bool `json:"enabled"`
		Ended   struct{ Sessions, Connections *int }
	}
	s.must("provider", "disable", "company", "--json").json(&row)
	if row.Enabled || row.Ended.Sessions == nil || row.Ended.Connections == nil {
		t.Errorf("said %s", s.out)
	}
	s.must("provider", "enable", "company", "--json").json(&row)
	if !row.Enabled {
		t.Errorf("said %s", s.out)
	}
	s.must("provider", "disable", "company", "--keep-signed-in")
	if !strings.Contains(s.out, "stay signed in") {
		t.Errorf("said %q", s.out)
	}
	s.must("provider", "remove", "company")
	if !strings.Contains(s.out, "Company was deleted.") || !strings.Contains(s.out, "Ended 0 sessions") {
		t.Errorf("said %q", s.out)
	}
	for _, verb := range []string{"enable", "disable", "remove"} {
		s.run("provider", verb, "company").fails(1, "no sign-in provider company")
	}
}

// provider add, provider show and provider list print the same URLs to register.
func TestAKeysCommandsPrintWhatItsProviderMustBeTold(t *testing.T) {
	s := newShell(t)
	const hub = "http://localhost:8080"
	for _, command := range [][]string{
		{"provider", "add", "--kind", "openid", "--base-url", "https://id.example.invalid", "--client-id", "us", "--name", "Company"},
		{"provider", "show", "company"}, {"provider", "list"},
	} {
		s.must(command...)
		for label, address := range map[string]string{
			"Callback URL": "/signin/from/company", "Return after sign-out": "/signed-out", "Back-channel logout URL": "/oauth2/backchannel/company",
		} {
			if !strings.Contains(s.out, label) || !strings.Contains(s.out, hub+address+"\n") {
				t.Errorf("key %s says nothing of the %s, %s:\n%s", command[1], label, address, s.out)
			}
		}
	}
	var row map[string]any
	s.must("provider", "show", "company", "--json").json(&row)
	if row["callback"] != hub+"/signin/from/company" || row["post_logout_redirect_uri"] != hub+"/signed-out" || row["backchannel_logout_uri"] != hub+"/oauth2/backchannel/company" || row["jwks_uri"] != nil {
		t.Errorf("provider show --json says %s", s.out)
	}
	s.run("provider", "show", "nobody").fails(1, "no sign-in provider nobody")
}

func TestKeysAreUpdatedSwitchedAndDeleted(t *testing.T) {
	s := newShell(t)
	s.must("provider", "add", "--kind", "openid", "--base-url", "https://id.example.org", "--name", "Company", "--client-id", "us", "--role", "a = b", "--domain", "example.org")
	var row providerRow
	s.must("provider", "update", "company", "--name", "Company two", "--base-url", "https://new.example.org", "--role=", "--sign-ups", "Domains", "--sign-up-domain", "@example.org", "--json").json(&row)
	if row.Name != "Company two" || row.BaseURL != "https://new.example.org" || !row.Enabled {
		t.Errorf("got %s", s.out)
	}
	kept := strings.ReplaceAll(stored(t, s, "loginkeys", "company"), " ", "")
	for _, says := range []string{`"client_id":"us"`, `"sign_ups":"domains"`, `"authoritative_domains":["example.org"]`} {
		if !strings.Contains(kept, says) {
			t.Errorf("%s is not in\n%s", says, kept)
		}
	}
	if strings.Contains(kept, `"a":"b"`) {
		t.Errorf("the rule is still there:\n%s", kept)
	}
	s.run("provider", "update", "company", "--sign-up-domain=").fails(2, "omain")
	s.run("provider", "update", "company", "--migrate-until", "2030-01-31").fails(2, "another hub")
	s.run("provider", "update", "company", "--secret-expires", "soon").fails(2, "2030-01-31")
	s.run("provider", "update", "nothing", "--name", "x").fails(1, "no sign-in provider nothing")

	if s.must("provider", "switch", "company", "off", "--json").json(&row); row.Enabled {
		t.Errorf("got %s", s.out)
	}
	if s.must("provider", "switch", "company", "ON", "--json").json(&row); !row.Enabled {
		t.Errorf("got %s", s.out)
	}
	s.run("provider", "switch", "company", "maybe").fails(2, "fedhub provider switch --help")
	s.stdin = "n\n"
	s.run("provider", "delete", "company")
	if s.code != 2 || !strings.Contains(s.err, "This also ends 0 sessions and 0 application connections") || !strings.Contains(s.err, "--yes") {
		t.Errorf("got %d %q", s.code, s.err)
	}
	s.must("provider", "delete", "company", "--yes")
	s.run("provider", "switch", "company", "on").fails(1, "no sign-in provider company")
}
