package main

import (
	"strings"
	"testing"
)

func TestPeopleAreManaged(t *testing.T) {
	s := newShell(t)
	s.must("user", "add", "--email", "root@example.org", "--role", "admin", "--no-password")
	s.must("user", "add", "--email", "ada@example.org", "--no-password")
	s.must("user", "disable", "Ada@example.org")
	if !strings.Contains(s.out, "disabled") {
		t.Errorf("said %q", s.out)
	}
	var row userRow
	s.must("user", "enable", "ada@example.org", "--json").json(&row)
	if row.Disabled {
		t.Error("is still disabled")
	}
	s.must("user", "roles", row.ID, "--role", "staff", "--role", "editors", "--json").json(&row)
	if got := strings.Join(row.Roles, " "); got != "editors staff" {
		t.Errorf("roles %q", got)
	}
	s.must("user", "roles", row.ID, "--clear", "--json").json(&row)
	if len(row.Roles) != 0 {
		t.Errorf("roles %v", row.Roles)
	}
	s.run("user", "roles", row.ID).fails(2, "--role")
	s.run("user", "disable", "root@example.org").fails(1, "last administrator")
	s.run("user", "disable", "nobody@example.org").fails(1, "nobody with the address")
	s.run("user", "unlink", "ada@example.org", "--key", "google").fails(1, "does not sign in by google")
	s.must("user", "add", "--email", "gone@example.org", "--no-password")
	s.must("user", "remove", "gone@example.org")
	s.run("user", "remove", "gone@example.org").fails(1, "nobody with the address")
	s.run("user", "remove", "root@example.org").fails(1, "last administrator")
	s.must("user", "reset-link", "ada@example.org")
	if !strings.Contains(s.out, "/password/reset/") {
		t.Errorf("said %q", s.out)
	}
	s.must("user", "invite", "grace@example.org", "--role", "staff")
	if !strings.Contains(s.out, "/invite/") {
		t.Errorf("said %q", s.out)
	}
	s.run("user", "invite", "ada@example.org").fails(1, "already")
	s.run("user", "invite", "x").fails(2, "one e-mail address")
	s.run("user", "invite", "x@example.org", "--days", "100").fails(2, "--days")
}
