package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"

	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/hub/operator/loginkeys"
)

// which names the sign-in provider that a command is about.
type which struct {
	ID string `arg:"" help:"ID of the provider, as in fedhub provider list."`

	format `embed:""`
	base   `embed:""`
}

// about finds the provider and works on it.
func (w *which) about(ctx context.Context, c *console, work func(*opened, federation.LoginKey) error) error {
	return w.with(ctx, c, func(o *opened) error {
		key, err := o.LoginKey(ctx, w.ID)
		if errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("there is no sign-in provider %s; see fedhub provider list", oneLine(w.ID))
		}
		if err != nil {
			return err
		}
		return work(o, key)
	})
}

// leftover decides about the sessions of users who signed in through a provider.
type leftover struct {
	Keep bool `name:"keep-signed-in" help:"Keep the sessions and application connections of users who signed in through it."`
}

func (l leftover) choice() loginkeys.Leftover { return loginkeys.Leftover(l.Keep) }

// tell prints what was ended.
func (l leftover) tell(w io.Writer, n loginkeys.SignedIn) {
	if l.Keep {
		fmt.Fprintln(w, "Users who signed in through it stay signed in.")
		return
	}
	fmt.Fprintf(w, "Ended %s and %s of users who signed in through it.\n", count(n.Sessions, "session", "sessions"), count(n.Connections, "application connection", "application connections"))
}

type providerSwitchCmd struct {
	which    `embed:""`
	leftover `embed:""`
	State    word `arg:"" enum:"on,off" help:"Either on or off."`
}

// Run switches a provider on or off. A hub that runs on the same database notifies
// the applications of the sessions that end.
func (k *providerSwitchCmd) Run(ctx context.Context, c *console) error {
	return k.to(ctx, c, k.State == "on", k.leftover)
}

// to switches the provider on or off.
func (w *which) to(ctx context.Context, c *console, on bool, rest leftover) error {
	return w.about(ctx, c, func(o *opened, key federation.LoginKey) error {
		ended, err := o.SwitchLoginKey(ctx, c.operator(), key.ID, on, rest.choice())
		if err != nil {
			return err
		}
		key.Enabled = on
		if on {
			return w.print(c, providerRowOf(o, key), func(out io.Writer) { fmt.Fprintf(out, "%s is on.\n", oneLine(key.Name)) })
		}
		return w.print(c, endedRow{providerRowOf(o, key), ended}, func(out io.Writer) {
			fmt.Fprintf(out, "%s is off.\n", oneLine(key.Name))
			rest.tell(out, ended)
		})
	})
}

type providerDeleteCmd struct {
	which    `embed:""`
	leftover `embed:""`
	sure     `embed:""`
}

// Run deletes a provider. The accounts of its users stay.
func (k *providerDeleteCmd) Run(ctx context.Context, c *console) error {
	return k.about(ctx, c, func(o *opened, key federation.LoginKey) error {
		if err := k.agree(ctx, c, o, key); err != nil {
			return err
		}
		said, ended, err := o.RemoveLoginKey(ctx, c.operator(), key, k.choice())
		if err != nil {
			return err
		}
		return k.print(c, endedRow{providerRowOf(o, key), ended}, func(w io.Writer) {
			fmt.Fprintf(w, "%s was deleted.\n", oneLine(key.Name))
			k.tell(w, ended)
			if said == loginkeys.NotTold {
				fmt.Fprintln(w, "The other hub could not be notified. Its administrator sees under Connected hubs that this hub has left.")
			}
		})
	})
}

// agree says what is deleted with a provider and asks.
func (k *providerDeleteCmd) agree(ctx context.Context, c *console, o *opened, key federation.LoginKey) error {
	if k.Yes {
		return nil
	}
	n, err := o.SignedInBy(ctx, key.ID)
	if err != nil {
		return err
	}
	ended := "This also ends"
	if k.Keep {
		ended = "This keeps"
	}
	return k.ask(c, "Delete %s permanently? Users can no longer sign in through it. %s %s and %s of users who signed in through it. Accounts stay, but users without a password or another sign-in method can no longer sign in. To block sign-ins for a while, use fedhub provider switch %s off.",
		key.Name, ended, count(n.Sessions, "session", "sessions"), count(n.Connections, "application connection", "application connections"), key.ID)
}

// The commands below are older names, kept for scripts that use them.

type providerEnableCmd struct {
	which `embed:""`
}

// Run switches a provider on.
func (k *providerEnableCmd) Run(ctx context.Context, c *console) error {
	return k.to(ctx, c, true, leftover{Keep: true})
}

type providerDisableCmd struct {
	which    `embed:""`
	leftover `embed:""`
}

// Run switches a provider off.
func (k *providerDisableCmd) Run(ctx context.Context, c *console) error {
	return k.to(ctx, c, false, k.leftover)
}

// A providerRemoveCmd is a providerDeleteCmd that does not ask.
type providerRemoveCmd struct {
	providerDeleteCmd `embed:""`
}

// Run deletes a provider.
func (k *providerRemoveCmd) Run(ctx context.Context, c *console) error {
	k.Yes = true
	return k.providerDeleteCmd.Run(ctx, c)
}

// An endedRow is a provider with the number of sessions and connections that
// ended.
type endedRow struct {
	providerRow
	Ended loginkeys.SignedIn `json:"ended"`
}
