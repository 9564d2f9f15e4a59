package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"

	"github.com/fedhub/fedhub/clients/registration"
)

type clientShowCmd struct {
	ID string `arg:"" help:"The app's client id."`

	format `embed:""`
	base   `embed:""`
}

// Run prints an app by the names of RFC 7591, and what only this hub knows of
// it, as "client add --from-json" reads it. No secret is in it.
func (s *clientShowCmd) Run(ctx context.Context, c *console) error {
	return s.with(ctx, c, func(o *opened) error {
		client, err := o.Client(ctx, s.ID)
		if errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("there is no app with the client id %s", oneLine(s.ID))
		}
		if err != nil {
			return err
		}
		shown := registration.DescriptionOf(client)
		shown["issuer"] = o.URL()
		return s.print(c, shown, func(w io.Writer) {
			text, err := json.MarshalIndent(shown, "", "  ")
			if err == nil {
				fmt.Fprintf(w, "%s\n", text)
			}
		})
	})
}
