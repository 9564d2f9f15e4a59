package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"

	"github.com/alecthomas/kong"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/clients/registration"
	"github.com/fedhub/fedhub/internal/texts"
)

// app names the application that a command is about.
type app struct {
	ID string `arg:"" help:"Client ID, as in fedhub client list."`

	format `embed:""`
	base   `embed:""`
}

// about finds the application and works on it. Connected hubs have commands of
// their own.
func (a *app) about(ctx context.Context, c *console, work func(*opened, clients.Client) error) error {
	return a.with(ctx, c, func(o *opened) error {
		client, err := o.Client(ctx, a.ID)
		if errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("there is no application with the client ID %s; see fedhub client list", oneLine(a.ID))
		}
		if err != nil {
			return err
		}
		if client.Server != nil {
			return fmt.Errorf("%s is a connected hub; see fedhub hub --help", oneLine(a.ID))
		}
		return work(o, client)
	})
}

type clientUpdateCmd struct {
	app         `embed:""`
	clientFlags `embed:""`
}

// Help is the long text of --help.
func (*clientUpdateCmd) Help() string {
	return `Flags that you leave out change nothing. A list replaces the whole list, and "--role=" empties it. --from-json changes the members in the file; null removes one.`
}

// Run changes an application.
func (u *clientUpdateCmd) Run(ctx context.Context, k *kong.Context, c *console) error {
	if err := u.read(k, c); err != nil {
		return err
	}
	switch {
	case u.secret != "":
		return mistake("--from-json: client_secret cannot be changed here; to add a secret of your own, use fedhub client secret add --secret-file")
	case !u.says():
		return mistake("nothing to change; add at least one flag, see fedhub client update --help")
	}
	return u.about(ctx, c, func(o *opened, client clients.Client) error {
		after, err := u.edited(client)
		if err == nil && u.given[&u.Claim] {
			err = u.checkClaims(ctx, o, after)
		}
		if err != nil {
			return err
		}
		err = o.ChangeClient(ctx, c.operator(), client.ID, texts.Text{}, func(kept *clients.Client) {
			if after, err := u.edited(*kept); err == nil { // it was applied to a copy above
				*kept = after
			}
		})
		if err != nil {
			return err
		}
		return u.tell(ctx, c, o, client.ID, "%s was changed.\n")
	})
}

// says reports whether a flag asks for a change.
func (f *clientFlags) says() bool {
	return len(f.members) > 0 || slices.ContainsFunc(flagsOf(f), func(flag any) bool { return f.given[flag] })
}

// edited is the application after the change.
func (f *clientFlags) edited(c clients.Client) (clients.Client, error) {
	c = c.Clone()
	if f.FromJSON != "" {
		var err error
		if c, err = registration.Redescribe(c, f.members); err != nil {
			return c, mistake("--from-json: " + inWords(err).Error())
		}
	}
	f.write(&c)
	if f.given[&f.RedirectURI] && !f.given[&f.DefaultRedirectURI] && !slices.Contains(c.RedirectURIs, c.DefaultRedirectURI) {
		c.DefaultRedirectURI = "" // the first one is the default
	}
	return c, nil
}

// tell prints an application after a change.
func (a *app) tell(ctx context.Context, c *console, o *opened, id, said string) error {
	after, err := o.Client(ctx, id)
	if err != nil {
		return err
	}
	return a.print(c, clientRowOf(after, o.URL(), ""), func(w io.Writer) {
		fmt.Fprintf(w, said, oneLine(after.Name))
		if after.UsesSecret() && len(after.Secrets) == 0 {
			fmt.Fprintf(w, "It has no secret yet. Create one with: fedhub client secret add %s\n", after.ID)
		}
	})
}

type clientDisableCmd struct {
	app `embed:""`
}

// Run disables an application.
func (d *clientDisableCmd) Run(ctx context.Context, c *console) error {
	return d.switchTo(ctx, c, true, "%s is disabled: users cannot sign in to it.\n")
}

type clientEnableCmd struct {
	app `embed:""`
}

// Run enables an application.
func (e *clientEnableCmd) Run(ctx context.Context, c *console) error {
	return e.switchTo(ctx, c, false, "%s is enabled.\n")
}

func (a *app) switchTo(ctx context.Context, c *console, off bool, said string) error {
	return a.about(ctx, c, func(o *opened, client clients.Client) error {
		err := o.ChangeClient(ctx, c.operator(), client.ID, texts.Text{}, func(kept *clients.Client) { kept.Disabled = off })
		if err != nil {
			return err
		}
		return a.tell(ctx, c, o, client.ID, said)
	})
}

// sure is the flag of commands that delete.
type sure struct {
	Yes bool `help:"Do not ask for confirmation."`
}

// ask says what will be deleted, and is an error unless the user agrees.
func (s sure) ask(c *console, format string, args ...any) error {
	if s.Yes {
		return nil
	}
	return c.confirm(oneLine(fmt.Sprintf(format, args...))+" Type yes: ", "nothing was deleted", "--yes")
}

type clientDeleteCmd struct {
	app  `embed:""`
	sure `embed:""`
}

// Run deletes an application.
func (d *clientDeleteCmd) Run(ctx context.Context, c *console) error {
	return d.about(ctx, c, func(o *opened, client clients.Client) error {
		err := d.ask(c, "Delete %s permanently? Users can no longer sign in to it. This also deletes %s, all consents for it and all its tokens. To block sign-ins for a while, use fedhub client disable %s.",
			client.Name, count(len(client.Secrets), "secret", "secrets"), client.ID)
		if err != nil {
			return err
		}
		if err := o.RemoveClient(ctx, c.operator(), client); err != nil {
			return err
		}
		return d.print(c, clientRowOf(client, o.URL(), ""), func(w io.Writer) {
			fmt.Fprintf(w, "%s was deleted, with all its tokens.\n", oneLine(client.Name))
		})
	})
}
