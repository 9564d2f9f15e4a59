package main

import (
	"context"
	"fmt"
	"io"
	"math"
	"time"
)

type clientPruneCmd struct {
	OlderThan time.Duration `default:"24h" placeholder:"TIME" help:"Only applications that registered at least this long ago; 0s for all. Default: 24h."`

	format `embed:""`
	base   `embed:""`
}

// Run deletes the applications that registered themselves and were never used.
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
			fmt.Fprintf(w, "Deleted %s.\n", count(n, "application that registered itself and was never used", "applications that registered themselves and were never used"))
		})
	})
}
