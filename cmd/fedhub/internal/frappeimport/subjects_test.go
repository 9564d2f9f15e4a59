package frappeimport

import (
	"strings"
	"testing"
)

// Users can write any subject into their list of social logins. A user who cannot
// be imported still keeps their subject from others.
func TestASubjectIsNobodysWhileTwoClaimIt(t *testing.T) {
	const one, two = "a1a1a1a1a1a1a1a1a1a1", "b2b2b2b2b2b2b2b2b2b2"
	r := newHouse(t).plan(map[string]string{
		"users.csv": "ID,Email,Enabled\nold name,old name,1\neve@example.com,eve@example.com,1\nb@example.com,b@example.com,1\nc@example.com,c@example.com,1\n",
		"logins.csv": subs + "old name,frappe," + one + "\neve@example.com,frappe," + one + "\n" +
			"b@example.com,frappe," + two + "\nc@example.com,Frappe," + strings.ToUpper(two) + "\n",
	}).Report
	for name, twin := range map[string]string{"eve@example.com": "old name", "b@example.com": "c@example.com", "c@example.com": "b@example.com"} {
		if one := r.of(name); one.Outcome != Unclear || !strings.Contains(one.Reason, "same subject (userid) as "+twin) {
			t.Errorf("%s: got %s (%s)", name, one.Outcome, one.Reason)
		}
	}
}

// A user who writes the subject of a deleted user into their list does not get that
// user's account here.
func TestASubjectOfSomebodyWhoIsGoneIsNotTakenOver(t *testing.T) {
	h := newHouse(t)
	const head, sub = "ID,Email,Enabled,User ID (Social Logins),Provider (Social Logins)\n", "a1a1a1a1a1a1a1a1a1a1"
	h.carry(h.plan(map[string]string{"users.csv": head + "ada@example.com,ada@example.com,1," + sub + ",frappe\n"}))
	r := h.carry(h.plan(map[string]string{"users.csv": head + "eve@example.com,eve@example.com,1," + sub + ",frappe\n"}))
	if one := r.of("eve@example.com"); one.Outcome != Unclear || !strings.Contains(one.Reason, "ada@example.com") {
		t.Errorf("got %s (%s)", one.Outcome, one.Reason)
	}
	if u, err := h.User(t.Context(), sub); err != nil || u.Email != "ada@example.com" {
		t.Errorf("the account is that of %q, %v", u.Email, err)
	}
}
