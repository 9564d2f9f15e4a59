package users

import (
	"context"
	"errors"
	"slices"

	"github.com/fedhub/fedhub/hub/store"
)

// ListKeys are fields that repeat others, in the form that lists are sorted and
// filtered by. They are set whenever a user is stored (package listing).
type ListKeys struct {
	NameKey       string `bson:"nameKey,omitempty"`
	DisabledKey   string `bson:"disabledKey,omitempty"`   // NameKey, of disabled users
	UnverifiedKey string `bson:"unverifiedKey,omitempty"` // NameKey, of users without a verified address
}

// ErrEdited refuses a form that shows an older version of the user.
var ErrEdited = errors.New("the user was changed meanwhile")

// EditProfile is SetProfile for a form that shows the version of `seen`, the
// Updated of the user in milliseconds: another version is ErrEdited.
func (k *Service) EditProfile(ctx context.Context, id string, seen int64, edit func(*Profile)) (User, error) {
	return k.Change(ctx, id, func(u *User) error {
		if u.Updated.UnixMilli() != seen {
			return ErrEdited
		}
		typed := u.Profile
		edit(&typed)
		p, problems := typed.clean()
		if err := problems.Err(); err != nil {
			return err
		}
		before := u.Profile
		if u.show(p); u.Profile == before {
			return store.ErrUnchanged
		}
		return nil
	})
}

// SetPlainRoles replaces the roles of a user besides that of administrators, which
// stays as it is. Mistakes are forms.Problems.
func (k *Service) SetPlainRoles(ctx context.Context, id string, roles []string) (before, after User, err error) {
	clean, problems := CleanRoles(roles)
	if problems != nil {
		return User{}, User{}, problems
	}
	after, err = k.changeAdmin(ctx, id, func(u *User) error {
		before = *u
		now := clean
		if u.OwnAdmin() {
			now, _ = CleanRoles(append(slices.Clone(clean), AdminRole))
		}
		if slices.Equal(u.Roles, now) {
			return store.ErrUnchanged
		}
		u.SetRoles(now)
		return nil
	})
	return before, after, err
}

// SetAdministrator makes a user an administrator, or ends it; the last one
// stays: ErrLastAdmin.
func (k *Service) SetAdministrator(ctx context.Context, id string, on bool) (before, after User, err error) {
	after, err = k.changeAdmin(ctx, id, func(u *User) error {
		if before = *u; u.OwnAdmin() == on {
			return store.ErrUnchanged
		}
		if on {
			u.AddRoles([]string{AdminRole})
		} else {
			u.SetRoles(Without(u.Roles, []string{AdminRole}))
		}
		return nil
	})
	return before, after, err
}
