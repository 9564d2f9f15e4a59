package main

import (
	"context"
	"fmt"
	"io"
	"time"
)

type hubInviteCmd struct {
	Life time.Duration `default:"168h" placeholder:"TIME" help:"How long the code is valid. Default: 168h, a week."`

	format `embed:""`
	base   `embed:""`
}

// Run creates a code that connects one hub without approval.
func (s *hubInviteCmd) Run(ctx context.Context, c *console) error {
	if s.Life < time.Minute || s.Life > 366*24*time.Hour {
		return mistakef("--life is %s; it must be between a minute and a year, like 24h", s.Life)
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
			fmt.Fprintf(w, "Run on the other hub: fedhub provider add --base-url %s --invite CODE\n", o.URL())
			fmt.Fprintf(w, "It works once, until %s, and is not shown again.\n", invite.Expires.Local().Format("2 January 2006, 15:04"))
		})
	})
}
