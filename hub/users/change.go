package users

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/fedhub/fedhub/hub/store"
	"github.com/fedhub/fedhub/internal/lasting"
)

// SetPassword gives a user a new password and ends everything issued to the
// user so far. The returned user has the new session generation, for a session
// that should continue. A bad password is forms.Problems. The caller has
// checked the old password or another proof.
func (k *Service) SetPassword(ctx context.Context, id, password string) (User, error) {
	user, err := k.users.Get(ctx, id)
	if err != nil {
		return User{}, err
	}
	if err := k.CheckPassword(ctx, user, password); err != nil {
		return User{}, err
	}
	hash, err := k.hasher.Hash(ctx, password)
	if err != nil {
		return User{}, err
	}
	// Before the change, so that nothing can fail after it.
	if err := k.clearAttempts(ctx, user); err != nil {
		return User{}, err
	}
	return k.Change(ctx, id, func(u *User) error {
		u.Password = hash
		u.PasswordChanged = k.now()
		u.SessionGeneration++
		return nil
	})
}

// EndEverything ends every session, grant and token of a user.
func (k *Service) EndEverything(ctx context.Context, id string) (User, error) {
	return k.Change(ctx, id, func(u *User) error {
		u.SessionGeneration++
		return nil
	})
}

// SetDisabled disables a user and ends everything issued so far, or enables the
// user again. The last administrator cannot be disabled: ErrLastAdmin.
func (k *Service) SetDisabled(ctx context.Context, id string, disabled bool) (User, error) {
	return k.changeAdmin(ctx, id, func(u *User) error {
		if u.Disabled == disabled {
			return store.ErrUnchanged
		}
		u.Disabled = disabled
		if !disabled {
			u.Waiting = ""
		}
		u.SessionGeneration++
		return nil
	})
}

// SetRoles replaces the roles of a user. An unusable role is forms.Problems;
// the last administrator keeps the admin role: ErrLastAdmin.
func (k *Service) SetRoles(ctx context.Context, id string, roles []string) (User, error) {
	clean, problems := CleanRoles(roles)
	if problems != nil {
		return User{}, problems
	}
	return k.changeAdmin(ctx, id, func(u *User) error {
		if slices.Equal(u.Roles, clean) {
			return store.ErrUnchanged
		}
		u.SetRoles(clean)
		return nil
	})
}

// changeAdmin is Change for edits that could remove the last administrator. If
// two administrators demote each other at once, each still sees the other. So
// it checks again after the write and takes the write back: at least one of
// them then sees no other, and the hub always keeps an administrator.
func (k *Service) changeAdmin(ctx context.Context, id string, edit func(*User) error) (User, error) {
	var before User
	var lost bool
	user, err := k.Change(ctx, id, func(u *User) error {
		before = *u
		if err := edit(u); err != nil {
			return err
		}
		lost = before.administers() && !u.administers()
		if lost {
			return k.needAdminBeside(ctx, id)
		}
		return nil
	})
	if err != nil || !lost {
		return user, err
	}
	lastErr := k.needAdminBeside(ctx, id)
	if lastErr == nil {
		return user, nil
	}
	_, err = k.Change(lasting.Of(ctx), id, func(u *User) error {
		u.SetRoles(before.Roles)
		u.Disabled = before.Disabled
		u.DeletionAsked, u.DeletionDue = before.DeletionAsked, before.DeletionDue
		return nil
	})
	if err != nil {
		return User{}, fmt.Errorf("restore the role of the last administrator: %w", err)
	}
	return User{}, lastErr
}

// needAdminBeside is ErrLastAdmin if no enabled administrator other than id
// exists.
func (k *Service) needAdminBeside(ctx context.Context, id string) error {
	others, err := k.adminBeside(ctx, id)
	if err == nil && !others {
		err = ErrLastAdmin
	}
	return err
}

// TakeRoles edits a user whose provider takes back roles. The last
// administrator keeps the admin role.
func (k *Service) TakeRoles(ctx context.Context, id string, taken []string, edit func(before User, u *User) error) (User, error) {
	var before User
	user, err := k.changeAdmin(ctx, id, func(u *User) error {
		before = *u
		u.SetGrants(Without(u.Grants(), taken))
		return edit(before, u)
	})
	if errors.Is(err, ErrLastAdmin) {
		return k.TakeRoles(ctx, id, Without(taken, []string{AdminRole}), edit)
	}
	if err == nil && k.rolesTaken != nil && !slices.Equal(before.Grants(), user.Grants()) {
		k.rolesTaken(ctx, before, user)
	}
	return user, err
}

// Change edits a user and returns the new record.
func (k *Service) Change(ctx context.Context, id string, edit func(*User) error) (User, error) {
	var after User
	var before []string
	err := k.users.Update(ctx, id, func(u *User) error {
		before = u.Groups
		err := edit(u)
		if err == nil {
			u.Updated = k.now()
			err = k.enter(ctx, before, *u)
		}
		after = *u
		return err
	})
	if err == nil && !slices.Equal(before, after.Groups) {
		// Again, because a leave at the same time may have deleted the record.
		err = errors.Join(k.enter(lasting.Of(ctx), before, after), k.left(lasting.Of(ctx), before, after))
	}
	if err == nil {
		after, err = k.WithRights(ctx, after)
	}
	if err != nil {
		return User{}, fmt.Errorf("change user: %w", err)
	}
	return after, nil
}

// Without returns the strings of a that are not in b, in a new slice.
func Without(a, b []string) []string {
	return slices.DeleteFunc(slices.Clone(a), func(s string) bool { return slices.Contains(b, s) })
}

// union returns the strings of both, sorted, in a new slice.
func union(a, b []string) []string {
	all := slices.Concat(a, b)
	slices.Sort(all)
	return slices.Compact(all)
}
