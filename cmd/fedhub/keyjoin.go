package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
)

type keyJoinCmd struct {
	ID     string `arg:"" help:"Id of the key, as in fedhub key list."`
	Invite string `placeholder:"CODE" help:"Invite code of the other hub, which lets this one in at once."`

	format `embed:""`
	base   `embed:""`
}

// Run asks another hub (again) to let this one in, or how it stands.
func (k *keyJoinCmd) Run(ctx context.Context, c *console) error {
	return k.with(ctx, c, func(o *opened) error {
		key, err := o.JoinPrimary(ctx, c.operator(), k.ID, k.Invite)
		if errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("there is no login key %s; fedhub key list shows those there are", k.ID)
		}
		if err != nil {
			return err
		}
		err = k.print(c, keyRowOf(o, key), func(w io.Writer) { tellKey(w, o, key) })
		return errors.Join(err, unanswered(key))
	})
}
