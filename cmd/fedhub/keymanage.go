package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"

	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/hub/operator"
)

// which names the login key that a command is about.
type which struct {
	ID string `arg:"" help:"Id of the key, as in fedhub key list."`

	format `embed:""`
	base   `embed:""`
}

// about finds the key and works on it.
func (w *which) about(ctx context.Context, c *console, work func(*opened, federation.LoginKey) error) error {
	return w.with(ctx, c, func(o *opened) error {
		key, err := o.LoginKey(ctx, w.ID)
		if errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("there is no login key %s; fedhub key list shows those there are", oneLine(w.ID))
		}
		if err != nil {
			return err
		}
		return work(o, key)
	})
}

// leftover is what becomes of people who came by a key.
type leftover struct {
	Keep bool `name:"keep-signed-in" help:"Leave people signed in who came by it, and their apps connected."`
}

func (l leftover) choice() operator.Leftover { return operator.Leftover(l.Keep) }

// tell says what was ended.
func (l leftover) tell(w io.Writer, n operator.SignedIn) {
	if l.Keep {
		fmt.Fprintln(w, "Who came by it stays signed in.")
		return
	}
	fmt.Fprintf(w, "Ended: %d sessions and %d app connections that came this way.\n", n.Sessions, n.Connections)
}

type keySwitchCmd struct {
	which    `embed:""`
	leftover `embed:""`
	State    word `arg:"" enum:"on,off" help:"on or off."`
}

// Run switches a key on or off. A hub that runs on the same database tells the
// apps of the sessions that end.
func (k *keySwitchCmd) Run(ctx context.Context, c *console) error {
	return k.to(ctx, c, k.State == "on", k.leftover)
}

// to switches the key on or off.
func (w *which) to(ctx context.Context, c *console, on bool, rest leftover) error {
	return w.about(ctx, c, func(o *opened, key federation.LoginKey) error {
		ended, err := o.SwitchLoginKey(ctx, c.operator(), key.ID, on, rest.choice())
		if err != nil {
			return err
		}
		key.Enabled = on
		if on {
			return w.print(c, keyRowOf(o, key), func(out io.Writer) { fmt.Fprintf(out, "%s is on.\n", oneLine(key.Name)) })
		}
		return w.print(c, endedRow{keyRowOf(o, key), ended}, func(out io.Writer) {
			fmt.Fprintf(out, "%s is off.\n", oneLine(key.Name))
			rest.tell(out, ended)
		})
	})
}

type keyDeleteCmd struct {
	which    `embed:""`
	leftover `embed:""`
	sure     `embed:""`
}

// Run deletes a key. The accounts of its people stay.
func (k *keyDeleteCmd) Run(ctx context.Context, c *console) error {
	return k.about(ctx, c, func(o *opened, key federation.LoginKey) error {
		if err := k.agree(ctx, c, o, key); err != nil {
			return err
		}
		said, ended, err := o.RemoveLoginKey(ctx, c.operator(), key, k.choice())
		if err != nil {
			return err
		}
		return k.print(c, endedRow{keyRowOf(o, key), ended}, func(w io.Writer) {
			fmt.Fprintf(w, "%s was removed.\n", oneLine(key.Name))
			k.tell(w, ended)
			if said == operator.NotTold {
				fmt.Fprintln(w, "The other hub could not be told; its administrator sees under Servers that this one is gone.")
			}
		})
	})
}

// agree says what goes with a key and asks.
func (k *keyDeleteCmd) agree(ctx context.Context, c *console, o *opened, key federation.LoginKey) error {
	if k.Yes {
		return nil
	}
	n, err := o.SignedInBy(ctx, key.ID)
	if err != nil {
		return err
	}
	end := "end"
	if k.Keep {
		end = "stay"
	}
	return k.ask(c, "Delete %s for good? Nobody can sign in by it any more; %d sessions and %d app connections that came this way %s. Accounts stay; people who have no password here can't sign in any more. fedhub key switch %s off stops sign-ins for a while.",
		key.Name, n.Sessions, n.Connections, end, key.ID)
}

// What follows are the names of before.

type keyEnableCmd struct {
	which `embed:""`
}

// Run switches a key on.
func (k *keyEnableCmd) Run(ctx context.Context, c *console) error {
	return k.to(ctx, c, true, leftover{Keep: true})
}

type keyDisableCmd struct {
	which    `embed:""`
	leftover `embed:""`
}

// Run switches a key off.
func (k *keyDisableCmd) Run(ctx context.Context, c *console) error {
	return k.to(ctx, c, false, k.leftover)
}

// A keyRemoveCmd is a keyDeleteCmd that never asked.
type keyRemoveCmd struct {
	keyDeleteCmd `embed:""`
}

// Run deletes a key.
func (k *keyRemoveCmd) Run(ctx context.Context, c *console) error {
	k.Yes = true
	return k.keyDeleteCmd.Run(ctx, c)
}

// An endedRow is a login key, and what ended with it.
type endedRow struct {
	keyRow
	Ended operator.SignedIn `json:"ended"`
}
