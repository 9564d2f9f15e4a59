package users

import (
	"context"
	"slices"

	"github.com/fedhub/fedhub/hub/store"
)

// signInExisting notes that a linked identity was used, and takes over what its
// upstream may say about the user: roles by the map, and the profile of people
// it created. The e-mail address is never taken over.
func (k *Service) signInExisting(ctx context.Context, user User, c Claim, p Policy) (User, error) {
	asserted := p.roles(c.Roles)
	var taken []string
	err := k.identities.Update(ctx, identityID(c), func(i *Identity) error {
		if i.UserID != user.ID {
			return errAgain
		}
		taken = without(i.Roles, asserted)
		// Roles the user has for another reason stay the hub's own.
		i.Roles = slices.DeleteFunc(slices.Clone(asserted), func(role string) bool {
			return user.Has(role) && !slices.Contains(i.Roles, role)
		})
		i.Email = tidyEmail(c.Email)
		i.LastUsed = k.now()
		i.Pending, i.Hearsay = false, false
		return nil
	})
	if err != nil {
		return User{}, again(err)
	}
	after, err := k.refresh(ctx, user, c, asserted, taken)
	if err == nil && after.Disabled {
		err = errAgain
	}
	// The epoch is the one read before the identity was seen to be linked: an
	// Unlink since then has raised it, and must end this sign-in too.
	after.SessionGeneration = user.SessionGeneration
	return after, again(err)
}

// refresh writes the user only if something changed.
func (k *Service) refresh(ctx context.Context, user User, c Claim, asserted, taken []string) (User, error) {
	return k.takeRoles(ctx, user.ID, taken, func(before User, u *User) error {
		u.setRoles(union(u.Roles, asserted))
		if u.Origin == c.Key {
			describe(u, c)
		}
		if sameFace(before, *u) && slices.Equal(before.Roles, u.Roles) {
			return store.ErrUnchanged
		}
		return nil
	})
}

func sameFace(a, b User) bool {
	return a.Name == b.Name && a.GivenName == b.GivenName && a.FamilyName == b.FamilyName &&
		a.Picture == b.Picture && a.Locale == b.Locale
}

// without returns the strings of a that are not in b, in a slice of its own.
func without(a, b []string) []string {
	return slices.DeleteFunc(slices.Clone(a), func(s string) bool { return slices.Contains(b, s) })
}

// union returns the strings of both, sorted, in a slice of its own.
func union(a, b []string) []string {
	all := slices.Concat(a, b)
	slices.Sort(all)
	return slices.Compact(all)
}
