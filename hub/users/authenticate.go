package users

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"sync"

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

// ErrProveAddress is the answer to a browser that the account does not know,
// after so many wrong passwords in a row that the password alone is no proof:
// it needs a link to the verified address besides (NIST SP 800-63B-4 §3.2.2).
// It says nothing about the password, nor whether anybody has the address.
var ErrProveAddress = texts.Failure("too many wrong passwords in a row; a link to the address is needed besides", "signin.prove")

// From is where an attempt comes from.
type From struct {
	Network  string   // as limits count it, such as 203.0.113.0/24
	Browsers []string // the names under which the browser may be on record
}

// Authenticate returns the user with this address and password. Besides the
// errors above it answers *passwords.Throttled while the attempt has to wait, and
// passwords.ErrBusy when too many passwords are being checked; neither says anything
// about the password.
func (k *Service) Authenticate(ctx context.Context, email, password string, from From) (User, error) {
	key, err := emailaddr.Canonical(email)
	// Neither of these can be right for anybody, so they cost no hash.
	if err != nil || len(password) > passwords.MaxBytes {
		return User{}, ErrWrongPassword
	}
	seat, err := k.hasher.Admit()
	if err != nil {
		return User{}, err
	}
	defer seat.Leave()
	known, err := k.browsers.Of(ctx, from.Browsers)
	if err != nil {
		return User{}, fmt.Errorf("sign in: %w", err)
	}
	notWrong, err := k.failures.Begin(from.Network, len(known) > 0)
	if err != nil {
		return User{}, err
	}
	user, err := k.attempt(ctx, seat, key, password, from.Network, known)
	if !errors.Is(err, ErrWrongPassword) && !errors.Is(err, ErrProveAddress) {
		notWrong()
	}
	if err != nil {
		return User{}, err
	}
	k.failures.SignedIn(from.Network)
	return user, nil
}

// attempt looks at a password if it may be looked at, and counts how it went.
func (k *Service) attempt(ctx context.Context, seat passwords.Seat, key, password, network string, known []passwords.Browser) (User, error) {
	owner := sync.OnceValues(func() (User, error) { // the zero User of an address that nobody has
		u, err := k.ByEmailKey(ctx, key)
		if errors.Is(err, fs.ErrNotExist) {
			return User{}, nil
		}
		return u, err
	})
	attempt, err := k.begin(ctx, key, network, known, owner)
	if err != nil {
		return User{}, fmt.Errorf("sign in: %w", err)
	}
	user, fresh, err := k.checkPassword(ctx, seat, owner, password)
	if attempt.Doubtful() {
		err = k.doubt(user, err)
	}
	if err == nil && fresh != "" {
		err = k.rehash(ctx, user, fresh)
	}
	return user, count(ctx, attempt, err)
}

// count says how an attempt went. The caller may be gone; what was looked at
// counts all the same.
func count(ctx context.Context, attempt passwords.Attempt, err error) error {
	after := lasting.Of(ctx)
	switch {
	case errors.Is(err, ErrWrongPassword), errors.Is(err, ErrProveAddress):
		return errors.Join(err, attempt.Wrong(after))
	case err == nil, errors.Is(err, ErrDisabled):
		return errors.Join(err, attempt.Right(after))
	}
	return errors.Join(err, attempt.Forgive(after))
}

// begin begins an attempt in a browser that the account knows, or else in any.
func (k *Service) begin(ctx context.Context, key, network string, known []passwords.Browser, owner func() (User, error)) (passwords.Attempt, error) {
	if len(known) > 0 {
		user, err := owner()
		if err != nil {
			return nil, err
		}
		if attempt, is, err := k.browsers.Begin(ctx, known, user.account()); is || err != nil {
			return attempt, err
		}
	}
	return k.throttle.Begin(ctx, key, network)
}

// doubt lets a password count no more than a wrong one where a link can be
// sent. Nobody is locked out: whose address is not proved gets none, and their
// password goes on to be looked at, at the pace that the waits allow.
func (k *Service) doubt(user User, err error) error {
	switch {
	case !k.delivers():
		return err
	case errors.Is(err, ErrWrongPassword):
		return ErrProveAddress
	case (err == nil || errors.Is(err, ErrDisabled)) && user.EmailVerified:
		return ErrProveAddress
	}
	return err
}

// checkPassword does the same work whether or not the address is known, so
// that the time it takes tells nothing. fresh is the password's hash where the
// one that is kept is of an old kind.
func (k *Service) checkPassword(ctx context.Context, seat passwords.Seat, owner func() (User, error), password string) (user User, fresh passwords.Hash, err error) {
	if user, err = owner(); err != nil {
		return User{}, "", err
	}
	ok, fresh, err := seat.Verify(ctx, user.Password, password)
	switch {
	case err != nil:
		return User{}, "", err
	case !ok:
		return User{}, "", ErrWrongPassword
	case user.Disabled:
		return user, "", ErrDisabled
	}
	return user, fresh, nil
}

// Proves is nil if the password is that of a user who is signed in; else
// ErrWrongPassword. The wrong ones of one session are counted by whoever asks.
// Where the user came by a login key, that may sign them in again without a
// question, so those of all such sessions make the next one wait; it is
// *passwords.Throttled then.
func (k *Service) Proves(ctx context.Context, u User, loginKey, network, password string) error {
	if loginKey == "" {
		return k.isPassword(ctx, u, password)
	}
	// A new password begins a new count, and no address has blanks.
	attempt, err := k.throttle.Begin(ctx, fmt.Sprint("proof ", u.ID, " ", loginKey, " ", u.PasswordChanged.UnixMilli()), network)
	if err != nil {
		return err
	}
	return count(ctx, attempt, k.isPassword(ctx, u, password))
}

func (k *Service) isPassword(ctx context.Context, u User, password string) error {
	if len(password) > passwords.MaxBytes {
		return ErrWrongPassword
	}
	ok, _, err := k.hasher.Verify(ctx, u.Password, password)
	if err == nil && !ok {
		err = ErrWrongPassword
	}
	return err
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
