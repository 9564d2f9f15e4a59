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
	Email         string `required:"" placeholder:"ADDRESS" help:"The person's e-mail address."`
	personFlags   `embed:""`
	Role          []string `sep:"none" placeholder:"ROLE" help:"A role, which may be repeated; admin makes an administrator."`
	EmailVerified bool     `help:"Somebody has checked that the address is theirs. Apps and other hubs rely on it."`

	PasswordFile  string `xor:"password" placeholder:"PATH" help:"File with the password."`
	PasswordStdin bool   `xor:"password" help:"Read the password from standard input."`
	PasswordHash  string `xor:"password" name:"password-hash-file" placeholder:"PATH" help:"File with the hash that another system keeps of the password: an entry of Keycloak's credentials, or what Django or passlib write; - is standard input."`
	NoPassword    bool   `xor:"password" help:"No password: the person comes in through another hub or provider."`

	format `embed:""`
	base   `embed:""`
}

// personFlags say what is known of a person.
type personFlags struct {
	Name   string   `placeholder:"NAME" help:"The person's name; the address if not given."`
	Claim  []string `sep:"none" placeholder:"NAME=VALUE" help:"What else is known of them, by the claim names of OpenID Connect, like birthdate=1815-12-10. May be repeated."`
	Claims string   `placeholder:"PATH" help:"File with such claims as a JSON object; - is standard input."`
}

// A userRow is a person as the commands print one.
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

// Run adds a person.
func (u *userAddCmd) Run(ctx context.Context, c *console) error {
	return u.with(ctx, c, func(o *opened) error {
		if u.Claims == "-" && (u.PasswordStdin || u.PasswordHash == "-") {
			return mistake("standard input cannot hold both the password and the claims; use a file for one of them")
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
			return fmt.Errorf("there is somebody with the address %s already", u.Email)
		}
		if err != nil {
			return err
		}
		return u.print(c, userRowOf(added), func(w io.Writer) {
			fmt.Fprintf(w, "%s was added.\n", oneLine(added.Email))
		})
	})
}

// password fills in the password, or what another system keeps of it.
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
		err = mistake("say where the password comes from: --password-stdin, --password-file, --password-hash-file or --no-password")
	}
	return err
}
