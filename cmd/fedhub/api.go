package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strings"
	"time"

	"github.com/fedhub/fedhub/clients/apis"
	operatorapis "github.com/fedhub/fedhub/hub/operator/apis"
)

// An apiRow is an API as the commands print it.
type apiRow struct {
	Identifier string     `json:"identifier"`
	Name       string     `json:"name"`
	Access     string     `json:"access"`
	Scopes     []scopeRow `json:"scopes"`
	Format     string     `json:"format,omitempty"`
	Lifetime   string     `json:"lifetime,omitempty"`
	Created    time.Time  `json:"created,omitzero"`
}

type scopeRow struct {
	Name string `json:"name"`
	Text string `json:"text,omitempty"`
}

func apiRowOf(a apis.API) apiRow {
	row := apiRow{Identifier: a.ID, Name: a.Name, Access: string(a.Access), Scopes: []scopeRow{}, Format: a.Format, Created: a.Created}
	if a.Life != 0 {
		row.Lifetime = a.Life.String()
	}
	for _, s := range a.Scopes {
		row.Scopes = append(row.Scopes, scopeRow{s.Name, s.Text})
	}
	return row
}

// An ofAPI names the API that a command is about.
type ofAPI struct {
	API string `arg:"" name:"api" help:"Identifier of the API, as in fedhub api list."`

	format `embed:""`
	base   `embed:""`
}

// about finds the API and works on it.
func (w *ofAPI) about(ctx context.Context, c *console, work func(*opened, apis.API) error) error {
	return w.with(ctx, c, func(o *opened) error {
		a, err := o.API(ctx, w.API)
		if errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("there is no API with the identifier %s; see fedhub api list", oneLine(w.API))
		}
		if err != nil {
			return err
		}
		return work(o, a)
	})
}

// printAPI prints one API after a change.
func (f format) printAPI(c *console, a apis.API, done string) error {
	return f.print(c, apiRowOf(a), func(w io.Writer) { fmt.Fprintf(w, done+"\n", oneLine(a.Name)) })
}

type apiListCmd struct {
	Search string `placeholder:"TEXT" help:"Only APIs with this text in their name or identifier."`
	format `embed:""`
	base   `embed:""`
}

// Run lists the APIs.
func (l *apiListCmd) Run(ctx context.Context, c *console) error {
	return l.with(ctx, c, func(o *opened) error {
		rows, cells := []apiRow{}, [][]string{}
		for after := ""; ; {
			some, next, err := o.APIs(ctx, l.Search, after, 500)
			if err != nil {
				return err
			}
			for _, a := range some {
				row := apiRowOf(a)
				rows = append(rows, row)
				cells = append(cells, []string{row.Identifier, row.Name, row.Access, fmt.Sprint(len(row.Scopes))})
			}
			if after = next; after == "" {
				break
			}
		}
		return l.print(c, rows, func(w io.Writer) { table(w, []string{"IDENTIFIER", "NAME", "ACCESS", "SCOPES"}, cells) })
	})
}

// A holderRow is an application of an API as the commands print it.
type holderRow struct {
	ID      string   `json:"id"`
	Name    string   `json:"name"`
	Granted bool     `json:"granted"`
	Serves  bool     `json:"serves"`
	Scopes  []string `json:"scopes"`
}

func holderRowOf(a apis.API, h operatorapis.Holder) holderRow {
	row := holderRow{h.Client.ID, h.Client.Name, h.Granted, h.Serves, []string{}}
	for _, s := range a.Scopes {
		if h.Granted && a.Gives(h.Client.Asker(), s.Name) {
			row.Scopes = append(row.Scopes, s.Name)
		}
	}
	return row
}

type apiShowCmd struct {
	ofAPI `embed:""`
}

// Run shows an API with its applications.
func (s *apiShowCmd) Run(ctx context.Context, c *console) error {
	return s.about(ctx, c, func(o *opened, a apis.API) error {
		holders := []holderRow{}
		for after := ""; ; {
			some, next, err := o.Holders(ctx, a.ID, after, 500)
			if err != nil {
				return err
			}
			for _, h := range some {
				holders = append(holders, holderRowOf(a, h))
			}
			if after = next; after == "" {
				break
			}
		}
		row := apiRowOf(a)
		value := struct {
			apiRow
			Applications []holderRow `json:"applications"`
		}{row, holders}
		return s.print(c, value, func(w io.Writer) {
			table(w, []string{"IDENTIFIER", row.Identifier}, [][]string{{"NAME", row.Name}, {"ACCESS", row.Access}, {"TOKEN FORMAT", row.Format}, {"TOKEN LIFETIME", row.Lifetime}})
			if len(row.Scopes) > 0 {
				fmt.Fprintf(w, "\nScopes\n")
				table(w, []string{"NAME", "SENTENCE"}, cells(row.Scopes, func(s scopeRow) []string { return []string{s.Name, s.Text} }))
			}
			if len(holders) > 0 {
				fmt.Fprintf(w, "\nApplications\n")
				table(w, []string{"ID", "NAME", "MAY ASK", "SERVES IT", "SCOPES"}, cells(holders, func(h holderRow) []string {
					return []string{h.ID, h.Name, yesNo(h.Granted), yesNo(h.Serves), strings.Join(h.Scopes, " ")}
				}))
			}
		})
	})
}

type apiDeleteCmd struct {
	ofAPI `embed:""`
	sure  `embed:""`
}

// Run deletes an API.
func (d *apiDeleteCmd) Run(ctx context.Context, c *console) error {
	return d.about(ctx, c, func(o *opened, a apis.API) error {
		use, err := o.APIUse(ctx, a.ID)
		if err != nil {
			return err
		}
		err = d.ask(c, "Delete the API %s permanently? Its tokens end. %s can no longer ask for them, and %s no longer serve it.",
			a.Name, count(use.Granted, "application", "applications"), count(use.Serving, "application", "applications"))
		if err != nil {
			return err
		}
		if err := o.RemoveAPI(ctx, c.operator(), a.ID); err != nil {
			return err
		}
		return d.printAPI(c, a, "The API %s was deleted.")
	})
}

// An apiGrant names an application and the API that it is granted.
type apiGrant struct {
	API    string `arg:"" name:"api" help:"Identifier of the API, as in fedhub api list."`
	Client string `arg:"" name:"client" help:"Client ID of the application."`

	format `embed:""`
	base   `embed:""`
}

func (g *apiGrant) change(ctx context.Context, c *console, work func(o *opened, identifier string) error, done string) error {
	of := ofAPI{API: g.API, format: g.format, base: g.base}
	return of.about(ctx, c, func(o *opened, a apis.API) error {
		err := work(o, a.ID)
		if errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("there is no application with the client ID %s; see fedhub client list", oneLine(g.Client))
		}
		if err != nil {
			return err
		}
		client, err := o.Client(ctx, g.Client)
		if err != nil {
			return err
		}
		h := operatorapis.Holder{Client: client, Granted: slices.Contains(client.Resources, a.ID), Serves: slices.Contains(client.Serves, a.ID)}
		return g.print(c, holderRowOf(a, h), func(w io.Writer) { fmt.Fprintf(w, done+"\n", oneLine(client.Name), oneLine(a.Name)) })
	})
}

type apiGrantCmd struct {
	apiGrant `embed:""`
	Scope    []string `placeholder:"SCOPE" help:"Scope of the API that the application may request. May be repeated. Replaces the scopes of the API that it had."`
}

// Run grants an application an API.
func (g *apiGrantCmd) Run(ctx context.Context, c *console) error {
	return g.change(ctx, c, func(o *opened, identifier string) error {
		return o.GrantAPI(ctx, c.operator(), g.Client, identifier, g.Scope)
	}, "%s may request tokens for %s.")
}

type apiRevokeCmd struct {
	apiGrant `embed:""`
}

// Run takes an API from an application.
func (r *apiRevokeCmd) Run(ctx context.Context, c *console) error {
	return r.change(ctx, c, func(o *opened, identifier string) error {
		return o.RevokeAPI(ctx, c.operator(), r.Client, identifier)
	}, "%s is no longer granted %s.")
}
