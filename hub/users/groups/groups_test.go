package groups_test

import (
	"errors"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/fedhub/fedhub/hub/store"
	"github.com/fedhub/fedhub/hub/store/sqlite"
	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/hub/users/groups"
	"github.com/fedhub/fedhub/internal/forms"
)

func open(t *testing.T) *groups.Service {
	t.Helper()
	b, err := sqlite.Open(filepath.Join(t.TempDir(), "hub.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { b.Close(t.Context()) })
	err = b.Prepare(t.Context(), []store.CollectionSpec{{Name: "groups", Unique: []string{"nameKey"}, Index: []string{"parent"}}, {Name: "memberships", Index: []string{"groupId", "userId"}}})
	if err != nil {
		t.Fatal(err)
	}
	now := func() time.Time { return time.Date(2030, 5, 1, 12, 0, 0, 0, time.UTC) }
	return groups.New(groups.Options{Groups: store.NewCollection[groups.Group](b, "groups", now), Members: store.NewCollection[groups.Member](b, "memberships", now),
		CleanRoles: users.CleanRoles, Now: now})
}

func add(t *testing.T, s *groups.Service, e groups.Edit) groups.Group {
	t.Helper()
	g, err := s.Add(t.Context(), e)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func code(err error) string {
	problems := forms.Of(err)
	if len(problems) == 0 {
		return ""
	}
	return problems[0].Code
}

func TestTheRulesOfGroups(t *testing.T) {
	s := open(t)
	company := add(t, s, groups.Edit{Name: "Company"})
	sales := add(t, s, groups.Edit{Name: "Sales", Parent: company.ID})
	for want, e := range map[string]groups.Edit{
		"group.name.bad":    {Name: "  "},
		"group.name.taken":  {Name: "SALES"},
		"group.parent.gone": {Name: "a", Parent: "x"},
		"group.parent.deep": {Name: "b", Parent: sales.ID},
		"user.role.admin":   {Name: "c", Roles: []string{"admin"}},
		"user.role.bad":     {Name: "d", Roles: []string{users.GroupGrant(sales.ID)}},
	} {
		if _, err := s.Add(t.Context(), e); code(err) != want {
			t.Errorf("%+v: got %v, want %s", e, err, want)
		}
	}
	for want, parent := range map[string]string{"group.parent.self": company.ID, "group.parent.children": add(t, s, groups.Edit{Name: "Other"}).ID} {
		if _, _, err := s.Change(t.Context(), company.ID, -1, groups.Edit{Name: "Company", Parent: parent}); code(err) != want {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}

func TestTheSecondOfTwoChangesIsAConflict(t *testing.T) {
	s := open(t)
	g := add(t, s, groups.Edit{Name: "Sales"})
	if _, _, err := s.Change(t.Context(), g.ID, g.Edited, groups.Edit{Name: "Sales", Roles: []string{"seller"}}); err != nil {
		t.Fatal(err)
	}
	_, _, err := s.Change(t.Context(), g.ID, g.Edited, groups.Edit{Name: "Selling"})
	conflict, ok := errors.AsType[*groups.ConflictError](err)
	if !ok || !conflict.Now.Has("seller") {
		t.Fatalf("got %v", err)
	}
	if now, err := s.Get(t.Context(), g.ID); err != nil || now.Name != "Sales" || !now.Has("seller") {
		t.Errorf("stored %+v, %v", now, err)
	}
}

func TestWhatGroupsGive(t *testing.T) {
	s := open(t)
	company := add(t, s, groups.Edit{Name: "Company", Roles: []string{"employee"}, SecondFactor: true})
	sales := add(t, s, groups.Edit{Name: "Sales", Roles: []string{"seller"}, Parent: company.ID})
	admins := add(t, s, groups.Edit{Name: "Admins", Administrators: true})
	r, err := s.Rights(t.Context(), []string{sales.ID, "gone"})
	if err != nil || !slices.Equal(r.Roles, []string{"employee", "seller"}) || !slices.Equal(r.Names, []string{"Company", "Sales"}) || !r.SecondFactor {
		t.Errorf("got %+v, %v", r, err)
	}
	if giving, err := s.Giving(t.Context(), users.AdminRole); err != nil || !slices.Equal(giving, []string{admins.ID}) {
		t.Errorf("administrators come from %v, %v", giving, err)
	}
	// A change and a deletion count at once.
	if _, _, err := s.Change(t.Context(), company.ID, -1, groups.Edit{Name: "Company"}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Delete(t.Context(), admins.ID); err != nil {
		t.Fatal(err)
	}
	r, err = s.Rights(t.Context(), []string{sales.ID, admins.ID})
	if err != nil || !slices.Equal(r.Roles, []string{"seller"}) || r.SecondFactor || len(r.Names) != 2 {
		t.Errorf("afterwards: %+v, %v", r, err)
	}
	add(t, s, groups.Edit{Name: "admins"}) // the name is free
}
