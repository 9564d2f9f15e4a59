package operator

import (
	"context"
	"errors"
	"io/fs"
	"slices"

	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/hub/users/groups"
)

// A Member is a user in a group. Provider is the login key that made them a
// member; empty for an administrator.
type Member struct {
	User     users.User
	Provider string
}

// Members lists up to limit members of a group, after the cursor `after`, and
// returns the next cursor; empty if there are no more.
func (s *Service) Members(ctx context.Context, group, after string, limit int) (list []Member, next string, err error) {
	entries, err := s.parts.Groups.Members(ctx, group, after, limit)
	if err != nil {
		return nil, "", err
	}
	for _, m := range entries {
		u, err := s.parts.Users.Get(ctx, m.UserID)
		if errors.Is(err, fs.ErrNotExist) || err == nil && !slices.Contains(u.Groups, group) {
			continue
		}
		if err != nil {
			return nil, "", err
		}
		list = append(list, Member{u, m.Provider})
	}
	if len(entries) == limit {
		next = entries[limit-1].ID
	}
	return list, next, nil
}

// CountMembers counts the members of a group, up to MostRecords.
func (s *Service) CountMembers(ctx context.Context, group string) (int, error) {
	return s.parts.Groups.CountMembers(ctx, group, MostRecords)
}

// A Membership is a group of a user.
type Membership struct {
	Group    groups.Group
	Provider string // as in Member
}

// Memberships lists the groups of a user, sorted by name.
func (s *Service) Memberships(ctx context.Context, u users.User) ([]Membership, error) {
	if len(u.Groups) == 0 {
		return nil, nil
	}
	all, err := s.parts.Groups.List(ctx)
	if err != nil {
		return nil, err
	}
	entries, err := s.parts.Groups.Of(ctx, u.ID)
	if err != nil {
		return nil, err
	}
	var list []Membership
	for _, g := range all {
		if !slices.Contains(u.Groups, g.ID) {
			continue
		}
		m := Membership{Group: g}
		for _, e := range entries {
			if e.GroupID == g.ID {
				m.Provider = e.Provider
			}
		}
		list = append(list, m)
	}
	return list, nil
}

// AddMember makes a user a member of a group. A membership that a provider gave
// becomes one that only an administrator ends.
func (s *Service) AddMember(ctx context.Context, by audit.Actor, group, user string) (users.User, error) {
	g, err := s.parts.Groups.Get(ctx, group)
	if err != nil {
		return users.User{}, err
	}
	u, joined, err := s.parts.Users.Join(ctx, user, g.ID)
	if err != nil {
		return users.User{}, err
	}
	if !joined {
		return u, s.parts.Linking.Disown(ctx, user, users.GroupGrant(g.ID))
	}
	s.parts.Audit.Record(ctx, by.Did(audit.Event{Kind: audit.MemberAdded, Target: user, Detail: named(g)}))
	return u, nil
}

// RemoveMember ends a membership, and with it the group's roles; no member is
// users.ErrNoMember. A provider that gave it gives it again at the next sign-in.
func (s *Service) RemoveMember(ctx context.Context, by audit.Actor, group, user string) (users.User, error) {
	g, err := s.parts.Groups.Get(ctx, group)
	if err != nil {
		return users.User{}, err
	}
	if by.ID == user {
		if err := s.keepMyself(ctx, by, group); err != nil {
			return users.User{}, err
		}
	}
	u, err := s.parts.Users.LeaveGroup(ctx, user, group)
	if err == nil {
		s.parts.Audit.Record(ctx, by.Did(audit.Event{Kind: audit.MemberRemoved, Target: user, Detail: named(g)}))
	}
	return u, err
}
