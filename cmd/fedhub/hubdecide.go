package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/clients/hubs"
	"github.com/fedhub/fedhub/internal/forms"
	"github.com/fedhub/fedhub/templates"
)

type hubApproveCmd struct {
	Name        string `placeholder:"NAME" help:"Name that users see, followed by the hub's host. Default: the host alone."`
	SkipConsent bool   `help:"Do not ask users for consent, until all its keys change or a redirect URI moves to another origin."`
	decision    `embed:""`
}
type hubRefuseCmd struct{ decision }
type hubSuspendCmd struct{ decision }

// Run approves a hub.
func (d *hubApproveCmd) Run(ctx context.Context, c *console) error {
	return d.decide(ctx, c, clients.Active, "is approved", func(o *opened, id string) error {
		return o.ApproveServer(ctx, c.operator(), id, hubs.Approval{Name: d.Name, SkipConsent: d.SkipConsent})
	})
}

// Run refuses a hub's request.
func (d *hubRefuseCmd) Run(ctx context.Context, c *console) error {
	return d.decide(ctx, c, clients.Refused, "was refused", nil)
}

// Run blocks sign-ins through an approved hub.
func (d *hubSuspendCmd) Run(ctx context.Context, c *console) error {
	return d.decide(ctx, c, clients.Suspended, "is suspended", nil)
}

// A decision names the hub that a command is about.
type decision struct {
	ID string `arg:"" help:"ID or host of the hub, as in fedhub hub list."`

	format `embed:""`
	base   `embed:""`
}

// decide carries out a decision: by act, or by setting the state.
func (d *decision) decide(ctx context.Context, c *console, state clients.State, done string, act func(o *opened, id string) error) error {
	return d.with(ctx, c, func(o *opened) error {
		server, err := d.find(ctx, o)
		if err != nil {
			return err
		}
		if act == nil {
			act = func(o *opened, id string) error { return o.DecideServer(ctx, c.operator(), id, state) }
		}
		err = act(o, server.ID)
		if problems, ok := errors.AsType[forms.Problems](err); ok {
			return errors.New(problems.Words(templates.Sentence))
		}
		if err != nil {
			return err
		}
		if server, err = d.find(ctx, o); err != nil {
			return err
		}
		return d.print(c, server, func(w io.Writer) {
			fmt.Fprintf(w, "%s %s.\n", oneLine(server.Host), done)
		})
	})
}

// find takes an ID, or a host with one hub on it.
func (d *decision) find(ctx context.Context, o *opened) (hubRow, error) {
	rows, err := hubRows(ctx, o)
	if err != nil {
		return hubRow{}, err
	}
	var onHost []hubRow
	for _, r := range rows {
		if r.ID == d.ID {
			return r, nil
		}
		if r.Host == d.ID {
			onHost = append(onHost, r)
		}
	}
	switch len(onHost) {
	case 0:
		return hubRow{}, fmt.Errorf("there is no hub with the ID or host %s; see fedhub hub list", d.ID)
	case 1:
		return onHost[0], nil
	}
	return hubRow{}, mistakef("there are %d hubs on %s; use the ID of one, as in fedhub hub list", len(onHost), d.ID)
}
