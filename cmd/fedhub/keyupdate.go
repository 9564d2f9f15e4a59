package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/alecthomas/kong"

	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/hub/authentication"
	"github.com/fedhub/fedhub/hub/operator"
	"github.com/fedhub/fedhub/hub/users/linking"
)

type keyUpdateCmd struct {
	which    `embed:""`
	keyFlags `embed:""`
	Yes      bool `help:"Do not ask, also where it changes who gets in."`
}

// Help is the long text of --help.
func (*keyUpdateCmd) Help() string {
	return `What is not said stays. A list takes the place of the one that is kept, and "--scope=" empties it; --claim and --option change what they name. fedhub key switch switches the key on and off.`
}

// Run changes a key.
func (k *keyUpdateCmd) Run(ctx context.Context, typed *kong.Context, c *console) error {
	if err := k.read(typed, c); err != nil {
		return err
	}
	return k.about(ctx, c, func(o *opened, key federation.LoginKey) error {
		after := key
		if err := k.write(&after); err != nil {
			return err
		}
		after.Tidy()
		if err := k.agree(ctx, c, o, key, after); err != nil {
			return err
		}
		_, err := o.ChangeLoginKey(ctx, c.operator(), key.ID, k.secret, operator.KeepSignedIn, func(kept *federation.LoginKey) {
			_ = k.write(kept) // which could be written a moment ago
		})
		if err != nil {
			return undecided(o, err)
		}
		if key, err = o.LoginKey(ctx, key.ID); err != nil {
			return err
		}
		return k.print(c, keyRowOf(o, key), func(w io.Writer) { fmt.Fprintf(w, "%s was changed.\n", oneLine(key.Name)) })
	})
}

// undecided says where is decided what becomes of people who are known by the
// address before.
func undecided(o *opened, err error) error {
	if must, ok := errors.AsType[*operator.MustDecide](err); ok {
		return fmt.Errorf("%d identities hang on the address before; whether they move to %s or are left is decided on the page of the key: %s/admin/keys/%s", must.Identities, must.Address, o.URL(), must.KeyID)
	}
	return err
}

// agree asks before a change that locks people out or lets others in.
func (k *keyUpdateCmd) agree(ctx context.Context, c *console, o *opened, before, after federation.LoginKey) error {
	if k.Yes {
		return nil
	}
	e, err := o.Foresee(ctx, authentication.PolicyOf(before), authentication.PolicyOf(after))
	if err != nil || !e.Risky() {
		return err
	}
	var all []string
	for _, line := range []struct {
		effect linking.Effect
		text   string
	}{
		{e.LockedOut, "could sign in by nothing at all any more"}, {e.Merged, "would be linked at once, without being asked"},
		{e.Split, "would get a second account"}, {e.Refused, "would be refused there"}, {e.Asked, "would be asked to prove their account first"},
	} {
		if line.effect.Count > 0 {
			all = append(all, fmt.Sprintf("%d people %s", line.effect.Count, line.text))
		}
	}
	return c.confirm(fmt.Sprintf("This changes who gets in: %s. Save it all the same? Type yes: ", strings.Join(all, "; ")), "nothing was saved", "--yes")
}
