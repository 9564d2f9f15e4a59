package groups

import (
	"context"
	"errors"
	"io/fs"

	"github.com/fedhub/fedhub/hub/store"
)

// Enter notes that a user becomes a member. provider is the login key that says
// so; empty for an administrator. It can be repeated.
func (s *Service) Enter(ctx context.Context, group, user, provider string) error {
	m := Member{ID: memberID(group, user), GroupID: group, UserID: user, Provider: provider, Since: s.now()}
	err := s.members.Insert(ctx, m)
	if !errors.Is(err, fs.ErrExist) {
		return err
	}
	err = s.members.Update(ctx, m.ID, func(there *Member) error {
		if there.Provider == provider {
			return store.ErrUnchanged
		}
		there.Provider = provider
		return nil
	})
	if errors.Is(err, fs.ErrNotExist) { // removed meanwhile
		return s.members.Insert(ctx, m)
	}
	return err
}

// Leave removes the record of a member.
func (s *Service) Leave(ctx context.Context, group, user string) error {
	err := s.members.Delete(ctx, memberID(group, user))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// Members returns up to limit members of a group, in the order of their
// records, after the record `after`.
func (s *Service) Members(ctx context.Context, group, after string, limit int) ([]Member, error) {
	return s.members.List(ctx, store.Query{Field: "groupId", Equals: group, After: after, Limit: limit})
}

// CountMembers counts the members of a group, up to most.
func (s *Service) CountMembers(ctx context.Context, group string, most int) (int, error) {
	return s.members.CountWhere(ctx, "groupId", group, most)
}

// Of returns the memberships of a user.
func (s *Service) Of(ctx context.Context, user string) ([]Member, error) {
	return s.members.List(ctx, store.Query{Field: "userId", Equals: user})
}

// Leftovers returns the groups that are deleted and not cleaned up yet.
func (s *Service) Leftovers(ctx context.Context) ([]Group, error) {
	all, err := s.load(ctx)
	var gone []Group
	for _, g := range all {
		if !g.exists() {
			gone = append(gone, g)
		}
	}
	return gone, err
}

// Forget removes a deleted group whose members have all left: its children
// belong to no group any more, and then the record goes.
func (s *Service) Forget(ctx context.Context, id string) error {
	for child, err := range s.groups.EachWhere(ctx, "parent", id) {
		if err == nil {
			err = s.groups.Update(ctx, child.ID, func(g *Group) error {
				if g.Parent != id {
					return store.ErrUnchanged
				}
				g.Parent = ""
				g.Edited++
				return nil
			})
		}
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	err := s.groups.Delete(ctx, id)
	s.cached.Doubt()
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}
