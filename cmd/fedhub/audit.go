package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"time"

	"github.com/fedhub/fedhub/hub/audit"
	"github.com/fedhub/fedhub/hub/web/admin/auditlog"
	"github.com/fedhub/fedhub/templates"
)

// An auditFilter has the flags that select events.
type auditFilter struct {
	What     string    `help:"Topic or kind of event, like user.disabled."`
	Who      string    `help:"Who did it: a user's email address or ID, or another name in the log, like cli:root."`
	Whom     string    `help:"To whom it was done: a user's email address or ID."`
	Client   string    `help:"Client ID of an application."`
	Provider string    `help:"ID of a sign-in provider."`
	IP       string    `name:"ip" help:"IP address."`
	Ref      string    `help:"Reference of a request, like K7Q2-M4XD."`
	From     time.Time `format:"2006-01-02" help:"First day, in UTC, like 2026-03-14."`
	Until    time.Time `format:"2006-01-02" help:"Last day, in UTC."`
}

func (f auditFilter) filter(ctx context.Context, o *opened) (audit.Filter, error) {
	out := audit.Filter{What: f.What, Client: f.Client, LoginKey: f.Provider, IP: f.IP, Ref: f.Ref, From: f.From}
	if !f.Until.IsZero() {
		out.Until = f.Until.AddDate(0, 0, 1)
	}
	for _, of := range []struct {
		who string
		id  *string
	}{{f.Who, &out.Actor}, {f.Whom, &out.Target}} {
		id, err := o.PartyID(ctx, of.who)
		if errors.Is(err, fs.ErrNotExist) {
			return out, fmt.Errorf("there is no user with the address %s; see fedhub user list", oneLine(of.who))
		}
		if err != nil {
			return out, err
		}
		*of.id = id
	}
	return out, nil
}

type auditListCmd struct {
	auditFilter `embed:""`
	Limit       int `default:"50" help:"How many events, the newest first."`

	format `embed:""`
	base   `embed:""`
}

// An auditRow is an event as the commands print it.
type auditRow struct {
	ID       string    `json:"id"`
	Time     time.Time `json:"time"`
	Kind     string    `json:"kind"`
	Sentence string    `json:"sentence"`
	Reason   string    `json:"reason,omitempty"`
	Actor    string    `json:"actor,omitempty"`
	Target   string    `json:"target,omitempty"`
	Client   string    `json:"client,omitempty"`
	LoginKey string    `json:"login_key,omitempty"`
	IP       string    `json:"ip,omitempty"`
	Ref      string    `json:"ref,omitempty"`
}

// Run lists events.
func (l *auditListCmd) Run(ctx context.Context, c *console) error {
	return l.with(ctx, c, func(o *opened) error {
		f, err := l.filter(ctx, o)
		if err != nil {
			return err
		}
		rows, cells := []auditRow{}, [][]string{}
		for before, first := "", true; len(rows) < l.Limit && (first || before != ""); first = false {
			var found []audit.Event
			if found, before, err = o.AuditEvents(ctx, f, before, l.Limit-len(rows)); err != nil {
				return err
			}
			parties, err := o.AuditParties(ctx, found)
			if err != nil {
				return err
			}
			for i, e := range found {
				row := auditRow{e.ID, e.Time.UTC(), e.Kind, auditlog.Sentence(e, parties[i]), e.Words(templates.Sentence), e.Actor, e.Target, e.Client, e.LoginKey, e.IP, e.Ref}
				rows = append(rows, row)
				cells = append(cells, []string{row.Time.Format(time.RFC3339), row.Kind, row.Sentence, row.IP, row.Ref})
			}
		}
		return l.print(c, rows, func(w io.Writer) { table(w, []string{"TIME", "KIND", "EVENT", "IP", "REFERENCE"}, cells) })
	})
}

type auditExportCmd struct {
	auditFilter `embed:""`
	Format      string `default:"ndjson" enum:"csv,ndjson" help:"Format: csv or ndjson (one JSON object in each line)."`

	base `embed:""`
}

// Run prints all events that are selected, the newest first.
func (e *auditExportCmd) Run(ctx context.Context, c *console) error {
	return e.with(ctx, c, func(o *opened) error {
		f, err := e.filter(ctx, o)
		if err != nil {
			return err
		}
		return o.ExportAudit(ctx, c.operator(), f, e.Format, templates.Sentence, c.out, nil)
	})
}
