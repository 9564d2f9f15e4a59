package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
)

type dbShowCmd struct {
	dbRecord `embed:""`
}

// A dbRecord names the record that a command is about.
type dbRecord struct {
	Set string `arg:"" help:"Set of records, as in fedhub db list."`
	ID  string `arg:"" name:"id" help:"ID of the record, as in fedhub db list SET."`

	format `embed:""`
	base   `embed:""`
}

// Run prints a record by its stored names, without sealed values and hashes of
// secrets and passwords.
func (s *dbShowCmd) Run(ctx context.Context, c *console) error {
	return s.withDamaged(ctx, c, func(o *opened) error {
		record, err := o.ShowRecord(ctx, s.Set, s.ID)
		if err != nil {
			return noRecord(err, s.Set, s.ID)
		}
		return s.print(c, record, func(w io.Writer) {
			if text, err := json.MarshalIndent(record, "", "  "); err == nil {
				fmt.Fprintf(w, "%s\n", text)
			}
		})
	})
}
