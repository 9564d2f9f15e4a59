package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"

	"github.com/alecthomas/kong"

	"github.com/fedhub/fedhub/hub/operator/claims"
	"github.com/fedhub/fedhub/hub/users"
)

type userEditCmd struct {
	who           `embed:""`
	personFlags   `embed:""`
	Email         string            `placeholder:"ADDRESS" help:"New email address. The hub sends an email about the change to the old address."`
	UserName      *string           `placeholder:"NAME" help:"User name to sign in with, if the settings allow it: a to z, digits and . _ -, beginning with a letter. An empty value removes it."`
	Phone         *string           `placeholder:"NUMBER" help:"Phone number to sign in with, if the settings allow it. An empty value removes it."`
	Field         map[string]string `mapsep:"none" placeholder:"NAME=VALUE" help:"Value of a user field of your own, see fedhub field list. An empty value removes it. May be repeated."`
	EmailVerified *bool             `negatable:"" help:"Mark the address as verified, or as not verified. A new address is not verified by default."`
}

// Help is the long text of --help.
func (*userEditCmd) Help() string {
	return `Flags that you leave out change nothing. "--claim nickname=" removes a claim. To change roles, use fedhub user roles.`
}

// Run changes a user's profile and email address.
func (u *userEditCmd) Run(ctx context.Context, k *kong.Context, c *console) error {
	typed := givenIn(k)
	described := typed[&u.Name] || typed[&u.Claim] || typed[&u.Claims]
	addressed := typed[&u.Email] || u.EmailVerified != nil
	named := u.UserName != nil || u.Phone != nil
	if !described && !addressed && !named && len(u.Field) == 0 {
		return mistake("nothing to change; add at least one flag, see fedhub user edit --help")
	}
	return u.about(ctx, c, func(o *opened, person users.User) error {
		n := users.NewUser{Profile: person.Profile}
		if err := u.claims(c, &n); err != nil {
			return err
		}
		if n.PhoneVerified {
			return mistake("phone_number_verified can be set only when a user is added")
		}
		if typed[&u.Name] {
			n.Name = u.Name
		}
		var err error
		if addressed {
			if person, err = u.address(ctx, c, o, person); err != nil {
				return err
			}
		}
		if named {
			if person, err = o.ChangeSignIn(ctx, c.operator(), person.ID, u.UserName, u.Phone); errors.Is(err, fs.ErrExist) {
				return fmt.Errorf("another user has the user name %s", oneLine(*u.UserName))
			} else if err != nil {
				return err
			}
		}
		if len(u.Field) > 0 {
			if person, err = o.ChangeUserFields(ctx, c.operator(), person.ID, u.Field); errors.Is(err, claims.ErrNoField) {
				return errors.New("there is no user field with this name; see fedhub field list")
			} else if err != nil {
				return err
			}
		}
		if described {
			if person, err = o.ChangeProfile(ctx, c.operator(), person.ID, n.Profile); err != nil {
				return err
			}
		}
		return u.print(c, userRowOf(person), func(w io.Writer) { fmt.Fprintf(w, "%s was changed.\n", oneLine(account(person))) })
	})
}

func (u *userEditCmd) address(ctx context.Context, c *console, o *opened, person users.User) (users.User, error) {
	email, verified := person.Email, person.EmailVerified
	if u.Email != "" {
		email, verified = u.Email, false
	}
	if u.EmailVerified != nil {
		verified = *u.EmailVerified
	}
	after, err := o.ChangeEmail(ctx, c.operator(), person.ID, email, verified)
	if errors.Is(err, fs.ErrExist) {
		return after, fmt.Errorf("there is already a user with the email address %s", oneLine(email))
	}
	return after, err
}
