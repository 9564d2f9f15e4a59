package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/clients/frappe"
)

// A siteValue is the value of one field of a Frappe site's Social Login Key.
type siteValue struct {
	Label string `json:"label"`
	Value string `json:"value"`
}

// tidyFrappe normalizes the URL of --frappe, and refuses a site that is
// registered already.
func (a *clientAddCmd) tidyFrappe(ctx context.Context, o *opened) error {
	if a.Frappe == "" {
		return nil
	}
	if a.FromJSON != "" {
		return mistake("use --frappe or --from-json, not both")
	}
	site, err := o.TidySite(a.Frappe)
	if err == nil && a.custom() {
		err = frappe.CheckProvider(a.provider())
	}
	if err != nil {
		return mistake("--frappe: " + inWords(err).Error())
	}
	a.Frappe = site
	known, err := o.SiteAt(ctx, site)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	return fmt.Errorf("%s is registered already, with the client ID %s", site, known.ID)
}

// provider is the name of --provider. The built-in names may be typed in any
// letter case.
func (a *clientAddCmd) provider() string {
	if a.Provider == "" {
		return clients.FrappeProvider
	}
	for _, known := range []string{clients.FrappeProvider, clients.KeycloakProvider} {
		if strings.EqualFold(a.Provider, known) {
			return known
		}
	}
	return a.Provider
}

func (a *clientAddCmd) custom() bool {
	return !slices.Contains([]string{clients.FrappeProvider, clients.KeycloakProvider}, a.provider())
}

// loginKeyOf is what to enter at a Frappe site; nil for other applications.
func loginKeyOf(c clients.Client, issuer, secret string) []siteValue {
	if c.Frappe == nil {
		return nil
	}
	key := frappe.Key{Hub: issuer, Provider: frappe.ProviderOf(c), ClientID: c.ID, Secret: secret, SignUps: frappe.Allow}
	var out []siteValue
	for _, f := range key.Typed() {
		out = append(out, siteValue{f.Label, f.Text()})
	}
	return out
}

func printLoginKey(w io.Writer, c clients.Client, row clientRow) {
	fmt.Fprintf(w, "%s is registered. Enter these values at %s/app/social-login-key/new:\n\n", c.Name, c.Frappe.URL)
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, v := range row.LoginKey {
		fmt.Fprintf(table, "  %s\t%s\n", v.Label, v.Value)
	}
	table.Flush() //nolint:errcheck // as the lines around it
	fmt.Fprintf(w, "\nThe secret is not shown again. Sign ups: choose Deny to admit only users who have an account on the site.\n")
	fmt.Fprintf(w, "Then sign in to the site once. This page follows the first sign-in: %s\n", row.Setup)
}
