package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"
	"time"

	"github.com/fedhub/fedhub/hub/users"
	"github.com/fedhub/fedhub/hub/users/linking"
	"github.com/fedhub/fedhub/templates"
)

// account is how a user is shown.
func account(u users.User) string {
	return templates.Person{Name: u.Name, Email: u.Email, Username: u.Username}.Account().English()
}

// A who names the user that a command is about.
type who struct {
	Person string `arg:"" name:"user" help:"Email address or ID of the user."`

	format `embed:""`
	base   `embed:""`
}

// about finds the user and works on them.
func (w *who) about(ctx context.Context, c *console, work func(*opened, users.User) error) error {
	return w.with(ctx, c, func(o *opened) error {
		u, err := o.FindUser(ctx, w.Person)
		if errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("there is no user with the email address or ID %s; see fedhub user list", oneLine(w.Person))
		}
		if err != nil {
			return fmt.Errorf("find the user: %w", err)
		}
		return explained(work(o, u))
	})
}

// explained tells an operator how to proceed where a rule of users refuses.
func explained(err error) error {
	switch {
	case errors.Is(err, users.ErrLastAdmin):
		return errors.New("this is the last administrator; make another user an administrator first, with fedhub user roles")
	case errors.Is(err, linking.ErrLastWayIn):
		return errors.New("this is the user's only sign-in method; let them choose a password first, with fedhub user reset-link")
	}
	return err
}

type userDisableCmd struct {
	who `embed:""`
}

// Run disables a user. A hub that runs on the same database notifies their
// applications and hubs.
func (u *userDisableCmd) Run(ctx context.Context, c *console) error {
	return u.about(ctx, c, func(o *opened, person users.User) error {
		after, err := o.SwitchUser(ctx, c.operator(), person.ID, true)
		if err != nil {
			return err
		}
		return u.print(c, userRowOf(after), func(w io.Writer) {
			fmt.Fprintf(w, "%s is disabled and signed out everywhere.\n", oneLine(account(after)))
		})
	})
}

type userEnableCmd struct {
	who `embed:""`
}

// Run enables a user.
func (u *userEnableCmd) Run(ctx context.Context, c *console) error {
	return u.about(ctx, c, func(o *opened, person users.User) error {
		after, err := o.SwitchUser(ctx, c.operator(), person.ID, false)
		if err != nil {
			return err
		}
		return u.print(c, userRowOf(after), func(w io.Writer) {
			fmt.Fprintf(w, "%s is enabled.\n", oneLine(account(after)))
		})
	})
}

type userDeleteCmd struct {
	who  `embed:""`
	sure `embed:""`
}

// Run deletes a user. A hub that runs on the same database notifies their
// applications and hubs.
func (u *userDeleteCmd) Run(ctx context.Context, c *console) error {
	return u.about(ctx, c, func(o *opened, person users.User) error {
		there, err := personRowOf(ctx, o, person)
		if err != nil {
			return err
		}
		err = u.ask(c, "Delete %s and all their data permanently? This ends %s and deletes %s and %s. To block sign-in for a while, use fedhub user disable.",
			account(person), count(len(there.Sessions), "session", "sessions"), count(len(there.Identities), "link to a provider", "links to providers"), count(len(there.Apps), "consent", "consents"))
		if err != nil {
			return err
		}
		if err := o.RemoveUser(ctx, c.operator(), person.ID); err != nil {
			return err
		}
		return u.print(c, userRowOf(person), func(w io.Writer) {
			fmt.Fprintf(w, "%s was deleted, with all their data. The audit log keeps their ID.\n", oneLine(account(person)))
		})
	})
}

// A userRemoveCmd is a userDeleteCmd that does not ask.
type userRemoveCmd struct {
	userDeleteCmd `embed:""`
}

// Run deletes a user.
func (u *userRemoveCmd) Run(ctx context.Context, c *console) error {
	u.Yes = true
	return u.userDeleteCmd.Run(ctx, c)
}

type userRolesCmd struct {
	who   `embed:""`
	Role  []string `sep:"none" xor:"roles" placeholder:"ROLE" help:"Role of the user; admin makes an administrator. Replaces all roles. May be repeated."`
	Clear bool     `xor:"roles" help:"Remove all roles."`
}

// Run replaces the roles.
func (u *userRolesCmd) Run(ctx context.Context, c *console) error {
	if len(u.Role) == 0 && !u.Clear {
		return mistake("no roles are given; add --role for each role, or --clear to remove all")
	}
	return u.about(ctx, c, func(o *opened, person users.User) error {
		after, err := o.SetRoles(ctx, c.operator(), person.ID, u.Role)
		if err != nil {
			return err
		}
		return u.print(c, userRowOf(after), func(w io.Writer) {
			fmt.Fprintf(w, "%s now has these roles: %s\n", oneLine(account(after)), cmp.Or(strings.Join(after.Roles, ", "), "none"))
		})
	})
}

type userResetLinkCmd struct {
	who `embed:""`
}

// Run prints the link.
func (u *userResetLinkCmd) Run(ctx context.Context, c *console) error {
	return u.about(ctx, c, func(o *opened, person users.User) error {
		if person.EmailKey == "" || person.Disabled {
			return errors.New("this user cannot sign in with a password: the user is disabled, or the email address is not confirmed; use fedhub user enable, or fedhub user edit --email-verified")
		}
		link, err := o.ResetLink(ctx, c.operator(), person)
		if err != nil {
			return err
		}
		return u.print(c, map[string]string{"reset_link": link}, func(w io.Writer) {
			fmt.Fprintln(w, link)
			if isTerminal(c.out) {
				fmt.Fprintln(w, "It works once, within an hour.")
			}
		})
	})
}

type userUnlinkCmd struct {
	who `embed:""`
	Key string `required:"" placeholder:"ID" help:"ID of the sign-in provider, as in fedhub provider list."`
}

// Run removes every identity of the provider.
func (u *userUnlinkCmd) Run(ctx context.Context, c *console) error {
	return u.about(ctx, c, func(o *opened, person users.User) error {
		linked, err := o.Identities(ctx, person.ID)
		if err != nil {
			return err
		}
		var removed []string
		for _, i := range linked {
			if i.LoginKey != u.Key {
				continue
			}
			if err := o.Unlink(ctx, c.operator(), i.UserID, i.ID); err != nil {
				return err
			}
			removed = append(removed, i.Subject)
		}
		if len(removed) == 0 {
			return fmt.Errorf("%s is not linked to %s", oneLine(account(person)), oneLine(u.Key))
		}
		return u.print(c, map[string]any{"removed": removed}, func(w io.Writer) {
			fmt.Fprintf(w, "%s is no longer linked to %s, and is signed out everywhere.\n", oneLine(account(person)), oneLine(u.Key))
		})
	})
}

type userInviteCmd struct {
	Email string   `arg:"" help:"Email address of the new user."`
	Role  []string `sep:"none" placeholder:"ROLE" help:"Role of the new user. May be repeated."`
	Days  int      `default:"7" placeholder:"N" help:"How many days the link works, from 1 to 90. Default: 7."`

	format `embed:""`
	base   `embed:""`
}

// Run prints the link. It is not sent by email, so it does not prove the address.
func (u *userInviteCmd) Run(ctx context.Context, c *console) error {
	if u.Days < 1 || u.Days > 90 {
		return mistakef("--days is %d; it must be from 1 to 90", u.Days)
	}
	return u.with(ctx, c, func(o *opened) error {
		link, i, err := o.InviteUser(ctx, c.operator(), users.NewInvitation{Email: u.Email, Roles: u.Role, Life: time.Duration(u.Days) * 24 * time.Hour})
		if errors.Is(err, fs.ErrExist) {
			return fmt.Errorf("there is already a user with the email address %s", oneLine(u.Email))
		}
		if err != nil {
			return explained(err)
		}
		return u.print(c, map[string]any{"email": i.Email, "invite_link": link, "expires": i.Expires}, func(w io.Writer) {
			fmt.Fprintln(w, link)
			if isTerminal(c.out) {
				fmt.Fprintf(w, "It works once, until %s.\n", i.Expires.Format("2 January 2006"))
			}
		})
	})
}
