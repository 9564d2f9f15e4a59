package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/fedhub/fedhub/hub/data"

	"github.com/fedhub/fedhub/cmd/fedhub/internal/database"
	"github.com/fedhub/fedhub/hub/store"
)

type dbUpgradeCmd struct {
	DryRun bool `help:"Show what would change, and change nothing."`

	format `embed:""`
	base   `embed:""`
}

// A forecastRow is an upgrade as the command prints it.
type forecastRow struct {
	Set     string   `json:"set"`
	Records int      `json:"records"`
	Changes int      `json:"changes"`
	Fails   []string `json:"fails"` // IDs
}

// Run upgrades the database as a start does, or shows what that would change.
func (u *dbUpgradeCmd) Run(ctx context.Context, c *console) error {
	if !u.DryRun {
		return u.with(ctx, c, func(*opened) error {
			fmt.Fprintln(c.out, "The database is up to date.")
			return nil
		})
	}
	if err := u.databaseAddress(c.env); err != nil {
		return err
	}
	if !database.Exists(u.Database) {
		return u.print(c, []forecastRow{}, func(w io.Writer) {
			fmt.Fprintf(w, "There is no database at %s yet. The first start creates it.\n", u.Database)
		})
	}
	backend, err := database.Open(ctx, u.Database)
	if err != nil {
		return u.databaseError(err)
	}
	found, err := data.Foresee(ctx, backend)
	if err != nil {
		err = u.databaseError(err)
	} else {
		err = u.print(c, forecastRows(found), func(w io.Writer) { tellForecasts(w, found) })
	}
	for _, f := range found {
		if len(f.Fails) > 0 && err == nil {
			err = errors.New("the upgrade would stop at records that it cannot read; repair or delete them first")
		}
	}
	return errors.Join(err, (&opened{backend: backend}).close())
}

func forecastRows(found []store.Forecast) []forecastRow {
	rows := make([]forecastRow, len(found))
	for i, f := range found {
		rows[i] = forecastRow{f.Set, f.Records, f.Changes, []string{}}
		for _, d := range f.Fails {
			rows[i].Fails = append(rows[i].Fails, d.ID)
		}
	}
	return rows
}

func tellForecasts(w io.Writer, found []store.Forecast) {
	if len(found) == 0 {
		fmt.Fprintln(w, "The database is up to date. There is nothing to upgrade.")
		return
	}
	if !slices.ContainsFunc(found, func(f store.Forecast) bool { return f.Records > 0 }) {
		fmt.Fprintln(w, "The database has no records that an upgrade would change.")
		return
	}
	cells := make([][]string, len(found))
	for i, row := range forecastRows(found) {
		cells[i] = []string{row.Set, strconv.Itoa(row.Records), strconv.Itoa(row.Changes), oneLine(strings.Join(row.Fails, ", "))}
	}
	table(w, []string{"SET", "RECORDS", "WOULD CHANGE", "CANNOT BE READ"}, cells)
}
