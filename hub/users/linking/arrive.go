package linking

import (
	"context"
	"fmt"
	"io/fs"
	"slices"

	"github.com/fedhub/fedhub/hub/store"
	"github.com/fedhub/fedhub/hub/users"
)

// signInExisting notes that a linked identity was used, and takes over what its
// provider may set: roles by the role mapping, and the profile of users it
// created. It never takes over the email address.
func (k *Service) signInExisting(ctx context.Context, user users.User, c Claim, p Policy) (users.User, error) {
	p, err := k.withAdminGroups(ctx, p)
	if err != nil {
		return users.User{}, err
	}
	asserted := p.roles(c.Roles)
	var taken []string
	var notice RoleNotice
	err = k.identities.Update(ctx, identityID(c), func(i *Identity) error {
		if i.UserID != user.ID {
			return errAgain
		}
		stay, confirmed, until := i.unknown(c, p, asserted, k.now())
		taken = slices.DeleteFunc(slices.Clone(i.Roles), func(role string) bool {
			return slices.Contains(asserted, role) || slices.Contains(stay, role)
		})
		notice = RoleNotice{}
		if c.RolesUnknown || c.GroupsUnknown {
			notice = RoleNotice{UserID: user.ID, LoginKey: c.Key, Kept: stay, Until: until, Taken: taken, First: i.RolesEnd.IsZero(),
				Lapsed: !k.now().Before(confirmed.Add(UnknownLife))}
		}
		// Roles that the user has for another reason are not the provider's to
		// take.
		i.Roles = append(slices.DeleteFunc(slices.Clone(asserted), func(role string) bool {
			return slices.Contains(user.Grants(), role) && !slices.Contains(i.Roles, role)
		}), stay...)
		i.RolesConfirmed, i.Unknown, i.RolesEnd = confirmed, stay, until
		i.Email = users.TidyEmail(c.Email)
		i.LastUsed = k.now()
		i.Pending, i.Hearsay = false, false
		return nil
	})
	if err != nil {
		return users.User{}, again(err)
	}
	after, err := k.refresh(ctx, user, c, asserted, taken)
	if err == nil {
		k.notice(ctx, notice)
	}
	if err == nil && after.Disabled {
		err = errAgain
	}
	// The session generation is the one from before the identity was found
	// linked: an Unlink since then has raised it, and must end this sign-in
	// too.
	after.SessionGeneration = user.SessionGeneration
	return after, again(err)
}

// refresh writes the user only if something changed.
func (k *Service) refresh(ctx context.Context, user users.User, c Claim, asserted, taken []string) (users.User, error) {
	return k.users.TakeRoles(ctx, user.ID, taken, func(before users.User, u *users.User) error {
		u.Asserted(c.Key)
		u.AddGrants(asserted)
		if u.Origin == c.Key {
			u.Describe(c.Profile)
		}
		if before.Profile == u.Profile && slices.Equal(before.Grants(), u.Grants()) {
			return store.ErrUnchanged
		}
		return nil
	})
}

// Review takes over what a provider reports now about a user who came from it
// and is not present: roles by the role mapping, and the profile of users it
// created. An identity that no longer belongs to this user is fs.ErrNotExist.
func (k *Service) Review(ctx context.Context, userID string, c Claim, p Policy) (users.User, error) {
	user, err := k.Linked(ctx, c)
	if err != nil {
		return users.User{}, err
	}
	if user.ID != userID {
		return users.User{}, fmt.Errorf("the identity belongs to another user: %w", fs.ErrNotExist)
	}
	return k.signInExisting(ctx, user, c, p)
}
