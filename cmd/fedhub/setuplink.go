package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/fedhub/fedhub/hub/users"
)

type setupLinkCmd struct {
	format `embed:""`
	base   `embed:""`
}

// Run prints a link that creates the first administrator.
func (s *setupLinkCmd) Run(ctx context.Context, c *console) error {
	return s.with(ctx, c, func(o *opened) error {
		link, err := o.SetupLink(ctx)
		if errors.Is(err, users.ErrSetUp) {
			return errors.New("this hub already has an administrator; to add another one, use fedhub user add --role admin")
		}
		if err != nil {
			return fmt.Errorf("create a setup link: %w", err)
		}
		return s.print(c, map[string]string{"setup_link": link}, func(w io.Writer) {
			fmt.Fprintln(w, link)
			if isTerminal(c.out) {
				fmt.Fprintln(w, "It works once, within an hour.")
			}
		})
	})
}
