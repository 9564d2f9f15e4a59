package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"strings"
)

type dbDeleteCmd struct {
	dbRecord `embed:""`
	Yes      bool `help:"Do not ask for confirmation."`
}

// Run deletes one record, after asking. Records that belong to it stay: this is
// for repair, where no other command or page helps.
func (d *dbDeleteCmd) Run(ctx context.Context, c *console) error {
	return d.withDamaged(ctx, c, func(o *opened) error {
		if _, err := o.ShowRecord(ctx, d.Set, d.ID); err != nil {
			return noRecord(err, d.Set, d.ID)
		}
		if !d.Yes {
			question := fmt.Sprintf("Delete the record %s of the set %s permanently? Records that belong to it stay. Type yes: ", oneLine(d.ID), d.Set)
			if err := c.confirm(question, "nothing was deleted", "--yes"); err != nil {
				return err
			}
		}
		if err := o.DeleteRecord(ctx, c.operator(), d.Set, d.ID); err != nil {
			return noRecord(err, d.Set, d.ID)
		}
		return d.print(c, map[string]string{"set": d.Set, "deleted": d.ID}, func(w io.Writer) {
			fmt.Fprintf(w, "The record %s of the set %s was deleted.\n", oneLine(d.ID), d.Set)
		})
	})
}

// confirm asks the question and returns an error unless the answer is yes.
// nothing is the part of the error that names what was not done; flag is the flag
// that answers the question in advance.
func (c *console) confirm(question, nothing, flag string) error {
	fmt.Fprint(c.err, question)
	answer, err := bufio.NewReader(c.in).ReadString('\n')
	if err != nil { // the input ended without a line break
		fmt.Fprintln(c.err)
	}
	if strings.ToLower(strings.TrimSpace(answer)) != "yes" {
		return mistakef("%s; type yes to confirm, or add %s", nothing, flag)
	}
	return nil
}
