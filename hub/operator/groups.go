package operator

import (
	"context"
	"errors"
	"io/fs"
	"slices"

	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/federation/mapping"
	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/hub/users/groups"
	"github.com/fedhub/fedhub/internal/forms"
)

// Groups lists every group, sorted by name.
func (s *Service) Groups(ctx context.Context) ([]groups.Group, error) {
	return s.parts.Groups.List(ctx)
}

// Group returns one group; fs.ErrNotExist if there is none with this id.
func (s *Service) Group(ctx context.Context, id string) (groups.Group, error) {
	return s.parts.Groups.Get(ctx, id)
}

// FindGroup returns the group with this name or id.
func (s *Service) FindGroup(ctx context.Context, which string) (groups.Group, error) {
	g, err := s.parts.Groups.Named(ctx, which)
	if errors.Is(err, fs.ErrNotExist) {
		return s.parts.Groups.Get(ctx, which)
	}
	return g, err
}

// AddGroup adds a group. Mistakes are forms.Problems.
func (s *Service) AddGroup(ctx context.Context, by audit.Actor, e groups.Edit) (groups.Group, error) {
	g, err := s.parts.Groups.Add(ctx, e)
	if err == nil {
		s.parts.Audit.Record(ctx, by.Did(audit.Event{Kind: audit.GroupAdded, Target: g.ID, Changes: audit.Fields{}.To(fieldsOf(g)), Detail: named(g)}))
	}
	return g, err
}

// ChangeGroup changes a group. edited is the version that the administrator saw,
// below zero for none; another version is a *groups.ConflictError.
func (s *Service) ChangeGroup(ctx context.Context, by audit.Actor, id string, edited int64, e groups.Edit) (groups.Group, error) {
	if !e.Administrators {
		if err := s.keepMyself(ctx, by, id); err != nil {
			return groups.Group{}, err
		}
	}
	if err := s.mayAdminister(ctx, id, e); err != nil {
		return groups.Group{}, err
	}
	before, after, err := s.parts.Groups.Change(ctx, id, edited, e)
	if err == nil {
		s.parts.Audit.Record(ctx, by.Did(audit.Event{Kind: audit.GroupChanged, Target: id, Changes: fieldsOf(before).To(fieldsOf(after)), Detail: named(after)}))
	}
	return after, err
}

// mayAdminister refuses to make administrators of users whom a provider put into
// the group, if that provider must not sign administrators in: they could not sign
// in by it any more, so it could not end their membership.
func (s *Service) mayAdminister(ctx context.Context, id string, e groups.Edit) error {
	ids := []string{id}
	if e.Administrators {
		below, err := s.parts.Groups.Children(ctx, id)
		if err != nil {
			return err
		}
		for _, g := range below {
			ids = append(ids, g.ID)
		}
	} else if above, err := s.parts.Groups.Get(ctx, e.Parent); err != nil || !above.Administrators() {
		return nil //nolint:nilerr // Change refuses a parent that is gone
	}
	all, err := s.parts.Upstreams.All(ctx)
	for _, k := range all {
		if k.KeepsAdminsOut() && mapping.Fills(k.GroupMap, ids) {
			return forms.New("administrators", "group.administrators.site", "provider", k.Name).Err()
		}
	}
	return err
}

// fieldsOf are the fields of a group that an administrator sets.
func fieldsOf(g groups.Group) audit.Fields {
	f := audit.FieldsOf(g)
	for _, name := range []string{"id", "nameKey", "edited", "deleted"} {
		delete(f, name)
	}
	return f
}

func named(g groups.Group) map[string]string { return map[string]string{"group": g.Name} }

// keepMyself refuses to take the administrator role from whoever asks for it: by
// is an administrator only through this group, or one above it.
func (s *Service) keepMyself(ctx context.Context, by audit.Actor, group string) error {
	me, err := s.parts.Users.Get(ctx, by.ID)
	if errors.Is(err, fs.ErrNotExist) || err == nil && (me.OwnAdmin() || !me.Admin()) {
		return nil // at the command line, or an administrator without the group
	}
	if err != nil {
		return err
	}
	giving, err := s.parts.Users.AdminGrants(ctx)
	if err != nil {
		return err
	}
	below, err := s.parts.Groups.Children(ctx, group)
	if err != nil {
		return err
	}
	ends := func(id string) bool {
		return id == group || slices.ContainsFunc(below, func(g groups.Group) bool { return g.ID == id })
	}
	for _, id := range me.Groups {
		if slices.Contains(giving, users.GroupGrant(id)) && !ends(id) {
			return nil
		}
	}
	return ErrMyself
}

// GroupUse is what the deletion of a group ends.
type GroupUse struct {
	Members   int // up to MostRecords
	Children  []groups.Group
	Providers []federation.LoginKey // with rules for it
}

// GroupUse counts what the deletion of a group would end.
func (s *Service) GroupUse(ctx context.Context, id string) (use GroupUse, err error) {
	if use.Members, err = s.parts.Groups.CountMembers(ctx, id, MostRecords); err != nil {
		return use, err
	}
	if use.Children, err = s.parts.Groups.Children(ctx, id); err != nil {
		return use, err
	}
	all, err := s.parts.Upstreams.All(ctx)
	for _, k := range all {
		if mapping.Fills(k.GroupMap, []string{id}) {
			use.Providers = append(use.Providers, k)
		}
	}
	return use, err
}

// RemoveGroup deletes a group. Its roles end at once; its providers' rules go
// with it, and the entries of its members are removed in the background.
func (s *Service) RemoveGroup(ctx context.Context, by audit.Actor, id string) error {
	if err := s.keepMyself(ctx, by, id); err != nil {
		return err
	}
	use, err := s.GroupUse(ctx, id)
	if err != nil {
		return err
	}
	for _, k := range use.Providers {
		err := s.parts.RemoveGroupRules(ctx, by, k.ID, id)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	g, err := s.parts.Groups.Delete(ctx, id)
	if err != nil {
		return err
	}
	s.parts.Audit.Record(ctx, by.Did(audit.Event{Kind: audit.GroupRemoved, Target: id, Detail: named(g)}))
	return s.clearGroup(ctx, id, clearedAtOnce)
}

// How many members of a deleted group lose their entry at once; the rest follow
// in the background, a page after the other.
const (
	clearedAtOnce = 100
	clearedEach   = 2000
)

// ClearGroups removes what is left of deleted groups. It can be repeated, and
// several processes may do it at once.
func (s *Service) ClearGroups(ctx context.Context) error {
	gone, err := s.parts.Groups.Leftovers(ctx)
	for _, g := range gone {
		err = errors.Join(err, s.clearGroup(ctx, g.ID, clearedEach))
	}
	return err
}

func (s *Service) clearGroup(ctx context.Context, id string, most int) error {
	members, err := s.parts.Groups.Members(ctx, id, "", most)
	if err != nil {
		return err
	}
	for _, m := range members {
		_, err := s.parts.Users.LeaveGroup(ctx, m.UserID, id)
		if errors.Is(err, users.ErrNoMember) || errors.Is(err, fs.ErrNotExist) {
			err = s.parts.Groups.Leave(ctx, id, m.UserID)
		}
		if err != nil {
			return err
		}
	}
	if len(members) == most {
		return nil
	}
	return s.parts.Groups.Forget(ctx, id)
}

// GroupRules turns typed rules, with the names of groups, into those of a login
// key. Mistakes are forms.Problems.
func (s *Service) GroupRules(ctx context.Context, typed []mapping.GroupRule) ([]mapping.GroupRule, error) {
	var rules []mapping.GroupRule
	for _, rule := range typed {
		g, err := s.FindGroup(ctx, rule.Group)
		if errors.Is(err, fs.ErrNotExist) {
			return nil, forms.New("group_map", "provider.group_rule.group", "name", rule.Group).Err()
		}
		if err != nil {
			return nil, err
		}
		rule.Group = g.ID
		rules = append(rules, rule)
	}
	return rules, nil
}
