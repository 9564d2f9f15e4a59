package main

import (
	"context"
	"fmt"
	"io"
	"math"
	"time"
)

type clientPruneCmd struct {
	OlderThan time.Duration `default:"24h" placeholder:"TIME" help:"Only those that registered at least so long ago; 24h if not given, 0s for all."`

	format `embed:""`
	base   `embed:""`
}

// Run removes the apps that registered themselves and were never used.
func (p *clientPruneCmd) Run(ctx context.Context, c *console) error {
	if p.OlderThan < 0 {
		return mistakef("--older-than is %s; it must be 0s or more, like 720h", p.OlderThan)
	}
	return p.with(ctx, c, func(o *opened) error {
		n, err := o.RemoveUnused(ctx, c.operator(), p.OlderThan, math.MaxInt)
		if err != nil {
			return err
		}
		value := struct {
			Removed int `json:"removed"`
		}{n}
		return p.print(c, value, func(w io.Writer) {
			fmt.Fprintf(w, "Removed %d apps that registered themselves and were never used.\n", n)
		})
	})
}
