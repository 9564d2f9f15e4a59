package users

import (
	"context"
	"errors"
	"fmt"

	"github.com/fedhub/fedhub/hub/store"
	"github.com/fedhub/fedhub/internal/texts"
)

// waitsForApproval is the value of User.Waiting.
const waitsForApproval = "approval"

var (
	// ErrWaiting is returned, like ErrDisabled, only after the password was
	// right: an administrator has not approved the user yet.
	ErrWaiting = texts.Failure("this user waits for approval", "waiting")
	// ErrNotWaiting means that the user was approved or refused meanwhile.
	ErrNotWaiting = errors.New("this user does not wait for approval any more")
)

// off reports whether a right password was refused because the user is
// disabled.
func off(err error) bool { return errors.Is(err, ErrDisabled) || errors.Is(err, ErrWaiting) }

// SignUp creates the account of an address that its owner proved. waits makes
// an administrator approve it first. claim uses the proof up; nothing but the
// insert can fail after it. The account gets the roles of an open invitation,
// else none. An invited user does not wait. Mistakes are forms.Problems, and
// fs.ErrExist means that the address has an account.
func (k *Service) SignUp(ctx context.Context, n NewUser, waits bool, claim func(context.Context) error) (User, error) {
	user, err := k.draft(ctx, n)
	if err == nil && n.Password == "" {
		err = k.rules.Check("", user.EmailKey).Err()
	}
	if err != nil {
		return User{}, err
	}
	if user.Password, err = k.firstHash(ctx, n); err != nil {
		return User{}, err
	}
	invited, err := k.ApplyInvitation(ctx, &user)
	if err != nil {
		return User{}, err
	}
	if waits && !invited { // an administrator decided about the invited
		user.Disabled, user.Waiting = true, waitsForApproval
	}
	if err := claim(ctx); err != nil {
		return User{}, err
	}
	if err := k.users.Insert(ctx, user); err != nil {
		return User{}, fmt.Errorf("create an account: %w", err)
	}
	return user, nil
}

// Waiting returns up to limit users who wait for approval, in the order of ids.
func (k *Service) Waiting(ctx context.Context, limit int) ([]User, error) {
	return k.users.List(ctx, store.Query{Field: "waiting", Equals: waitsForApproval, Limit: limit})
}

// Approve enables a user who waits; ErrNotWaiting for others.
func (k *Service) Approve(ctx context.Context, id string) (User, error) {
	return k.decide(ctx, id, func(u *User) { u.Disabled = false })
}

// Refuse ends the wait of a user, who stays disabled and can be removed;
// ErrNotWaiting for others.
func (k *Service) Refuse(ctx context.Context, id string) (User, error) {
	return k.decide(ctx, id, func(*User) {})
}

// decide lets one of several concurrent decisions count.
func (k *Service) decide(ctx context.Context, id string, edit func(*User)) (User, error) {
	return k.Change(ctx, id, func(u *User) error {
		if u.Waiting == "" {
			return ErrNotWaiting
		}
		u.Waiting = ""
		edit(u)
		return nil
	})
}
