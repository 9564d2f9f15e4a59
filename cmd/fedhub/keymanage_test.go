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
