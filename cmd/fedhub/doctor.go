package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/fedhub/fedhub/hub/operator"
)

type doctorCmd struct {
	format `embed:""`
	base   `embed:""`
}

// A damagedRow is a record that cannot be read, as the command prints one.
type damagedRow struct {
	Set    string `json:"set"`
	ID     string `json:"id"`
	Reason string `json:"reason"`
}

// Run looks through the database for records that cannot be read.
func (d *doctorCmd) Run(ctx context.Context, c *console) error {
	o, err := d.openAny(ctx, c, nil)
	if err != nil {
		return err
	}
	found, err := o.DamagedRecords(ctx)
	if err == nil {
		err = d.print(c, rowsOf(found), func(w io.Writer) { tellDamaged(w, found) })
	}
	if err == nil && len(found) > 0 {
		err = fmt.Errorf("records that cannot be read: %d", len(found))
	}
	return errors.Join(err, o.close())
}

func rowsOf(found []operator.DamagedRecord) []damagedRow {
	rows := make([]damagedRow, len(found))
	for i, r := range found {
		rows[i] = damagedRow{r.Set, r.ID, r.Reason}
	}
	return rows
}

func tellDamaged(w io.Writer, found []operator.DamagedRecord) {
	if len(found) == 0 {
		fmt.Fprintln(w, "Every record of the database can be read.")
		return
	}
	cells := make([][]string, len(found))
	for i, r := range found {
		cells[i] = []string{r.Set, oneLine(r.ID), oneLine(r.Reason)}
	}
	table(w, []string{"SET", "ID", "WHY"}, cells)
	fmt.Fprintln(w, "\nWhat needs one of these is refused until it is mended in the database, or removed by fedhub db delete.")
}
