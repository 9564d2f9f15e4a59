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
	ID string `arg:"" help:"Client ID, as in fedhub client list."`

	format `embed:""`
	base   `embed:""`
}

// Run prints an application's metadata (RFC 7591) and the members of this hub, as
// "client add --from-json" reads them, without secrets.
func (s *clientShowCmd) Run(ctx context.Context, c *console) error {
	return s.with(ctx, c, func(o *opened) error {
		client, err := o.Client(ctx, s.ID)
		if errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("there is no application with the client ID %s; see fedhub client list", oneLine(s.ID))
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
