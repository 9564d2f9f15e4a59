package main

import (
	"cmp"
	"context"
	"io"
	"slices"
	"time"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/templates"
)

type hubListCmd struct {
	format `embed:""`
	base   `embed:""`
}

// A hubRow is a connected hub as the commands print it.
type hubRow struct {
	ID           string    `json:"id"`
	Host         string    `json:"host"`
	Name         string    `json:"name"`                   // the hub's own name
	DisplayName  string    `json:"display_name,omitempty"` // the name that an administrator confirmed
	SkipConsent  bool      `json:"skip_consent"`
	State        string    `json:"state"`
	Via          string    `json:"via,omitempty"`
	Held         string    `json:"held,omitempty"`
	Fingerprints []string  `json:"fingerprints"`
	Requested    time.Time `json:"requested"`
}

func hubRowOf(c clients.Client) hubRow {
	return hubRow{
		ID: c.ID, Host: c.Server.Host, Name: c.Name, DisplayName: c.Server.DisplayName, SkipConsent: c.SkipAuthorization, State: string(c.Server.State), Via: c.Server.Via, Held: c.Server.HeldWords(templates.Sentence),
		Fingerprints: append([]string{}, c.Server.KeyThumbprints...), Requested: c.Server.Requested,
	}
}

// Run lists the connected hubs and the connection requests.
func (l *hubListCmd) Run(ctx context.Context, c *console) error {
	return l.with(ctx, c, func(o *opened) error {
		rows, err := hubRows(ctx, o)
		if err != nil {
			return err
		}
		return l.print(c, rows, func(w io.Writer) {
			cells := make([][]string, len(rows))
			for i, r := range rows {
				cells[i] = []string{r.Host, cmp.Or(r.DisplayName, r.Name), r.State, r.ID}
			}
			table(w, []string{"HOST", "NAME", "STATE", "ID"}, cells)
		})
	})
}

func hubRows(ctx context.Context, o *opened) ([]hubRow, error) {
	all, err := o.Clients(ctx)
	if err != nil {
		return nil, err
	}
	rows := []hubRow{}
	for _, client := range all {
		if client.Server != nil {
			rows = append(rows, hubRowOf(client))
		}
	}
	slices.SortFunc(rows, func(a, b hubRow) int { return a.Requested.Compare(b.Requested) })
	return rows, nil
}
