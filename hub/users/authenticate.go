package users

import (
	"context"
	"errors"
	"fmt"
	"io/fs"

	"github.com/fedhub/fedhub/hub/store"
	"github.com/fedhub/fedhub/hub/users/passwords"
	"github.com/fedhub/fedhub/internal/emailaddr"
	"github.com/fedhub/fedhub/internal/lasting"
	"github.com/fedhub/fedhub/internal/texts"
)

// ErrWrongPassword is the one answer to every pair that does not belong
// together: unknown address, wrong password, nobody's address, no password.
var ErrWrongPassword = texts.Failure("the e-mail address or the password is wrong", "signin.wrong")

// ErrDisabled is told only to somebody who knew the password.
var ErrDisabled = texts.Failure("this user is disabled", "disabled")

// Authenticate returns the user with this address and password. Besides the
// errors above it answers *passwords.Throttled while the address has to wait, and
// passwords.ErrBusy when too many passwords are being checked; neither says anything
// about the password.
func (k *Service) Authenticate(ctx context.Context, email, password string) (User, error) {
	key, err := emailaddr.Canonical(email)
	// Neither of these can be right for anybody, so they cost no hash.
	if err != nil || len(password) > passwords.MaxBytes {
		return User{}, ErrWrongPassword
	}
	attempt, err := k.throttle.Begin(ctx, key)
	if err != nil {
		return User{}, fmt.Errorf("sign in: %w", err)
	}
	user, err := k.checkPassword(ctx, key, password)
	switch {
	case errors.Is(err, ErrWrongPassword):
		err = errors.Join(err, k.throttle.Wrong(lasting.Of(ctx), attempt))
	case err == nil, errors.Is(err, ErrDisabled):
		err = errors.Join(err, k.throttle.Reset(ctx, attempt))
	default:
		// The caller may be gone; the attempt is taken back all the same.
		err = errors.Join(err, k.throttle.Forgive(lasting.Of(ctx), attempt))
	}
	if err != nil {
		return User{}, err
	}
	return user, nil
}

// checkPassword does the same work whether or not the address is known, so
// that the time it takes tells nothing.
func (k *Service) checkPassword(ctx context.Context, key, password string) (User, error) {
	user, err := k.ByEmailKey(ctx, key)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return User{}, err
	}
	ok, fresh, err := k.hasher.Verify(ctx, user.Password, password)
	switch {
	case err != nil:
		return User{}, err
	case !ok:
		return User{}, ErrWrongPassword
	case user.Disabled:
		return User{}, ErrDisabled
	case fresh != "":
		return user, k.rehash(ctx, user, fresh)
	}
	return user, nil
}

// rehash replaces a hash of an old kind by one of the same password, unless
// the password was changed in between. It ends nothing.
func (k *Service) rehash(ctx context.Context, user User, fresh passwords.Hash) error {
	err := k.users.Update(ctx, user.ID, func(u *User) error {
		if u.Password != user.Password {
			return store.ErrUnchanged
		}
		u.Password = fresh
		return nil
	})
	if err != nil {
		return fmt.Errorf("store the password anew: %w", err)
	}
	return nil
}
