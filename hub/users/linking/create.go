package linking

import (
	"context"
	"errors"
	"io/fs"

	"github.com/fedhub/fedhub/hub/users"
)

// create makes a new user. It writes the identity first, and the identity names
// the future user. Concurrent first sign-ins collide on its id, so there is
// only one user: a request that finds the identity pending (another request, or
// the next sign-in after a crash) creates that same user. If the address was
// taken meanwhile, the decision is made again; it is never a sign-in as the new
// owner.
func (k *Service) create(ctx context.Context, verified bool, c Claim, p Policy) (users.User, error) {
	p, err := k.withAdminGroups(ctx, p)
	if err != nil {
		return users.User{}, err
	}
	user := k.newcomer(verified, c, p)
	identity := k.newIdentity(c, user.ID)
	identity.Roles, identity.Pending = user.Grants(), true
	if _, err := k.users.ApplyInvitation(ctx, &user); err != nil {
		return users.User{}, err
	}
	err = k.identities.Insert(ctx, identity)
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
		return users.User{}, errAgain // another request made the user: sign in by row D1
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
	if err := k.users.CloseInvitation(ctx, user); err != nil {
		return user, err
	}
	return k.users.WithRights(ctx, user)
}

func (k *Service) newIdentity(c Claim, userID string) Identity {
	now := k.now()
	return Identity{
		ID: identityID(c), LoginKey: c.Key, Issuer: c.Issuer, Subject: c.Subject,
		UserID: userID, Email: users.TidyEmail(c.Email), Linked: now, LastUsed: now,
	}
}

// newcomer is the user made from a claim. An unproven address is kept for
// display only: EmailKey stays empty.
func (k *Service) newcomer(verified bool, c Claim, p Policy) users.User {
	user := k.users.Blank()
	user.Origin = c.Key
	user.Email = users.TidyEmail(c.Email)
	if verified {
		_, user.EmailKey = c.address(p)
		user.EmailVerified = true
	}
	user.Asserted(c.Key)
	user.SetGrants(p.roles(c.Roles))
	user.Describe(c.Profile)
	if user.Name == "" {
		user.Name = user.Email
	}
	return user
}

// clear removes the identity of a user who was never created, because another
// user has the address meanwhile.
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
