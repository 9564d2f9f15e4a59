package apps

import (
	"errors"
	"io/fs"
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/clients/frappe"
	"github.com/fedhub/fedhub/hub/web"
	"github.com/fedhub/fedhub/hub/web/admin"
	"github.com/fedhub/fedhub/internal/forms"
	"github.com/fedhub/fedhub/templates"
	"github.com/fedhub/fedhub/templates/locales"
)

// the form has one field, the address, for all fields of a site's record, so
// every mistake is shown there
var siteFields = map[string]string{"frappe": "site", "name": "site", "redirect_uris": "site", "default_redirect_uri": "site"}

// NewSite is GET /admin/clients/frappe.
func (d *Handler) NewSite(c *gin.Context) error {
	return d.Responder.Show(c, http.StatusOK, templates.AdminSiteNew{Provider: clients.FrappeProvider})
}

// AddSite is POST /admin/clients/frappe: it adds the client for the address of
// a Frappe or ERPNext site.
func (d *Handler) AddSite(c *gin.Context) error {
	form, err := web.Form(c)
	if err != nil {
		return err
	}
	page := templates.AdminSiteNew{Site: form["site"], Provider: form["provider"], ProviderName: form["provider_name"]}
	site, provider, err := d.describedSite(form)
	var client clients.Client
	if err == nil {
		client = frappe.NewClient(site, provider)
		client, err = d.Operator.AddSite(c.Request.Context(), d.Actor(c), client)
	}
	if errors.Is(err, fs.ErrExist) {
		page.Known, err = knownSite(client)
	}
	if wrong, ok := web.Mistakes(err, siteFields); ok {
		page.Mistakes = firstOf(wrong)
		return d.Responder.Show(c, admin.Unprocessable, page)
	}
	if err != nil {
		return err
	}
	if err := d.SiteSetups.Begin(c.Request.Context(), client); err != nil {
		return err
	}
	if client, err = d.Clients.Lookup(c.Request.Context(), client.ID); err != nil {
		return err
	}
	return d.showSiteSecret(c, client)
}

// describedSite is the typed site, normalized.
func (d *Handler) describedSite(form map[string]string) (site, provider string, err error) {
	if site, err = d.Operator.TidySite(form["site"]); err != nil {
		return "", "", err
	}
	switch provider = form["provider"]; provider {
	case clients.FrappeProvider, clients.KeycloakProvider:
		return site, provider, nil
	}
	provider = strings.TrimSpace(form["provider_name"])
	return site, provider, frappe.CheckProvider(provider)
}

// knownSite is a link to the existing client of a site, if there is one.
func knownSite(client clients.Client) (templates.Action, error) {
	if client.ID == "" {
		return templates.Action{}, forms.New("site", "site.adding")
	}
	return templates.Action{Label: locales.Stored(client.Name), URL: admin.ClientPath(client.ID) + "/setup"},
		forms.New("site", "site.known")
}

// firstOf keeps the first mistake of each field: further ones only follow from
// a wrong address.
func firstOf(all []templates.Mistake) []templates.Mistake {
	var out []templates.Mistake
	seen := map[string]bool{}
	for _, m := range all {
		if !seen[m.Field] {
			out = append(out, m)
		}
		seen[m.Field] = true
	}
	return out
}
