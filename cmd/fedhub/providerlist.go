package main

import (
	"cmp"
	"context"
	"fmt"
	"io"

	"github.com/fedhub/fedhub/federation"
)

type providerListCmd struct {
	format `embed:""`
	base   `embed:""`
}

// Run lists the sign-in providers.
func (l *providerListCmd) Run(ctx context.Context, c *console) error {
	return l.with(ctx, c, func(o *opened) error {
		keys, err := o.LoginKeys(ctx)
		if err != nil {
			return err
		}
		rows := []providerRow{}
		for _, k := range keys {
			rows = append(rows, providerRowOf(o, k))
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
				if k.Kind != federation.KindPeer { // another hub reads them from our metadata
					fmt.Fprintf(w, "\nURLs to register at %s:\n\n", oneLine(k.Name))
					printAddresses(w, o, k)
				}
			}
		})
	})
}
