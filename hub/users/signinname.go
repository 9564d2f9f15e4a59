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

// ways is how many identifiers an account may have.
func (s SignInBy) ways() int {
	n := 1
	if s.Names {
		n++
	}
	if s.Phones {
		n++
	}
	return n
}

// An identifier is what was typed at sign-in, in its canonical form.
type identifier struct {
	// key is what wrong passwords are counted under. It depends on the text alone,
	// so that no count tells which name belongs to which address.
	key string
	// ways is how many identifiers share the limit of an account.
	ways int
	find func(ctx context.Context) (User, error) // the zero User for an unknown identifier
}

// identify reads what was typed. ErrInvalid if the text cannot name an account.
func (k *Service) identify(ctx context.Context, typed string) (identifier, error) {
	allowed, err := k.allowed(ctx)
	if err != nil {
		return identifier{}, err
	}
	i := identifier{ways: allowed.ways()}
	if !strings.Contains(typed, "@") {
		if name, err := signinname.UserName(typed); err == nil && allowed.Names {
			return k.named(i, "signInName", name), nil
		}
		if number, err := signinname.Phone(typed); err == nil && allowed.Phones {
			return k.named(i, "signInPhone", number), nil
		}
	}
	i.key, err = emailaddr.Canonical(typed)
	i.find = func(ctx context.Context) (User, error) {
		u, err := k.ByEmailKey(ctx, i.key)
		if errors.Is(err, fs.ErrNotExist) {
			return User{}, nil
		}
		return u, err
	}
	return i, err
}

// allowed returns what may be typed at sign-in.
func (k *Service) allowed(ctx context.Context) (SignInBy, error) {
	if k.signInBy == nil {
		return SignInBy{}, nil
	}
	return k.signInBy(ctx)
}

// named completes the identifier of an account by its user name or phone number. A
// number that two users have signs in neither.
func (k *Service) named(i identifier, field, value string) identifier {
	i.key = nameKey(field, value)
	i.find = func(ctx context.Context) (User, error) {
		found, err := k.users.Find(ctx, store.Query{Field: field, Equals: value, Limit: 2})
		if err != nil || len(found) != 1 {
			return User{}, err
		}
		return found[0], nil
	}
	return i
}

// nameKey has a blank, so that it is never an address.
func nameKey(field, value string) string { return field + " " + value }

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
