package main

import (
	"context"
	"fmt"
	"io"
	"slices"

	"github.com/fedhub/fedhub/hub/data"

	"github.com/fedhub/fedhub/hub/operator/records"
)

type doctorCmd struct {
	format `embed:""`
	base   `embed:""`
}

// A damagedRow is a record that cannot be read, as the command prints it.
type damagedRow struct {
	Set    string `json:"set"`
	ID     string `json:"id"`
	Reason string `json:"reason"`
}

// Run lists the records of the database that cannot be read.
func (d *doctorCmd) Run(ctx context.Context, c *console) error {
	silent := *c // the list says what the log would
	silent.err = io.Discard
	return d.withDamaged(ctx, &silent, func(o *opened) error {
		found, err := o.DamagedRecords(ctx)
		if err != nil {
			return err
		}
		stopping, err := data.Foresee(ctx, o.backend)
		if err != nil {
			return err
		}
		for _, upgrade := range stopping {
			for _, f := range upgrade.Fails {
				if !slices.ContainsFunc(found, func(r records.DamagedRecord) bool { return r.Damage == f }) {
					found = append(found, records.DamagedRecord{Damage: f, Reason: "the upgrade to this version cannot read it"})
				}
			}
		}
		if err := d.print(c, rowsOf(found), func(w io.Writer) { tellDamaged(w, found) }); err != nil {
			return err
		}
		if len(found) > 0 {
			return fmt.Errorf("records that cannot be read: %d", len(found))
		}
		return nil
	})
}

func rowsOf(found []records.DamagedRecord) []damagedRow {
	rows := make([]damagedRow, len(found))
	for i, r := range found {
		rows[i] = damagedRow{r.Set, r.ID, r.Reason}
	}
	return rows
}

func tellDamaged(w io.Writer, found []records.DamagedRecord) {
	if len(found) == 0 {
		fmt.Fprintln(w, "All records of the database can be read.")
		return
	}
	cells := make([][]string, len(found))
	for i, r := range found {
		cells[i] = []string{r.Set, oneLine(r.ID), oneLine(r.Reason)}
	}
	table(w, []string{"SET", "ID", "REASON"}, cells)
	fmt.Fprintln(w, "\nRequests that need one of these records fail until you repair it in the database or delete it with fedhub db delete.")
}
