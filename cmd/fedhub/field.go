package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/fedhub/fedhub/hub/operator/claims"
	"github.com/fedhub/fedhub/hub/users/fields"
)

// A fieldRow is a user field as the commands print it.
type fieldRow struct {
	Name    string   `json:"name"`
	Label   string   `json:"label"`
	Type    string   `json:"type"`
	Max     int      `json:"max"`
	Choices []string `json:"choices,omitempty"`
	Visible bool     `json:"visible"`
	Edited  bool     `json:"user_edits"`
}

func fieldRowOf(f fields.Field) fieldRow {
	return fieldRow{f.Name, f.Label, f.Type, f.Length(), f.Choices, f.Visible, f.Edited}
}

type fieldAddCmd struct {
	Name      string   `arg:"" help:"Name of the field in claims and commands: a to z, digits and _, beginning with a letter."`
	Label     string   `placeholder:"TEXT" help:"Name of the field on pages. Default: the name."`
	Type      string   `enum:"text,number,boolean,date,choice" default:"text" help:"Type of the values: text, number, boolean, date or choice."`
	Max       int      `placeholder:"N" help:"Most characters of a value. Default: 200."`
	Choice    []string `sep:"none" placeholder:"VALUE" help:"Value to choose from, for the type choice. May be repeated."`
	Visible   bool     `help:"Show users their own value."`
	UserEdits bool     `help:"Let users change their own value. What they say can never give them a role, a group or access."`

	format `embed:""`
	base   `embed:""`
}

// Run adds a user field.
func (a *fieldAddCmd) Run(ctx context.Context, c *console) error {
	return a.with(ctx, c, func(o *opened) error {
		f := fields.Field{Name: a.Name, Label: a.Label, Type: a.Type, Max: a.Max, Choices: a.Choice, Visible: a.Visible || a.UserEdits, Edited: a.UserEdits}
		if f.Label == "" {
			f.Label = a.Name
		}
		if err := o.AddField(ctx, c.operator(), f); err != nil {
			return err
		}
		return a.print(c, fieldRowOf(f), func(w io.Writer) { fmt.Fprintf(w, "The user field %s was added.\n", f.Name) })
	})
}

type fieldListCmd struct {
	format `embed:""`
	base   `embed:""`
}

// Run lists the user fields.
func (l *fieldListCmd) Run(ctx context.Context, c *console) error {
	return l.with(ctx, c, func(o *opened) error {
		all, err := o.UserFields(ctx)
		if err != nil {
			return err
		}
		rows, lines := []fieldRow{}, [][]string{}
		for _, f := range all {
			row := fieldRowOf(f)
			rows = append(rows, row)
			lines = append(lines, []string{row.Name, row.Label, row.Type, fmt.Sprint(row.Max), yesNo(row.Visible), yesNo(row.Edited), strings.Join(row.Choices, ", ")})
		}
		return l.print(c, rows, func(w io.Writer) {
			table(w, []string{"NAME", "LABEL", "TYPE", "MAX", "VISIBLE", "USER EDITS", "CHOICES"}, lines)
		})
	})
}

type fieldDeleteCmd struct {
	Name string `arg:"" help:"Name of the field, as in fedhub field list."`

	sure   `embed:""`
	format `embed:""`
	base   `embed:""`
}

// Run deletes a user field.
func (d *fieldDeleteCmd) Run(ctx context.Context, c *console) error {
	return d.with(ctx, c, func(o *opened) error {
		if err := d.ask(c, "Delete the user field %s permanently, with the values of all users? Claims with it are no longer sent.", d.Name); err != nil {
			return err
		}
		err := o.RemoveField(ctx, c.operator(), d.Name)
		if errors.Is(err, claims.ErrNoField) {
			return fmt.Errorf("there is no user field with the name %s; see fedhub field list", oneLine(d.Name))
		}
		if err != nil {
			return err
		}
		return d.print(c, map[string]string{"name": d.Name}, func(w io.Writer) { fmt.Fprintf(w, "The user field %s was deleted.\n", oneLine(d.Name)) })
	})
}
