package linking

import (
	"context"
	"errors"
	"io/fs"
	"maps"
	"slices"
	"time"

	"github.com/fedhub/fedhub/hub/store"
	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/internal/lasting"
)

// This file handles providers that do not list a user's roles: for a user in
// many groups Entra ID only links to another place. Such a user keeps the
// earlier roles for a while, and no role is lost unnoticed.

// UnknownLife is how long roles stay that the provider no longer lists, counted
// from its last complete list.
const UnknownLife = 14 * 24 * time.Hour

// A RoleNotice reports what happened to roles that a provider no longer lists.
type RoleNotice struct {
	UserID, LoginKey string
	Kept             []string  // roles that stay
	Until            time.Time // at most until then
	Taken            []string  // roles that ended now
	Lapsed           bool      // because they were unlisted for UnknownLife
	First            bool      // they were listed until now
}

// unknown returns the roles that stay in addition to the listed ones, and when
// they end. The identity is the one from before. What makes administrators never
// stays, nor does a role that the role mapping no longer gives.
func (i Identity) unknown(c Claim, p Policy, asserted []string, now time.Time) (stay []string, confirmed, until time.Time) {
	if !c.RolesUnknown && !c.GroupsUnknown {
		return nil, now, time.Time{}
	}
	if confirmed = i.RolesConfirmed; confirmed.IsZero() {
		confirmed = i.LastUsed // before this field, every sign-in listed them
	}
	until = confirmed.Add(UnknownLife)
	if !now.Before(until) {
		return nil, confirmed, time.Time{}
	}
	stay = slices.DeleteFunc(slices.Clone(i.Roles), func(role string) bool {
		listed := !c.RolesUnknown
		if _, group := users.GroupOf(role); group {
			listed = !c.GroupsUnknown
		}
		return listed || p.makesAdmin(role) || slices.Contains(asserted, role) || !p.gives(role)
	})
	if len(stay) == 0 {
		until = time.Time{}
	}
	return stay, confirmed, until
}

// gives reports whether the role mapping gives a role.
func (p Policy) gives(role string) bool {
	return slices.Contains(slices.Collect(maps.Values(p.RoleMap)), role)
}

// EndUnknown removes expired roles from users who have not signed in since, a
// few at a time. Several processes may do it at once.
func (k *Service) EndUnknown(ctx context.Context) error {
	due, err := k.identities.List(ctx, store.Query{Field: "rolesEnd", Below: k.now().Add(time.Millisecond), Limit: endedAtOnce})
	if err != nil {
		return err
	}
	for _, i := range due {
		if err := k.endUnknown(ctx, i); err != nil {
			return err
		}
	}
	return nil
}

// endedAtOnce bounds one round; rounds are a minute apart.
const endedAtOnce = 500

// endUnknown takes the roles from the user first: doing it twice does no harm,
// and a crash in between would leave them otherwise.
func (k *Service) endUnknown(ctx context.Context, due Identity) error {
	_, err := k.users.TakeRoles(ctx, due.UserID, due.Unknown, func(users.User, *users.User) error { return nil })
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	ours := false
	err = k.identities.Update(lasting.Of(ctx), due.ID, func(i *Identity) error {
		if ours = i.RolesEnd.Equal(due.RolesEnd); !ours {
			return store.ErrUnchanged
		}
		i.Roles = slices.DeleteFunc(i.Roles, func(role string) bool { return slices.Contains(i.Unknown, role) })
		i.Unknown, i.RolesEnd = nil, time.Time{}
		return nil
	})
	if ours && err == nil {
		k.notice(ctx, RoleNotice{UserID: due.UserID, LoginKey: due.LoginKey, Taken: due.Unknown, Lapsed: true})
	}
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

func (k *Service) notice(ctx context.Context, n RoleNotice) {
	if k.noticed != nil && len(n.Kept)+len(n.Taken) > 0 {
		k.noticed(ctx, n)
	}
}
