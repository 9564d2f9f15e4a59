package users

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/fedhub/fedhub/hub/store"
	"github.com/fedhub/fedhub/hub/users/passwords"
	"github.com/fedhub/fedhub/internal/lasting"
	"github.com/fedhub/fedhub/internal/texts"
)

// ErrWrongPassword is the answer to every failed sign-in: unknown address,
// unverified address, wrong password, no password. The difference is not
// disclosed.
var ErrWrongPassword = texts.Failure("the email address or the password is wrong", "signin.wrong")

// ErrDisabled is returned only after the password was right.
var ErrDisabled = texts.Failure("this user is disabled", "disabled")

// ErrProveAddress is the answer to an unknown browser after so many wrong
// passwords in a row that the password alone is not enough: it must also open a
// link sent to the verified address (NIST SP 800-63B-4 §3.2.2). It reveals
// neither whether the password was right nor whether the address has an
// account.
var ErrProveAddress = texts.Failure("too many wrong passwords in a row; a link sent to the email address is needed too", "signin.prove")

// From is the origin of an attempt.
type From struct {
	Network  string   // as limits count it, such as 203.0.113.0/24
	Browsers []string // names under which the browser may be known
}

// Authenticate returns the user with this password and address, or user name or
// phone number where the settings allow them. Besides the
// errors above it returns *passwords.Throttled while attempts must wait, and
// passwords.ErrBusy when too many passwords are being checked; both are
// independent of the password.
func (k *Service) Authenticate(ctx context.Context, typed, password string, from From) (User, error) {
	// Neither can be right, so do not compute a hash.
	if len(password) > passwords.MaxBytes {
		return User{}, ErrWrongPassword
	}
	who, err := k.identify(ctx, typed)
	if invalidName(err) {
		return User{}, ErrWrongPassword
	}
	if err != nil {
		return User{}, fmt.Errorf("sign in: %w", err)
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
	user, err := k.attempt(ctx, seat, who, password, from.Network, known)
	if !errors.Is(err, ErrWrongPassword) && !errors.Is(err, ErrProveAddress) {
		notWrong()
	}
	if err != nil {
		return User{}, err
	}
	k.failures.SignedIn(from.Network)
	return user, nil
}

// attempt checks a password if the limits allow it, and counts the result.
func (k *Service) attempt(ctx context.Context, seat passwords.Seat, who identifier, password, network string, known []passwords.Browser) (User, error) {
	owner := sync.OnceValues(func() (User, error) { return who.find(ctx) })
	attempt, err := k.begin(ctx, who, network, known, owner)
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

// count counts the result of an attempt, even if the caller is gone.
func count(ctx context.Context, attempt passwords.Attempt, err error) error {
	after := lasting.Of(ctx)
	switch {
	case errors.Is(err, ErrWrongPassword), errors.Is(err, ErrProveAddress):
		return errors.Join(err, attempt.Wrong(after))
	case err == nil, off(err):
		return errors.Join(err, attempt.Right(after))
	}
	return errors.Join(err, attempt.Forgive(after))
}

// begin starts an attempt: in a browser that the account knows, or else in an
// unknown one.
func (k *Service) begin(ctx context.Context, who identifier, network string, known []passwords.Browser, owner func() (User, error)) (passwords.Attempt, error) {
	if len(known) > 0 {
		user, err := owner()
		if err != nil {
			return nil, err
		}
		if attempt, is, err := k.browsers.Begin(ctx, known, user.account()); is || err != nil {
			return attempt, err
		}
	}
	return k.throttle.BeginShared(ctx, who.key, network, who.ways)
}

// doubt treats a right password like a wrong one until the user opens an
// emailed link. It locks out no one: a user without a verified address cannot
// get a link, so their password is still checked, at the pace of the waits.
func (k *Service) doubt(user User, err error) error {
	switch {
	case !k.delivers():
		return err
	case errors.Is(err, ErrWrongPassword):
		return ErrProveAddress
	case (err == nil || off(err)) && user.EmailVerified:
		return ErrProveAddress
	}
	return err
}

// checkPassword takes the same time whether or not the address is known, so
// that timing reveals nothing. fresh is a new hash if the stored one is of an
// old kind.
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
	case user.Waiting != "":
		return user, "", ErrWaiting
	case user.Disabled:
		return user, "", ErrDisabled
	}
	return user, fresh, nil
}

// Proves is nil if the password belongs to a user who is signed in; else
// ErrWrongPassword. The caller counts wrong passwords per session. A user who
// came by a provider can often get new sessions without a question, so their
// wrong passwords are also counted across sessions; the error is then
// *passwords.Throttled.
func (k *Service) Proves(ctx context.Context, u User, loginKey, network, password string) error {
	if loginKey == "" {
		return k.isPassword(ctx, u, password)
	}
	// The key contains blanks, so it cannot equal an email address, and the
	// password, so that a new password starts a new count.
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

// rehash replaces a hash of an old kind, unless the password was changed
// meanwhile. It ends no sessions.
func (k *Service) rehash(ctx context.Context, user User, fresh passwords.Hash) error {
	err := k.users.Update(ctx, user.ID, func(u *User) error {
		if u.Password != user.Password {
			return store.ErrUnchanged
		}
		u.Password = fresh
		return nil
	})
	if err != nil {
		return fmt.Errorf("store the new hash of a password: %w", err)
	}
	return nil
}
