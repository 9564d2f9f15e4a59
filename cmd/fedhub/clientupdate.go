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

// app names the app that a command is about.
type app struct {
	ID string `arg:"" help:"The app's client id, as in fedhub client list."`

	format `embed:""`
	base   `embed:""`
}

// about finds the app and works on it. Hubs have commands of their own.
func (a *app) about(ctx context.Context, c *console, work func(*opened, clients.Client) error) error {
	return a.with(ctx, c, func(o *opened) error {
		client, err := o.Client(ctx, a.ID)
		if errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("there is no app with the client id %s; fedhub client list shows those there are", oneLine(a.ID))
		}
		if err != nil {
			return err
		}
		if client.Server != nil {
			return fmt.Errorf("%s is another hub; see fedhub server --help", oneLine(a.ID))
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
	return `What is not said stays. A list takes the place of the one that is kept, and "--role=" empties it. --from-json changes the members that it has; null takes one away.`
}

// Run changes an app.
func (u *clientUpdateCmd) Run(ctx context.Context, k *kong.Context, c *console) error {
	if err := u.read(k, c); err != nil {
		return err
	}
	switch {
	case u.secret != "":
		return mistake("--from-json: client_secret is not changed here; fedhub client secret add takes one that was made elsewhere")
	case !u.says():
		return mistake("say what to change; fedhub client update --help shows what there is")
	}
	return u.about(ctx, c, func(o *opened, client clients.Client) error {
		if _, err := u.edited(client); err != nil {
			return err
		}
		err := o.ChangeClient(ctx, c.operator(), client.ID, texts.Text{}, func(kept *clients.Client) {
			if after, err := u.edited(*kept); err == nil { // as a moment ago
				*kept = after
			}
		})
		if err != nil {
			return err
		}
		return u.tell(ctx, c, o, client.ID, "%s was changed.\n")
	})
}

// says reports whether there is anything to change.
func (f *clientFlags) says() bool {
	return len(f.members) > 0 || slices.ContainsFunc(flagsOf(f), func(flag any) bool { return f.given[flag] })
}

// edited is the app as it is to be.
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
		c.DefaultRedirectURI = "" // the first of them
	}
	return c, nil
}

// tell prints an app as it is now.
func (a *app) tell(ctx context.Context, c *console, o *opened, id, said string) error {
	after, err := o.Client(ctx, id)
	if err != nil {
		return err
	}
	return a.print(c, clientRowOf(after, o.URL(), ""), func(w io.Writer) {
		fmt.Fprintf(w, said, oneLine(after.Name))
		if after.UsesSecret() && len(after.Secrets) == 0 {
			fmt.Fprintf(w, "It has no secret to prove itself by: fedhub client secret add %s\n", after.ID)
		}
	})
}

type clientDisableCmd struct {
	app `embed:""`
}

// Run switches an app off.
func (d *clientDisableCmd) Run(ctx context.Context, c *console) error {
	return d.switchTo(ctx, c, true, "%s is off: nobody can sign in to it.\n")
}

type clientEnableCmd struct {
	app `embed:""`
}

// Run switches an app on again.
func (e *clientEnableCmd) Run(ctx context.Context, c *console) error {
	return e.switchTo(ctx, c, false, "%s is on.\n")
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
	Yes bool `help:"Do not ask."`
}

// ask says what is about to go, and is an error unless somebody agrees.
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

// Run deletes an app.
func (d *clientDeleteCmd) Run(ctx context.Context, c *console) error {
	return d.about(ctx, c, func(o *opened, client clients.Client) error {
		err := d.ask(c, "Delete %s for good? Nobody can sign in to it any more; its %d secrets go, what people allowed it, and every token that it was issued. fedhub client disable %s stops sign-ins for a while.",
			client.Name, len(client.Secrets), client.ID)
		if err != nil {
			return err
		}
		if err := o.RemoveClient(ctx, c.operator(), client); err != nil {
			return err
		}
		return d.print(c, clientRowOf(client, o.URL(), ""), func(w io.Writer) {
			fmt.Fprintf(w, "%s was deleted, and all that was issued to it.\n", oneLine(client.Name))
		})
	})
}
