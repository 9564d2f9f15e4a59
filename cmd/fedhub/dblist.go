package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/fedhub/fedhub/hub/operator"
	"github.com/fedhub/fedhub/hub/operator/records"
)

type dbListCmd struct {
	Set   string `arg:"" optional:"" help:"Set of records. Without it, all sets are listed."`
	After string `placeholder:"ID" help:"Start after the record with this ID."`
	Limit int    `default:"100" placeholder:"N" help:"How many records to list, from 1 to 1000. Default: 100."`

	format `embed:""`
	base   `embed:""`
}

// A dbSetRow is a set of records as the command prints it.
type dbSetRow struct {
	Set     string `json:"set"`
	Records int    `json:"records"`
	OrMore  bool   `json:"or_more,omitempty"` // counting stopped at the maximum
}

// A dbPage is a page of records.
type dbPage struct {
	Records []dbRow `json:"records"`
	Next    string  `json:"next,omitempty"` // value of --after for the next page
}

type dbRow struct {
	ID    string               `json:"id"`
	Times map[string]time.Time `json:"times"`
}

// Run lists the sets, or a page of one set.
func (l *dbListCmd) Run(ctx context.Context, c *console) error {
	if l.Limit < 1 || l.Limit > 1000 {
		return mistakef("--limit is %d; it must be from 1 to 1000", l.Limit)
	}
	return l.withDamaged(ctx, c, func(o *opened) error {
		if l.Set == "" {
			return l.sets(ctx, c, o)
		}
		found, err := o.Records(ctx, l.Set, l.After, l.Limit+1)
		if err != nil {
			return noRecord(err, l.Set, "")
		}
		page := dbPage{Records: []dbRow{}}
		if len(found) > l.Limit {
			found = found[:l.Limit]
			page.Next = found[l.Limit-1].ID
		}
		for _, r := range found {
			page.Records = append(page.Records, dbRow{r.ID, r.Times})
		}
		return l.print(c, page, func(w io.Writer) { page.tell(w, l.Set) })
	})
}

func (p dbPage) tell(w io.Writer, set string) {
	cells := make([][]string, len(p.Records))
	for i, r := range p.Records {
		var times []string
		for _, name := range slices.Sorted(maps.Keys(r.Times)) {
			times = append(times, name+" "+r.Times[name].Format(time.RFC3339))
		}
		cells[i] = []string{r.ID, strings.Join(times, ", ")}
	}
	table(w, []string{"ID", "TIMES"}, cells)
	if p.Next != "" {
		fmt.Fprintf(w, "\nMore records: fedhub db list %s --after '%s'\n", set, oneLine(p.Next))
	}
}

func (l *dbListCmd) sets(ctx context.Context, c *console, o *opened) error {
	all, err := o.RecordSets(ctx)
	if err != nil {
		return err
	}
	rows := make([]dbSetRow, len(all))
	for i, s := range all {
		rows[i] = dbSetRow{s.Name, s.Records, s.Records == operator.MostRecords}
	}
	return l.print(c, rows, func(w io.Writer) {
		cells := make([][]string, len(rows))
		for i, r := range rows {
			cells[i] = []string{r.Set, amount(r)}
		}
		table(w, []string{"SET", "RECORDS"}, cells)
	})
}

func amount(r dbSetRow) string {
	if r.OrMore {
		return "10,000 or more"
	}
	return strconv.Itoa(r.Records)
}

// noRecord tells an operator how to find a set or record.
func noRecord(err error, set, id string) error {
	switch {
	case errors.Is(err, records.ErrNoSet):
		return mistakef("there is no set %s; see fedhub db list", oneLine(set))
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("there is no record %s in the set %s; see fedhub db list %s", oneLine(id), set, set)
	}
	return err
}
