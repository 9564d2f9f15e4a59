package apps

import (
	"io/fs"
	"net/http"
	"net/url"
	"strconv"

	"github.com/gin-gonic/gin"

	"github.com/fedhub/fedhub/clients"
	"github.com/fedhub/fedhub/clients/frappe"
	"github.com/fedhub/fedhub/hub/web"
	"github.com/fedhub/fedhub/hub/web/admin"
	"github.com/fedhub/fedhub/templates"
	"github.com/fedhub/fedhub/templates/locales"
)

// SiteSetup is GET /admin/clients/{id}/setup: the values to enter at the site.
func (d *Handler) SiteSetup(c *gin.Context) error {
	client, err := d.site(c)
	if err != nil {
		return err
	}
	page, err := d.setupPage(c, client, "")
	if err != nil {
		return err
	}
	if looked := c.Query("watch"); looked != "" {
		page.View = "watch"
		page.Looked, _ = strconv.Atoi(looked)
	}
	return d.showSetup(c, http.StatusOK, page)
}

// site is the Frappe site with the id in the path.
func (d *Handler) site(c *gin.Context) (clients.Client, error) {
	client, err := d.application(c)
	if err == nil && client.Frappe == nil {
		err = fs.ErrNotExist
	}
	return client, err
}

// formOnSite handles a form about the site with the id in the path.
func (d *Handler) formOnSite(c *gin.Context) (map[string]string, clients.Client, error) {
	form, err := web.Form(c)
	if err != nil {
		return nil, clients.Client{}, err
	}
	client, err := d.site(c)
	return form, client, err
}

// NewSiteSecret is POST /admin/clients/{id}/setup/secret.
func (d *Handler) NewSiteSecret(c *gin.Context) error {
	_, client, err := d.formOnSite(c)
	if err != nil {
		return err
	}
	return d.showSiteSecret(c, client)
}

// showSiteSecret makes a secret and shows it once, with the other values for
// the site.
func (d *Handler) showSiteSecret(c *gin.Context, client clients.Client) error {
	secret, err := d.Operator.AddSecret(c.Request.Context(), d.Actor(c), client.ID, 0)
	wrong, broken := web.Mistakes(err, nil)
	if err != nil && !broken {
		return err
	}
	page, err := d.setupPage(c, client, secret)
	if err != nil {
		return err
	}
	if broken {
		for _, m := range wrong {
			page.Mistakes = append(page.Mistakes, templates.Mistake{Text: m.Text})
		}
		return d.showSetup(c, admin.Unprocessable, page)
	}
	return d.showSetup(c, http.StatusOK, page)
}

func (d *Handler) showSetup(c *gin.Context, status int, page templates.AdminSiteSetup) error {
	web.AllowConnect(c) // a script polls for the sign-in
	return d.Responder.Show(c, status, page)
}

// setupPage is the page; secret is empty where it is not known any more.
func (d *Handler) setupPage(c *gin.Context, client clients.Client, secret string) (templates.AdminSiteSetup, error) {
	key := frappe.Key{Hub: d.Issuer, Provider: frappe.ProviderOf(client), ClientID: client.ID, Secret: secret, SignUps: frappe.Allow}
	page := templates.AdminSiteSetup{
		ID: client.ID, Name: client.Name, Site: client.Frappe.URL, Shown: secret != "", Fields: siteFieldsOf(key),
		Form:     templates.Action{Label: locales.Say("sitesetup.open-the-form-at-the"), URL: client.Frappe.URL + "/app/social-login-key/new"},
		Existing: templates.Action{Label: locales.Say("sitesetup.open-it-there"), URL: client.Frappe.URL + "/app/social-login-key/" + url.PathEscape(key.Record())},
		Link:     templates.SiteLink{Offered: true, SignUps: frappe.Allow},
	}
	page.Local = onlyHere(d.Issuer) && !onlyHere(client.Frappe.URL)
	var err error
	page.First, err = d.firstLogin(c, client)
	return page, err
}

// fieldHints are hints about frequent mistakes at a field.
var fieldHints = map[string]locales.Text{
	"social_login_provider": locales.Say("sitesetup.social-login-provider"),
	"base_url":              locales.Say("sitesetup.base-url"),
	"sign_ups":              locales.Say("sitesetup.sign-ups"),
	"provider_name":         locales.Say("sitesetup.provider-name"),
	"redirect_url":          locales.Say("sitesetup.redirect-url"),
}

func siteFieldsOf(key frappe.Key) []templates.SiteField {
	var out []templates.SiteField
	for _, f := range key.Typed() {
		out = append(out, templates.SiteField{
			ID: f.Name, Label: locales.Stored(f.Label), Value: f.Text(), Hint: fieldHints[f.Name], Choice: f.Choice, Hidden: f.Secret && f.Text() == "",
		})
	}
	return out
}

// onlyHere reports whether an address works on this machine only.
func onlyHere(address string) bool {
	u, err := url.Parse(address)
	if err != nil {
		return false
	}
	host := u.Hostname()
	return host == "localhost" || host == "127.0.0.1" || host == "::1"
}
