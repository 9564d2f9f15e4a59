package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"time"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/clients/clientauth"
)

// A secretRow is an application's secret as the commands print it, without its
// value.
type secretRow struct {
	ID       string    `json:"id"`
	Hint     string    `json:"hint,omitempty"` // its last characters
	Created  time.Time `json:"created"`
	Expires  time.Time `json:"expires,omitzero"`
	LastUsed time.Time `json:"last_used,omitzero"`
}

func secretRowOf(s clientauth.Secret) secretRow {
	return secretRow{ID: s.ID, Hint: s.Hint, Created: s.Created, Expires: s.Expires, LastUsed: s.LastUsed}
}

type clientSecretListCmd struct {
	app `embed:""`
}

// Run lists the secrets.
func (l *clientSecretListCmd) Run(ctx context.Context, c *console) error {
	return l.about(ctx, c, func(_ *opened, client clients.Client) error {
		rows, cells := []secretRow{}, [][]string{}
		for _, s := range client.Secrets {
			row := secretRowOf(s)
			rows = append(rows, row)
			cells = append(cells, []string{row.ID, "…" + row.Hint, day(row.Created), day(row.Expires), day(row.LastUsed)})
		}
		return l.print(c, rows, func(w io.Writer) { table(w, []string{"ID", "ENDS IN", "CREATED", "EXPIRES", "LAST USED"}, cells) })
	})
}

// day is a day, or a dash for never.
func day(t time.Time) string {
	if t.IsZero() {
		return "-"
	}
	return t.UTC().Format(time.DateOnly)
}

type clientSecretAddCmd struct {
	app        `embed:""`
	Days       int    `placeholder:"N" help:"Expire the secret after this many days. Default: it does not expire."`
	SecretFile string `xor:"secret" placeholder:"PATH" help:"File with an existing secret, to use instead of a new one; - reads standard input."`
}

// Run adds a secret.
func (s *clientSecretAddCmd) Run(ctx context.Context, c *console) error {
	if s.Days < 0 || s.Days > 3650 || s.Days > 0 && s.SecretFile != "" {
		return mistake("--days must be from 1 to 3650, and cannot be used with --secret-file")
	}
	brought := ""
	if s.SecretFile != "" {
		var err error
		if brought, err = c.secretIn("--secret-file", s.SecretFile); err != nil {
			return err
		}
	}
	return s.about(ctx, c, func(o *opened, client clients.Client) error {
		secret, err := "", error(nil)
		if brought != "" {
			err = o.AddOwnSecret(ctx, c.operator(), client.ID, brought)
		} else {
			secret, err = o.AddSecret(ctx, c.operator(), client.ID, time.Duration(s.Days)*24*time.Hour)
		}
		if err != nil {
			return err
		}
		return s.print(c, clientRowOf(client, o.URL(), secret), func(w io.Writer) {
			if brought != "" {
				fmt.Fprintf(w, "The secret was added to %s. Its other secrets stay valid.\n", oneLine(client.Name))
				return
			}
			fmt.Fprintf(w, "  Client ID      %s\n  Client secret  %s\n\nThe secret is not shown again. Other secrets stay valid.\n", client.ID, secret)
		})
	})
}

type clientSecretDeleteCmd struct {
	app    `embed:""`
	sure   `embed:""`
	Secret string `arg:"" help:"ID of the secret, as in fedhub client secret list."`
}

// Run deletes a secret.
func (s *clientSecretDeleteCmd) Run(ctx context.Context, c *console) error {
	return s.about(ctx, c, func(o *opened, client clients.Client) error {
		at := slices.IndexFunc(client.Secrets, func(kept clientauth.Secret) bool { return kept.ID == s.Secret })
		gone := fmt.Errorf("%s has no secret with the ID %s; see fedhub client secret list %s", oneLine(client.Name), oneLine(s.Secret), oneLine(client.ID))
		if at < 0 {
			return gone
		}
		row := secretRowOf(client.Secrets[at])
		left := "It has other secrets."
		if len(client.Secrets) == 1 {
			left = "It is the only secret: users cannot sign in to the application until it has a new one."
		}
		if err := s.ask(c, "Delete the secret of %s that ends in …%s (last used: %s)? Software that still uses it can no longer authenticate. %s", client.Name, row.Hint, day(row.LastUsed), left); err != nil {
			return err
		}
		err := o.RemoveSecret(ctx, c.operator(), client.ID, row.ID)
		if errors.Is(err, fs.ErrNotExist) {
			return gone
		}
		if err != nil {
			return err
		}
		return s.print(c, row, func(w io.Writer) { fmt.Fprintf(w, "The secret was deleted.\n") })
	})
}
