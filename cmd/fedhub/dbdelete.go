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
	Yes      bool `help:"Do not ask."`
}

// Run removes one record, after asking. What hangs on it stays: it is for
// repair, where no other command or page does what is needed.
func (d *dbDeleteCmd) Run(ctx context.Context, c *console) error {
	return d.withDamaged(ctx, c, func(o *opened) error {
		if _, err := o.ShowRecord(ctx, d.Set, d.ID); err != nil {
			return noRecord(err, d.Set, d.ID)
		}
		if !d.Yes {
			question := fmt.Sprintf("Delete the record %s of the set %s for good, and nothing that hangs on it? Type yes: ", oneLine(d.ID), d.Set)
			if err := c.confirm(question, "nothing was deleted", "--yes"); err != nil {
				return err
			}
		}
		if err := o.DeleteRecord(ctx, c.operator(), d.Set, d.ID); err != nil {
			return noRecord(err, d.Set, d.ID)
		}
		return d.print(c, map[string]string{"set": d.Set, "deleted": d.ID}, func(w io.Writer) {
			fmt.Fprintf(w, "The record %s of the set %s is deleted.\n", oneLine(d.ID), d.Set)
		})
	})
}

// confirm asks, and is an error unless the answer is yes. nothing says what did
// not happen then, and flag spares the question.
func (c *console) confirm(question, nothing, flag string) error {
	fmt.Fprint(c.err, question)
	answer, err := bufio.NewReader(c.in).ReadString('\n')
	if err != nil { // the line of the question ends
		fmt.Fprintln(c.err)
	}
	if strings.ToLower(strings.TrimSpace(answer)) != "yes" {
		return mistakef("%s; type yes when asked, or give %s", nothing, flag)
	}
	return nil
}
