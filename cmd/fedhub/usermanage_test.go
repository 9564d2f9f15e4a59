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
	s.run("user", "disable", "nobody@example.org").fails(1, "no user with the email address")
	s.run("user", "unlink", "ada@example.org", "--key", "google").fails(1, "is not linked to google")
	s.must("user", "add", "--email", "gone@example.org", "--no-password")
	s.must("user", "remove", "gone@example.org")
	s.run("user", "remove", "gone@example.org").fails(1, "no user with the email address")
	s.run("user", "remove", "root@example.org").fails(1, "last administrator")
	s.must("user", "add", "--email", "late@example.org", "--no-password")
	s.stdin = "\n"
	s.run("user", "delete", "late@example.org")
	if s.code != 2 || !strings.Contains(s.err, "ends 0 sessions") || !strings.Contains(s.err, "--yes") {
		t.Errorf("got %d %q", s.code, s.err)
	}
	s.stdin = "yes\n"
	s.must("user", "delete", "late@example.org", "--json")
	s.run("user", "show", "late@example.org").fails(1, "no user with the email address")
	s.run("user", "delete", "root@example.org", "--yes").fails(1, "last administrator")
	s.must("user", "reset-link", "ada@example.org")
	if !strings.Contains(s.out, "/password/reset/") {
		t.Errorf("said %q", s.out)
	}
	s.must("user", "invite", "grace@example.org", "--role", "staff")
	if !strings.Contains(s.out, "/invite/") {
		t.Errorf("said %q", s.out)
	}
	s.run("user", "invite", "ada@example.org").fails(1, "already")
	s.run("user", "invite", "x").fails(2, "one email address")
	s.run("user", "invite", "x@example.org", "--days", "100").fails(2, "--days")
}

func TestAPersonIsShownEditedAndSignedOut(t *testing.T) {
	s := newShell(t)
	s.must("user", "add", "--email", "ada@example.org", "--no-password", "--name", "Ada", "--claim", "nickname=ada", "--email-verified")
	s.must("user", "edit", "ada@example.org", "--name", "Ada Lovelace", "--claim", "nickname=", "--claim", "birthdate=1815-12-10")
	var row personRow
	s.must("user", "show", "ada@example.org", "--json").json(&row)
	if row.Name != "Ada Lovelace" || row.Claims["birthdate"] != "1815-12-10" || row.Claims["nickname"] != "" || !row.Verified ||
		row.Identities == nil || row.Sessions == nil || row.Apps == nil {
		t.Errorf("got %s", s.out)
	}
	s.must("user", "edit", row.ID, "--email", "countess@example.org", "--json").json(&row)
	if row.Email != "countess@example.org" || row.Verified {
		t.Errorf("got %s", s.out)
	}
	if s.must("user", "edit", row.ID, "--email-verified", "--json").json(&row); !row.Verified || row.Name != "Ada Lovelace" {
		t.Errorf("got %s", s.out)
	}
	if s.must("user", "show", row.ID); !strings.Contains(s.out, "Ada Lovelace") || !strings.Contains(s.out, "countess@example.org") {
		t.Errorf("got %s", s.out)
	}
	s.must("user", "add", "--email", "grace@example.org", "--no-password")
	s.run("user", "edit", row.ID, "--email", "grace@example.org").fails(1, "already")
	s.run("user", "edit", row.ID).fails(2, "fedhub user edit --help")
	s.run("user", "edit", row.ID, "--claim", "birthdate=soon").fails(2)
	s.must("user", "sessions", "end", row.ID)
	if !strings.Contains(s.out, "signed out everywhere") {
		t.Errorf("said %q", s.out)
	}
	s.must("user", "sessions", "end", row.ID, "--json").json(&row)
	s.run("user", "sessions", "end", "nobody@example.org").fails(1, "no user with the email address")
}
