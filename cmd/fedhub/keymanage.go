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

type keyEnableCmd struct {
	which `embed:""`
}

// Run switches a key on.
func (k *keyEnableCmd) Run(ctx context.Context, c *console) error {
	return k.about(ctx, c, func(o *opened, key federation.LoginKey) error {
		if _, err := o.SwitchLoginKey(ctx, c.operator(), key.ID, true, operator.KeepSignedIn); err != nil {
			return err
		}
		key.Enabled = true
		return k.print(c, keyRowOf(o, key), func(w io.Writer) { fmt.Fprintf(w, "%s is on.\n", oneLine(key.Name)) })
	})
}

type keyDisableCmd struct {
	which    `embed:""`
	leftover `embed:""`
}

// Run switches a key off. A hub that runs on the same database tells the apps
// of the sessions that end.
func (k *keyDisableCmd) Run(ctx context.Context, c *console) error {
	return k.about(ctx, c, func(o *opened, key federation.LoginKey) error {
		ended, err := o.SwitchLoginKey(ctx, c.operator(), key.ID, false, k.choice())
		if err != nil {
			return err
		}
		key.Enabled = false
		return k.print(c, endedRow{keyRowOf(o, key), ended}, func(w io.Writer) {
			fmt.Fprintf(w, "%s is off.\n", oneLine(key.Name))
			k.tell(w, ended)
		})
	})
}

type keyRemoveCmd struct {
	which    `embed:""`
	leftover `embed:""`
}

// Run deletes a key. The accounts of its people stay.
func (k *keyRemoveCmd) Run(ctx context.Context, c *console) error {
	return k.about(ctx, c, func(o *opened, key federation.LoginKey) error {
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

// An endedRow is a login key, and what ended with it.
type endedRow struct {
	keyRow
	Ended operator.SignedIn `json:"ended"`
}
