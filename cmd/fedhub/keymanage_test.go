package main

import (
	"strings"
	"testing"
)

func TestKeysAreSwitchedAndRemoved(t *testing.T) {
	s := newShell(t)
	s.must("key", "add", "--kind", "openid", "--base-url", "https://id.example.org", "--name", "Company", "--client-id", "us")
	s.must("key", "disable", "company")
	for _, said := range []string{"Company is off.", "Ended: 0 sessions and 0 app connections"} {
		if !strings.Contains(s.out, said) {
			t.Errorf("said %q, want %q in it", s.out, said)
		}
	}
	var row struct {
		Enabled bool `json:"enabled"`
		Ended   struct{ Sessions, Connections *int }
	}
	s.must("key", "disable", "company", "--json").json(&row)
	if row.Enabled || row.Ended.Sessions == nil || row.Ended.Connections == nil {
		t.Errorf("said %s", s.out)
	}
	s.must("key", "enable", "company", "--json").json(&row)
	if !row.Enabled {
		t.Errorf("said %s", s.out)
	}
	s.must("key", "disable", "company", "--keep-signed-in")
	if !strings.Contains(s.out, "stays signed in") {
		t.Errorf("said %q", s.out)
	}
	s.must("key", "remove", "company")
	if !strings.Contains(s.out, "Company was removed.") || !strings.Contains(s.out, "Ended: 0 sessions") {
		t.Errorf("said %q", s.out)
	}
	for _, verb := range []string{"enable", "disable", "remove"} {
		s.run("key", verb, "company").fails(1, "no login key company")
	}
}

// key add, key show and key list say the same of what a provider must be told.
func TestAKeysCommandsPrintWhatItsProviderMustBeTold(t *testing.T) {
	s := newShell(t)
	const hub = "http://localhost:8080"
	for _, command := range [][]string{
		{"key", "add", "--kind", "openid", "--base-url", "https://id.example.invalid", "--client-id", "us", "--name", "Company"},
		{"key", "show", "company"}, {"key", "list"},
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
	s.must("key", "show", "company", "--json").json(&row)
	if row["callback"] != hub+"/signin/from/company" || row["post_logout_redirect_uri"] != hub+"/signed-out" || row["backchannel_logout_uri"] != hub+"/oauth2/backchannel/company" || row["jwks_uri"] != nil {
		t.Errorf("key show --json says %s", s.out)
	}
	s.run("key", "show", "nobody").fails(1, "no login key nobody")
}

func TestKeysAreUpdatedSwitchedAndDeleted(t *testing.T) {
	s := newShell(t)
	s.must("key", "add", "--kind", "openid", "--base-url", "https://id.example.org", "--name", "Company", "--client-id", "us", "--role", "a = b", "--domain", "example.org")
	var row keyRow
	s.must("key", "update", "company", "--name", "Company two", "--base-url", "https://new.example.org", "--role=", "--sign-ups", "Domains", "--sign-up-domain", "@example.org", "--json").json(&row)
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
	s.run("key", "update", "company", "--sign-up-domain=").fails(2, "omain")
	s.run("key", "update", "company", "--migrate-until", "2030-01-31").fails(2, "another hub")
	s.run("key", "update", "company", "--secret-expires", "soon").fails(2, "2030-01-31")
	s.run("key", "update", "nothing", "--name", "x").fails(1, "no login key nothing")

	if s.must("key", "switch", "company", "off", "--json").json(&row); row.Enabled {
		t.Errorf("got %s", s.out)
	}
	if s.must("key", "switch", "company", "ON", "--json").json(&row); !row.Enabled {
		t.Errorf("got %s", s.out)
	}
	s.run("key", "switch", "company", "maybe").fails(2, "fedhub key switch --help")
	s.stdin = "n\n"
	s.run("key", "delete", "company")
	if s.code != 2 || !strings.Contains(s.err, "0 sessions and 0 app connections that came this way end") || !strings.Contains(s.err, "--yes") {
		t.Errorf("got %d %q", s.code, s.err)
	}
	s.must("key", "delete", "company", "--yes")
	s.run("key", "switch", "company", "on").fails(1, "no login key company")
}
