package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"strings"

	"github.com/fedhub/fedhub/cmd/fedhub/internal/frappeimport"
	"github.com/fedhub/fedhub/federation/addresses"
)

type importFrappeCmd struct {
	Files []string `arg:"" name:"file" help:"Exported files, or folders with .json, .csv and .tsv files. What a file holds is told by its content."`

	Apply  bool   `xor:"apply" help:"Carry the import out. Without it nothing is written: the plan is printed."`
	DryRun bool   `xor:"apply" help:"Print the plan and write nothing, which is so without --apply."`
	Report string `placeholder:"PATH" help:"File for the whole report as JSON. It holds no secrets, but names and e-mail addresses."`

	BaseURL     string `name:"base-url" placeholder:"URL" help:"Address of the site that this hub takes the place of, like https://erp.example.com. A login key that names it is the site's own."`
	TrustEmails bool   `help:"Somebody answers for every e-mail address in the export: they count as verified. Apps and other hubs rely on it."`
	NewSubjects bool   `help:"Take over people although the export does not tell what the site called them to its apps (userid in Social Logins): they get a new subject, and apps that go by it take them for others."`
	NoSecrets   bool   `name:"without-secrets" help:"Do not ask before clients are added whose secret the export does not have: their apps need a new one each."`
	Admins      bool   `help:"Make every enabled System Manager of the site an administrator of this hub. Without it the import makes none."`

	SkipAuthorization bool `help:"Let apps that have Skip Authorization at the site ask nobody for consent here either. Without it they ask, and the report names them."`

	format `embed:""`
	base   `embed:""`
}

// Help is the long text of --help.
func (*importFrappeCmd) Help() string {
	return `Takes over what a Frappe or ERPNext site (version 13 or later) knows, so that this hub can stand in its place: people with their passwords, roles and subjects, OAuth Clients with their ids and secrets, Social Login Keys, settings.

Export at the site, as a user who may read all of it:

  bench --site SITE export-json User users.json
  bench --site SITE export-json "OAuth Client" clients.json
  bench --site SITE export-json "Social Login Key" keys.json
  bench --site SITE execute frappe.db.sql --args '["select name, password from __Auth where doctype=\"User\" and fieldname=\"password\" and encrypted=0"]' --kwargs '{"as_dict": 1}' > passwords.json

Answers of the REST API, CSV files of Data Export, Data Import and the report view (with English headings and the column ID), and what "mariadb -e" prints do as well. Everything is read and checked before anything is written. Running it again takes over what changed at the site, and leaves alone what was changed here.

The files hold secrets and password hashes: delete them afterwards.`
}

// Run prints the plan, and carries it out if it was asked to.
func (i *importFrappeCmd) Run(ctx context.Context, c *console) error {
	site, err := i.site()
	if err != nil {
		return err
	}
	export, err := frappeimport.Read(i.Files)
	if err != nil {
		return unreadable(err)
	}
	return i.with(ctx, c, func(o *opened) error {
		options := frappeimport.Options{Site: site, TrustEmails: i.TrustEmails, Admins: i.Admins, NewSubjects: i.NewSubjects, SkipAuthorization: i.SkipAuthorization}
		plan, err := frappeimport.Make(ctx, o.Service, export, options, c.tell("looked at"))
		if err != nil {
			return err
		}
		if i.Apply {
			if err := i.secretless(c, plan.Report); err != nil {
				return err
			}
			err = plan.Carry(ctx, c.operator(), c.tell("written"))
		}
		return errors.Join(err, i.write(plan.Report), i.print(c, plan.Report, func(w io.Writer) { printReport(w, plan.Report, i.Report) }), failed(plan.Report, err))
	})
}

// secretless asks before clients are written whose apps could then sign nobody
// in: an export without the secrets looks like any other.
func (i *importFrappeCmd) secretless(c *console, r frappeimport.Report) error {
	names := r.NoSecrets()
	if i.NoSecrets || len(names) == 0 {
		return nil
	}
	question := fmt.Sprintf("The export has no secret of %s. Each needs a new one, which you make here and enter in the app. Take them over without? Type yes: ", oneLine(frappeimport.Some(names)))
	return c.confirm(question, "nothing was imported", "--without-secrets")
}

func (i *importFrappeCmd) site() (string, error) {
	if i.BaseURL == "" {
		return "", nil
	}
	u, err := url.Parse(i.BaseURL)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return "", mistakef("--base-url is %q; it must be an address like https://erp.example.com", i.BaseURL)
	}
	return addresses.Tidy(i.BaseURL), nil
}

// unreadable names the first files that cannot be used.
func unreadable(err error) error {
	const most = 5
	lines := strings.Split(err.Error(), "\n")
	text := strings.Join(lines[:min(most, len(lines))], "; ")
	if len(lines) > most {
		text += fmt.Sprintf("; and %d more", len(lines)-most)
	}
	return mistakef("nothing was imported: %s", text)
}

// tell says how far a long run is.
func (c *console) tell(what string) func(done, of int) {
	return func(done, of int) { fmt.Fprintf(c.err, "%d of %d %s\n", done, of, what) }
}

// write keeps the report in a file that only its owner can read.
func (i *importFrappeCmd) write(r frappeimport.Report) error {
	if i.Report == "" {
		return nil
	}
	text, err := json.MarshalIndent(r, "", "  ")
	if err == nil {
		err = private(i.Report, append(text, '\n'))
	}
	if err != nil {
		return fmt.Errorf("--report: %w", err)
	}
	return nil
}

// private writes a file for its owner alone, whoever could read it before.
func private(path string, text []byte) error {
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	if err := file.Chmod(0o600); err != nil {
		return errors.Join(err, file.Close())
	}
	_, err = file.Write(text)
	return errors.Join(err, file.Close())
}

// failed is an error if something could not be written.
func failed(r frappeimport.Report, err error) error {
	if n := r.Summary[frappeimport.Failed]; n > 0 && err == nil {
		return fmt.Errorf("%d could not be written, because somebody changed them meanwhile; run the import again", n)
	}
	return nil
}

// toldMost is how many documents are shown one by one.
const toldMost = 40

// printReport is the report for people: what became of how many, then what
// somebody has to know or to do.
func printReport(w io.Writer, r frappeimport.Report, file string) {
	printSummary(w, r)
	told := r.Told()
	for n, one := range told {
		if n == toldMost {
			fmt.Fprintf(w, "\n… and %d more; --report writes all of them to a file.\n", len(told)-n)
			break
		}
		fmt.Fprintf(w, "\n%s %s: %s (%s)\n", one.Kind, oneLine(one.Name), one.Outcome, oneLine(one.Place.String()))
		for _, text := range append([]string{one.Reason}, one.Notes...) {
			if text != "" {
				fmt.Fprintf(w, "  %s\n", oneLine(text))
			}
		}
		for _, text := range one.Next {
			fmt.Fprintf(w, "  → %s\n", oneLine(text))
		}
	}
	if len(r.Notes) > 0 {
		fmt.Fprintln(w)
	}
	for _, text := range r.Notes {
		fmt.Fprintln(w, oneLine(text))
	}
	if file != "" {
		fmt.Fprintf(w, "\nThe whole report is in %s.\n", file)
	}
	if r.DryRun {
		fmt.Fprintln(w, "\nNothing was written. If this is as it should be, run it again with --apply.")
	}
}

func printSummary(w io.Writer, r frappeimport.Report) {
	kinds := map[string]map[frappeimport.Outcome]int{}
	var order []string
	for _, one := range r.Records {
		if kinds[one.Kind] == nil {
			kinds[one.Kind] = map[frappeimport.Outcome]int{}
			order = append(order, one.Kind)
		}
		kinds[one.Kind][one.Outcome]++
	}
	head, rows := []string{""}, [][]string{}
	for _, outcome := range frappeimport.Outcomes() {
		if outcome != frappeimport.Failed || r.Summary[outcome] > 0 {
			head = append(head, strings.ToUpper(string(outcome)))
		}
	}
	for _, kind := range order {
		row := []string{kind}
		for _, outcome := range frappeimport.Outcomes()[:len(head)-1] {
			row = append(row, fmt.Sprint(kinds[kind][outcome]))
		}
		rows = append(rows, row)
	}
	table(w, head, rows)
}
