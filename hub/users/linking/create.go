package linking

import (
	"context"
	"errors"
	"io/fs"

	"github.com/fedhub/fedhub/hub/users"
)

// create founds a user. The identity goes first, and names the user to be: its
// id is what racing first arrivals collide on, so there is one user, and
// whoever finds it pending (the other racers, or the next arrival after a
// crash) makes that same user. An address taken meanwhile is a collision to be
// decided anew, never a sign-in as whoever has it.
func (k *Service) create(ctx context.Context, verified bool, c Claim, p Policy) (users.User, error) {
	user := k.newcomer(verified, c, p)
	identity := k.newIdentity(c, user.ID)
	identity.Roles, identity.Pending = user.Roles, true
	if err := k.users.ApplyInvitation(ctx, &user); err != nil {
		return users.User{}, err
	}
	err := k.identities.Insert(ctx, identity)
	if errors.Is(err, fs.ErrExist) {
		if identity, err = k.identities.Get(ctx, identity.ID); err == nil && !identity.Pending {
			return users.User{}, errAgain
		}
		user.ID = identity.UserID
	}
	if err != nil {
		return users.User{}, again(err)
	}
	err = k.users.Insert(ctx, user)
	if errors.Is(err, fs.ErrExist) {
		if _, gerr := k.users.Get(ctx, user.ID); errors.Is(gerr, fs.ErrNotExist) {
			return users.User{}, k.clear(ctx, c)
		}
		return users.User{}, errAgain // another racer made the user: sign in as D1
	}
	if err != nil {
		return users.User{}, err
	}
	err = k.identities.Update(ctx, identity.ID, func(i *Identity) error {
		i.Pending = false
		return nil
	})
	if err != nil {
		return user, again(err)
	}
	return user, k.users.CloseInvitation(ctx, user)
}

func (k *Service) newIdentity(c Claim, userID string) Identity {
	now := k.now()
	return Identity{
		ID: identityID(c), LoginKey: c.Key, Issuer: c.Issuer, Subject: c.Subject,
		UserID: userID, Email: users.TidyEmail(c.Email), Linked: now, LastUsed: now,
	}
}

// newcomer is the user made from a claim. An address that is not proven is
// kept to be shown, but claims nothing: EmailKey stays empty.
func (k *Service) newcomer(verified bool, c Claim, p Policy) users.User {
	user := k.users.Blank()
	user.Origin = c.Key
	user.Email = users.TidyEmail(c.Email)
	if verified {
		_, user.EmailKey = c.address(p)
		user.EmailVerified = true
	}
	user.SetRoles(p.roles(c.Roles))
	user.Describe(c.Profile)
	if user.Name == "" {
		user.Name = user.Email
	}
	return user
}

// clear removes an identity whose user was never made: the address it was for
// has meanwhile become somebody else's.
func (k *Service) clear(ctx context.Context, c Claim) error {
	identity, err := k.identities.Get(ctx, identityID(c))
	if errors.Is(err, fs.ErrNotExist) {
		return errAgain
	}
	if err != nil {
		return err
	}
	if _, err := k.users.Get(ctx, identity.UserID); err == nil || !identity.Pending {
		return errAgain
	} else if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := k.identities.Delete(ctx, identity.ID); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return errAgain
}
