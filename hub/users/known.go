package users

import (
	"context"

	"github.com/fedhub/fedhub/hub/users/passwords"
	"github.com/fedhub/fedhub/internal/lasting"
)

// account identifies the user's account for known browsers.
func (u User) account() passwords.Account {
	return passwords.Account{User: u.ID, Generation: u.SessionGeneration}
}

// SignedIn notes where a user signed in, by whatever method. If the user has a
// password, or the settings ask for a second factor in new browsers, the browser
// is known from then on, and its name is returned. strange reports that the user
// signed in before, but never in this browser.
func (k *Service) SignedIn(ctx context.Context, u User, from From, ifNew bool) (browser string, strange bool, err error) {
	k.failures.SignedIn(from.Network)
	if u.Password == "" && !ifNew {
		return "", false, nil
	}
	return k.browsers.Know(ctx, from.Browsers, u.account(), from.Network)
}

// Familiar reports whether the user signed in before in this browser and network.
func (k *Service) Familiar(ctx context.Context, u User, from From) (bool, error) {
	return k.browsers.Familiar(ctx, from.Browsers, u.account(), from.Network)
}

// KnownNetworks are the networks from which the user signed in with known
// browsers, sorted.
func (k *Service) KnownNetworks(ctx context.Context, u User) ([]string, error) {
	return k.browsers.Networks(ctx, u.ID)
}

// ForgetBrowsers makes all browsers of a user unknown, because the second factor
// changed: they were known for fewer or other factors.
func (k *Service) ForgetBrowsers(ctx context.Context, u User) error {
	return k.browsers.ForgetUser(ctx, u.ID)
}

// KnowBrowser makes a browser known for a user who opened an emailed link in
// it, and returns its name.
func (k *Service) KnowBrowser(ctx context.Context, u User, from From) (browser string, err error) {
	browser, _, err = k.browsers.Know(ctx, from.Browsers, u.account(), "")
	return browser, err
}

// Knows reports whether a user signed in before in the browser with one of
// these names, and returns that name.
func (k *Service) Knows(ctx context.Context, from From) (browser string, err error) {
	known, err := k.browsers.Of(ctx, from.Browsers)
	if err != nil || len(known) == 0 {
		return "", err
	}
	return known[0].ID, nil
}

// clearAttempts forgets wrong passwords tried for a user, under whatever
// identifier: they concern the previous password.
func (k *Service) clearAttempts(ctx context.Context, u User) error {
	keys := []string{u.EmailKey}
	if u.SignInName != "" {
		keys = append(keys, nameKey("signInName", u.SignInName))
	}
	if u.SignInPhone != "" {
		keys = append(keys, nameKey("signInPhone", u.SignInPhone))
	}
	for _, key := range keys {
		if err := k.throttle.Clear(lasting.Of(ctx), key); err != nil {
			return err
		}
	}
	return nil
}
