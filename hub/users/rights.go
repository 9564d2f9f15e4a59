package users

import (
	"context"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/fedhub/fedhub/hub/users/groups"
)

// This file has what a user may do: by roles of their own and by groups. All
// decisions read AllRoles, Has and Admin, which know both.

// AllRoles are the user's own roles and those of their groups, sorted.
func (u User) AllRoles() []string { return union(u.Roles, u.rights.Roles) }

// Has reports whether the user has this role, compared exactly.
func (u User) Has(role string) bool {
	return slices.Contains(u.Roles, role) || slices.Contains(u.rights.Roles, role)
}

// Admin reports whether the user is an administrator of this hub.
func (u User) Admin() bool { return u.Has(AdminRole) }

// OwnAdmin reports whether the user is an administrator without a group. The
// hub always keeps one such: a group can be emptied by a provider.
func (u User) OwnAdmin() bool { return slices.Contains(u.Roles, AdminRole) }

// GroupNames are the names of the user's groups and of the groups that these
// belong to, sorted.
func (u User) GroupNames() []string { return slices.Clone(u.rights.Names) }

// GroupRoles are the roles that the groups give.
func (u User) GroupRoles() []string { return slices.Clone(u.rights.Roles) }

// GroupSecondFactor reports whether a group requires a second factor.
func (u User) GroupSecondFactor() bool { return u.rights.SecondFactor }

// A provider gives roles and memberships alike. What it gave is one list, in
// which a membership is written as groupPrefix and the id of the group.
const groupPrefix = "group:"

// GroupGrant is a membership in such a list.
func GroupGrant(id string) string { return groupPrefix + id }

// GroupOf is the group of a membership in such a list; ok is false for a role.
func GroupOf(grant string) (id string, ok bool) {
	id, ok = strings.CutPrefix(grant, groupPrefix)
	return id, ok && len(id) == 36 && uuid.Validate(id) == nil
}

// Grants are the user's own roles and memberships, as such a list.
func (u User) Grants() []string {
	all := slices.Clone(u.Roles)
	for _, id := range u.Groups {
		all = append(all, GroupGrant(id))
	}
	return all
}

// SetGrants replaces the user's own roles and memberships.
func (u *User) SetGrants(grants []string) {
	var roles, ids []string
	for _, grant := range union(grants, nil) {
		if id, ok := GroupOf(grant); ok {
			ids = append(ids, id)
		} else {
			roles = append(roles, grant)
		}
	}
	u.SetRoles(roles)
	u.Groups = ids
}

// AddGrants gives further roles and memberships to the user.
func (u *User) AddGrants(grants []string) { u.SetGrants(union(u.Grants(), grants)) }

// Asserted marks an edit as made by a provider: new memberships are marked with
// its login key.
func (u *User) Asserted(loginKey string) { u.source = loginKey }

// resolve reads what the groups of a user give.
func resolve(ctx context.Context, g *groups.Service, u *User) error {
	if g == nil {
		return nil
	}
	rights, err := g.Rights(ctx, u.Groups)
	u.rights = rights
	return err
}

// AdminGrants are the grants that make a user an administrator.
func (k *Service) AdminGrants(ctx context.Context) ([]string, error) {
	grants := []string{AdminRole}
	if k.groups == nil {
		return grants, nil
	}
	ids, err := k.groups.Giving(ctx, AdminRole)
	for _, id := range ids {
		grants = append(grants, GroupGrant(id))
	}
	return grants, err
}
