package main

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/fedhub/fedhub/clients/registration"
)

type clientTokenCmd struct {
	Uses int           `default:"1" placeholder:"N" help:"How many apps may register with it; one if not given."`
	Life time.Duration `default:"168h" placeholder:"TIME" help:"How long it is good; a week if not given."`

	format `embed:""`
	base   `embed:""`
}

// Run makes an initial access token.
func (t *clientTokenCmd) Run(ctx context.Context, c *console) error {
	if t.Uses < 1 || t.Uses > registration.MaxInitialUses {
		return mistakef("--uses is %d; it must be from 1 to %d", t.Uses, registration.MaxInitialUses)
	}
	if t.Life < time.Minute || t.Life > 366*24*time.Hour {
		return mistakef("--life is %s; it must be from a minute to a year, like 24h", t.Life)
	}
	return t.with(ctx, c, func(o *opened) error {
		token, made, err := o.NewInitialToken(ctx, c.operator(), t.Uses, t.Life)
		if err != nil {
			return err
		}
		value := struct {
			Token    string    `json:"initial_access_token"`
			Endpoint string    `json:"registration_endpoint"`
			Uses     int       `json:"uses"`
			Expires  time.Time `json:"expires"`
		}{token, o.URL() + "/oauth2/register", made.Left, made.Expires}
		return t.print(c, value, func(w io.Writer) {
			fmt.Fprintf(w, "Initial access token: %s\n\n", token)
			fmt.Fprintf(w, "Apps send it as Authorization: Bearer to %s\n", value.Endpoint)
			fmt.Fprintf(w, "It is good for %d, until %s, and is not shown again.\n", made.Left, made.Expires.Local().Format("2 January 2006, 15:04"))
		})
	})
}
