package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"time"

	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/hub/users/passwords"
)

type userAddCmd struct {
	Email         string `required:"" placeholder:"ADDRESS" help:"Email address of the user."`
	personFlags   `embed:""`
	Role          []string `sep:"none" placeholder:"ROLE" help:"Role of the user; admin makes an administrator. May be repeated."`
	EmailVerified bool     `help:"Mark the address as verified. Use it only if you have checked it: applications and other hubs rely on it."`

	PasswordFile  string `xor:"password" placeholder:"PATH" help:"File with the password."`
	PasswordStdin bool   `xor:"password" help:"Read the password from standard input."`
	PasswordHash  string `xor:"password" name:"password-hash-file" placeholder:"PATH" help:"File with a password hash of another system: a credential of Keycloak, or a hash by Django or passlib; - reads standard input."`
	NoPassword    bool   `xor:"password" help:"No password: the user signs in through a provider."`

	format `embed:""`
	base   `embed:""`
}

// personFlags are the flags of a user's profile.
type personFlags struct {
	Name   string   `placeholder:"NAME" help:"Name of the user. Default: the email address."`
	Claim  []string `sep:"none" placeholder:"NAME=VALUE" help:"Claim of OpenID Connect, like birthdate=1815-12-10. May be repeated."`
	Claims string   `placeholder:"PATH" help:"File with claims as a JSON object; - reads standard input."`
}

// A userRow is a user as the commands print it.
type userRow struct {
	ID       string            `json:"id"`
	Email    string            `json:"email"`
	Name     string            `json:"name"`
	Claims   map[string]string `json:"claims"`
	Roles    []string          `json:"roles"`
	Verified bool              `json:"email_verified"`
	Password bool              `json:"has_password"`
	Disabled bool              `json:"disabled"`
	Created  time.Time         `json:"created"`
}

func userRowOf(u users.User) userRow {
	return userRow{
		ID: u.ID, Email: u.Email, Name: u.Name, Claims: u.Said(), Roles: append([]string{}, u.Roles...),
		Verified: u.EmailVerified, Password: u.Password != "", Disabled: u.Disabled, Created: u.Created,
	}
}

// Run adds a user.
func (u *userAddCmd) Run(ctx context.Context, c *console) error {
	return u.with(ctx, c, func(o *opened) error {
		if u.Claims == "-" && (u.PasswordStdin || u.PasswordHash == "-") {
			return mistake("standard input cannot contain both the password and the claims; use a file for one of them")
		}
		n := users.NewUser{Email: u.Email, EmailVerified: u.EmailVerified, Roles: u.Role}
		if err := u.claims(c, &n); err != nil {
			return err
		}
		if err := u.password(ctx, c, &n); err != nil {
			return err
		}
		added, err := o.AddUser(ctx, c.operator(), n)
		if errors.Is(err, fs.ErrExist) {
			return fmt.Errorf("there is already a user with the email address %s", u.Email)
		}
		if err != nil {
			return err
		}
		return u.print(c, userRowOf(added), func(w io.Writer) {
			fmt.Fprintf(w, "%s was added.\n", oneLine(added.Email))
		})
	})
}

// password fills in the password, or its hash from another system.
func (u *userAddCmd) password(ctx context.Context, c *console, n *users.NewUser) (err error) {
	switch {
	case u.NoPassword:
	case u.PasswordHash != "":
		var hash string
		if u.PasswordHash == "-" {
			hash, err = secretFrom("standard input", c.in)
		} else {
			hash, err = secretFile("--password-hash-file", u.PasswordHash)
		}
		n.Imported = passwords.Hash(hash)
	case u.PasswordFile != "":
		n.Password, err = secretFile("--password-file", u.PasswordFile)
	case u.PasswordStdin:
		n.Password, err = secretFrom("standard input", c.in)
	case isTerminal(c.in):
		n.Password, err = c.choosePassword(ctx, u.Email)
	default:
		err = mistake("the user needs a password; add --password-stdin, --password-file, --password-hash-file or --no-password")
	}
	return err
}
