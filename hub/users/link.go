package users

import (
	"context"
	"errors"
	"io/fs"
)

// link gives an identity to a user, and looks again afterwards: if the user
// was disabled, ended or given another identity of this upstream in between,
// the link is taken back.
func (k *Keeper) link(ctx context.Context, d Decision, c Claim, p Policy) (User, error) {
	user := d.User
	if d.wipe {
		var err error
		if user, err = k.wipe(ctx, user); err != nil {
			return User{}, err
		}
	}
	err := k.identities.Insert(ctx, k.newIdentity(c, user.ID))
	if errors.Is(err, fs.ErrExist) {
		owner, gerr := k.identities.Get(ctx, identityID(c))
		if gerr != nil || owner.UserID != user.ID {
			return User{}, errors.Join(errAgain, gerr)
		}
		return k.arrive(ctx, user, c, p) // linked to this user already
	}
	if err != nil {
		return User{}, err
	}
	now, err := k.users.Get(ctx, user.ID)
	if err != nil {
		return User{}, err
	}
	linked, err := k.ByUser(ctx, user.ID)
	if err != nil {
		return User{}, err
	}
	if now.Epoch != user.Epoch || now.Disabled || d.Row != "D2" && otherSubject(linked, c) {
		return User{}, errors.Join(errStale, k.identities.Delete(ctx, identityID(c)))
	}
	return k.arrive(ctx, now, c, p)
}

// errStale means that the user is not as when the decision was made.
var errStale = errors.New("the user changed while an identity was being linked")

// wipe empties an account that its address's owner never verified, so that
// nothing whoever made it still holds can be used: the password, then every
// other identity, then, by the epoch raised behind them, whatever they were
// used for meanwhile. Each step leaves the account unverified until the last,
// so an interrupted wipe is done again.
func (k *Keeper) wipe(ctx context.Context, user User) (User, error) {
	_, err := k.change(ctx, user.ID, func(u *User) error {
		if u.EmailVerified || u.Disabled || u.Admin() {
			return errAgain // not the account that was decided on
		}
		u.Password = ""
		u.Epoch++
		return nil
	})
	if err != nil {
		return User{}, err
	}
	linked, err := k.ByUser(ctx, user.ID)
	if err != nil {
		return User{}, err
	}
	for _, i := range linked {
		if err := k.identities.Delete(ctx, i.ID); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return User{}, err
		}
	}
	return k.change(ctx, user.ID, func(u *User) error {
		if u.Disabled || u.Admin() {
			return errAgain
		}
		u.Password = ""
		u.EmailVerified = true
		u.Epoch++
		return nil
	})
}
