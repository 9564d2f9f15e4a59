package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/fedhub/fedhub/hub/signing"
)

type signingKeyListCmd struct {
	format `embed:""`
	base   `embed:""`
}

type signingKeyRotateCmd struct {
	DistrustOld bool `help:"Use if a key may be compromised: the new keys sign at once, and everything signed with the old keys is refused."`

	format `embed:""`
	base   `embed:""`
}

// A signingKeyRow is one of the hub's keys as the commands print it.
type signingKeyRow struct {
	KID     string     `json:"kid"`
	Alg     string     `json:"alg"`
	Use     string     `json:"use"`
	State   string     `json:"state"`
	Created time.Time  `json:"created"`
	Starts  time.Time  `json:"starts"`
	Retires *time.Time `json:"retires,omitempty"`
	Leaves  *time.Time `json:"leaves,omitempty"`
}

func signingKeyRowOf(c signing.Card) signingKeyRow {
	known := func(t time.Time) *time.Time {
		if t.IsZero() {
			return nil
		}
		return &t
	}
	return signingKeyRow{
		KID: c.KID, Alg: c.Alg, Use: c.Use, State: string(c.State), Created: c.Created,
		Starts: c.Starts, Retires: known(c.Retires), Leaves: known(c.Leaves),
	}
}

// Run lists the keys.
func (l *signingKeyListCmd) Run(ctx context.Context, c *console) error {
	return l.with(ctx, c, func(o *opened) error { return showSigningKeys(ctx, c, o, l.print) })
}

// Run rotates the keys, and lists the keys after that.
func (r *signingKeyRotateCmd) Run(ctx context.Context, c *console) error {
	return r.with(ctx, c, func(o *opened) error {
		err := o.RotateSigningKeys(ctx, c.operator(), "", r.DistrustOld)
		if errors.Is(err, signing.ErrWaiting) {
			return mistake(signing.ErrWaiting.Error())
		}
		if err != nil {
			return err
		}
		return showSigningKeys(ctx, c, o, r.print)
	})
}

func showSigningKeys(ctx context.Context, c *console, o *opened, print printer) error {
	cards, err := o.SigningKeys(ctx)
	if err != nil {
		return fmt.Errorf("list the signing keys: %w", err)
	}
	rows := make([]signingKeyRow, len(cards))
	for i, card := range cards {
		rows[i] = signingKeyRowOf(card)
	}
	return print(c, rows, func(w io.Writer) {
		cells := make([][]string, len(rows))
		for i, r := range rows {
			cells[i] = []string{r.Alg, r.State, r.KID, r.Starts.UTC().Format(time.DateTime)}
		}
		table(w, []string{"ALGORITHM", "STATE", "KID", "SIGNS FROM"}, cells)
	})
}
