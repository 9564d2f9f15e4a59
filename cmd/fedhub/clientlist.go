package main

import (
	"context"
	"io"
	"slices"
	"strings"
)

type clientListCmd struct {
	format `embed:""`
	base   `embed:""`
}

// Run lists the applications. Connected hubs have a list of their own.
func (l *clientListCmd) Run(ctx context.Context, c *console) error {
	return l.with(ctx, c, func(o *opened) error {
		all, err := o.Clients(ctx)
		if err != nil {
			return err
		}
		rows := []clientRow{}
		for _, client := range all {
			if client.Server == nil {
				rows = append(rows, clientRowOf(client, o.URL(), ""))
			}
		}
		slices.SortFunc(rows, func(a, b clientRow) int {
			return strings.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name))
		})
		return l.print(c, rows, func(w io.Writer) {
			cells := make([][]string, len(rows))
			for i, r := range rows {
				state := "active"
				if r.Disabled {
					state = "off"
				}
				cells[i] = []string{r.ID, r.Name, r.Type, state, strings.Join(r.RedirectURIs, " ")}
			}
			table(w, []string{"ID", "NAME", "TYPE", "STATE", "REDIRECT URIS"}, cells)
		})
	})
}
