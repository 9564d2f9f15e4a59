package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
)

type providerJoinCmd struct {
	ID     string `arg:"" help:"ID of the provider, as in fedhub provider list."`
	Invite string `placeholder:"CODE" help:"Invite code of the other hub. It connects this hub without approval."`

	format `embed:""`
	base   `embed:""`
}

// Run sends the connection request to another hub again, or reads its status.
func (k *providerJoinCmd) Run(ctx context.Context, c *console) error {
	return k.with(ctx, c, func(o *opened) error {
		key, err := o.JoinPrimary(ctx, c.operator(), k.ID, k.Invite)
		if errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("there is no sign-in provider %s; see fedhub provider list", k.ID)
		}
		if err != nil {
			return err
		}
		err = k.print(c, providerRowOf(o, key), func(w io.Writer) { tellKey(w, o, key) })
		return errors.Join(err, unanswered(key))
	})
}
