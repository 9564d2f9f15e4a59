package linking

import (
	"slices"
	"strings"
	"testing"
	"time"
)

// Roles that stay if the provider does not send the roles: never the
// administrator's, none without a rule, and none longer than two weeks after the
// provider last sent them.
func TestWhichRolesStayThatNobodySays(t *testing.T) {
	now := time.Date(2030, 1, 20, 0, 0, 0, 0, time.UTC)
	rules := Policy{RoleMap: map[string]string{"a": "admin", "b": "member", "c": "chief"}}
	for _, row := range []struct {
		name     string
		identity Identity
		asserted []string
		unknown  bool
		want     string
	}{
		{"said", Identity{Roles: []string{"member"}, RolesConfirmed: now.Add(-time.Hour)}, nil, false, ""},
		{"unknown", Identity{Roles: []string{"admin", "chief", "member"}, RolesConfirmed: now.Add(-time.Hour)}, nil, true, "chief member"},
		{"some said", Identity{Roles: []string{"chief", "member"}, RolesConfirmed: now.Add(-time.Hour)}, []string{"member"}, true, "chief"},
		{"a rule that is gone", Identity{Roles: []string{"former"}, RolesConfirmed: now.Add(-time.Hour)}, nil, true, ""},
		{"a moment before the end", Identity{Roles: []string{"member"}, RolesConfirmed: now.Add(time.Millisecond - UnknownLife)}, nil, true, "member"},
		{"at the end", Identity{Roles: []string{"member"}, RolesConfirmed: now.Add(-UnknownLife)}, nil, true, ""},
		{"of a record of before", Identity{Roles: []string{"member"}, LastUsed: now.Add(-time.Hour)}, nil, true, "member"},
		{"of an old record of before", Identity{Roles: []string{"member"}, LastUsed: now.Add(-UnknownLife)}, nil, true, ""},
	} {
		stay, confirmed, until := row.identity.unknown(Claim{RolesUnknown: row.unknown}, rules, row.asserted, now)
		if got := strings.Join(stay, " "); got != row.want {
			t.Errorf("%s: got %q, want %q", row.name, got, row.want)
		}
		if row.unknown == confirmed.Equal(now) || (len(stay) > 0) != (until.After(now)) || until.After(now.Add(UnknownLife)) {
			t.Errorf("%s: confirmed %v, until %v", row.name, confirmed, until)
		}
		if slices.Contains(stay, "admin") {
			t.Errorf("%s: an administrator stays", row.name)
		}
	}
}
