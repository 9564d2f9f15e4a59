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

type serverApproveCmd struct {
	Name        string `placeholder:"NAME" help:"What people read, with its host behind; its host alone if not given."`
	SkipConsent bool   `help:"People are not asked whether it may know them, until all its keys change or its redirect URIs move."`
	decision    `embed:""`
}
type serverRefuseCmd struct{ decision }
type serverSuspendCmd struct{ decision }

// Run lets a hub in.
func (d *serverApproveCmd) Run(ctx context.Context, c *console) error {
	return d.decide(ctx, c, clients.Active, "may sign people in here", func(o *opened, id string) error {
		return o.ApproveServer(ctx, c.operator(), id, hubs.Approval{Name: d.Name, SkipConsent: d.SkipConsent})
	})
}

// Run says no to a hub that waits.
func (d *serverRefuseCmd) Run(ctx context.Context, c *console) error {
	return d.decide(ctx, c, clients.Refused, "was refused", nil)
}

// Run stops sign-ins to a hub that was let in.
func (d *serverSuspendCmd) Run(ctx context.Context, c *console) error {
	return d.decide(ctx, c, clients.Suspended, "is suspended", nil)
}

// A decision is about one hub.
type decision struct {
	ID string `arg:"" help:"Id of the hub, as in fedhub server list, or its host."`

	format `embed:""`
	base   `embed:""`
}

// decide takes a decision: by act, or by the state alone.
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

// find takes an id, or a host with one hub on it: ids are long.
func (d *decision) find(ctx context.Context, o *opened) (serverRow, error) {
	rows, err := servers(ctx, o)
	if err != nil {
		return serverRow{}, err
	}
	var onHost []serverRow
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
		return serverRow{}, fmt.Errorf("no hub with the id or host %s has asked; fedhub server list shows those that have", d.ID)
	case 1:
		return onHost[0], nil
	}
	return serverRow{}, mistakef("there are %d hubs on %s; give the id of one, as in fedhub server list", len(onHost), d.ID)
}
