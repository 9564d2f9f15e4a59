package users

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"github.com/fedhub/fedhub/hub/store"
	"github.com/fedhub/fedhub/internal/emailaddr"
	"github.com/fedhub/fedhub/internal/forms"
	"github.com/fedhub/fedhub/internal/signinname"
)

// SignInBy is what people may type besides their email address, by the settings.
// A user name or a phone number only finds the account whose password is checked:
// it links, recovers and verifies nothing.
type SignInBy struct{ Names, Phones bool }

// accountKey returns the key under which the password of a typed identifier is
// checked and counted: the canonical address of the account, so that an account
// has one count however it is named. An unknown name gets a key of its own, with
// a blank, so that it costs and counts like a known one. ErrInvalid if the text
// cannot name an account.
func (k *Service) accountKey(ctx context.Context, typed string) (string, error) {
	if strings.Contains(typed, "@") || k.signInBy == nil {
		return emailaddr.Canonical(typed)
	}
	allowed, err := k.signInBy(ctx)
	if err != nil {
		return "", err
	}
	if name, err := signinname.UserName(typed); err == nil && allowed.Names {
		return k.keyBy(ctx, "signInName", name)
	}
	if number, err := signinname.Phone(typed); err == nil && allowed.Phones {
		return k.keyBy(ctx, "signInPhone", number)
	}
	return "", emailaddr.ErrInvalid
}

// keyBy finds the only account with this value. A phone number that two users have
// signs in neither.
func (k *Service) keyBy(ctx context.Context, field, value string) (string, error) {
	found, err := k.users.Find(ctx, store.Query{Field: field, Equals: value, Limit: 2})
	if err != nil {
		return "", err
	}
	if len(found) != 1 || found[0].EmailKey == "" {
		return field + " " + value, nil
	}
	return found[0].EmailKey, nil
}

// invalidName reports whether a text names no account, as opposed to a database
// that failed.
func invalidName(err error) bool { return errors.Is(err, emailaddr.ErrInvalid) }

// setSignIn takes over the user name and phone number of n in their canonical
// forms.
func (u *User) setSignIn(n NewUser) (problems forms.Problems) {
	var err error
	if n.SignInName != "" {
		if u.SignInName, err = signinname.UserName(n.SignInName); err != nil {
			problems.Add("sign_in_name", "user.sign_in_name.bad")
		}
	}
	if n.SignInPhone != "" {
		if u.SignInPhone, err = signinname.Phone(n.SignInPhone); err != nil {
			problems.Add("sign_in_phone", "user.sign_in_phone.bad")
		}
	}
	return problems
}

// SignInNameOwner is the id of the user with this user name; empty if there is
// none.
func (k *Service) SignInNameOwner(ctx context.Context, name string) (string, error) {
	canonical, err := signinname.UserName(name)
	if err != nil {
		return "", nil //nolint:nilerr // nobody has it
	}
	u, err := k.users.By(ctx, "signInName", canonical)
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	return u.ID, err
}

// SetSignIn changes what a user signs in with besides the address; nil leaves a
// value, and an empty text removes it. A taken user name is fs.ErrExist.
func (k *Service) SetSignIn(ctx context.Context, id string, name, phone *string) (User, error) {
	var to User
	n := NewUser{}
	if name != nil {
		n.SignInName = *name
	}
	if phone != nil {
		n.SignInPhone = *phone
	}
	if err := to.setSignIn(n).Err(); err != nil {
		return User{}, err
	}
	u, err := k.Change(ctx, id, func(u *User) error {
		if name != nil {
			u.SignInName = to.SignInName
		}
		if phone != nil {
			u.SignInPhone = to.SignInPhone
		}
		return nil
	})
	if err != nil {
		return User{}, fmt.Errorf("change how a user signs in: %w", err)
	}
	return u, nil
}
