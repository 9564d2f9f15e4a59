package main

import (
	"context"
	"fmt"
	"io"
	"text/tabwriter"

	"github.com/fedhub/fedhub/federation"
	"github.com/fedhub/fedhub/federation/catalog"
	"github.com/fedhub/fedhub/federation/hubaddress"
)

// addressesThere are what the provider of a key must be told of this hub, by
// the names of RFC 7591 and its like. What it has no use for is empty.
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

// printAddresses prints them by the names that the pages give them.
func printAddresses(w io.Writer, o *opened, k federation.LoginKey) {
	lines := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, a := range catalog.Addresses(k, hubaddress.Hub(o.URL())) {
		fmt.Fprintf(lines, "  %s\t%s\n", a.Label, a.URL)
	}
	lines.Flush() //nolint:errcheck // as the lines around it
}

type keyShowCmd struct {
	which `embed:""`
}

// Run prints a key and the addresses to register at its provider.
func (k *keyShowCmd) Run(ctx context.Context, c *console) error {
	return k.about(ctx, c, func(o *opened, key federation.LoginKey) error {
		row := keyRowOf(o, key)
		return k.print(c, row, func(w io.Writer) {
			state := "on"
			if !key.Enabled {
				state = "off"
			}
			fmt.Fprintf(w, "%s (%s, %s) is %s.\n\n", oneLine(key.Name), key.ID, key.Kind, state)
			printAddresses(w, o, key)
			if row.Metadata != "" {
				fmt.Fprintf(w, "\nThe other hub reads all of this at %s\n", row.Metadata)
			}
		})
	})
}
