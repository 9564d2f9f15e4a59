package main

import (
	"strings"
	"testing"
)

func TestTheAuditLogIsListedAndExported(t *testing.T) {
	s := newShell(t)
	s.stdin = password + "\n"
	s.must("user", "add", "--email", "ada@example.org", "--name", "Ada", "--password-stdin")
	says := func(want string, args ...string) {
		t.Helper()
		if got := s.must(args...).out; !strings.Contains(got, want) {
			t.Errorf("%q: got %s, want %q", args, got, want)
		}
	}
	says("added the user Ada.", "audit", "list", "--whom", "ada@example.org")
	var rows []auditRow
	s.must("audit", "list", "--json", "--what", "user.added").json(&rows)
	if len(rows) != 1 || rows[0].Kind != "user.added" {
		t.Errorf("got %+v", rows)
	}
	says("user.added,cli:", "audit", "export", "--format", "csv", "--what", "users")
	says(`"kind":"user.added"`, "audit", "export", "--until", "2999-01-01")
	says("exported the audit log.", "audit", "list", "--what", "audit.exported")
	rows = nil
	s.must("audit", "list", "--json", "--from", "2000-01-01", "--until", "2000-01-02").json(&rows)
	if len(rows) != 0 {
		t.Errorf("of another time: got %+v", rows)
	}
	s.run("audit", "list", "--who", "eve@example.org").fails(1, "no user with the address")
	s.run("audit", "export", "--format", "xml").fails(2, "--format")
}
