package main

import (
	"context"
	"fmt"
	"io"
	"text/tabwriter"

	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/federation/catalog"
	"github.com/fedhub/fedhub/federation/hubaddress"
	"github.com/fedhub/fedhub/templates"
)

// addressesThere are this hub's URLs to register at a provider, by the names of
// RFC 7591 and OpenID Connect. Those that the provider does not use are empty.
type addressesThere struct {
	Callback    string `json:"callback"`
	SignedOut   string `json:"post_logout_redirect_uri,omitempty"`
	Backchannel string `json:"backchannel_logout_uri,omitempty"`
	Keys        string `json:"jwks_uri,omitempty"`
}

func addressesOf(k federation.LoginKey, hub hubaddress.Hub) addressesThere {
	var there addressesThere
	places := map[string]*string{"callback": &there.Callback, "signed-out": &there.SignedOut, "backchannel": &there.Backchannel, "keys": &there.Keys}
	for _, a := range catalog.Addresses(k, hub) {
		*places[a.Name] = a.URL
	}
	return there
}

// printAddresses prints them by the names on the pages.
func printAddresses(w io.Writer, o *opened, k federation.LoginKey) {
	lines := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, a := range catalog.Addresses(k, hubaddress.Hub(o.URL())) {
		fmt.Fprintf(lines, "  %s\t%s\n", a.Label.In(templates.Sentence, ""), a.URL)
	}
	lines.Flush() //nolint:errcheck // as the lines around it
}

type providerShowCmd struct {
	which `embed:""`
}

// Run prints a provider and the URLs to register there.
func (k *providerShowCmd) Run(ctx context.Context, c *console) error {
	return k.about(ctx, c, func(o *opened, key federation.LoginKey) error {
		row := providerRowOf(o, key)
		return k.print(c, row, func(w io.Writer) {
			state := "on"
			if !key.Enabled {
				state = "off"
			}
			fmt.Fprintf(w, "%s (%s, %s) is %s.\n\n", oneLine(key.Name), key.ID, key.Kind, state)
			printAddresses(w, o, key)
			if row.Metadata != "" {
				fmt.Fprintf(w, "\nThe other hub reads these URLs from %s\n", row.Metadata)
			}
		})
	})
}
