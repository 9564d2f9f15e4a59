package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/fedhub/fedhub/hub/operator/userfiles"
	"github.com/fedhub/fedhub/templates"
)

type userImportCmd struct {
	File   string `arg:"" placeholder:"PATH" help:"CSV or JSON file of users; - reads standard input."`
	DryRun bool   `help:"Only show what would change."`

	format `embed:""`
	base   `embed:""`
}

// An importRow is a row of the report.
type importRow struct {
	userfiles.Result
	Problems []string `json:"problems,omitempty"`
}

const mostUserFile = 64 << 20

// Run adds and changes users by a file.
func (u *userImportCmd) Run(ctx context.Context, c *console) error {
	file, err := u.read(c)
	if err != nil {
		return err
	}
	rows, err := userfiles.Read(file)
	if err != nil {
		return err
	}
	return u.with(ctx, c, func(o *opened) error {
		report, count := []importRow{}, map[string]int{}
		in := userfiles.Importer{Hub: o, By: c.operator(), DryRun: u.DryRun}
		err := in.Import(ctx, rows, func(r userfiles.Result) {
			count[r.Does]++
			row := importRow{Result: r}
			for _, p := range r.Problems {
				row.Problems = append(row.Problems, p.In(templates.Sentence, ""))
			}
			report = append(report, row)
		})
		if printErr := u.print(c, report, func(w io.Writer) { u.explain(w, report, count) }); err == nil {
			err = printErr
		}
		if err == nil && count[userfiles.Refused] > 0 {
			err = fmt.Errorf("%d of %d users were refused", count[userfiles.Refused], len(rows))
		}
		return err
	})
}

func (u *userImportCmd) read(c *console) ([]byte, error) {
	in := c.in
	if u.File != "-" {
		f, err := os.Open(u.File)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		in = f
	}
	file, err := io.ReadAll(io.LimitReader(in, mostUserFile+1))
	if err == nil && len(file) > mostUserFile {
		err = mistake(fmt.Sprintf("%s is larger than %d MB", u.File, mostUserFile>>20))
	}
	return file, err
}

func (u *userImportCmd) explain(w io.Writer, report []importRow, count map[string]int) {
	for _, r := range report {
		switch r.Does {
		case userfiles.Refused:
			for _, p := range r.Problems {
				fmt.Fprintf(w, "line %d, %s: refused. %s\n", r.Line, oneLine(r.Email), oneLine(p))
			}
		case userfiles.Changed:
			fmt.Fprintf(w, "line %d, %s: changed (%s)\n", r.Line, oneLine(r.Email), strings.Join(r.Columns, ", "))
		}
	}
	verb := ""
	if u.DryRun {
		verb = "would be "
	}
	fmt.Fprintf(w, "%d %sadded, %d %schanged, %d unchanged, %d %srefused.\n", count[userfiles.Added], verb, count[userfiles.Changed], verb, count[userfiles.Same], count[userfiles.Refused], verb)
	if u.DryRun {
		fmt.Fprintln(w, "Nothing was changed. To import the file, leave out --dry-run.")
	}
}

type userExportCmd struct {
	Format string `enum:"csv,json" default:"csv" help:"csv or json."`

	base `embed:""`
}

// Run writes all users to standard output.
func (u *userExportCmd) Run(ctx context.Context, c *console) error {
	return u.with(ctx, c, func(o *opened) error { return userfiles.Write(ctx, o, c.out, u.Format, func() error { return nil }) })
}
