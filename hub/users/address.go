package users

import (
	"context"

	"github.com/fedhub/fedhub/hub/store"
	"github.com/fedhub/fedhub/internal/emailaddr"
	"github.com/fedhub/fedhub/internal/forms"
)

// SetEmail gives a user an email address, verified or not. An address of
// another user is fs.ErrExist. The unique index decides, so one of several
// concurrent callers gets it.
func (k *Service) SetEmail(ctx context.Context, id, email string, proven bool) (User, error) {
	key, err := emailaddr.Canonical(email)
	if err != nil {
		return User{}, err
	}
	return k.Change(ctx, id, func(u *User) error {
		if u.EmailKey == key && u.Email == TidyEmail(email) && u.EmailVerified == proven {
			return store.ErrUnchanged
		}
		u.Email, u.EmailKey, u.EmailVerified = TidyEmail(email), key, proven
		return nil
	})
}

// CheckPassword reports whether a password is good enough for a user, as
// forms.Problems if not.
func (k *Service) CheckPassword(ctx context.Context, u User, password string) error {
	key := u.EmailKey
	if key == "" {
		key = u.Email
	}
	return k.goodEnough(ctx, password, key).Err()
}

// goodEnough applies the rules first, so that only a password that meets
// them is worth a question to a service.
func (k *Service) goodEnough(ctx context.Context, password, emailKey string) forms.Problems {
	problems := k.rules.Check(password, emailKey)
	if problems == nil && k.breached != nil && k.breached(ctx, password) {
		problems = forms.New("password", "password.breached")
	}
	return problems
}
