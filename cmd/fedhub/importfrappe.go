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
	"github.com/fedhub/fedhub/cmd/fedhub/internal/sitekey"
	"github.com/fedhub/fedhub/federation/addresses"
)

type importFrappeCmd struct {
	Files []string `arg:"" name:"file" help:"Exported files, or folders with .json, .csv and .tsv files. The content of a file decides how it is read."`

	Apply  bool   `xor:"apply" help:"Carry out the import. Without this flag the plan is printed and nothing is written."`
	DryRun bool   `xor:"apply" help:"Print the plan and write nothing. This is the default."`
	Report string `placeholder:"PATH" help:"File for the full report as JSON. It contains names and email addresses, but no secrets."`

	BaseURL     string `name:"base-url" placeholder:"URL" help:"URL of the site that this hub replaces, like https://erp.example.com. A Social Login Key with this URL is the site's own and is not imported."`
	TrustEmails bool   `help:"Mark all email addresses in the export as verified. Use it only if you have checked them: applications and other hubs rely on it."`
	NewSubjects bool   `help:"Also import users without a subject in the export (userid in Social Logins). They get a new subject, so applications treat them as other users."`
	NoSecrets   bool   `name:"without-secrets" help:"Do not ask for confirmation before adding applications without a secret in the export. Each of them needs a new secret."`
	Admins      bool   `help:"Make every enabled System Manager of the site an administrator of this hub. By default no user becomes an administrator."`

	SiteConfig string `placeholder:"PATH" help:"The site_config.json of the site. Its encryption_key decrypts the secrets of authenticator apps in the export."`

	SkipAuthorization bool `help:"Keep Skip Authorization of the site's applications: they do not ask users for consent here. By default they ask, and the report names them."`

	format `embed:""`
	base   `embed:""`
}

// Help is the long text of --help.
func (*importFrappeCmd) Help() string {
	return `It imports users with their passwords, roles and subjects, OAuth Clients with their IDs and secrets, Social Login Keys, and settings. The site must have version 13 or later.

Export the data on the site, as a user who may read all of it:

  bench --site SITE export-json User users.json
  bench --site SITE export-json "OAuth Client" clients.json
  bench --site SITE export-json "Social Login Key" keys.json
  bench --site SITE execute frappe.db.sql --args '["select name, password from __Auth where doctype=\"User\" and fieldname=\"password\" and encrypted=0"]' --kwargs '{"as_dict": 1}' > passwords.json

If users sign in there with a user name or a phone number, or with an authenticator app, export this too. Use the app's secrets with --site-config:

  bench --site SITE export-json "System Settings" system.json
  bench --site SITE execute frappe.db.sql --args '["select defkey, defvalue from tabDefaultValue where defkey like \"%_otpsecret\" or defkey like \"%_otplogin\""]' --kwargs '{"as_dict": 1}' > authenticators.json

These formats work too: responses of the REST API, CSV files of Data Export, Data Import and the report view (with English headings and the column ID), and the output of "mariadb -e". All files are read and checked before anything is written. If you run the import again, it updates what changed on the site, and keeps what was changed here.

The files contain secrets and password hashes. Delete them afterwards.`
}

// Run prints the plan, and carries it out with --apply.
func (i *importFrappeCmd) Run(ctx context.Context, c *console) error {
	site, err := i.site()
	if err != nil {
		return err
	}
	var key sitekey.Key
	if i.SiteConfig != "" {
		if key, err = sitekey.Read(i.SiteConfig); err != nil {
			return mistakef("--site-config: %v", err)
		}
	}
	export, err := frappeimport.Read(i.Files)
	if err != nil {
		return unreadable(err)
	}
	return i.with(ctx, c, func(o *opened) error {
		options := frappeimport.Options{Site: site, TrustEmails: i.TrustEmails, Admins: i.Admins, NewSubjects: i.NewSubjects, SkipAuthorization: i.SkipAuthorization, SiteKey: key}
		plan, err := frappeimport.Make(ctx, o.Service, o.LoginKeyService, export, options, c.tell("users checked"))
		if err != nil {
			return err
		}
		if i.Apply {
			if err := i.secretless(c, plan.Report); err != nil {
				return err
			}
			err = plan.Carry(ctx, c.operator(), c.tell("records written"))
		}
		return errors.Join(err, i.write(plan.Report), i.print(c, plan.Report, func(w io.Writer) { printReport(w, plan.Report, i.Report) }), failed(plan.Report, err))
	})
}

// secretless asks before applications are added without their secrets, because
// sign-ins to them would fail: an export without secrets is easily overlooked.
func (i *importFrappeCmd) secretless(c *console, r frappeimport.Report) error {
	names := r.NoSecrets()
	if i.NoSecrets || len(names) == 0 {
		return nil
	}
	question := fmt.Sprintf("The export has no secrets for these applications: %s. After the import, create a new secret for each of them and enter it in the application. Import them without secrets? Type yes: ", oneLine(frappeimport.Some(names)))
	return c.confirm(question, "nothing was imported", "--without-secrets")
}

func (i *importFrappeCmd) site() (string, error) {
	if i.BaseURL == "" {
		return "", nil
	}
	u, err := url.Parse(i.BaseURL)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return "", mistakef("--base-url is %q; it must be a URL like https://erp.example.com", i.BaseURL)
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

// tell prints the progress of a long run.
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

// private writes a file that only its owner can read, also if it existed with
// other permissions.
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
		return fmt.Errorf("%s could not be written, because of changes made here at the same time; run the import again", count(n, "record", "records"))
	}
	return nil
}

// toldMost is how many documents are printed one by one.
const toldMost = 40

// printReport prints the summary, then the documents that need attention.
func printReport(w io.Writer, r frappeimport.Report, file string) {
	printSummary(w, r)
	told := r.Told()
	for n, one := range told {
		if n == toldMost {
			fmt.Fprintf(w, "\n… and %d more; add --report FILE for the full report.\n", len(told)-n)
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
		fmt.Fprintf(w, "\nThe full report is in %s.\n", file)
	}
	if r.DryRun {
		fmt.Fprintln(w, "\nNothing was written. To carry out this plan, run the command again with --apply.")
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
