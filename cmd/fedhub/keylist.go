package main

import (
	"cmp"
	"context"
	"fmt"
	"io"

	"github.com/fedhub/fedhub/federation"
)

type keyListCmd struct {
	format `embed:""`
	base   `embed:""`
}

// Run lists the login keys.
func (l *keyListCmd) Run(ctx context.Context, c *console) error {
	return l.with(ctx, c, func(o *opened) error {
		keys, err := o.LoginKeys(ctx)
		if err != nil {
			return err
		}
		rows := []keyRow{}
		for _, k := range keys {
			rows = append(rows, keyRowOf(o, k))
		}
		return l.print(c, rows, func(w io.Writer) {
			cells := make([][]string, len(rows))
			for i, r := range rows {
				state := cmp.Or(r.Status, "on")
				if !r.Enabled {
					state = "off"
				}
				cells[i] = []string{r.ID, r.Kind, r.Name, r.BaseURL, state}
			}
			table(w, []string{"ID", "KIND", "NAME", "BASE URL", "STATE"}, cells)
			for _, k := range keys {
				if k.Kind != federation.KindPeer { // a hub reads them by itself
					fmt.Fprintf(w, "\nTo register at %s:\n\n", oneLine(k.Name))
					printAddresses(w, o, k)
				}
			}
		})
	})
}
