package hubtest

import (
	"net/url"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/clients/frappe"
)

// Tests named after what Frappe's own provider leaves open, by the number of
// the report at github.com/frappe/frappe. docs/frappe.md has the list.

// AnotherSite is a second site, which must not profit from the first.
func (w *World) AnotherSite() *App {
	w.Helper()
	return w.Site(clients.FrappeProvider, func(c *clients.Client) {
		*c = frappe.NewClient("https://other.example.com", clients.FrappeProvider)
	})
}

// AsSite is a form with a site's credentials in the body.
func (a *App) AsSite(path string, pairs ...string) Reply {
	a.W.Helper()
	return a.W.Raw(FrappePath+path, Edited(url.Values{"client_id": {a.ID}, "client_secret": {a.Secret}}, pairs).Encode())
}
