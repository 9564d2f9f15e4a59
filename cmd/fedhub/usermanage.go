package main

import (
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

// account is what a person is told from others by.
func account(u users.User) string {
	return templates.Person{Name: u.Name, Email: u.Email, Username: u.Username}.Account()
}

// A who names the person that a command is about.
type who struct {
	Person string `arg:"" name:"who" help:"The person's e-mail address or id."`

	format `embed:""`
	base   `embed:""`
}

// about finds the person and works on them.
func (w *who) about(ctx context.Context, c *console, work func(*opened, users.User) error) error {
	return w.with(ctx, c, func(o *opened) error {
		u, err := o.FindUser(ctx, w.Person)
		if errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("there is nobody with the address or id %s; see fedhub user list", oneLine(w.Person))
		}
		if err != nil {
			return fmt.Errorf("find the person: %w", err)
		}
		return explained(work(o, u))
	})
}

// explained says what an operator can do about a rule of users.
func explained(err error) error {
	switch {
	case errors.Is(err, users.ErrLastAdmin):
		return errors.New("this is the last administrator; make somebody else one first, with fedhub user roles")
	case errors.Is(err, linking.ErrLastWayIn):
		return errors.New("this is the only way the person can sign in; give them a password first, with fedhub user reset-link")
	}
	return err
}

type userDisableCmd struct {
	who `embed:""`
}

// Run disables a person. A hub that runs on the same database tells their apps
// and hubs.
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

// Run enables a person.
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

// Run deletes a person. A hub that runs on the same database tells their apps
// and hubs.
func (u *userDeleteCmd) Run(ctx context.Context, c *console) error {
	return u.about(ctx, c, func(o *opened, person users.User) error {
		there, err := personRowOf(ctx, o, person)
		if err != nil {
			return err
		}
		err = u.ask(c, "Delete %s and all there is of them, for good? They are signed out in %d places; %d sign-in methods from elsewhere go, and what they allowed %d apps. fedhub user disable keeps them out for a while.",
			account(person), len(there.Sessions), len(there.Identities), len(there.Apps))
		if err != nil {
			return err
		}
		if err := o.RemoveUser(ctx, c.operator(), person.ID); err != nil {
			return err
		}
		return u.print(c, userRowOf(person), func(w io.Writer) {
			fmt.Fprintf(w, "%s was removed, and all there was of them. The audit knows them by their id.\n", oneLine(account(person)))
		})
	})
}

// A userRemoveCmd is a userDeleteCmd that never asked.
type userRemoveCmd struct {
	userDeleteCmd `embed:""`
}

// Run deletes a person.
func (u *userRemoveCmd) Run(ctx context.Context, c *console) error {
	u.Yes = true
	return u.userDeleteCmd.Run(ctx, c)
}

type userRolesCmd struct {
	who   `embed:""`
	Role  []string `sep:"none" xor:"roles" placeholder:"ROLE" help:"A role they have from now on, which may be repeated; admin makes an administrator."`
	Clear bool     `xor:"roles" help:"They have no role any more."`
}

// Run replaces the roles.
func (u *userRolesCmd) Run(ctx context.Context, c *console) error {
	if len(u.Role) == 0 && !u.Clear {
		return mistake("say which roles: --role once for each, or --clear for none")
	}
	return u.about(ctx, c, func(o *opened, person users.User) error {
		after, err := o.SetRoles(ctx, c.operator(), person.ID, u.Role)
		if err != nil {
			return err
		}
		return u.print(c, userRowOf(after), func(w io.Writer) {
			fmt.Fprintf(w, "%s has now: %s\n", oneLine(account(after)), strings.Join(append([]string{}, after.Roles...), ", "))
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
			return errors.New("a password would let nobody in: the person is disabled, or nobody vouches for their address")
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
	Key string `required:"" placeholder:"ID" help:"Id of the Social Login Key; see fedhub key list."`
}

// Run removes every identity that came by the key.
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
			return fmt.Errorf("%s does not sign in by %s", oneLine(account(person)), oneLine(u.Key))
		}
		return u.print(c, map[string]any{"removed": removed}, func(w io.Writer) {
			fmt.Fprintf(w, "%s no longer signs in by %s, and is signed out everywhere.\n", oneLine(account(person)), oneLine(u.Key))
		})
	})
}

type userInviteCmd struct {
	Email string   `arg:"" help:"The person's e-mail address."`
	Role  []string `sep:"none" placeholder:"ROLE" help:"A role they will have, which may be repeated."`
	Days  int      `default:"7" placeholder:"N" help:"How many days the link works, up to 90."`

	format `embed:""`
	base   `embed:""`
}

// Run prints the link. It is not mailed, so it does not prove the address.
func (u *userInviteCmd) Run(ctx context.Context, c *console) error {
	if u.Days < 1 || u.Days > 90 {
		return mistakef("--days is %d; it must be from 1 to 90", u.Days)
	}
	return u.with(ctx, c, func(o *opened) error {
		link, i, err := o.InviteUser(ctx, c.operator(), users.NewInvitation{Email: u.Email, Roles: u.Role, Life: time.Duration(u.Days) * 24 * time.Hour})
		if errors.Is(err, fs.ErrExist) {
			return fmt.Errorf("there is somebody with the address %s already", oneLine(u.Email))
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
