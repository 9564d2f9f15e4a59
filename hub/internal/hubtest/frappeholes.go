package hubtest

import (
	"net/url"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/clients/frappe"
)

// The tests are named after defects of Frappe's own provider, with the number of
// the report at github.com/frappe/frappe. docs/frappe.md lists them.

// AnotherSite is a second site, which must not get access by the first one's
// tokens.
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
