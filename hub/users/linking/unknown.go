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

// This file is about upstreams that do not say which roles somebody has: Entra
// ID names only another place where the groups are, of who is in many. Such a
// person keeps the roles of before for a while, and nobody loses one unseen.

// UnknownLife is how long roles stay that the upstream does not say any more,
// counted from when it last said what somebody has.
const UnknownLife = 14 * 24 * time.Hour

// A RoleNotice says what became of roles that an upstream does not say any more.
type RoleNotice struct {
	UserID, LoginKey string
	Kept             []string  // they stay,
	Until            time.Time // at most so long
	Taken            []string  // they ended now
	Lapsed           bool      // because it had not said them for UnknownLife
	First            bool      // it was known until now
}

// unknown is what of the identity's roles stays beside those that were said, and
// when it ends. The identity is as it was before; that of administrator never
// stays, nor does one that no rule of the login key gives.
func (i Identity) unknown(c Claim, p Policy, asserted []string, now time.Time) (stay []string, confirmed, until time.Time) {
	if !c.RolesUnknown {
		return nil, now, time.Time{}
	}
	if confirmed = i.RolesConfirmed; confirmed.IsZero() {
		confirmed = i.LastUsed // every arrival said which until there was this field
	}
	until = confirmed.Add(UnknownLife)
	if !now.Before(until) {
		return nil, confirmed, time.Time{}
	}
	stay = slices.DeleteFunc(slices.Clone(i.Roles), func(role string) bool {
		return role == users.AdminRole || slices.Contains(asserted, role) || !p.gives(role)
	})
	if len(stay) == 0 {
		until = time.Time{}
	}
	return stay, confirmed, until
}

// gives reports whether a rule of the login key gives a role.
func (p Policy) gives(role string) bool {
	return slices.Contains(slices.Collect(maps.Values(p.RoleMap)), role)
}

// EndUnknown takes the roles whose time has come from people who have not
// signed in since, of a few at a time. Several processes may do it at once.
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

// endedAtOnce is how many lose theirs in one round; the rounds are a minute apart.
const endedAtOnce = 500

// endUnknown takes them from the user first: what is done twice does no harm,
// and what is forgotten in between would stay for ever.
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
