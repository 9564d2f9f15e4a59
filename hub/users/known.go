package users

import (
	"context"

	"github.com/fedhub/fedhub/hub/users/passwords"
	"github.com/fedhub/fedhub/internal/lasting"
)

// account is what browsers are known for.
func (u User) account() passwords.Account {
	return passwords.Account{User: u.ID, Generation: u.SessionGeneration}
}

// SignedIn notes that a user signed in from somewhere, however they did. The
// browser is on record from then on, and its name is returned, if the user has
// a password to sign in with.
func (k *Service) SignedIn(ctx context.Context, u User, from From) (browser string, err error) {
	k.failures.SignedIn(from.Network)
	if u.Password == "" {
		return "", nil
	}
	return k.browsers.Know(ctx, from.Browsers, u.account())
}

// KnowBrowser puts a browser on record for a user who proved in it that they
// read the mail of their address, and returns its name.
func (k *Service) KnowBrowser(ctx context.Context, u User, from From) (browser string, err error) {
	return k.browsers.Know(ctx, from.Browsers, u.account())
}

// Knows says whether somebody signed in before in the browser on record under
// one of these names, and returns which.
func (k *Service) Knows(ctx context.Context, from From) (browser string, err error) {
	known, err := k.browsers.Of(ctx, from.Browsers)
	if err != nil || len(known) == 0 {
		return "", err
	}
	return known[0].ID, nil
}

// clearAttempts forgets the wrong passwords that strangers tried for a user:
// they were for another password.
func (k *Service) clearAttempts(ctx context.Context, u User) error {
	if u.EmailKey == "" {
		return nil
	}
	return k.throttle.Clear(lasting.Of(ctx), u.EmailKey)
}
