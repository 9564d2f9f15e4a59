package users

import (
	"context"
	"errors"
	"io/fs"
	"slices"

	"github.com/fedhub/fedhub/hub/store"
	"github.com/fedhub/fedhub/internal/forms"
)

// maxGroups bounds the groups of a user.
const maxGroups = 100

// ErrNoMember means that the user is not a member of the group.
var ErrNoMember = errors.New("the user is not a member of this group")

// Join makes a user a member of a group, by an administrator's decision: a
// provider that made them a member cannot end it any more. It reports whether
// they were none before.
func (k *Service) Join(ctx context.Context, id, group string) (after User, joined bool, err error) {
	after, err = k.Change(ctx, id, func(u *User) error {
		joined = !slices.Contains(u.Groups, group)
		switch {
		case !joined:
			return store.ErrUnchanged
		case len(u.Groups) >= maxGroups:
			return forms.New("user", "user.groups.many", "max", maxGroups).Err()
		}
		u.Groups = union(u.Groups, []string{group})
		return nil
	})
	if err == nil && !joined {
		err = k.groups.Enter(ctx, group, id, "")
	}
	return after, joined, err
}

// LeaveGroup ends a membership; ErrNoMember if there is none.
func (k *Service) LeaveGroup(ctx context.Context, id, group string) (User, error) {
	return k.Change(ctx, id, func(u *User) error {
		if !slices.Contains(u.Groups, group) {
			return ErrNoMember
		}
		u.Groups = Without(u.Groups, []string{group})
		return nil
	})
}

// enter writes the records of the memberships that an edit adds, before the
// edit is stored: a record without a membership does no harm.
func (k *Service) enter(ctx context.Context, before []string, u User) error {
	for _, id := range Without(u.Groups, before) {
		if err := k.groups.Enter(ctx, id, u.ID, u.source); err != nil {
			return err
		}
	}
	return nil
}

// left deletes the records of memberships that ended.
func (k *Service) left(ctx context.Context, before []string, u User) error {
	for _, id := range Without(before, u.Groups) {
		if err := k.groups.Leave(ctx, id, u.ID); err != nil {
			return err
		}
		now, err := k.users.Get(ctx, u.ID) // they may have joined again meanwhile
		if err == nil && slices.Contains(now.Groups, id) {
			err = k.groups.Enter(ctx, id, u.ID, "")
		}
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

// insert stores a new user with the records of their memberships.
func (k *Service) insert(ctx context.Context, u User) error {
	if err := k.enter(ctx, nil, u); err != nil {
		return err
	}
	return k.users.Insert(ctx, u)
}

// WithRights is a user with what their groups give, for a record that was not
// read from the store.
func (k *Service) WithRights(ctx context.Context, u User) (User, error) {
	err := resolve(ctx, k.groups, &u)
	return u, err
}

// mostGroupAdmins bounds the administrators of a group that Admins lists.
const mostGroupAdmins = 100

func (k *Service) addGroupAdmins(ctx context.Context, admins []User) ([]User, error) {
	if k.groups == nil {
		return admins, nil
	}
	giving, err := k.groups.Giving(ctx, AdminRole)
	if err != nil {
		return nil, err
	}
	for _, group := range giving {
		members, err := k.groups.Members(ctx, group, "", mostGroupAdmins)
		if err != nil {
			return nil, err
		}
		for _, m := range members {
			u, err := k.users.Get(ctx, m.UserID)
			if errors.Is(err, fs.ErrNotExist) {
				continue
			}
			if err != nil {
				return nil, err
			}
			if u.Admin() && !u.Disabled && !slices.ContainsFunc(admins, func(a User) bool { return a.ID == u.ID }) {
				admins = append(admins, u)
			}
		}
	}
	return admins, nil
}
