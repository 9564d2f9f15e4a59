package main

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/fedhub/fedhub/clients/registration"
)

type clientInitialAccessTokenCmd struct {
	Uses int           `default:"1" placeholder:"N" help:"How many applications may register with it. Default: 1."`
	Life time.Duration `default:"168h" placeholder:"TIME" help:"How long it is valid. Default: 168h, a week."`

	format `embed:""`
	base   `embed:""`
}

// Run creates an initial access token (RFC 7591 §3).
func (t *clientInitialAccessTokenCmd) Run(ctx context.Context, c *console) error {
	if t.Uses < 1 || t.Uses > registration.MaxInitialUses {
		return mistakef("--uses is %d; it must be from 1 to %d", t.Uses, registration.MaxInitialUses)
	}
	if t.Life < time.Minute || t.Life > 366*24*time.Hour {
		return mistakef("--life is %s; it must be between a minute and a year, like 24h", t.Life)
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
			fmt.Fprintf(w, "Applications send it to %s in the header \"Authorization: Bearer TOKEN\".\n", value.Endpoint)
			fmt.Fprintf(w, "It is valid for %s until %s, and is not shown again.\n", count(made.Left, "registration", "registrations"), made.Expires.Local().Format("2 January 2006, 15:04"))
		})
	})
}
