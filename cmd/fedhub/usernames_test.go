package main

import (
	"strings"
	"testing"
)

func TestAUserNameIsGivenAndTaken(t *testing.T) {
	s := newShell(t)
	s.must("user", "add", "--email", "ada@example.org", "--no-password")
	s.must("user", "add", "--email", "bob@example.org", "--no-password")
	s.must("user", "edit", "ada@example.org", "--user-name", "Ada.L", "--phone", "+49 30 123456")
	if got := s.run("user", "edit", "bob@example.org", "--user-name", "ADA.L"); got.code == 0 || !strings.Contains(got.err, "another user has the user name ADA.L") {
		t.Errorf("got %+v", got)
	}
	if got := s.run("user", "edit", "bob@example.org", "--user-name", "bob@example.org"); got.code == 0 {
		t.Errorf("got %+v", got)
	}
	s.must("user", "edit", "ada@example.org", "--user-name", "")
	s.must("user", "edit", "bob@example.org", "--user-name", "ada.l")
}
