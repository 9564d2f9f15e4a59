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
