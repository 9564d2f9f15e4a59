package main

import (
	"context"
	"fmt"
	"io"
	"time"
)

type serverInviteCmd struct {
	Life time.Duration `default:"168h" placeholder:"TIME" help:"How long it may wait to be used; a week if not given."`

	format `embed:""`
	base   `embed:""`
}

// Run makes a code that lets one hub in at once.
func (s *serverInviteCmd) Run(ctx context.Context, c *console) error {
	if s.Life < time.Minute || s.Life > 366*24*time.Hour {
		return mistakef("--life is %s; it must be from a minute to a year, like 24h", s.Life)
	}
	return s.with(ctx, c, func(o *opened) error {
		code, invite, err := o.NewInvite(ctx, c.operator(), s.Life)
		if err != nil {
			return err
		}
		value := struct {
			Code    string    `json:"invite"`
			BaseURL string    `json:"base_url"`
			Expires time.Time `json:"expires"`
		}{code, o.URL(), invite.Expires}
		return s.print(c, value, func(w io.Writer) {
			fmt.Fprintf(w, "Invite code: %s\n\n", code)
			fmt.Fprintf(w, "On the other hub: fedhub key add --base-url %s --invite CODE\n", o.URL())
			fmt.Fprintf(w, "It works once, until %s, and is not shown again.\n", invite.Expires.Local().Format("2 January 2006, 15:04"))
		})
	})
}
